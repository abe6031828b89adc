"""The commands of glassgrad, a module each; what they share is how they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from pathlib import Path
    from typing import Protocol

    Commands = _SubParsersAction[ArgumentParser]

    class Saved(Protocol):
        """What can write itself into a file."""

        def save(self, path: Path) -> Path:
            """Write it."""


class CommandError(Exception):
    """What was asked cannot be done; the message says why, in one line, and what to do."""


def unwritable(path: object, error: OSError) -> CommandError:
    """Return what to say where a file or folder cannot be written."""
    # An error of the system has its reason in `strerror`; one of ours is a whole sentence.
    if error.strerror is None:
        return CommandError(str(error))
    return CommandError(f"cannot write {path}: {error.strerror}; choose another place")
