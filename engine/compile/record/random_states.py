"""The states of random number generators: draws cannot be replayed, and an audit draws nothing."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

State = tuple[Callable[[Any], object], Any, bytes]  # what sets it, the state, the same as bytes


def random_states(generators: Sequence[Any]) -> list[State]:
    """Return the states of generators, and of those of Python, NumPy and torch that all share."""
    found = [state_of(random)]
    for name, get, put in (
        ("numpy.random", "get_state", "set_state"),
        ("torch", "get_rng_state", "set_rng_state"),
    ):
        module = sys.modules.get(name)
        if hasattr(module, put):
            state = getattr(module, get)()
            found.append((getattr(module, put), state, as_bytes(state)))
    return found + [state_of(x) for x in generators]


def state_of(generator: Any) -> State:
    """Return the state of a generator of Python's or NumPy's."""
    if hasattr(generator, "getstate"):
        state = generator.getstate()
        return generator.setstate, state, as_bytes(state)
    bits = generator.bit_generator
    state = bits.state
    return lambda state: setattr(bits, "state", state), state, as_bytes(state)


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
