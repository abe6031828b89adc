"""Times the first call of compiled functions in which little repeats, and of tiny networks.

    python -m tests.benchmarks.compiling

Printed are the best of several fresh recordings, in CPU time: microseconds per node to record and
to compile, the first call in all, how many eager steps (forward and backward) it takes as long as,
and a later call, while it runs step by step and once its lines are compiled.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable
from unittest.mock import patch

import engine
import nn
from engine import Value
from engine.compile import cache

TRIES, CALLS = 3, 30
Work = tuple[Callable[..., Value], tuple]


def irregular(n: int) -> Work:
    """n operations, each on two of the last 20 results."""
    rng = random.Random(0)
    choices = [(rng.randrange(20), rng.randrange(20), rng.randrange(3)) for _ in range(n)]
    weights = [Value(rng.uniform(0.5, 1)) for _ in range(20)]

    def fn(x):
        last = [w * x for w in weights]
        for i, j, k in choices:
            a, b = last[i], last[j]
            last.append(a * b if k == 0 else (a + b) * 0.5 if k == 1 else engine.tanh(a - b))
            del last[0]
        return last[-1]

    return fn, (0.5,)


def recurrence(n: int) -> Work:
    """A recurrence of n steps."""
    w, u, b = Value(0.5), Value(0.3), Value(0.1)

    def fn(xs):
        h = 0.0
        for x in xs:
            h = engine.tanh(w * h + u * x + b)
        return h

    return fn, ([0.01 * (i % 7) for i in range(n)],)


def network(sizes: list[int], n_samples: int) -> Work:
    """The squared error of a small network over a few samples."""
    model = nn.MLP(sizes[0], sizes[1:], seed=0)
    rng = random.Random(0)
    X = [[rng.uniform(-1, 1) for _ in range(sizes[0])] for _ in range(n_samples)]
    y = [rng.uniform(-1, 1) for _ in range(n_samples)]

    def fn(X, y):
        return sum((model(x) - t) ** 2 for x, t in zip(X, y, strict=True)) / len(X)

    return fn, (X, y)


WORK: dict[str, tuple[Callable[[], Work], tuple[str, ...]]] = {
    "irregular, 60,000": (lambda: irregular(60_000), ("auto", "python")),
    "irregular, 30,000": (lambda: irregular(30_000), ("auto", "numpy")),
    "irregular, 3,000": (lambda: irregular(3000), ("auto", "numpy")),
    "recurrence, 10,000": (lambda: recurrence(10_000), ("auto", "numpy", "python")),
    "MLP 2-4-1, 1 sample": (lambda: network([2, 4, 1], 1), ("auto",)),
    "MLP 2-4-1, 20 samples": (lambda: network([2, 4, 1], 20), ("auto",)),
    "MLP 2-16-16-1, 4 samples": (lambda: network([2, 16, 16, 1], 4), ("auto",)),
    "MLP 2-16-16-1, 20 samples": (lambda: network([2, 16, 16, 1], 20), ("auto",)),
}


def timed(step: Callable[[], object]) -> float:
    """Return the CPU seconds that something takes."""
    gc.collect()
    start = time.process_time()
    step()
    return time.process_time() - start


def main() -> None:
    """Print a line for each function and backend."""
    print(f"{'':>26} {'backend':>7} {'nodes':>7}   record  compile, µs per node   first call")
    for name, (make, backends) in WORK.items():
        for backend in backends:
            fn, args = make()
            eager = min(timed(lambda: fn(*args).backward()) for _ in range(TRIES))
            found = []
            with patch.object(cache.time, "perf_counter", time.process_time):
                for _ in range(TRIES):
                    program = engine.compile(fn, backend=backend, audit=False)
                    first = timed(lambda: program(*args))
                    found.append((first, program.stats.record_ms, program.stats.compile_ms))
            first, record_ms, compile_ms = map(min, zip(*found, strict=True))
            second, *_, last = [timed(lambda: program(*args)) for _ in range(CALLS)]
            nodes = program.stats.nodes
            print(
                f"{name:>26} {backend:>7} {nodes:7,} {1e3 * record_ms / nodes:8.1f} "
                f"{1e3 * compile_ms / nodes:8.1f} {1e3 * first:16.1f} ms = {first / eager:4.1f} eager "
                f"steps; then {1e3 * second:.2f} ms, at last {1e3 * last:.2f}"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
