"""An assignment for pytest alone, for PrairieLearn, and for services that run a command."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.cells import SCORING
from nn.teach.outlets.wheel import Wheel

TEST = (
    '''\
"""Scores {name}.py: one test for each line of the rubric, worth what the line is worth."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# PrairieLearn puts what a student submits into a folder of its own.
PLACES = (HERE / "{name}.py", HERE / "test_student" / "student" / "{name}.py")
SUBMISSION = next((place for place in PLACES if place.exists()), PLACES[0])

'''
    + SCORING
    + """
ITEMS = [
    pytest.param(
        item,
        marks=pytest.mark.grading_data(name=item["name"], points=item["total"]),
        id=item["name"],
    )
    for item in report["rubric"]
]

FIRST = next((item for item in report["rubric"] if item["points"] < item["total"]), None)


@pytest.mark.parametrize("item", ITEMS)
def test_{name}(item, request, record_property):
    record_property("points", item["points"])  # for --junit-xml
    if item["points"] < item["total"]:
        if request.config.pluginmanager.hasplugin("prairielearn-grader"):
            feedback = request.getfixturevalue("feedback")
            feedback.set_score(item["points"] / item["total"])
        pytest.fail(report["text"] if item is FIRST else item["state"], pytrace=False)
"""
)

INI = """\
[pytest]
markers =
    grading_data(name, points): what a test is worth, for PrairieLearn
"""

README = """\
# {title}, for pytest and for services that run a command

| | |
|---|---|
| `assignment.md`, `{name}.py` | for the students: what to do, and where to fill it in |
| `test_{name}.py`, `pytest.ini`, `{wheel}` | for the grader |
| `solution/{name}.py` | for you |

```bash
pip install pytest {wheel}
pytest   # a test for each line of the rubric
{command} {name}.py   # the same in words
```

Both check the file in a process of its own, which it cannot leave: it may loop, crash or print.

## Services that run a command, such as GitHub Classroom

`glassgrad teach check` ends with exit code 0 if all is right and 1 if not: all points or none. With
`--json` it prints one line with `"points"`, `"total"`, `"passed"`, the `"rubric"` and the findings;
`pytest --junit-xml=report.xml` has the points of each test as a property. Keep the tests from being
changed by what the service offers for it (protected files).

## PrairieLearn

For questions whose `info.json` names the image of `pytest-prairielearn-grader` (or one made from
it), with `{wheel}` installed in it: `test_{name}.py` becomes `tests/test_student.py` of the
question, and `{name}.py` the file of its editor (`file-name="{name}.py"`). Each test bears its
points in `@pytest.mark.grading_data`, {points:g} together, and partial points count.

{install}"""


def files(assignment: Assignment, wheel: Wheel) -> dict[str, str | bytes]:
    """Return the files of an assignment for pytest, by path."""
    name = assignment.name
    return {
        "assignment.md": assignment.instructions,
        f"{name}.py": assignment.template,
        f"solution/{name}.py": assignment.solution,
        f"test_{name}.py": TEST.format(
            name=name, file="SUBMISSION", names=",".join(assignment.names)
        ),
        "pytest.ini": INI,
        wheel.name: wheel.content,
        "README.md": assignment.explained(README, wheel),
    }
