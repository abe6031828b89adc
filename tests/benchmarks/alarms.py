"""Counts how many failing networks the monitor recognises, and how many false alarms it raises.

    python -m tests.benchmarks.alarms

Trains every failing network of `tests/networks.py` with three seeds, and 200 healthy ones: five data
sets and activations, four optimisers. Prints what was missed, and every alarm in a healthy network.
"""

from __future__ import annotations

from tests.networks import SICK, healthy, sick

SEEDS, HEALTHY_RUNS = 3, 200


def main() -> None:
    """Print everything."""
    right = 0
    for name, (kind, layer) in SICK.items():
        for seed in range(SEEDS):
            alarms = sick(name, seed=seed).alarms
            found = any(a.kind == kind and layer in (None, a.layer) for a in alarms)
            right += found
            if not found:
                print(f"missed: {name}, seed {seed}: {kind} in {layer}; got {alarms}")
    print(f"{right} of {SEEDS * len(SICK)} failing networks recognised by kind and layer")
    wolf = 0
    for seed in range(HEALTHY_RUNS):
        alarms = healthy(seed).alarms
        wolf += bool(alarms)
        for alarm in alarms:
            print(f"healthy, seed {seed}: {alarm}")
    print(f"alarms in {wolf} of {HEALTHY_RUNS} healthy networks")


if __name__ == "__main__":
    main()
