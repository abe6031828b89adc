"""Times `import engine` in fresh processes.

    python -m tests.benchmarks.importing

Prints the median time of the import in milliseconds, measured inside the process and with bytecode
as every run after the first has it, how many modules it brings in beyond those that Python starts
with, and the slowest of them.
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


def run(bytecode: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh Python that keeps its bytecode in a folder."""
    # With PYTHONDONTWRITEBYTECODE inherited, every round would compile every module again.
    settings = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**settings, "PYTHONPYCACHEPREFIX": bytecode},
    )


def main() -> None:
    """Import many times; print the median, and what takes longest."""
    with TemporaryDirectory() as folder:
        run(folder, "-c", TIMED)  # writes the bytecode
        answers = [run(folder, "-c", TIMED).stdout.split() for _ in range(ROUNDS)]
        lines = run(folder, "-X", "importtime", "-c", "import engine").stderr.splitlines()[1:]
    times = sorted(float(seconds) * 1e3 for seconds, _ in answers)
    print(
        f"import engine: {median(times):.1f} ms ({times[0]:.1f} to {times[-1]:.1f}), "
        f"{answers[0][1]} modules"
    )
    own = sorted((int(line[12:].split("|")[0]), line.split("|")[-1].strip()) for line in lines)
    for microseconds, module in reversed(own[-5:]):
        print(f"  {microseconds / 1e3:5.1f} ms in {module} itself")


if __name__ == "__main__":
    main()
