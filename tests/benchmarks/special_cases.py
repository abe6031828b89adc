"""Switches each special case of array programs off in turn, and times steps without it.

    python -m tests.benchmarks.special_cases [T1 T2 T3 T4]

A special case earns its place here: one that no workload pays for goes. The programs take turns in
one process; printed are how many times longer a step takes without the case (median and best of
the rounds), and how far any gradient is off, relative to the largest.
"""

from __future__ import annotations

import ast
import gc
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from statistics import median
from unittest.mock import patch

import numpy as np

import engine
import nn
from engine import Value
from engine.compile.replay import arrays, pairs, sums
from engine.compile.reroll import inputs, planner
from tests.moons import moons, moons_loss
from tests.small_gpt import flat, small_gpt

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ROUNDS, TURN = 41, 0.02  # turns per program, and the seconds that each is to take
Work = tuple[engine.Program, list[Value], tuple]


class NoPeephole(ast.NodeTransformer):
    """Leaves a program as it is."""

    def __init__(self, space: Mapping[str, object]) -> None:
        self.arrays: dict[str, np.ndarray] = {}


def never(*_: object) -> bool:
    """Replace a test, or a special way to write something that says whether it applies."""
    return False


OFF: dict[str, list] = {
    "peephole": [patch.object(arrays, "Peephole", NoPeephole)],
    "pairs": [
        patch.object(pairs.PairSumLines, "write", never),
        patch.object(pairs.WeightedSumLines, "write", never),
    ],
    "take_in_bias": [patch.object(planner.Planner, "take_in_bias", never)],
    "inputs by columns": [patch.object(inputs, "FEW_COLUMNS", 0)],
    "few terms one by one": [patch.object(sums, "FEW", 1)],
    "one_number": [patch.object(sums.SumLines, "is_one_number", never)],
    "dot_product": [patch.object(sums.SumLines, "dot_product", never)],
}


# ---- the work: that of tests.benchmarks.compiled, without its competitors ----


def t1() -> Work:
    """MLP(2, [16, 16, 1]), 100 moons, max-margin and L2, SGD."""
    model = nn.MLP(2, [16, 16, 1], seed=1)
    optimizer = nn.SGD(model.parameters(), learning_rate=1e-3)
    program = engine.compile(moons_loss(model), optimizer=optimizer)
    return program, model.parameters(), moons(100)


def batched(
    sizes: list[int], loss: Callable[..., Value], data: tuple[np.ndarray, np.ndarray]
) -> Work:
    """Return a batched program of a network under Adam."""
    model = nn.MLP(sizes[0], sizes[1:], seed=1)
    optimizer = nn.Adam(model.parameters(), learning_rate=1e-4)
    program = engine.compile(lambda x, t: loss([model(x)], [t]), optimizer=optimizer, batched=True)
    return program, model.parameters(), data


def t2() -> Work:
    """MLP(2, [64, 64, 1]), a minibatch of 100 moons, Adam."""
    return batched([2, 64, 64, 1], nn.hinge, moons(100))


def t3() -> Work:
    """64-32-10, softmax, a minibatch of 64 made-up digits, Adam."""
    rng = np.random.default_rng(0)
    return batched([64, 32, 10], nn.cross_entropy, (rng.random((64, 64)), rng.integers(0, 10, 64)))


def t4() -> Work:
    """A GPT with one layer: 16 dimensions, 4 heads, 16 positions, 27 characters; Adam."""
    loss, matrices = small_gpt(random.Random(0), n_vocabulary=27, n_dims=16, n_heads=4, length=16)
    optimizer = nn.Adam(flat(matrices), learning_rate=1e-4)
    rng = random.Random(1)
    sequence = np.array([rng.randrange(27) for _ in range(17)], dtype=float)
    return engine.compile(loss, optimizer=optimizer), flat(matrices), (sequence,)


WORK = {"T1": t1, "T2": t2, "T3": t3, "T4": t4}


def prepared(work: Callable[[], Work], off: list) -> tuple[Callable[[], object], np.ndarray]:
    """Return a step of a program made with some cases switched off, and its first gradients."""
    with ExitStack() as stack:
        for switch in off:
            stack.enter_context(switch)
        program, parameters, args = work()
        program(*args)
    found = np.array([p.grad for p in parameters])
    return (lambda: program.step(*args)), found


def main() -> None:
    """Print a table of each workload that was named, or of all."""
    for name in sys.argv[1:] or WORK:
        print(f"{name}: {WORK[name].__doc__}")
        made = {case: prepared(WORK[name], off) for case, off in {"all": [], **OFF}.items()}
        times: dict[str, list[float]] = {case: [] for case in made}
        _, wanted = made["all"]
        step, _ = made["all"]
        start = time.process_time()
        for _ in range(20):
            step()
        n_steps = max(1, round(TURN * 20 / (time.process_time() - start)))
        gc.collect()
        gc.disable()
        for _ in range(ROUNDS):
            for case, (step, _) in made.items():
                start = time.process_time()
                for _ in range(n_steps):
                    step()
                times[case].append((time.process_time() - start) / n_steps)
        gc.enable()
        base = times["all"]
        print(
            f"  {'with all of them':>28}  {median(base) * 1e6:7.1f} µs, best {min(base) * 1e6:.1f}"
        )
        for case in OFF:
            off = np.abs(made[case][1] - wanted).max() / np.abs(wanted).max()
            ratios = [a / b for a, b in zip(times[case], base, strict=True)]
            best = min(times[case]) / min(base)
            figures = f"median {median(ratios):.2f} ×, best {best:.2f} ×, off by {off:.0e}"
            print(f"  {'without ' + case:>28}  {figures}")


if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:  # libraries read how many threads they may use when they are loaded
        command = [sys.executable, "-m", "tests.benchmarks.special_cases", *sys.argv[1:]]
        subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=True)
