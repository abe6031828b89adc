"""What a student's code may use: time, memory, steps; and what it writes goes nowhere."""

from __future__ import annotations

import builtins
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from types import FrameType
from typing import Any

MEMORY = 1_000_000_000  # bytes beyond those that the process has when it begins
FILE = 1_000_000  # bytes of a file that it may write
DEPTH = 1000  # Python's default recursion limit


class StepLimit(BaseException):
    """The code has run for longer than it may."""


def limit_process(seconds: float) -> None:
    """Limit this process and those that it starts."""
    with suppress(ImportError):  # Windows has none
        import resource

        used = 0
        with suppress(OSError), open("/proc/self/statm", encoding="ascii") as pages:
            used = int(pages.read().split()[0]) * resource.getpagesize()
        limits = {resource.RLIMIT_CPU: int(seconds) + 2, resource.RLIMIT_CORE: 0}
        limits[resource.RLIMIT_FSIZE] = FILE
        if used:
            limits[resource.RLIMIT_AS] = used + MEMORY
        for kind, most in limits.items():
            with suppress(ValueError, OSError):
                _, hard = resource.getrlimit(kind)
                if hard != resource.RLIM_INFINITY:
                    most = min(most, hard)
                resource.setrlimit(kind, (most, most))


def limit_recursion() -> None:
    """Give the code Python's default depth, counted from here."""
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + DEPTH)


class Nowhere(io.TextIOBase):
    """A stream that drops all that is written."""

    def write(self, text: str) -> int:
        """Drop the text."""
        return len(text)


def no_input(*_: object) -> str:
    """Stand in for input()."""
    raise EOFError("input() has nothing to read while a check runs; remove it")


def silence_process() -> None:
    """Point standard input, output and error of this process to nowhere, for good."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if null > 2:
        os.close(null)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  for the life of the process
    out = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = out  # type: ignore[misc]
    builtins.input = no_input


@contextmanager
def limited_steps(steps: int, seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many lines of Python, or so much time, with StepLimit.

    For where there are no processes. What waits inside one call of the interpreter itself, such as
    a sum over an endless iterator, is not stopped.
    """
    left, end = steps, time.monotonic() + seconds
    clock, raw_exit, raw_input = time.monotonic, os._exit, builtins.input

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or (left % 1000 == 0 and clock() > end):
            raise StepLimit
        return trace

    def no_exit(code: int) -> Any:
        raise SystemExit(code)

    before, depth = sys.gettrace(), sys.getrecursionlimit()
    os._exit, builtins.input = no_exit, no_input  # type: ignore[assignment]
    with redirect_stdout(Nowhere()), redirect_stderr(Nowhere()):
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(before)
            sys.setrecursionlimit(depth)
            os._exit, builtins.input = raw_exit, raw_input
