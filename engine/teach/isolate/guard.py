"""Refuses a student's code what leads out of its process: others' files, processes and memory."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from types import FunctionType
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
LIBRARIES = tuple(
    path for name in ("stdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))
)
OURS = (str(PROJECT / "engine"), str(PROJECT / "nn"))
NOT_STUDENTS = (*OURS, "<frozen ", *LIBRARIES)

# What Python tells before it does it, by the beginnings of names.
MEMORY = ("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._current_frames")
HARM = ("os.", "shutil.", "subprocess.", "ctypes.", "pty.", "_winapi.", "winreg.", "signal.pthread")
HARMLESS = (
    "os.listdir",
    "os.scandir",
    "os.walk",
    "os.fwalk",
    "os.putenv",
    "os.unsetenv",
    "os.chdir",
)


class BorrowedEngineError(PermissionError):
    """A student's class computes with an engine that somebody else has written."""


def guard() -> None:
    """Let Python ask, before what matters, whether a student's program may do it; for good.

    What a library does while it is imported is allowed. What Python does not tell, such as a crash,
    is not refused: it harms nobody else.
    """
    import engine.value  # noqa: F401  from here on nobody has to read its file

    # All that the hook uses is bound here, out of reach of a program that replaces names.
    def hook(
        event: str,
        arguments: tuple[Any, ...],
        frame_here: Any = sys._getframe,
        null: str = os.devnull,
        libraries: tuple[str, ...] = NOT_STUDENTS,
        ours: str = str(PROJECT / "engine" / "value."),
        cached: str = str(PROJECT / "engine" / "__pycache__" / "value."),
        memory: tuple[str, ...] = MEMORY,
        harm: tuple[str, ...] = HARM,
        harmless: tuple[str, ...] = HARMLESS,
        flags: int = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND,
    ) -> None:
        if event == "open":
            path, mode, how = arguments
            if not isinstance(path, (str, bytes)) or path == null:
                return
            if not (set(mode) & {*"wax+"} if mode else how & flags):
                if isinstance(path, str) and path.startswith((ours, cached)):
                    raise BorrowedEngineError("engine")
                return
            what = f"write {path!r}"
        elif event in memory:
            raise PermissionError(f"a program that is checked may not use {event}")
        elif event == "object.__setattr__" and arguments[1] == "__code__":
            what = "change the code of a function"
        elif event.startswith(harm) and not event.startswith(harmless):
            what = f"use {event}"
        else:
            return
        frame = frame_here(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith("<frozen importlib"):
                return  # a library that is imported
            if not file.startswith(libraries):
                raise PermissionError(
                    f"a program that is checked may not {what}: remove that, or put it under "
                    'if __name__ == "__main__"'
                )
            frame = frame.f_back

    sys.addaudithook(hook)


def our_engines() -> tuple[type, ...]:
    """Return the classes of ours that compute gradients: a student's may not use them."""
    from engine.teach.catching.right import Value as RightValue
    from engine.teach.naming.model import Run
    from engine.value import Value

    return Value, RightValue, Run


def refuse_ours() -> None:
    """Let no engine of ours work in this process, for good."""

    def refuse(*_: object, **__: object) -> Any:
        raise BorrowedEngineError("engine")

    for cls in our_engines():
        for name in [name for name, f in vars(cls).items() if isinstance(f, FunctionType)]:
            setattr(cls, name, refuse)
