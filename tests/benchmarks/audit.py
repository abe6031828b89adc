"""Measures what audits of programs cost, and counts false alarms on random programs.

    python -m tests.benchmarks.audit [T1 T2 T3 T4] [fit] [random]

Printed are the times of a recording and of an audit, how many times longer a step between audits
takes than one of a program without audits, the same of an epoch of `nn.fit`, and how many of 2,000
random programs raise an alarm.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

import engine
import nn
from engine.compile.record.function import collector_off
from tests.benchmarks.special_cases import ONE_THREAD, WORK, Work
from tests.moons import moons
from tests.random_programs import random_program

ROUNDS, STEPS = 15, 200
PAST = 1030  # calls after which the next audit is far away
EPOCHS = 100
RANDOM_PROGRAMS = 2000


def seconds(run: Callable[[], object], n: int = 1) -> float:
    """Return the processor time of a run, one of n."""
    start = time.process_time()
    for _ in range(n):
        run()
    return (time.process_time() - start) / n


def ratio(
    with_audits: Callable[[], object], without: Callable[[], object], n: int, rounds: int = ROUNDS
) -> str:
    """Return how many times longer one takes, in turns, and the time of the other."""
    times = [(seconds(with_audits, n), seconds(without, n)) for _ in range(rounds)]
    a, b = (min(column) for column in zip(*times, strict=True))
    return f"median {median(x / y for x, y in times):.3f} ×, best {a / b:.3f} × of {1e3 * b:.3g} ms"


def of_program(make: Callable[[], Work]) -> None:
    """Print what audits cost a program."""
    program, _, args = make()
    recordings, audits = [], []
    for _ in range(7):
        program.evaluate(*args)
        call = program._cache.last
        audits.append(seconds(program.audit))
        program.forget()
        with collector_off():
            record = partial(program._function.record, call.keys, call.numbers, call.args)
            recordings.append(seconds(record))
        program.forget()
    one, other = min(recordings), min(audits)
    print(f"  recording {1e3 * one:.1f} ms, audit {1e3 * other:.1f} ms, {other / one:.2f} ×")
    engine.compile.__kwdefaults__["audit"] = False
    unaudited, _, args = make()
    engine.compile.__kwdefaults__["audit"] = True
    for _ in range(PAST):
        program.step(*args)
        unaudited.step(*args)
    steps = ratio(lambda: program.step(*args), lambda: unaudited.step(*args), STEPS)
    print(f"  step between audits: {steps}")


def of_fit(
    sizes: list[int], data: tuple[np.ndarray, np.ndarray], loss: Callable[..., engine.Value]
) -> None:
    """Print what audits cost an epoch, those of the first epochs included."""

    def run(audit: bool) -> None:
        model = nn.MLP(sizes[0], sizes[1:], seed=0)
        optimizer = nn.Adam(model.parameters(), learning_rate=1e-3)
        nn.fit(model, *data, loss=loss, optimizer=optimizer, epochs=EPOCHS, progress=False,
               audit=audit)  # fmt: skip

    print(f"  {EPOCHS} epochs of {len(data[0])} samples, {sizes}:", end=" ")
    print(ratio(lambda: run(True), lambda: run(False), 1, rounds=5))


def of_random_programs() -> None:
    """Print how many random programs raise an alarm."""
    alarms = 0
    for seed in range(RANDOM_PROGRAMS):
        fn, parameters, args = random_program(seed)
        program = engine.compile(fn, audit="always")
        try:
            for _ in range(4):
                program(*args)
                for p in parameters:
                    p.data = 0.8 * p.data + 0.05
        except engine.StaleProgramError as error:
            alarms += 1
            print(f"  {seed}: {error}")
    print(f"  {alarms} alarms in {RANDOM_PROGRAMS} random programs, each audited three times")


def main() -> None:
    """Print what was named, or everything."""
    for name in sys.argv[1:] or [*WORK, "fit", "random"]:
        print(f"{name}: {WORK[name].__doc__ if name in WORK else ''}")
        if name in WORK:
            of_program(WORK[name])
        elif name == "random":
            of_random_programs()
        else:
            rng = np.random.default_rng(0)
            of_fit([2, 16, 16, 1], moons(200), nn.hinge)
            of_fit([2, 16, 16, 1], moons(2000), nn.hinge)
            digits = rng.random((1797, 64)), rng.integers(0, 10, 1797)
            of_fit([64, 32, 10], digits, nn.cross_entropy)


if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:  # libraries read how many threads they may use when they are loaded
        command = [sys.executable, "-m", "tests.benchmarks.audit", *sys.argv[1:]]
        subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=True)
