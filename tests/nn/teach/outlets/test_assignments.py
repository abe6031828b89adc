"""The assignments: their templates hold no solution, and their solutions get all points."""

import ast
from pathlib import Path

import pytest

from nn.teach.outlets.assignment import BEGIN, END, Assignment
from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.checking import check_file
from nn.teach.outlets.export import ASSIGNMENTS

each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=ASSIGNMENTS)


def checked(tmp_path: Path, text: str, names=()):
    (tmp_path / "submission.py").write_text(text, encoding="utf-8")
    return check_file(tmp_path / "submission.py", names)


@each_assignment
def test_solution_gets_all_points(assignment, tmp_path) -> None:
    report = checked(tmp_path, assignment.solution, assignment.names)
    assert (report.points, report.total, report.passed) == (
        assignment.points,
        assignment.points,
        True,
    )


@each_assignment
def test_template_is_python_that_gets_few_points(assignment, tmp_path) -> None:
    ast.parse(assignment.template)
    assert (
        checked(tmp_path, assignment.template, assignment.names).points <= 0.1 * assignment.points
    )


@each_assignment
def test_every_part_has_a_text_and_a_place_in_the_code(assignment) -> None:
    for k, part in enumerate(assignment.parts, start=1):
        assert part.startswith(f"## Part {k} · ")
        assert f"    # Part {k}: " in assignment.code or f"# Part {k}: " in assignment.code


def test_template_has_a_stub_in_place_of_each_solution() -> None:
    code = f"def f(x):\n    {BEGIN}\n    y = 3 * x\n    return y\n    {END}\n\n\nprint(f(2))\n"
    assignment = Assignment(
        name="f", title="F", intro="", parts=(), code=code, names=("f",), check="", points=1.0
    )
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    assert assignment.template == f"def f(x):\n{stub}\n\nprint(f(2))\n"
    assert assignment.solution == "def f(x):\n    y = 3 * x\n    return y\n\n\nprint(f(2))\n"


@pytest.mark.parametrize("part", range(1, len(VALUE.parts)))
def test_parts_that_are_not_written_yet_cost_no_more_than_their_points(part, tmp_path) -> None:
    mark = f"    # Part {part + 1}:"
    done, left = VALUE.solution.split(mark)[0], VALUE.template.split(mark)[1]
    with_stubs = checked(tmp_path, done + mark + left)
    assert with_stubs.rubric == checked(tmp_path, done).rubric
    assert "wrong" not in [item.state for item in with_stubs.rubric]


def test_notebook_of_lesson_3_gets_all_points_without_being_run() -> None:
    (lesson,) = (Path(__file__).parents[4] / "notebooks").glob("03_*.ipynb")
    assert check_file(lesson).passed
