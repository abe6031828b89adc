"""Settings for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Benchmarks are run by hand, and import what tests can do without, such as torch.
collect_ignore = [
    str(path)
    for path in Path(__file__).parent.glob("benchmarks/*.py")
    if not path.name.startswith("test_")
]

# The same examples in every run, however slow: the machine may be busy, or WebAssembly.
settings.register_profile(
    "project", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the files in which a test was skipped: `.ci/run` runs them again with every extra."""
    skipped = {report.nodeid.split("::")[0] for report in terminalreporter.getreports("skipped")}
    if skipped:
        terminalreporter.section("files with skipped tests")
        terminalreporter.write_line(" ".join(sorted(skipped)))
