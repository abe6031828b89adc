"""An assignment for nbgrader: a course folder with its source version, to be released."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.cells import SCORING, SETUP, Cell, exercise, notebook
from nn.teach.outlets.wheel import Wheel

SCORE = (
    "# Scores this notebook as it is saved. The last line is the points.\n"
    "import json, os, subprocess, sys\n"
    "from IPython.display import HTML, display\n\n"
    + SCORING
    + 'display(HTML(report["html"]))\n'
    + 'report["points"]\n'
)

CONFIG = """\
c = get_config()

c.CourseDirectory.course_id = "glassgrad"
c.Execute.timeout = 60  # seconds per cell; a check takes ten at most
"""

README = """\
# {title}, for nbgrader

This folder is a course of nbgrader: `source/{name}/{name}.ipynb` is the assignment with its
solution. In this folder:

```bash
pip install nbgrader {wheel}
nbgrader generate_assignment {name}   # release/{name}/{name}.ipynb, without the solution
nbgrader autograde {name}             # scores submitted/STUDENT/{name}/{name}.ipynb
nbgrader generate_feedback {name}
```

To use it in a course that you have already, copy `source/{name}` to its `source`.

## How it is scored

One cell is worth {points:g} points. It runs `glassgrad teach check {name}.ipynb`, which takes the
student's code out of the saved notebook and checks it in a process of its own; part of the rubric
gives part of the points. The cell that students fill in is tagged `skip-execution`, so that
nbgrader does not run it: a loop without end, a crash or a million printed lines costs no more than
the points. If you add tests of your own that need the class, remove the tags.

nbgrader gives 0 for a graded cell that writes to standard error, be it only a warning. The first
cell therefore turns warnings into ordinary output. Keep it if you add graded cells; the progress
bar of `nn.fit` is ordinary output in a notebook.

## What it cannot prevent

nbgrader runs the scoring cell in the student's kernel. It restores the text of that cell, and the
cell starts Python anew, so redefining `engine.teach.check` changes nothing. But a student who adds
a cell that changes what `subprocess` does can fake the points. This scores what was submitted
without running any notebook, and says so where the points differ:

```bash
{command} submitted/*/{name}/{name}.ipynb
```

{install}"""


def files(assignment: Assignment, wheel: Wheel) -> dict[str, str | bytes]:
    """Return the files of a course folder, by path in it."""
    return {
        f"source/{assignment.name}/{assignment.name}.ipynb": source(assignment),
        "nbgrader_config.py": CONFIG,
        wheel.name: wheel.content,
        "README.md": assignment.explained(README, wheel),
    }


def source(assignment: Assignment) -> str:
    """Return the notebook of the teacher, from which nbgrader makes that of the students."""
    score = SCORE.format(file=repr(f"{assignment.name}.ipynb"), names=",".join(assignment.names))
    cells = exercise(assignment, setup=SETUP, text=assignment.code, score=score)
    return notebook([marked(cell, assignment) for cell in cells])


def marked(cell: Cell, assignment: Assignment) -> Cell:
    """Return a cell with nbgrader's metadata: it is to be filled in, scored, or left as it is."""
    name = cell["id"]
    marks: dict[str, object] = {
        "schema_version": 3,
        "cell_type": cell["cell_type"],
        "grade_id": f"{assignment.name}-{name}",
        "grade": name == "score",
        "solution": name == "solution",
        "locked": name != "solution",
        "task": False,
    }
    if marks["grade"]:
        marks["points"] = assignment.points
    return cell | {"metadata": cell["metadata"] | {"nbgrader": marks}}
