"""The states of random number generators: draws cannot be replayed, and an audit draws nothing."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Sequence
from functools import partial
from random import Random, SystemRandom
from typing import Any

from engine.compile.record.objects import root

State = tuple[Callable[[Any], object], Any, bytes]  # what sets it, the state, the same as bytes
SHARED = (
    ("random", "getstate", "setstate"),
    ("numpy.random", "get_state", "set_state"),
    ("torch", "get_rng_state", "set_rng_state"),
)
METHODS = (("getstate", "setstate"), ("get_state", "set_state"))  # Python's; older, and torch's


def is_generator(x: object) -> bool:
    """Return whether `x` draws random numbers, and has a state."""
    kind = type(x)
    if issubclass(kind, Random):
        return not issubclass(kind, SystemRandom)
    older = hasattr(kind, "set_state") and root(kind.__module__) in ("numpy", "torch")
    return older or hasattr(kind, "bit_generator")


def random_states(generators: Sequence[Any]) -> list[State]:
    """Return the states of generators, and of those that all users of a library share."""
    found: list[tuple[Callable[[Any], object], Any]] = []
    for name, get, put in SHARED:
        module = sys.modules.get(name)
        if hasattr(module, put):
            found.append((getattr(module, put), getattr(module, get)()))
    for x in generators:
        if hasattr(type(x), "bit_generator"):
            bits = x.bit_generator
            found.append((partial(setattr, bits, "state"), bits.state))
        else:
            get, put = METHODS[hasattr(type(x), "set_state")]
            found.append((getattr(x, put), getattr(x, get)()))
    return [(put, state, as_bytes(state)) for put, state in found]


def as_bytes(state: Any) -> bytes:
    """Return a state in a form that can be compared."""
    return state.numpy().tobytes() if hasattr(state, "numpy") else pickle.dumps(state)


def same_states(a: list[State], b: list[State]) -> bool:
    """Return whether nothing was drawn between two looks."""
    return [state for *_, state in a] == [state for *_, state in b]


def put_back(states: list[State]) -> None:
    """Put generators back into these states."""
    for put, state, _ in states:
        put(state)
