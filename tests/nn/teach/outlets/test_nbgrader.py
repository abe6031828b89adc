"""What nbgrader makes of glassgrad in a graded cell: of a progress bar, of a warning, of a release."""

import json

import pytest

from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.cells import SETUP, code, notebook
from nn.teach.outlets.export import export
from tests.nn.teach.outlets.outlets import run

pytestmark = pytest.mark.outlets

FIT = """\
import nn

X, y = nn.data.moons(40, seed=0)
model = nn.MLP(2, [4, 1], seed=0)
optimizer = nn.Adam(model.parameters(), learning_rate=0.03)
nn.fit(model, X, y, loss=nn.binary_cross_entropy, optimizer=optimizer, epochs=3)
1.0
"""
FIT_WARNS = FIT.replace("epochs=3", "epochs=3, validation=(X, y)")
WARNS = """\
from engine import Value

a = Value(2.0)
b = a * a
a.data = 3.0
b.backward()  # the graph is stale
1.0
"""


def graded(name, text):
    marks = {"schema_version": 3, "cell_type": "code", "grade_id": name, "grade": True}
    marks |= {"solution": False, "locked": True, "task": False, "points": 1}
    return code(name, text, nbgrader=marks)


@pytest.fixture
def scores(tmp_path):
    """Return what one student gets for graded cells, by name."""
    from nbgrader.api import Gradebook

    def of(**cells):
        others = [] if "setup" not in cells else [code("setup", cells.pop("setup"))]
        text = notebook([*others, *(graded(*item) for item in cells.items())])
        for folder in ("source/a", "submitted/ada/a"):
            (tmp_path / folder).mkdir(parents=True)
            (tmp_path / folder / "a.ipynb").write_text(text, encoding="utf-8")
        for action in ("generate_assignment", "autograde"):
            run("-m", "nbgrader", action, "a", cwd=tmp_path)
        with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
            grades = book.find_submission("a", "ada").notebooks[0].grades
            return {grade.name: grade.score for grade in grades}

    return of


def test_progress_bar_of_fit_costs_no_points(scores) -> None:
    assert scores(fit=FIT) == {"fit": 1.0}


def test_warning_of_fit_costs_no_points(scores) -> None:
    assert scores(fit=FIT_WARNS) == {"fit": 1.0}


def test_warning_costs_all_points_unless_it_is_ordinary_output(scores) -> None:
    assert scores(warns=WARNS) == {"warns": 0.0}


def test_warning_costs_no_points_after_the_setup_of_an_export(scores) -> None:
    assert scores(setup=SETUP, warns=WARNS) == {"warns": 1.0}


def test_release_version_is_the_template_of_the_other_outlets(tmp_path) -> None:
    export("value", "nbgrader", tmp_path / "course")
    run("-m", "nbgrader", "generate_assignment", "value", cwd=tmp_path / "course")
    text = (tmp_path / "course/release/value/value.ipynb").read_text(encoding="utf-8")
    (cell,) = [cell for cell in json.loads(text)["cells"] if cell["id"] == "solution"]
    assert "".join(cell["source"]) + "\n" == VALUE.template
