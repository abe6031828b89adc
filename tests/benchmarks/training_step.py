"""Times one training step of MLP(2, [16, 16, 1]) on 100 moons, here and with closures and recursion.

    python -m tests.benchmarks.training_step

Prints, for each engine, the median processor time of a step in milliseconds, with Python's garbage
collector on and off, how many times faster this project's engine is than the closures, and the
number of operations recorded in a step. The loss is max-margin with L2, as in micrograd's
demonstration; the scalar code is the same for all engines. Each engine runs in a process of its
own, in turn, so that neither a busy machine nor the other engine's garbage affects only one of them.
"""

from __future__ import annotations

import gc
import math
import random
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

ROUNDS, STEPS = 7, 4


def moons(n: int, rng: random.Random) -> tuple[list[list[float]], list[int]]:
    """Return n points on two interleaving half-circles with some noise, and their class, ±1."""
    points, sides = [], []
    for i in range(n):
        angle, side = math.pi * rng.random(), 2 * (i % 2) - 1
        x, y = math.cos(angle), math.sin(angle)
        x, y = (x, y) if side < 0 else (1 - x, 0.5 - y)
        points.append([x + rng.gauss(0, 0.1), y + rng.gauss(0, 0.1)])
        sides.append(side)
    return points, sides


class Network:
    """A multi-layer perceptron with relu, in plain scalar code over any Value class."""

    def __init__(self, value: type, sizes: list[int], rng: random.Random) -> None:
        self.layers = [
            [
                ([value(rng.uniform(-1, 1)) for _ in range(n_inputs)], value(0.0))
                for _ in range(n_outputs)
            ]
            for n_inputs, n_outputs in zip(sizes, sizes[1:], strict=False)
        ]

    def parameters(self) -> list:
        """Return all weights and biases."""
        return [p for layer in self.layers for weights, bias in layer for p in (*weights, bias)]

    def __call__(self, x: list) -> object:
        for layer in self.layers:
            out = [
                sum((w * v for w, v in zip(weights, x, strict=True)), bias)
                for weights, bias in layer
            ]
            x = [v.relu() for v in out] if layer is not self.layers[-1] else out
        return x[0]


def loss_of(value: type, predict: Callable, parameters: list) -> Callable[[], object]:
    """Return a function that records one forward pass over the moons, loss and penalty."""
    points, sides = moons(100, random.Random(0))

    def loss() -> object:
        scores = [predict([value(v) for v in point]) for point in points]
        margins = [(1 + -y * s).relu() for y, s in zip(sides, scores, strict=True)]
        return sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in parameters)

    return loss


def networks() -> dict[str, Callable[[], tuple[type, Callable, list]]]:
    """Return what makes each contestant: its Value, its network and its parameters."""

    def by_hand(value: type) -> tuple[type, Callable, list]:
        network = Network(value, [2, 16, 16, 1], random.Random(1))
        return value, network, network.parameters()

    def here() -> tuple[type, Callable, list]:
        from engine import Value

        return by_hand(Value)

    def library() -> tuple[type, Callable, list]:
        import nn
        from engine import Value

        model = nn.MLP(2, [16, 16, 1], seed=1)
        return Value, model, model.parameters()

    def closures() -> tuple[type, Callable, list]:
        from tests.benchmarks.closures import Value

        return by_hand(Value)

    return {"engine": here, "nn.MLP": library, "closures": closures}


def seconds_a_step(contestant: str, collector: str) -> float:
    """Train for a few steps in this process; return the median time of one."""
    value, predict, parameters = networks()[contestant]()
    loss = loss_of(value, predict, parameters)
    if collector == "off":
        gc.disable()
    times = []
    for _ in range(STEPS + 1):
        start = time.process_time()
        total = loss()
        for p in parameters:
            p.grad = 0.0
        total.backward()
        for p in parameters:
            p.data -= 0.05 * p.grad
        del total
        times.append(time.process_time() - start)
        if collector == "off":
            gc.collect()  # between the steps, and not timed: closures leave everything behind
    return median(times[1:])  # the first step warms up


def operations_per_step() -> int:
    """Return how many operations this engine records in one step."""
    from engine.graph import nodes

    loss = loss_of(*networks()["engine"]())
    return sum(node.op is not None for node in nodes(loss()))


def main() -> None:
    """Run every contestant in processes of their own, in turn, and print medians and ratios."""
    print(
        f"{operations_per_step():,} operations per step; {ROUNDS} rounds of {STEPS} steps; medians"
    )
    try:
        import nn

        contestants = [name for name in networks() if name != "nn.MLP" or hasattr(nn, "MLP")]
    except ImportError:
        contestants = ["engine", "closures"]
    for collector in ("on", "off"):
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            for name in contestants:
                command = [sys.executable, "-m", "tests.benchmarks.training_step", name, collector]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                times[name].append(float(answer))
        slow = median(times["closures"])
        for name in contestants:
            step = median(times[name])
            extent = f"{min(times[name]) * 1e3:.0f} to {max(times[name]) * 1e3:.0f}"
            print(
                f"collector {collector:>3}  {name:>8}  {step * 1e3:7.1f} ms per step ({extent})"
                f"  {slow / step:5.1f} × closures"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(seconds_a_step(sys.argv[1], sys.argv[2]))
    else:
        main()
