import json
import re

import pytest

import engine
from engine.teach.faults import FAULTS
from tests.engine.teach.engines import base

RIGHT = str(base())
SEPARATE_OPERATIONS = str(base("tuples", "stack", more=("sub", "neg", "div")))

# Its gradient is replaced, and each use of a node starts a walk of its own.
REPLACES_AND_RECURSES = """
class Value:
    def __init__(self, data, edges=()):
        self.data = data
        self.grad = 0.0
        self.edges = edges

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self, gradient=1.0):
        self.grad = gradient
        for operand, slope in self.edges:
            operand.backward(slope * gradient)
"""


def changed(old: str, new: str, source: str = RIGHT) -> str:
    assert old in source
    return source.replace(old, new)


def test_right_engine_gets_full_marks() -> None:
    report = engine.teach.check(RIGHT)
    assert report.passed
    assert report.points == report.total == 10.0
    assert report.findings == ()
    assert {"reflected operators", "each node once"} <= set(report.extras)


def test_replaced_gradient_is_told_with_the_smallest_graph_and_its_line() -> None:
    report = engine.teach.check(changed(".grad += out.grad\n", ".grad = out.grad\n"))
    first = report.findings[0]
    assert not report.passed
    assert (first.fault, first.operation, first.graph) == ("overwrites gradient", "+", "a + a")
    assert (first.expected, first.got) == ("a.grad = 2", "a.grad = 1")
    assert first.line is not None
    assert first.line[1] == "self.grad = out.grad"
    assert len(first.hints) == 3


def test_walk_over_every_path_that_replaces_is_refused_for_both() -> None:
    report = engine.teach.check(REPLACES_AND_RECURSES)
    assert [f.fault for f in report.findings] == ["overwrites gradient", "naive recursion"]
    assert report.findings[0].got == "a.grad = 1"
    assert report.findings[0].expected == "a.grad = 2"


def test_right_walk_over_every_path_passes_with_a_remark() -> None:
    source = REPLACES_AND_RECURSES.replace("self.grad = gradient", "self.grad += gradient")
    report = engine.teach.check(source)
    assert [f.fault for f in report.findings] == ["missing operation"]
    assert any("every path" in remark for remark in report.remarks)
    assert "each node once" not in report.extras


@pytest.mark.parametrize(
    ("old", "new", "fault", "operation"),
    [
        (
            "(1 - out.data * out.data)",
            "(1 - self.data * self.data)",
            "input and output mixed up",
            "tanh",
        ),
        ("for v in reversed(order):", "for v in order:", "reversed order", None),
        ("self.grad = 1.0", "pass", "seed not set", None),
        ("self.grad = 1.0", "self.grad = 2.0", "wrong seed", None),
        ("    if v not in visited:", "    if True:", "visits twice", None),
        ("v not in visited", "v.data not in visited", "visited by value", None),
        (
            "return self * other\n",
            "return Value(self.data * other)\n",
            "wrong reflected operator",
            "*",
        ),
    ],
)
def test_fault_is_told_by_name(old: str, new: str, fault: str, operation: str | None) -> None:
    if "v.data" in new:
        source = changed(old, new).replace("visited.add(v)", "visited.add(v.data)")
    else:
        source = changed(old, new)
    first = engine.teach.check(source).findings[0]
    assert (first.fault, first.operation) == (fault, operation)


def test_two_faults_are_told_apart() -> None:
    source = changed("for v in reversed(order):", "for v in order:")
    source = changed("(1 - out.data * out.data)", "(1 + out.data * out.data)", source)
    faults = [f.fault for f in engine.teach.check(source).findings]
    assert faults == ["reversed order", "wrong slope"]


def test_class_made_in_a_cell_without_source_is_checked() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(changed("other.grad += self.data * out.grad", "other.grad += out.grad"), names)
    first = engine.teach.check(names["Value"]).findings[0]
    assert (first.fault, first.operation, first.line) == ("wrong slope", "*", None)


def test_half_finished_class_is_graded_and_told_what_is_next() -> None:
    source = (
        RIGHT.split("    def __mul__")[0] + "    def backward" + RIGHT.split("    def backward")[1]
    )
    report = engine.teach.check(source)
    assert not report.passed
    assert 2 < report.points < 10
    assert [f.fault for f in report.findings] == ["missing operation"]
    assert "__mul__" in report.next


def test_picture_shows_wrong_and_right_numbers() -> None:
    source = changed("(1 - out.data * out.data)", "(1 + out.data * out.data)")
    picture = engine.teach.check(source).findings[0].picture
    assert ">yours<" in picture
    assert ">right<" in picture
    assert "+1.214" in picture
    assert "+0.7864" in picture


def test_smaller_numbers_of_32_bits_are_right() -> None:
    pytest.importorskip("numpy")
    source = changed("self.data = data", "self.data = np.float32(data)").replace(
        "import math", "import math\nimport numpy as np"
    )
    source = source.replace("self.grad = 0.0", "self.grad = np.float32(0)")
    assert engine.teach.check(source).passed


@pytest.mark.parametrize(
    ("student", "fault"),
    [
        (3.0, "not a class"),
        (json, "not a class"),
        (engine.Value(2.0), "not a class"),
        (engine.Value, "borrowed engine"),
        (type("Value", (), {}), "raises"),
        ("nowhere.py", "cannot be loaded"),
        ("class Value:\n    x = (\n", "cannot be loaded"),
        ("class Other:\n    pass\n", "cannot be loaded"),
        ("x = input()\nclass Value:\n    pass\n", "cannot be loaded"),
        ("from engine import Value\n", "borrowed engine"),
        ("import engine\n\nclass Value(engine.Value):\n    pass\n", "borrowed engine"),
        ("class Value:\n    def __init__(self, data):\n        self.data = data\n", "no grad"),
        ("class Value:\n    def __init__(self, data):\n        self.grad = 0.0\n", "no data"),
    ],
)
def test_what_is_no_engine_is_refused_by_name(student: object, fault: str) -> None:
    report = engine.teach.check(student)
    assert not report.passed
    assert report.points == 0
    assert [f.fault for f in report.findings] == [fault]


def test_syntax_error_is_told_with_its_line() -> None:
    report = engine.teach.check("class Value:\n    def f(self)\n        pass\n")
    assert report.findings[0].line == (2, "def f(self)")


def test_seconds_must_be_above_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        engine.teach.check(RIGHT, seconds=0)


def test_report_fits_in_80_columns_and_nothing_is_printed(capfd) -> None:
    report = engine.teach.check(changed("self.grad = 1.0", "pass"))
    assert capfd.readouterr() == ("", "")
    assert max(map(len, str(report).splitlines())) <= 80


def test_json_holds_everything() -> None:
    report = engine.teach.check(changed("self.grad = 1.0", "pass"))
    found = json.loads(report.to_json())
    assert found["passed"] is False
    assert found["points"] == report.points
    assert found["findings"][0]["fault"] == "seed not set"


def test_hints_of_every_fault_can_be_filled_in() -> None:
    names = {"op", "method", "operand", "forward", "slope", "graph", "error"}
    for fault in FAULTS.values():
        for text in (fault.meaning, *fault.hints):
            assert set(re.findall(r"{(\w+)}", text)) <= names, fault.name


def test_numbers_that_differ_by_little_are_shown_with_the_digits_that_tell_them_apart() -> None:
    text = RIGHT.replace("self.grad = 1.0", "self.grad = 1.0 + 2e-8")
    finding = engine.teach.check(text).findings[0]
    assert finding.fault == "wrong seed"
    assert "1.00000002" in finding.got
    assert "1.00000002" not in finding.expected


def test_fault_of_an_operation_is_looked_for_in_backward_where_that_has_the_branches() -> None:
    text = """class Value:
    def __init__(self, data, inputs=(), op=""):
        self.data, self.grad, self.inputs, self.op = data, 0.0, inputs, op

    def __add__(self, o):
        return Value(self.data + o.data, (self, o), "+")

    def __mul__(self, o):
        return Value(self.data * o.data, (self, o), "*")

    def backward(self):
        order = []
        def visit(v):
            if v not in order:
                for x in v.inputs:
                    visit(x)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v.op == "+":
                v.inputs[0].grad += v.grad
                v.inputs[1].grad += v.grad
            if v.op == "*":
                v.inputs[0].grad += v.inputs[0].data * v.grad
                v.inputs[1].grad += v.inputs[1].data * v.grad
"""
    swapped = [f for f in engine.teach.check(text).findings if f.fault == "operands swapped"]
    assert [f.line for f in swapped] == [(11, "def backward(self):")]
    assert swapped[0].hints[1].startswith("backward() uses the slope")
