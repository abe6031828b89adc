"""Measures how operations on whole graphs grow, next to a backward pass of the same graph.

    python -m tests.benchmarks.scale [most operations, 1,000,000 by default]

Prints, for graphs of three forms at a tenth of the size and at the full one, the microseconds of
processor time per operation to build, walk, differentiate as a graph, copy and pickle it, and in
brackets how many backward passes that is. What is linear keeps its figures from one size to the
next. The last column is the share of building that Python's garbage collector takes: it looks
through all live objects whenever they have grown by a quarter, which is linear in all, and about
half of the time. Graphs have no reference cycles, so that `gc.disable()` is safe around one.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable
from time import process_time

import engine
from engine import Value


def chain(n: int) -> tuple[Value, Value]:
    """Return a leaf and the last of a chain of `n` operations."""
    x = out = Value(1.0)
    for _ in range(n):
        out = out + 1.0
    return x, out


def fan_out(n: int) -> tuple[Value, Value]:
    """Return a leaf and the sum in which it is used `n` times."""
    x, out = Value(1.0), Value(0.0)
    for _ in range(n):
        out = out + x
    return x, out


def curved(n: int) -> tuple[Value, Value]:
    """Return a leaf and `n` operations whose slopes depend on it."""
    x = out = Value(1.0)
    for _ in range(n // 2):
        out = (out * x).tanh()
    return x, out


def seconds(do: Callable[[], object]) -> float:
    """Return the processor time of a call; what it returns is freed after that."""
    start = process_time()
    result = do()
    took = process_time() - start
    del result
    return took


def measure(graph: Callable[[int], tuple[Value, Value]], n: int) -> str:
    """Return a line of figures for one graph."""
    gc.collect()
    gc.disable()
    without_collector = seconds(lambda: graph(n))
    gc.enable()
    build = seconds(lambda: graph(n))
    x, out = graph(n)
    out.backward()
    backward = seconds(out.backward)
    text = pickle.dumps(out)
    took = {
        "build": build,
        "nodes": seconds(lambda: engine.nodes(out)),
        "grad": seconds(lambda: engine.grad(out, x)),
        "deepcopy": seconds(lambda: copy.deepcopy(out)),
        "dumps": seconds(lambda: pickle.dumps(out)),
        "loads": seconds(lambda: pickle.loads(text)),
    }
    figures = "  ".join(
        f"{name} {1e6 * t / n:5.2f} ({t / backward:4.1f})" for name, t in took.items()
    )
    return (
        f"{graph.__name__:>8} {n:>10,}: backward {1e6 * backward / n:5.2f}  {figures}  "
        f"{len(text) / n:.0f} bytes pickled  collector {1 - without_collector / build:.0%}"
    )


if __name__ == "__main__":
    most = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000
    for form in (chain, fan_out, curved):
        for size in (most // 10, most):
            print(measure(form, size), flush=True)
