"""Settings for all tests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from engine import functions
from engine.ops import OPS
from tests.needs import CHROMIUM, needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a browser without a window; a test that takes it is marked as one that needs it."""
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=quiet)
        yield browser
        browser.close()


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
