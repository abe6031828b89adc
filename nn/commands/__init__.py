"""The commands of glassgrad, one module each, and the errors they share."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from typing import Protocol

    Commands = _SubParsersAction[ArgumentParser]

    class Saved(Protocol):
        """Something that can be saved to a file."""

        def save(self, path: Path) -> Path:
            """Save it."""


def number_type(
    kind: type[int] | type[float], low: float, high: float = inf, *, beyond: bool = False
) -> Callable[[str], float]:
    """Return what reads an option's number, and refuses one that is out of range.

    Args:
        kind: int or float.
        low: the smallest.
        high: what it must be below.
        beyond: whether it must be above `low`.
    """
    least = f"above {low}" if beyond else f"at least {low}"
    most = f" and below {high}" if high < inf else " and finite" if kind is float else ""
    words = f"must be {least}{most}"
    noun = "a whole number" if kind is int else "a number"

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            raise ArgumentTypeError(f"must be {noun}, got '{text}'") from None
        if not low <= number < high or (beyond and number == low):
            raise ArgumentTypeError(f"{words}, got {text}")
        return number

    return read


def path_type(text: str) -> Path:
    """Return the path that an option names; an empty one would be the current folder."""
    if not text.strip():
        raise ArgumentTypeError("must name a file or folder, got ''")
    return Path(text)


class CommandError(Exception):
    """A command cannot do what was asked; the message says why and what to do, in one line."""


def unwritable(path: object, error: OSError) -> CommandError:
    """Return the error for a file or folder that cannot be written."""
    # An error of the operating system has its reason in `strerror`; ours is a whole sentence.
    if error.strerror is None:
        return CommandError(str(error))
    return CommandError(f"cannot write {path}: {error.strerror}; choose another path")
