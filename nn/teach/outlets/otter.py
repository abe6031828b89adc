"""An assignment for otter-grader 7: a notebook, exception-based tests, and what to pack."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.cells import SCORING, SETUP, exercise, notebook
from nn.teach.outlets.wheel import Wheel

TEST = (
    '''\
"""Scores the notebook as it is saved: one test case for each line of the rubric."""

import json
import os
import subprocess
import sys

from otter.test_files import test_case

OK_FORMAT = False

name = {name!r}

'''
    + SCORING
    + '''

def case(title, points, problem=""):
    """Return a test case that passes if there is no problem."""

    @test_case(name=title, points=points)
    def test():
        assert not problem, problem

    return test


text = report["text"]  # is said once, where the first points are missing
for k, item in enumerate(report["rubric"]):
    # A test case of otter passes or fails; a line that is partly right is two.
    got, left = item["points"], item["total"] - item["points"]
    if got:
        globals()[f"right_{{k}}"] = case(item["name"], got)
    if left:
        title = item["name"] + (" (the rest)" if got else "")
        globals()[f"left_{{k}}"] = case(title, left, text or item["state"])
        text = ""
'''
)

README = """\
# {title}, for otter-grader 7

| | |
|---|---|
| `{name}.ipynb`, `tests/` | for the students |
| `solution.py` | for you |
| `requirements.txt`, `{wheel}` | for the grader |

Pack the autograder in this folder, then upload `autograder.zip` to Gradescope, or score notebooks
in containers or without:

```bash
pip install otter-grader {wheel}
otter generate -t tests -r requirements.txt {wheel}
otter grade -n {name} -a autograder.zip submissions   # in Docker, as Gradescope does
otter run -a autograder.zip submissions/{name}.ipynb  # one notebook, on this machine
```

## How it is scored

`tests/{name}.py` runs `glassgrad teach check {name}.ipynb`, which takes the student's code out of
the saved notebook and checks it in a process of its own. Each line of the rubric is a test case
with its points, {points:g} together; a line that is partly right is two. The cell that students
fill in is tagged `skip-execution`, so that otter does not run it: a loop without end, a crash or a
million printed lines costs no more than the points. If you add tests of your own that need the
class, remove the tags.

## What it cannot prevent

otter runs its tests in the student's kernel, and reads their results from there. A test starts
Python anew, so redefining `engine.teach.check` changes nothing. But a student who adds a cell that
changes what `subprocess` or otter itself does can fake the points. This scores what was submitted
without running any notebook, and says so where the points differ:

```bash
{command} submissions/*.ipynb
```

{install}"""


def files(assignment: Assignment, wheel: Wheel) -> dict[str, str | bytes]:
    """Return the files of an assignment of otter, by path."""
    name = assignment.name
    return {
        f"{name}.ipynb": student(assignment),
        f"tests/{name}.py": TEST.format(
            name=name, file=repr(f"{name}.ipynb"), names=",".join(assignment.names)
        ),
        "solution.py": assignment.solution,
        "requirements.txt": f"glassgrad @ file:///autograder/source/files/{wheel.name}\n",
        wheel.name: wheel.content,
        "README.md": assignment.explained(README, wheel),
    }


def student(assignment: Assignment) -> str:
    """Return the notebook of the students."""
    name = assignment.name
    setup = f'import otter\n\ngrader = otter.Notebook("{name}.ipynb")\n\n{SETUP}'
    score = f'grader.check("{name}")'
    return notebook(exercise(assignment, setup=setup, text=assignment.template, score=score))
