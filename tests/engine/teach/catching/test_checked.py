"""The checker of students' engines refuses each engine of the game, and passes the right one."""

import inspect

import pytest

import engine
from engine.teach.catching import right
from engine.teach.catching.rows import BUGS, Bug

RIGHT = inspect.getsource(right)


def test_the_right_engine_gets_full_marks() -> None:
    assert engine.teach.check(RIGHT).passed


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.number))
def test_a_wrong_engine_is_refused(bug: Bug) -> None:
    name = bug.engine.__name__
    report = engine.teach.check(f"{RIGHT}\n\n{inspect.getsource(bug.engine)}\n\nValue = {name}\n")
    assert not report.passed
    assert report.findings
