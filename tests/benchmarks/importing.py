"""Times `import engine` in fresh processes.

    python -m tests.benchmarks.importing

Prints the median time of the import in milliseconds, measured inside the process, how many modules
it brings in beyond those that Python starts with, and the slowest of them.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

ROUNDS = 15

TIMED = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
import engine
print(time.perf_counter() - start, len(set(sys.modules) - before))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh Python."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)


def main() -> None:
    """Import many times; print the median, and what takes longest."""
    answers = [run("-c", TIMED).stdout.split() for _ in range(ROUNDS)]
    times = sorted(float(seconds) * 1e3 for seconds, _ in answers)
    print(
        f"import engine: {median(times):.1f} ms ({times[0]:.1f} to {times[-1]:.1f}), "
        f"{answers[0][1]} modules"
    )
    lines = run("-X", "importtime", "-c", "import engine").stderr.splitlines()[1:]
    own = sorted((int(line[12:].split("|")[0]), line.split("|")[-1].strip()) for line in lines)
    for microseconds, module in reversed(own[-5:]):
        print(f"  {microseconds / 1e3:5.1f} ms in {module} itself")


if __name__ == "__main__":
    main()
