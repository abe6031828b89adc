"""The random numbers of a call: each is drawn once, however often the function is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from engine.compile.record.arguments import floats
from engine.guards.number import as_float

Draw = Callable[[int], Sequence[float]]
Run = tuple[Draw, int]  # who draws, and how many numbers in a row


class Draws:
    """What one call draws: the numbers that the eager engine would draw, in the same order."""

    __slots__ = ("_n_samples", "_next", "_parts", "_recorded")

    def __init__(self) -> None:
        self._recorded: list[float] = []  # of the sample that is recorded, in order
        self._next = 0
        self._parts: list[Any] = []  # of all samples
        self._n_samples = 1

    def rewind(self, sample: int) -> None:
        """Give the numbers of a sample again, to another recording for the same call."""
        self._next = 0
        if self._parts:
            self._recorded = []
            for numbers in map(floats, self._parts):
                n = len(numbers) // self._n_samples
                self._recorded += numbers[sample * n : (sample + 1) * n]

    def next(self, draw: Draw, n: int) -> list[float]:
        """Return the next n numbers for a recording."""
        begin, self._next = self._next, self._next + n
        missing = self._next - len(self._recorded)
        if missing > 0:
            self._recorded += numbers_drawn(draw, missing)
        return self._recorded[begin : self._next]

    @contextmanager
    def given(self) -> Iterator[None]:
        """Let `random_inputs` give these numbers, outside a recording too."""
        token = instead.set(self)
        try:
            yield
        finally:
            instead.reset(token)

    def parts(self, runs: Sequence[Run], n_samples: int) -> list[Any]:
        """Return the numbers of each run, sample after sample: what a replay is given for it."""
        known = self._recorded
        found: list[Any] = []
        # Methods of different objects draw from streams of their own; functions may share one.
        owners = {id(getattr(draw, "__self__", runs)) for draw, _ in runs}
        if len(owners) == len(runs):
            for draw, n in runs:
                first, known = known[:n], known[n:]
                rest: Any = drawn(draw, n * n_samples - len(first))
                if first:
                    rest = [*first, *floats(rest)]
                found.append(rest if isinstance(rest, list) else rest.reshape(n_samples, n))
        else:
            found = [[] for _ in runs]
            for _ in range(n_samples):
                for part, (draw, n) in zip(found, runs, strict=True):
                    part += known[:n] or numbers_drawn(draw, n)
                    known = known[n:]
        self._parts, self._n_samples = found, n_samples
        return found


instead: ContextVar[Draws | None] = ContextVar("instead", default=None)


def same_runs(a: Sequence[Run], b: Sequence[Run]) -> bool:
    """Return whether two recordings draw alike; a function made in each is known by its code."""
    known = [
        [(draw if hasattr(draw, "__self__") else getattr(draw, "__code__", draw), n)]
        for draw, n in (*a, *b)
    ]
    return known[: len(a)] == known[len(a) :]


def numbers_drawn(draw: Draw, n: int) -> list[float]:
    """Return n numbers as a list."""
    return floats(drawn(draw, n))


def drawn(draw: Draw, n: int) -> Sequence[float]:
    """Return n numbers, as a list of floats or an array.

    Raises:
        TypeError: what is drawn is not numbers.
        ValueError: it is more or fewer than n.
    """
    found: Any = draw(n) if n else []
    if not hasattr(found, "__len__") or len(found) != n:
        came = f"{len(found)} numbers" if hasattr(found, "__len__") else repr(found)
        raise ValueError(
            f"random_inputs needs a function that draws as many numbers as it is asked for, {n}; "
            f"got {came}"
        )
    if hasattr(found, "tolist"):
        return found.astype(float)  # type: ignore[no-any-return]
    if set(map(type, found)) <= {float}:
        return list(found)
    return [as_float(x, "random_inputs needs a function that draws numbers") for x in found]
