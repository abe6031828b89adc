"""Times pictures of 60 cards with both layouts.

    python -m tests.benchmarks.drawing

Prints the median time in milliseconds from a graph to its SVG.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from random import Random
from statistics import median
from time import perf_counter

import engine
from engine import Value

N_CARDS, ROUNDS = 60, 9


def tangle() -> Value:
    """Return the end of a random graph of `N_CARDS` values, many of them used several times."""
    rng = Random(0)
    inputs = [Value(rng.uniform(-2, 2), f"x{i}") for i in range(8)]
    values = [*inputs, inputs[0] * inputs[1]]
    while len(values) < N_CARDS:
        n_made = len(values) - len(inputs)
        other = inputs[n_made + 1] if n_made < len(inputs) - 1 else rng.choice(values)
        values.append(rng.choice([values[-1] * other, values[-1] + other, other - values[-1]]))
    values[-1].backward()
    return values[-1]


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes, the median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times) * 1e3


def main() -> None:
    """Draw with each layout that there is, and time it."""
    root = tangle()
    n_cards = len(engine.draw(root).svg.split("<g transform")) - 1
    for layout in ("builtin", "dot") if shutil.which("dot") else ("builtin",):
        drawn = milliseconds(lambda layout=layout: engine.draw(root, layout=layout))  # type: ignore[misc]
        print(f"{n_cards} cards, layout {layout}: {drawn:.0f} ms")


if __name__ == "__main__":
    main()
