"""Measures what a Monitor costs a compiled training run, and how much memory it takes.

    python -m tests.benchmarks.monitoring

Trains MLP(2, [16, 16, 1]) and the smallest, MLP(2, [1]), on 200 moons with and without a Monitor at its
default interval, in turn, and prints processor times of the whole run, start included: the median of the pairs' ratios, and, in
the monitored runs alone, what the monitor's own calls took over all the rest, which is steadier on a
busy machine. The targets are at most 15 and 25 %. Then what is kept after 1,000 to 1,000,000 steps,
which must not grow without bound.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import nn
from tests.networks import moons

ROUNDS = 15


class Timed(nn.Monitor):
    """A Monitor that adds up the time of its own calls."""

    inside = 0.0

    def begin(self, *args: Any, **settings: Any) -> Any:
        """Time the beginning."""
        return self._timed(super().begin, *args, **settings)

    def step(self, *args: Any, **settings: Any) -> Any:
        """Time a step."""
        return self._timed(super().step, *args, **settings)

    def epoch(self, *args: Any, **settings: Any) -> Any:
        """Time an epoch."""
        return self._timed(super().epoch, *args, **settings)

    def _timed(self, call: Any, *args: Any, **settings: Any) -> Any:
        start = time.perf_counter()
        result = call(*args, **settings)
        self.inside += time.perf_counter() - start
        return result


def seconds(sizes: list[int], monitored: bool, epochs: int) -> tuple[float, float]:
    """Return the processor time of a training run, and the monitor's share of its duration."""
    X, y = moons(0)
    model = nn.MLP(2, sizes, seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)
    start, began = time.process_time(), time.perf_counter()
    monitor = Timed(model) if monitored else None
    making = time.perf_counter() - began
    nn.fit(model, X, y, loss=nn.hinge, optimizer=optimizer, epochs=epochs, batch_size=20,
           progress=False, monitor=monitor)  # fmt: skip
    took, lasted = time.process_time() - start, time.perf_counter() - began
    inside = making + monitor.inside if monitor else 0.0
    return took, inside / (lasted - inside)


def bytes_kept(steps: int) -> tuple[int, int]:
    """Return how many bytes and looks a Monitor keeps after so many steps."""
    X, _ = moons(0)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    monitor = nn.Monitor(model, X)
    for _ in range(steps):
        monitor.step(1.0)
    return sum(look.nbytes for look in monitor.looks), len(monitor.looks)


def main() -> None:
    """Print everything."""
    for sizes, epochs in (([16, 16, 1], 25), ([16, 16, 1], 250), ([1], 25), ([1], 250)):
        runs = [
            (seconds(sizes, False, epochs)[0], seconds(sizes, True, epochs)) for _ in range(ROUNDS)
        ]
        plain = median(a for a, _ in runs)
        ratio = median(b / a for a, (b, _) in runs) - 1
        share = median(share for _, (_, share) in runs)
        print(
            f"{sizes}, {epochs} epochs of 8 steps: {plain * 1e3:.0f} ms; with a monitor "
            f"{ratio:+.1%}; its own calls {share:.1%}"
        )
    for steps in (1_000, 100_000, 1_000_000):
        size, looks = bytes_kept(steps)
        print(f"{steps:>9,} steps: {looks} looks kept, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
