"""Formulas as LaTeX: they mean what the graph computes, and any label is a name in them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value, formula
from engine.ops import OPS
from engine.words.latex import length

pytestmark = pytest.mark.core

FORMULAS: list[tuple[str, Callable[[Value, Value], Value]]] = [
    (r"a - \left(b - a\right)", lambda a, b: a - (b - a)),
    (r"\left(a + b\right) \cdot a", lambda a, b: (a + b) * a),
    (r"\frac{a + b}{\frac{b}{a}}", lambda a, b: (a + b) / (b / a)),
    (r"\left(\frac{a}{b}\right)^{a + b}", lambda a, b: (a / b) ** (a + b)),
    (r"\left(a^{b}\right)^{a}", lambda a, b: (a**b) ** a),
    (r"a^{b^{a}}", lambda a, b: a ** (b**a)),
    (r"-a^{2}", lambda a, b: -(a**2)),
    (r"\left(-a\right)^{2}", lambda a, b: (-a) ** 2),
    (r"a + \left(-3\right)", lambda a, b: a + -3.0),
    (r"b \cdot \left(-a \cdot b\right)", lambda a, b: b * (-a * b)),
    (r"a + \left(b \bmod a\right)", lambda a, b: a + b % a),
    (r"\left(a + b\right) \bmod a", lambda a, b: (a + b) % a),
    (r"\left(\tanh\left(a\right)\right)^{2}", lambda a, b: engine.tanh(a) ** 2),
    (r"\left|a\right| + \sqrt{b} + \ln\left(a\right)", lambda a, b: abs(a) + b.sqrt() + a.log()),
    (r"\max\left(a, b\right)", lambda a, b: engine.maximum(a, b)),
    (r"\operatorname{ReLU}\left(a\right) \cdot \sigma\left(b\right)", lambda a, b: a.relu() * b.sigmoid()),
    (r"\operatorname{\text{leaky ReLU}}\left(a\right)", lambda a, b: a.leaky_relu()),
    (r"a \cdot \left(1.5 \times 10^{-7}\right)", lambda a, b: a * 1.5e-7),
    (
        r"\begin{cases} b & \text{if } a \neq 0 \\ 2 & \text{otherwise} \end{cases}",
        lambda a, b: engine.where(a, b, 2.0),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "made"), FORMULAS, ids=[text for text, _ in FORMULAS])
def test_formula_is_grouped_as_it_is_computed(
    text: str, made: Callable[[Value, Value], Value]
) -> None:
    assert formula(made(Value(2.0, "a"), Value(3.0, "b")), style="latex") == text


NAMES = {
    "w": "w",
    "w1": "w_{1}",
    "w₁": "w_{1}",
    "w_12": "w_{12}",
    "w_1_2": "w_{1, 2}",
    "x_max": r"x_{\mathrm{max}}",
    "alpha": r"\alpha",
    "σ2": r"\sigma_{2}",
    "loss": r"\mathrm{loss}",
    "x'": "x'",
    "layer 1/n3": r"\text{layer 1/n3}",
    "50% of_it": r"\text{50\% of\_it}",
    "{a}^\\b~": r"\text{\{a\}\textasciicircum{}\textbackslash{}b\textasciitilde{}}",
    "a--b": r"\text{a{-}{-}b}",
    "été": r"\text{été}",
    "a < b": r"\text{a $<$ b}",
}


@pytest.mark.parametrize(("label", "name"), NAMES.items())
def test_label_is_a_name(label: str, name: str) -> None:
    assert formula(Value(1.0, label), style="latex") == name


def test_two_labels_that_would_look_alike_do_not() -> None:
    assert (
        formula(Value(1.0, "w1") * Value(2.0, "w_1"), style="latex") == r"w_{1} \cdot \text{w\_1}"
    )


def test_operation_of_your_own_is_called_by_its_symbol() -> None:
    cube = engine.define("my_cube", "a ** 3", "3 * a * a", symbol="cube_%")
    assert formula(cube(Value(1.0, "x")), style="latex") == (
        r"\operatorname{\text{cube\_\%}}\left(x\right)"
    )


def test_operation_made_by_hand_is_written_as_it_was_named() -> None:
    x = Value(0.5, "x")
    assert formula(Value(0.5, (x,), "tanh"), style="latex") == (
        r"\operatorname{tanh}\left(x\right)"
    )


@pytest.mark.parametrize("name", [name for name, row in OPS.items() if not row.infix])
def test_every_function_of_the_table_has_balanced_braces_and_brackets(name: str) -> None:
    inputs = [Value(0.5, "x"), Value(0.25, "y"), Value(0.75, "z")]
    n = len(OPS[name].slopes) + (name == "where")
    text = formula(
        getattr(engine, name)(*inputs[:n]) if name != "acosh" else engine.acosh(1 + inputs[0]),
        style="latex",
    )
    assert is_balanced(text)
    assert "x" in text


def test_formula_of_a_deep_graph_is_cut_and_stays_whole_latex() -> None:
    x = Value(1.0, "x")
    out = x
    for _ in range(10_000):
        out = out * out + x
    text = formula(out, longest=30, style="latex")
    assert text.endswith(r"x\right) + x")
    assert length(text) <= 30
    assert is_balanced(text)
    total = sum((Value(1.0, f"w{i}") * Value(1.0, f"x{i}") for i in range(100)), Value(0.0, "b"))
    assert formula(total, style="latex").startswith(r"\ldots + w_{")
    assert is_balanced(formula(total, style="latex"))


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: formula(Value(1.0), style="html"), ValueError, "style must be one of text, latex"),
        (lambda: formula(2.0, style="latex"), TypeError, "formula needs a Value, got float"),
    ],
)
def test_bad_request_is_refused_in_words(attempt, error, message) -> None:
    with pytest.raises(error, match=message):
        attempt()


def is_balanced(tex: str) -> bool:
    """Return whether each brace, and each \\left, has its partner."""
    plain = re.sub(r"\\[{}]", "", tex)
    depths = [plain[:i].count("{") - plain[:i].count("}") for i in range(len(plain) + 1)]
    return depths[-1] == 0 and min(depths) == 0 and tex.count(r"\left") == tex.count(r"\right")


# It knows neither \\bmod nor \\begin, unlike KaTeX and MathJax.
READABLE = [text for text, _ in FORMULAS if "bmod" not in text and "begin" not in text]


@pytest.mark.parametrize("text", READABLE)
def test_formula_is_read_by_matplotlib(text: str) -> None:
    parser = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    parser.parse(f"${text}$")


# ---- an evaluator of its own, by the rules of books: powers, then products, then sums ----

TOKEN = re.compile(
    r"\\left\||\\right\||\\left\(|\\right\)|\\[a-z]+|[\d.]+|[a-z]_\{\d+\}|[-+^{},]|\S"
)
CALLS = {
    r"\tanh": engine.tanh, r"\exp": engine.exp, r"\sin": engine.sin, r"\sigma": engine.sigmoid,
    r"\max": engine.maximum,
}  # fmt: skip


class Reader:
    """Reads a formula of LaTeX and computes it."""

    def __init__(self, tex: str, numbers: dict[str, float]) -> None:
        self.tokens = TOKEN.findall(tex)
        self.numbers = numbers

    def take(self, *wanted: str) -> str:
        """Return the next token if it is one of `wanted`, or whatever it is if none is given."""
        if self.tokens and (not wanted or self.tokens[0] in wanted):
            return self.tokens.pop(0)
        return ""

    def inside(self, opening: str, closing: str) -> float:
        assert self.take(opening)
        number = self.sum()
        assert self.take(closing)
        return number

    def sum(self) -> float:
        negative = self.take("-")
        number = self.product()
        if negative:
            number = -number
        while sign := self.take("+", "-"):
            number = number + self.product() if sign == "+" else number - self.product()
        return number

    def product(self) -> float:
        number = self.power()
        while self.take(r"\cdot", r"\times"):
            number = number * self.power()
        return number

    def power(self) -> float:
        base = self.atom()
        if self.take("^"):
            return engine.pow(base, self.inside("{", "}"))
        return base

    def atom(self) -> float:
        first = self.tokens[0]
        if first == r"\left(":
            return self.inside(r"\left(", r"\right)")
        if first == r"\left|":
            return abs(self.inside(r"\left|", r"\right|"))
        self.take()
        if first == r"\frac":
            above = self.inside("{", "}")
            return above / self.inside("{", "}")
        if first in CALLS:
            assert self.take(r"\left(")
            inputs = [self.sum()]
            while self.take(","):
                inputs.append(self.sum())
            assert self.take(r"\right)")
            return CALLS[first](*inputs)
        return self.numbers[first] if first in self.numbers else float(first)


NUMBERS = {f"x_{{{i}}}": number for i, number in enumerate((0.5, 1.25, 2.0, 0.75))}


def grown(below: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """Return operations on what a strategy gives."""
    return st.one_of(
        st.builds(lambda a, b: a + b, below, below),
        st.builds(lambda a, b: a - b, below, below),
        st.builds(lambda a, b: a * b, below, below),
        st.builds(lambda a, b: a / (engine.exp(b)), below, below),
        st.builds(lambda a, b: engine.sigmoid(a) ** engine.tanh(b), below, below),
        st.builds(lambda a, n: abs(a) ** n, below, st.sampled_from([2, 3, 0.5])),
        st.builds(lambda a, n: n * a, below, st.sampled_from([-3, 0.25, 1e-7, -2.5e8])),
        st.builds(lambda a: -a, below),
        st.builds(engine.sin, below),
        st.builds(engine.maximum, below, below),
    )


leaves = st.sampled_from(range(4)).map(lambda i: Value(list(NUMBERS.values())[i], f"x{i}"))


@given(st.recursive(leaves, grown, max_leaves=12))
def test_formula_read_back_gives_the_number_that_the_graph_has(root: Value) -> None:
    text = formula(root, style="latex", longest=10**6)
    assert is_balanced(text)
    reader = Reader(text, NUMBERS)
    number = reader.sum()
    assert reader.tokens == []
    assert number == pytest.approx(root.data, rel=1e-9, abs=1e-9)


def test_reader_of_formulas_tells_a_missing_bracket() -> None:
    assert Reader(r"3 - \left(2 - 1\right)", {}).sum() == 2.0
    assert Reader(r"3 - 2 - 1", {}).sum() == 0.0
    assert Reader(r"-3^{2}", {}).sum() == -9.0
    assert Reader(r"\left(-3\right)^{2}", {}).sum() == 9.0
