"""Each misconception is recognised by the number that it results in."""

import pytest

import engine
from engine import Value
from engine.graph import nodes
from engine.teach.drills.blanks import Blank, data_blank, grad_blank, slope_blank
from engine.teach.drills.drill import Drill
from engine.teach.drills.levels import LEVELS
from engine.teach.drills.mistakes import mistake

pytestmark = pytest.mark.core


def graph(text: str, **numbers: float) -> dict[str, Value]:
    """Return the nodes of a graph by name, after `backward()`."""
    names = {name: Value(x, name) for name, x in numbers.items()}
    for step in text.split("; "):
        name, formula = step.split(" = ")
        names[name] = eval(formula, {"relu": engine.relu, "maximum": engine.maximum}, names)
        names[name].label = name
    names[name].backward()
    return names


def said(names: dict[str, Value], blank: Blank, answer: float) -> str:
    return mistake(blank, answer, nodes(list(names.values())[-1]))


TWO_PATHS = graph("d = a * b; e = a + c; f = d * e", a=2.0, b=-3.0, c=5.0)  # e = 7, d = −6
UPSTREAM = graph("c = a * b; d = c * c; e = d - c", a=2.0, b=3.0)  # e.grad 1, c.grad 12 − 1
THREE = graph("d = a * b; e = d + a; f = e * a", a=2.0, b=3.0)  # f = 16, paths 6, 2, 8
CHAIN = graph("d = a * b; e = c - d; f = e ** 2", a=2.0, b=5.0, c=3.0)  # e = −7, f = 49
LONG = graph("e = a * b; f = e * c; g = f * d", a=2.0, b=7.0, c=5.0, d=4.0)
GATES = graph("d = a * b; e = relu(d); f = e + c", a=2.0, b=-3.0, c=4.0)
LARGER = graph("d = maximum(a, b); e = d * c", a=2.0, b=5.0, c=3.0)


@pytest.mark.parametrize(
    ("names", "name", "answer", "words"),
    [
        # a.grad = −3 × 7 + 1 × −6 = −27
        (TWO_PATHS, "a", -21.0, "forgot to add up: a is used several times, and you took one path of two; missing: f → e → a"),
        (TWO_PATHS, "a", -6.0, "missing: f → d → a"),
        (TWO_PATHS, "a", 126.0, "multiplication for addition"),
        (TWO_PATHS, "a", -15.0, "subtraction for addition: the share along f → e → a is added too"),
        (TWO_PATHS, "a", -2.0, "chain rule forgotten: multiply each slope by the gradient of d and e"),
        (TWO_PATHS, "b", 2.0, "chain rule forgotten"),
        (TWO_PATHS, "b", 7.0, "slope forgotten: this is the gradient of d, passed on unchanged"),
        (TWO_PATHS, "b", -21.0, "slope of the other operand"),
        (TWO_PATHS, "b", -12.0, "composition taken for multiplication: multiply the slope by the gradient of d, not by its data"),
        (TWO_PATHS, "b", -14.0, "sign"),
        (TWO_PATHS, "b", 9.0, "addition for multiplication: along a path slopes are multiplied"),
        (TWO_PATHS, "b", -3.0, "data: this is b itself; asked is how fast f moves with it"),
        (TWO_PATHS, "d", -6.0, "data|slope of the other operand"),
        # a.grad = 3 × (6 + 6 − 1) = 33: one use, but several paths further up
        (UPSTREAM, "a", 18.0, "you took one path of three; missing: e → d → c → a and e → c → a"),
        (UPSTREAM, "a", 36.0, "you took two paths of three; missing: e → c → a"),
        (THREE, "a", 8.0, "path"),
        # e.grad = −14, d.grad = 14
        (CHAIN, "e", -7.0, "square: the slope of f is 2 × e"),
        (CHAIN, "e", 14.0, "sign: the size is right"),
        (CHAIN, "d", -14.0, "slope forgotten|sign"),
        (CHAIN, "e", 49.0 + 98.0, "composition taken for multiplication: f is a function of e"),
        # b.grad = −14 × −1 × 2
        (CHAIN, "b", -13.0, "addition for multiplication"),
        (CHAIN, "b", -28.0, "slope|sign"),
        (CHAIN, "b", 14.0, "slope forgotten"),
        (LONG, "a", 28.0, "one slope is missing on the path g → f → e → a: ∂f/∂e"),
        (LONG, "a", 7.0 + 5.0 + 4.0, "addition for multiplication"),
        (GATES, "d", 1.0, "gate closed: e does not move with d: nothing passes"),
        (LARGER, "a", 3.0, "gate closed: d does not move with a"),
    ],
)  # fmt: skip
def test_gradient(names: dict[str, Value], name: str, answer: float, words: str) -> None:
    blank = grad_blank(names[name])
    assert blank.right != answer
    assert any(word in said(names, blank, answer) for word in words.split("|"))


@pytest.mark.parametrize(
    ("text", "operand", "answer", "words"),
    [
        ("f = a * b", 0, 2.0, "slope of the other operand"),
        ("f = a * b", 0, -6.0, "data: this is f itself"),
        ("f = a * b", 0, 3.0, "sign: the slope of a product is the other operand"),
        ("f = a - b", 1, 1.0, "sign: a difference moves with its first operand, and against"),
        ("f = a + b", 0, -3.0, "slope of a product: in a sum or difference each operand counts once"),
        ("f = a + b", 0, 2.0, "slope of a product"),
        ("f = b ** 2", 0, -3.0, "square: the slope of x² is 2x; here the 2 is missing"),
        ("f = b ** 2", 0, 2.0, "square: the slope of x² is 2x; here the x is missing"),
        ("f = b ** 2", 0, 9.0, "data"),
        ("f = -a", 0, 1.0, "sign: a minus sign turns the slope round"),
        ("e = a * b; f = e * a", 0, 9.0, ""),
    ],
)  # fmt: skip
def test_slope(text: str, operand: int, answer: float, words: str) -> None:
    names = graph(text, a=2.0, b=-3.0)
    assert words in said(names, slope_blank(names["f"], operand), answer)


def test_chain_rule_too_early() -> None:
    names = graph("e = a * b; f = e * c", a=2.0, b=-3.0, c=5.0)
    assert "chain rule too early" in said(names, slope_blank(names["e"], 0), -15.0)


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("f = a - b", -5.0, "order: the operands are the other way round"),
        ("f = a * b", -1.0, "operation: the gate is ×, and this is the sum"),
        ("f = a + b", 5.0, "operation: the gate is +, and this is the difference"),
        ("f = a - b", -6.0, "operation: the gate is −, and this is the product"),
        ("f = a * b", 6.0, "sign"),
        ("f = b ** 2", -6.0, "square: this is twice the number"),
        ("f = b ** 2", -9.0, "sign"),
        ("f = relu(b)", -3.0, "gate: ReLU turns what is negative into 0"),
        ("f = relu(a)", 0.0, "gate: ReLU leaves what is positive as it is"),
        ("f = maximum(a, b)", -3.0, "gate: max takes the larger of the two"),
    ],
)
def test_data(text: str, answer: float, words: str) -> None:
    names = graph(text, a=2.0, b=-3.0)
    assert words in said(names, data_blank(names["f"]), answer)


@pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))
def test_a_right_answer_is_never_called_a_mistake(level: int) -> None:
    for seed in range(60):
        one = engine.teach.drill(seed, level)
        assert all(mistake(blank, blank.right, one.order) == "" for blank in one.blanks)


@pytest.mark.parametrize("level", [4, 5, 6])
def test_each_single_path_of_several_is_recognised(level: int) -> None:
    found = 0
    for seed in range(60):
        one = engine.teach.drill(seed, level)
        for blank in (blank for blank in one.blanks if blank.kind == "grad"):
            for path in engine.explain(one.root, blank.node).paths:
                if path.product != blank.right:
                    assert "path" in mistake(blank, path.product or 0.0, one.order)
                    found += 1
    assert found > 40


def wrong(one: Drill, **answers: object) -> str:
    return repr(one.answer(**answers))


def test_an_answer_that_follows_from_a_wrong_one_is_told_so() -> None:
    one = engine.teach.drill(1, 4)  # d.grad = e, c.grad = a × e.grad
    wrong(one, e_grad=9)
    a = next(node.data for node in one.order if node.label == "a")
    assert "right rule: it follows from e.grad = 9; mend that first" in wrong(one, c_grad=9 * a)


def test_a_wrong_answer_that_does_not_matter_is_not_blamed() -> None:
    one = engine.teach.drill(1, 4)
    wrong(one, b_grad=50)
    assert "mend that first" not in wrong(one, c_grad=9)
    assert "mend that first" not in wrong(one, a_grad=50)


def test_an_unknown_mistake_is_answered_with_the_rule() -> None:
    one = engine.teach.drill(1, 4)
    text = wrong(one, a_grad=99)
    assert "look again: a.grad = ∂d/∂a × d.grad + ∂e/∂a × e.grad" in text
