"""Old names of public attributes, which keep working for one release with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any


def renamed(new: str) -> Callable[[Callable[[Any], None]], property]:
    """Turn a method into a property that warns and reads the attribute's new name.

    Args:
        new: the name of the attribute now.

    Example:
        >>> class Statistic:
        ...     std = 1.5
        ...     @renamed("std")
        ...     def spread(self) -> None:
        ...         '''Old name of `std`.'''
    """

    def decorate(method: Callable[[Any], None]) -> property:
        def read(self: object) -> Any:
            warnings.warn(
                f"{method.__qualname__} is now called {new}; the old name will be removed in the "
                "next release",
                DeprecationWarning,
                stacklevel=2,
            )
            return getattr(self, new)

        return property(read, doc=method.__doc__)

    return decorate
