"""What a class loses where its backward() fails, hangs, or is slow."""

import pytest

import engine
from engine.teach.grading.rubric import NOT_REACHED, RIGHT, WRONG, state_of
from tests.engine.teach.engines import base

BACKWARD = "    def backward(self):\n"
SOURCE = str(base())


def with_backward(line: str) -> str:
    assert SOURCE.count(BACKWARD) == 1
    return SOURCE.replace(BACKWARD, f"{BACKWARD}        {line}\n")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("vist(self)", "raises"),
        ("while True: pass", "does not end"),
        ("__import__('os')._exit(0)", "ends the process"),
    ],
)
def test_backward_that_fails_leaves_the_points_of_results(line: str, fault: str) -> None:
    failing = engine.teach.check(with_backward(line))
    missing = engine.teach.check(SOURCE.replace("def backward(self)", "def forward(self)"))
    assert failing.points == missing.points > 3
    assert [(f.fault, f.operation, f.graph) for f in failing.findings] == [
        (fault, None, "`(a + b).backward()`")
    ]
    assert "missing" not in [item.state for item in failing.rubric]


def test_line_of_a_backward_that_raises_is_known() -> None:
    (finding,) = engine.teach.check(with_backward("vist(self)")).findings
    assert finding.line is not None
    assert finding.line[1] == "vist(self)"


def test_operation_that_fails_alone_is_not_taken_for_backward() -> None:
    line = "            self.grad += other.data * out.grad\n"
    assert line in SOURCE
    report = engine.teach.check(SOURCE.replace(line, "            raise KeyError(1)\n"))
    assert report.findings[0].operation == "*"
    assert next(item.points for item in report.rubric if item.name == "a + b") == 1


def test_right_engine_that_is_slow_loses_no_points_but_does_not_pass() -> None:
    report = engine.teach.check(with_backward("import time; time.sleep(0.03)"), seconds=4)
    assert not report.passed
    assert "wrong" not in [item.state for item in report.rubric]
    assert "no time left" in report.findings[0].message


def test_graphs_that_were_not_reached_do_not_count() -> None:
    assert state_of([True, None, True, None]) == RIGHT
    assert state_of([True, None, False]) == WRONG
    assert state_of([None, None]) == state_of([]) == NOT_REACHED
