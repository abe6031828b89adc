"""Old names of public attributes, which keep working for one release with a warning."""

from __future__ import annotations

import warnings
from typing import Any


def renamed(old: str, new: str) -> Any:
    """Return a property that warns and reads the attribute's new name.

    Args:
        old: what to put in the message, such as "Statistic.spread".
        new: the name of the attribute now.

    Example:
        >>> class Statistic:
        ...     std = 1.5
        ...     spread = renamed("Statistic.spread", "std")
    """

    def read(self: object) -> Any:
        warnings.warn(
            f"{old} is now called {new}; the old name will go with the next release",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(self, new)

    return property(read)
