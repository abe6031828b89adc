"""A class that is half finished is graded, and told what is next: nothing in it is wrong."""

import pytest

import engine
from tests.engine.teach.right import HALF

NEXT = {
    "only +": "write __mul__",
    "only + and ×": "write relu",
    "+ and ×, reflected": "write relu",
    "no activation": "write relu",
    "no backward yet": "set self.grad = 1.0",
    "only numbers": "write __add__",
}


@pytest.mark.parametrize("name", HALF)
def test_half_finished_class_has_no_fault_and_is_told_what_is_next(name: str) -> None:
    report = engine.teach.check(HALF[name])
    assert "wrong" not in [item.state for item in report.rubric]
    assert [f.fault for f in report.findings] in (["missing operation"], ["missing backward"])
    assert report.next.startswith(f"Next: {NEXT[name]}")
    assert not report.passed


def test_operation_without_a_backward_pass_has_half_of_its_points() -> None:
    report = engine.teach.check(HALF["no backward yet"])
    plus = next(item for item in report.rubric if item.name == "a + b")
    assert (plus.points, plus.total, plus.state) == (0.5, 1.0, "missing")


STUB = """

    def {name}(self, *others):
        \"\"\"To be written.\"\"\"
        raise NotImplementedError()
"""


@pytest.mark.parametrize("name", ["__mul__", "backward", "__radd__", "tanh"])
def test_method_that_only_says_that_it_is_not_written_counts_as_missing(name: str) -> None:
    text = """class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __add__(self, other):
        return Value(self.data + (other.data if isinstance(other, Value) else other))
"""
    without = engine.teach.check(text)
    assert engine.teach.check(text + STUB.format(name=name)).rubric == without.rubric


def test_class_of_stubs_is_told_to_begin_with_the_number() -> None:
    text = "class Value:" + STUB.format(name="__init__") + STUB.format(name="__add__")
    report = engine.teach.check(text)
    assert (report.points, report.findings[0].fault) == (0.0, "no data")
    assert "__init__ is not written yet" in report.findings[0].message


def test_name_of_an_operation_keeps_its_letters_at_the_beginning_of_a_sentence() -> None:
    report = engine.teach.check(HALF["only + and ×"])
    assert report.findings[0].message == "relu is not there yet."


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("raise KeyError('a')", "raises"),
        ("while True: pass", "does not end"),
        ("raise SystemExit", "ends the process"),
    ],
)
def test_operations_have_their_points_where_backward_fails(body: str, fault: str) -> None:
    text = HALF["no backward yet"]
    without = engine.teach.check(text)
    backward = f"    def backward(self):\n        {body}\n\n    def __add__"
    report = engine.teach.check(text.replace("    def __add__", backward, 1))
    assert [(f.fault, f.operation) for f in report.findings] == [(fault, None)]
    assert "`(a + b).backward()`" in report.findings[0].message
    assert report.points == without.points
    assert report.rubric[-1].state == "not reached"
