"""Settings for all tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine import functions
from engine.ops import OPS
from tests.needs import needs

# As the first lines of a lesson say it: "**40 minutes** · after lesson 6 · needs `datasets`".
NEEDS_DATASETS = re.compile(r"\*\*\d+ minutes\*\*[^\n]* · needs [^\n]*`datasets`")

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


@pytest.fixture(autouse=True)
def _operations_defined_by_a_test_end_with_it() -> Iterator[None]:
    """Leave no operation behind for other tests."""
    yield
    for name in [name for name, row in OPS.items() if row.defined]:
        del OPS[name], functions.FUNCTIONS[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip a lesson that needs a data set of scikit-learn where that is missing."""
    for item in items:
        if item.path.suffix == ".ipynb" and NEEDS_DATASETS.search(item.path.read_text("utf-8")):
            item.add_marker(needs("sklearn"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the files in which a test was skipped: `.ci/run` runs them again with every extra."""
    skipped = {report.nodeid.split("::")[0] for report in terminalreporter.getreports("skipped")}
    if skipped:
        terminalreporter.section("files with skipped tests")
        terminalreporter.write_line(" ".join(sorted(skipped)))
