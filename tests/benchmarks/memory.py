"""Measures the memory of a recorded operation, and a chain of a million of them.

    python -m tests.benchmarks.memory

Prints how much the process grows (resident memory, /proc) per recorded operation, after backward(),
for the graph of one training step and for a chain, here and with closures and recursion; then the
seconds that a chain of 1,000,000 operations takes to build, to backpropagate and to be freed, at
Python's own recursion limit and with the garbage collector off, and what is left of it after `del`.
The closures cannot walk a long chain: their recursion ends at the limit. Each line is measured in a
process of its own.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

CHAIN = 200_000
LONG_CHAIN = 1_000_000


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def bytes_an_operation(contestant: str, graph: str) -> str:
    """Build a graph, run backward(), and return by how much the process grew per operation."""
    from tests.benchmarks.training_step import loss_of, networks

    value, predict, parameters = networks()[contestant]()
    loss = loss_of(value, predict, parameters)
    gc.collect()
    gc.disable()
    before = resident()
    if graph == "training step":
        roots = [loss() for _ in range(3)]
        from tests.benchmarks.training_step import operations_per_step

        for root in roots:
            root.backward()
        grown, operations = resident() - before, 3 * operations_per_step()
    else:
        out = value(1.0)
        for _ in range(CHAIN // 2):
            out = out * 1.000001 + 0.000001
        if contestant == "closures":
            sys.setrecursionlimit(10 * CHAIN)
        out.backward()
        grown, operations = resident() - before, CHAIN
    return f"{grown / operations:.0f} bytes per operation"


def long_chain(contestant: str) -> str:
    """Build, backpropagate and free a chain of a million operations; return how long each took."""
    from tests.benchmarks.training_step import networks

    value, _, _ = networks()[contestant]()
    gc.disable()
    before = resident()
    times = [time.perf_counter()]
    start = out = value(1.0)
    for _ in range(LONG_CHAIN // 2):
        out = out * 1.000001 + 0.000001
    times.append(time.perf_counter())
    try:
        out.backward()
    except RecursionError:
        return f"RecursionError at the limit of {sys.getrecursionlimit():,}"
    times.append(time.perf_counter())
    most = resident() - before
    del out
    times.append(time.perf_counter())
    left = sum(type(x) is value for x in gc.get_objects()) - 1  # start is still here
    built, passed, freed = (b - a for a, b in zip(times, times[1:], strict=False))
    return (
        f"built in {built:.2f} s, backward in {passed:.2f} s, freed in {freed:.2f} s; "
        f"{most / LONG_CHAIN:.0f} bytes per operation; {left} Values left, "
        f"{(resident() - before) / 1e6:.0f} MB not returned; grad {start.grad:.6f}"
    )


def main() -> None:
    """Run every measurement in a process of its own."""
    for contestant in ("engine", "closures"):
        for what in ("training step", "chain", "1,000,000"):
            command = [sys.executable, "-m", "tests.benchmarks.memory", contestant, what]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            # A recursion that deep may end the process.
            answer = done.stdout.strip() or f"the process ended with {done.returncode}"
            print(f"{contestant:>8}  {what:<13}  {answer}")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[2] == "1,000,000":
        print(long_chain(sys.argv[1]))
    else:
        print(bytes_an_operation(sys.argv[1], sys.argv[2]))
