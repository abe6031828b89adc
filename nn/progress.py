"""The progress bar of a run: tqdm's, or none."""

from __future__ import annotations

import warnings
from typing import Any


class Bar:
    """What a run asks of its progress bar; this one is not shown, and needs no tqdm.

    Attributes:
        disable: whether it is not shown.
    """

    disable = True

    def update(self) -> None:
        """Note that one more step is done."""

    def set_description(self, text: str) -> None:
        """Write before the bar."""

    def set_postfix_str(self, text: str) -> None:
        """Write after the bar."""

    def write(self, text: str) -> None:
        """Write above the bar."""

    def close(self) -> None:
        """Leave the bar as it is."""


def progress_bar(total: int, *, done: int, unit: str, shown: bool) -> Bar:
    """Return a bar over all steps.

    Args:
        total: the number of steps.
        done: how many have been taken.
        unit: what a step is called.
        shown: whether to show it.

    Warns:
        RuntimeWarning: it is not shown, since tqdm is not installed.
    """
    if not shown:
        return Bar()
    try:
        from tqdm import tqdm  # takes a while to import
    except ModuleNotFoundError:
        warnings.warn(
            "there is no progress bar, since tqdm is not installed; pip install tqdm",
            RuntimeWarning,
            stacklevel=4,  # the caller of fit
        )
        return Bar()

    class TqdmBar(tqdm):  # type: ignore[misc]
        """A bar of tqdm without its monitor, a thread: in a browser there may be none."""

        monitor_interval = 0

        def write(self, text: str) -> None:
            """Write above the bar."""
            super().write(text, file=self.fp)

    bar: Any = TqdmBar(total=total, initial=done, unit=unit, dynamic_ncols=True)
    return bar  # type: ignore[no-any-return]
