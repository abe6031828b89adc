"""The commands of glassgrad, a module each; what they share is how they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]


class CommandError(Exception):
    """What was asked cannot be done; the message says why, in one line, and what to do."""
