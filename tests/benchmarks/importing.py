"""Times `import engine` in fresh processes.

    python -m tests.benchmarks.importing

Prints the median time of the import in milliseconds, measured inside the process, how many modules
it brings in beyond those that Python starts with, and the slowest of them; with bytecode, as every
run after the first has it, and without.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

ROUNDS = 15

TIMED = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
import engine
print(time.perf_counter() - start, len(set(sys.modules) - before))
"""


def run(*arguments: str, bytecode: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh Python that keeps bytecode in a folder of its own, or keeps none."""
    settings = {"PYTHONPYCACHEPREFIX": bytecode} if bytecode else {"PYTHONDONTWRITEBYTECODE": "1"}
    # Whatever is set around us must not decide what is measured.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    if not bytecode:
        settings["PYTHONPYCACHEPREFIX"] = os.devnull
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, **settings},
    )


def report(name: str, bytecode: str) -> None:
    """Import many times; print the median."""
    run("-c", TIMED, bytecode=bytecode)  # writes the bytecode
    answers = [run("-c", TIMED, bytecode=bytecode).stdout.split() for _ in range(ROUNDS)]
    times = sorted(float(seconds) * 1e3 for seconds, _ in answers)
    print(
        f"import engine, {name}: {median(times):.1f} ms ({times[0]:.1f} to {times[-1]:.1f}), "
        f"{answers[0][1]} modules"
    )


def main() -> None:
    """Print the times, and what takes longest."""
    with TemporaryDirectory() as folder:
        report("with bytecode", folder)
        slowest = run("-X", "importtime", "-c", "import engine", bytecode=folder).stderr
    report("without", "")
    lines = slowest.splitlines()[1:]
    own = sorted((int(line[12:].split("|")[0]), line.split("|")[-1].strip()) for line in lines)
    for microseconds, module in reversed(own[-5:]):
        print(f"  {microseconds / 1e3:5.1f} ms in {module} itself")


if __name__ == "__main__":
    main()
