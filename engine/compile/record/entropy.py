"""Refuses random numbers of the operating system, which no state of a generator gives away."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from types import FrameType
from typing import Any

from engine.value import current

# Where Python draws them: for SystemRandom and secrets, for uuid, and to seed a new generator.
SOURCES: tuple[tuple[Any, str], ...] = (
    (random, "_urandom"),
    (os, "urandom"),
    (random.Random, "seed"),
)
_lock, _depth = Lock(), 0
_originals: list[Callable[..., object]] = []


@contextmanager
def entropy_refused() -> Iterator[None]:
    """Refuse them to the functions that are recorded meanwhile, and to no other thread."""
    _count(+1)
    try:
        yield
    finally:
        _count(-1)


def _count(change: int) -> None:
    """Put the refusing functions in place for the first recording, the others after the last."""
    global _depth
    with _lock:
        if not _depth:
            _originals[:] = [getattr(owner, name) for owner, name in SOURCES]
        _depth += change
        for (owner, name), original in zip(SOURCES, _originals, strict=True):
            setattr(owner, name, refusing(original) if _depth else original)


def refusing(draw: Callable[..., object]) -> Callable[..., object]:
    """Return a function that draws as another does, unless its thread is recording."""

    def drawn(*args: object, **settings: object) -> object:
        recorder = current().recorder
        seeds = bool(args) and isinstance(args[0], random.Random)
        seed = args[1] if len(args) > 1 else settings.get("a")
        unseeded = not seeds or seed is None
        if recorder is not None and unseeded and not is_importing():
            recorder.refuse(
                "drawing random numbers from the operating system",
                "draw them with engine.random_inputs, or outside and pass them as arguments",
            )
        return draw(*args, **settings)

    return drawn


def is_importing() -> bool:
    """Return whether a module is being loaded, which may seed generators of its own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None
