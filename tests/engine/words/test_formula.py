"""engine.formula: how a number was computed, in the labels of its inputs."""

from collections.abc import Callable

import pytest

import engine
from engine import Value, formula

pytestmark = pytest.mark.core

FORMULAS: list[tuple[str, Callable[[Value, Value], Value]]] = [
    ("a + b", lambda a, b: a + b),
    ("a − b − a", lambda a, b: a - b - a),
    ("a − (b − a)", lambda a, b: a - (b - a)),
    ("a ÷ (b ÷ a)", lambda a, b: a / (b / a)),
    ("a % (b % a)", lambda a, b: a % (b % a)),
    ("(a + b) × a", lambda a, b: (a + b) * a),
    ("a × b + a", lambda a, b: a * b + a),
    ("(a ** b) ** a", lambda a, b: (a**b) ** a),
    ("a ** b ** a", lambda a, b: a ** (b**a)),
    ("(−a) ** 2", lambda a, b: (-a) ** 2),
    ("−a ** 2", lambda a, b: -(a**2)),
    ("−(−a)", lambda a, b: -(a.__neg__())),
    ("−(a × b)", lambda a, b: -(a * b)),
    ("(−3) ** b", lambda a, b: (-3) ** b),
    ("a × −3", lambda a, b: a * -3),
    ("σ(a + b) × tanh(b)", lambda a, b: engine.sigmoid(a + b) * engine.tanh(b)),
    ("where(a, b, a)", lambda a, b: engine.where(a, b, a)),
    ("max(a, b)", lambda a, b: engine.maximum(a, b)),
]


@pytest.mark.parametrize(("text", "made"), FORMULAS, ids=[text for text, _ in FORMULAS])
def test_formula_has_the_brackets_it_needs_and_no_others(
    text: str, made: Callable[[Value, Value], Value]
) -> None:
    assert formula(made(Value(2.0, "a"), Value(3.0, "b"))) == text


def test_labelled_input_is_written_by_its_label() -> None:
    n = Value(2.0, "w") * Value(3.0, "x")
    n.label = "n"
    assert formula(engine.tanh(n)) == "tanh(n)"


def test_own_label_is_not_the_formula() -> None:
    n = Value(2.0, "w") * Value(3.0, "x")
    n.label = "n"
    assert formula(n) == "w × x"


def test_unnamed_leaf_is_written_as_its_number() -> None:
    assert formula(Value(-0.5) + Value(1.0, "x")) == "−0.5 + x"


def test_leaf_gives_its_label() -> None:
    assert formula(Value(2.0, "w")) == "w"


def test_formula_of_a_deep_graph_is_cut_in_the_middle() -> None:
    x = Value(1.0, "x")
    out = x
    for _ in range(10_000):
        out = out * out + x
    text = formula(out, longest=30)
    assert len(text) <= 30
    assert text.startswith("(((")
    assert text.endswith("… + x) + x) + x")
