"""The progress of a run: tqdm's bar, lines in a log, or nothing."""

from __future__ import annotations

import sys
import warnings
from contextlib import AbstractContextManager, nullcontext, redirect_stderr
from typing import Any, TextIO


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


class Lines(Bar):
    """A line for each tenth of the way: in a log file, a bar would be thousands of them.

    Args:
        total: the number of steps.
        done: how many have been taken.
        unit: what a step is called.
        stream: where to write.
    """

    disable = False

    def __init__(self, total: int, *, done: int, unit: str, stream: TextIO) -> None:
        self._total, self._done, self._unit, self._stream = total, done, unit, stream
        self._description, self._due = "", False

    def update(self) -> None:
        """Note that one more step is done."""
        if self._due:  # nothing more was said of the step before
            self._say(f"{100 * self._done // self._total} % of {self._total:,} {self._unit}s")
        before, self._done = self._done, self._done + 1
        self._due = 10 * self._done // self._total > 10 * before // self._total

    def set_description(self, text: str) -> None:
        """Begin the lines from now on with a text."""
        self._description = text

    def set_postfix_str(self, text: str) -> None:
        """Write a text, if a tenth of the way has just been completed."""
        if self._due:
            self._say(text)

    def write(self, text: str) -> None:
        """Write a line at once."""
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Write what is left to say."""
        if self._due:
            self._say(f"{self._done:,} of {self._total:,} {self._unit}s")

    def _say(self, text: str) -> None:
        self._due = False
        self.write(f"{self._description}: {text}" if self._description else text)


def progress_bar(total: int, *, done: int, unit: str, shown: bool) -> Bar:
    """Return a bar over all steps; or lines, where the output is neither a terminal nor a notebook.

    A notebook gets the bar as ordinary output: what reads errors, such as a grader, sees none.

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
    stream = sys.stdout if in_notebook() else sys.stderr
    if not in_notebook() and not stream.isatty():
        return Lines(total, done=done, unit=unit, stream=stream)
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

    bar: Any = TqdmBar(total=total, initial=done, unit=unit, dynamic_ncols=True, file=stream)
    return bar  # type: ignore[no-any-return]


def in_notebook() -> bool:
    """Return whether what is printed is shown below a cell."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def ordinary_output() -> AbstractContextManager[object]:
    """Return a context in which a notebook gets warnings as ordinary output, as it gets the bar."""
    return redirect_stderr(sys.stdout) if in_notebook() else nullcontext()
