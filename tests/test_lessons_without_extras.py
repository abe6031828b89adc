"""Lessons 1 to 6 need nothing beyond Python and glassgrad: every cell runs, and its result is shown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXTRAS = (
    *("IPython", "matplotlib", "narwhals", "numpy", "pandas"),
    *("PIL", "resvg_py", "scipy", "sklearn", "svglib"),
)

# Runs the cells of a notebook as a notebook does, where extras cannot be imported.
RUN = """
import ast, json, linecache, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[2:]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())

def display(*values):
    for value in values:
        for method in ("_repr_mimebundle_", "_repr_html_", "_repr_svg_", "__repr__"):
            if hasattr(type(value), method):
                getattr(value, method)()
                break

names = {"__name__": "__main__", "display": display}
with open(sys.argv[1], encoding="utf-8") as file:
    cells = json.load(file)["cells"]
for number, cell in enumerate(cells, start=1):
    if cell["cell_type"] != "code":
        continue
    source, name = "".join(cell["source"]), f"cell {number}"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    if last is not None:
        display(eval(compile(ast.Expression(last.value), name, "eval"), names))
"""


def run(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the cells of a notebook in a process of its own, in an empty folder."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", RUN, str(notebook), *EXTRAS]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


@pytest.mark.parametrize("lesson", range(1, 7))
def test_lesson_runs_without_any_extra(lesson: int, tmp_path: Path) -> None:
    (notebook,) = (ROOT / "notebooks").glob(f"{lesson:02}_*.ipynb")
    ran = run(notebook, tmp_path)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    "cell", ["import numpy", "import matplotlib.pyplot as plt", "1 / 0", "display(1 / 0)"]
)
def test_cell_that_needs_an_extra_or_fails_would_be_found(cell: str, tmp_path: Path) -> None:
    notebook = tmp_path / "01_any.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [cell]}]}))
    assert "Error" in run(notebook, tmp_path).stderr
