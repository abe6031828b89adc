"""Notebooks as text: cells, and the one command by which every outlet scores."""

from __future__ import annotations

import json
from typing import Any

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.submission import GIVEN, SOLUTION

Cell = dict[str, Any]

UNRUN = "skip-execution"  # a tag: nbclient, which nbgrader and otter use, does not run the cell

SCORING = """\
check = [sys.executable, "-m", "nn", "teach", "check", "--json", "--names", "{names}"]
# Not in this folder: an engine.py here would be imported in place of glassgrad's.
done = subprocess.run(
    [*check, os.path.abspath({file})], cwd=sys.prefix, capture_output=True, text=True
)
assert done.stdout, done.stderr
report = json.loads(done.stdout)
"""

SETUP = """\
import warnings

# As ordinary output: a grader may take anything else for an error.
warnings.showwarning = lambda message, category, *place: print(f"{category.__name__}: {message}")
"""

SAVE = """\
## Score

This cell scores the notebook **as it is saved**, in a process of its own: save it before you run
the cell."""


def notebook(cells: list[Cell]) -> str:
    """Return a notebook as JSON, each of whose cells has an id that says what it is."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def markdown(name: str, text: str, **metadata: object) -> Cell:
    """Return a cell of text."""
    return {"cell_type": "markdown", "id": name, "metadata": metadata, "source": text}


def code(name: str, text: str, *tags: str, **metadata: object) -> Cell:
    """Return a cell of code that has not run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"tags": list(tags)} | metadata,
        "outputs": [],
        "source": text.rstrip("\n"),
    }


def exercise(assignment: Assignment, *, setup: str, text: str, score: str) -> list[Cell]:
    """Return the cells of an assignment.

    No grader runs what the student writes in them: its text is checked in a process of its own.

    Args:
        assignment: what to do.
        setup: what to run first.
        text: the code to fill in.
        score: what to run last.
    """
    parts = [markdown(f"part-{k}", part) for k, part in enumerate(assignment.parts, start=1)]
    return [
        markdown("title", f"# {assignment.title}\n\n{assignment.intro}"),
        code("setup", setup, GIVEN),
        *parts,
        code("solution", text, SOLUTION, UNRUN),
        markdown("check-text", "Run the cell above, then this one, after each part."),
        code("check", assignment.check, GIVEN, UNRUN),
        markdown("score-text", SAVE),
        code("score", score, GIVEN),
    ]
