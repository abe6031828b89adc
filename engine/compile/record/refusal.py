"""Makes the errors for what cannot be recorded, with the line of the user's code that does it."""

from __future__ import annotations

import os
import sys
from linecache import getline
from traceback import walk_tb
from types import FrameType

from engine.errors import RecordingError
from engine.tag import one_line
from engine.value import current

ENGINE = __name__.split(".")[0]
STANDARD = os.path.dirname(os.__file__)  # where Python's own modules are
DEBUGGERS = ("bdb", "pdb", "_pytest", "IPython", "debugpy", "pydevd", "_pydevd_bundle")


def refusal(what: str, instead: str) -> RecordingError:
    """Return the error for what cannot be replayed, with the user's line that did it."""
    error = RecordingError(
        f"{users_line()}: {what} cannot be replayed with other numbers; {instead}"
    )
    recorder = current().recorder
    if recorder is not None:
        recorder.refused.append(error)
    return error


def users_line() -> str:
    """Return the file and line outside the engine that is being carried out."""
    frame = users_frame()
    return "here" if frame is None else line(frame.f_code.co_filename, frame.f_lineno)


def line_of(error: Exception) -> str:
    """Return the innermost file and line outside the engine from which an error came."""
    found = [x for x in walk_tb(error.__traceback__) if not from_library(x[0])]
    return line(found[-1][0].f_code.co_filename, found[-1][1]) if found else "here"


def line(name: str, number: int) -> str:
    """Return a line of a file in words."""
    # The code of a notebook's cell has a file name that means nothing to the user.
    location = f"line {number} of this cell" if "ipykernel" in name else f"{name}:{number}"
    text = getline(name, number).strip()
    return one_line(f"{location} ({text})" if text else location)


def users_frame() -> FrameType | None:
    """Return the innermost frame outside the engine and other libraries."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and from_library(frame):
        frame = frame.f_back
    return frame


def only_shows(frame: FrameType | None) -> bool:
    """Return whether a frame is ours or a debugger's: what those show decides nothing."""
    while frame is not None and from_library(frame):
        if str(frame.f_globals.get("__name__")).split(".")[0] in (ENGINE, "nn", *DEBUGGERS):
            return True
        frame = frame.f_back
    return False


def from_engine(space: dict[str, object]) -> bool:
    """Return whether a frame's globals are those of a module of the engine."""
    return str(space.get("__name__")).split(".")[0] == ENGINE


def from_library(frame: FrameType) -> bool:
    """Return whether a frame's code is ours, Python's own, or of an installed package."""
    return is_library(str(frame.f_globals.get("__name__")), frame.f_code.co_filename)


def is_library(module: str, file: str) -> bool:
    """Return whether a module is ours, Python's own, or of an installed package."""
    ours = module.split(".")[0] in (ENGINE, "nn")
    return ours or "site-packages" in file or file.startswith(STANDARD)
