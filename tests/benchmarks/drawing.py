"""Times the drawing of 60 cards, the most that are drawn one by one, with each layout.

    python -m tests.benchmarks.drawing

Prints the median milliseconds of `engine.draw(out)` up to the finished SVG, for a small network's
loss and for a chain of 60 cards each, and for the folded picture of one sample's loss of
MLP(2, [16, 16, 1]). Each line is measured in a process of its own; the first drawing there, which
includes imports, is printed separately.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from statistics import median

import engine
import nn
from engine import Value

CARDS, ROUNDS = 60, 9


def network() -> Value:
    """Return a loss of 60 nodes: three tanh neurons, one above them, their squares as a penalty."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    x = [Value(0.5, "x1"), Value(-0.3, "x2")]
    out = nn.mean_squared_error([model(x)], [1.0]) + nn.l2(model, 0.1)
    while len(engine.nodes(out)) < CARDS:
        out = out * 1.0
    return out


def chain() -> Value:
    """Return the end of a chain of 60 nodes, the deepest graph of that size."""
    out = Value(0.5, "x")
    while len(engine.nodes(out)) < CARDS:
        out = engine.sin(out)
    return out


def folded() -> Value:
    """Return one sample's loss of the network of the demonstration."""
    return nn.hinge([nn.MLP(2, [16, 16, 1], seed=0)([0.5, -0.3])], [1])


GRAPHS = {"network": network, "chain": chain, "folded": folded}


def drawing(graph: str, layout: str) -> str:
    """Draw a graph several times in this process; return the times."""
    root = GRAPHS[graph]()
    root.backward()
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        picture = engine.draw(root, layout=layout)
        times.append((time.perf_counter() - start) * 1e3)
    cards = len(engine.nodes(root))
    return (
        f"{median(times[1:]):6.0f} ms ({min(times[1:]):.0f} to {max(times[1:]):.0f}; the first "
        f"{times[0]:.0f}), {cards} nodes, {len(picture.svg) / 1e3:.0f} kB of SVG"
    )


def main() -> None:
    """Run every measurement in a process of its own."""
    for graph in GRAPHS:
        for layout in ("builtin", "dot") if shutil.which("dot") else ("builtin",):
            command = [sys.executable, "-m", "tests.benchmarks.drawing", graph, layout]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(f"{graph:>8}  {layout:<8} {answer.strip()}")


if __name__ == "__main__":
    print(drawing(*sys.argv[1:])) if len(sys.argv) > 1 else main()
