"""Ctrl-C and SIGTERM: a command ends without a traceback, and never in the middle of writing."""

from __future__ import annotations

import os
import signal
import sys


def is_command() -> bool:
    """Return whether this process is `glassgrad` or `python -m nn`."""
    name = os.path.splitext(os.path.basename((sys.argv or [""])[0]))[0]
    return name == "glassgrad" or (name == "-m" and "nn" in sys.orig_argv)


# While a command still imports what it needs, Ctrl-C ends it as it ends any other program.
if is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# ruff: noqa: E402  these take milliseconds more, in which Ctrl-C may come
import threading
import time
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
LATER = 0.05  # seconds
ONCE = 1.0  # seconds within which further signals belong to the first: people press Ctrl-C twice


class Stop:
    """What to do at Ctrl-C or SIGTERM while a command runs: raise KeyboardInterrupt.

    Attributes:
        number: the signal that came last; 0 if there was none.
        at: when, in seconds.
    """

    def __init__(self) -> None:
        self.number, self.at = 0, -ONCE

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, unless a signal came just before."""
        before, self.at = self.at, time.monotonic()
        self.number = number
        if self.at - before >= ONCE:
            raise KeyboardInterrupt

    def again(self, found: sys.UnraisableHookArgs) -> None:
        """Raise an interrupt again that came where Python raises nothing, as in `__del__`."""
        if isinstance(found.exc_value, KeyboardInterrupt):
            self.at = -ONCE
            # Here it would be ignored once more, so it comes a moment later.
            number = self.number or signal.SIGINT
            threading.Timer(LATER, interrupt_main, [number]).start()
        else:
            sys.__unraisablehook__(found)

    @property
    def cause(self) -> str:
        """Who stopped the command, for messages."""
        return NAMES.get(signal.Signals(self.number or signal.SIGINT), "a signal")

    @property
    def code(self) -> int:
        """The exit code of a command that was stopped, as a shell counts."""
        return 128 + (self.number or signal.SIGINT)


STOP = Stop()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt in a block, unless they are ignored."""
    STOP.number, STOP.at = 0, -ONCE
    with handled_by(STOP):
        hook, sys.unraisablehook = sys.unraisablehook, STOP.again
        try:
            yield STOP
        finally:
            sys.unraisablehook = hook


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM until a block is done."""
    held: list[int] = []
    try:
        with handled_by(lambda number, frame: held.append(number)):
            yield
    finally:
        for number in held[:1]:
            signal.raise_signal(number)


@contextmanager
def handled_by(handler: signal._HANDLER) -> Iterator[None]:
    """Let a function handle the signals in a block; other threads than the first get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, handler)
        for number in NAMES
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
