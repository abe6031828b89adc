"""Measures what a Monitor costs a compiled training run, and how much room it takes.

    python -m tests.benchmarks.monitoring

Trains MLP(2, [16, 16, 1]) on 200 moons with and without a Monitor at its default interval, in turn,
and prints the medians of the whole run, start included, and of a step; the target is at most 15 %
more. Then what is kept after 1,000, 10,000 and 100,000 steps, which must not grow without bound.
"""

from __future__ import annotations

import time
from statistics import median

ROUNDS = 9


def seconds(monitored: bool, epochs: int) -> float:
    """Return the processor time of a training run, which others on the machine disturb less."""
    import nn
    from tests.networks import moons

    X, y = moons(0)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)
    monitor = nn.Monitor(model) if monitored else None
    start = time.process_time()
    nn.fit(model, X, y, loss=nn.hinge, optimizer=optimizer, epochs=epochs, batch_size=20,
           progress=False, monitor=monitor)  # fmt: skip
    return time.process_time() - start


def bytes_kept(steps: int) -> tuple[int, int]:
    """Return how many bytes and looks a Monitor keeps after so many steps."""
    import nn
    from tests.networks import moons

    X, _ = moons(0)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    monitor = nn.Monitor(model, X)
    for _ in range(steps):
        monitor.step(1.0)
    return sum(look.nbytes for look in monitor.looks), len(monitor.looks)


def main() -> None:
    """Print everything."""
    for epochs in (25, 250):
        plain, watched = [], []
        for _ in range(ROUNDS):
            plain.append(seconds(False, epochs))
            watched.append(seconds(True, epochs))
        a, b = median(plain), median(watched)
        print(
            f"{epochs} epochs of 8 steps: {a * 1e3:.0f} ms, with a monitor {b * 1e3:.0f} ms "
            f"({b / a - 1:+.1%}; least of {ROUNDS}: {min(watched) / min(plain) - 1:+.1%})"
        )
    for steps in (1_000, 10_000, 100_000):
        size, looks = bytes_kept(steps)
        print(f"{steps:>7,} steps: {looks} looks kept, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
