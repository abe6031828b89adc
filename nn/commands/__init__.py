"""The commands of glassgrad, one module each, and the errors they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from pathlib import Path
    from typing import Protocol

    Commands = _SubParsersAction[ArgumentParser]

    class Saved(Protocol):
        """Something that can be saved to a file."""

        def save(self, path: Path) -> Path:
            """Save it."""


class CommandError(Exception):
    """A command cannot do what was asked; the message says why and what to do, in one line."""


def unwritable(path: object, error: OSError) -> CommandError:
    """Return the error for a file or folder that cannot be written."""
    # An error of the operating system has its reason in `strerror`; ours is a whole sentence.
    if error.strerror is None:
        return CommandError(str(error))
    return CommandError(f"cannot write {path}: {error.strerror}; choose another path")
