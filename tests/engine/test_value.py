"""A Value as a number: what it takes, what it refuses, and how it compares and prints."""

import math
import sys
from fractions import Fraction

import pytest

import engine
from engine import DomainError, Value

pytestmark = pytest.mark.core

try:
    import numpy as np
except ModuleNotFoundError:  # the engine works without it, in Pyodide for example
    NUMPY_NUMBERS, NUMPY_ARRAYS, NUMPY_FUNCTIONS = [], [], []
else:
    NUMPY_NUMBERS = [np.float64(2), np.float32(2), np.int64(2), np.bool_(True), np.array(2.0)]
    NUMPY_ARRAYS = [np.array([1, 2])]
    NUMPY_FUNCTIONS = [np.exp, np.tanh, np.abs]


@pytest.mark.parametrize("x", [2, 2.0, True, Fraction(5, 2), *NUMPY_NUMBERS])
def test_numbers_of_every_kind_are_accepted_on_both_sides(x) -> None:
    v = Value(3.0)
    assert Value(x).data == float(x)
    assert type(Value(x).data) is float
    assert (v * x).data == (x * v).data == 3.0 * float(x)
    assert (v - x).data == -(x - v).data
    assert isinstance(x * v, Value)
    assert (v / x).data == 3.0 / float(x)
    assert (x / v).data == float(x) / 3.0
    assert (v**x).data == 3.0 ** float(x)
    assert engine.maximum(x, v).data == engine.maximum(v, x).data == 3.0


@pytest.mark.parametrize(
    ("x", "came"),
    [("3", "'3'"), (None, "None"), ([1], r"\[1\]"), (1j, "1j"), (Value(1.0), "Value"),
     *((array, "ndarray") for array in NUMPY_ARRAYS)],
)  # fmt: skip
def test_what_is_not_a_number_is_refused_in_words(x, came) -> None:
    with pytest.raises(TypeError, match=rf"(?s)needs one real number.*{came}"):
        Value(x)


@pytest.mark.parametrize("x", ["a", None, [1], 1j, *NUMPY_ARRAYS])
@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
def test_operators_name_both_sides_of_what_they_refuse(x, symbol) -> None:
    kind = type(x).__name__
    names = {"v": Value(1.0), "x": x}
    with pytest.raises(TypeError, match=rf"Value \{symbol} {kind}: operands must be Value, int or"):
        eval(f"v {symbol} x", names)
    with pytest.raises(TypeError, match=rf"{kind} \{symbol} Value: operands must be Value, int or"):
        eval(f"x {symbol} v", names)


@pytest.mark.parametrize("symbol", ["<", "<=", ">", ">="])
def test_comparisons_refuse_what_is_not_a_number(symbol) -> None:
    with pytest.raises(TypeError, match=rf"Value {symbol} str: operands must be Value, int or"):
        eval(f"v {symbol} 'a'", {"v": Value(1.0)})


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "relu", "maximum", "where"])
@pytest.mark.parametrize("x", ["a", None, [1.0], 1j])
def test_functions_refuse_what_is_not_a_number(name, x) -> None:
    others = {"maximum": (2.0,), "where": (1.0, 2.0)}.get(name, ())
    with pytest.raises(TypeError, match=rf"{name} needs a Value, int or float, got"):
        getattr(engine, name)(x, *others)


def test_functions_of_two_inputs_name_both_sides_of_what_they_refuse() -> None:
    with pytest.raises(TypeError, match="Value max str: operands must be Value, int or float"):
        engine.maximum(Value(1.0), "a")
    with pytest.raises(TypeError, match="str min Value: operands must be Value, int or float"):
        engine.minimum("a", Value(1.0))


@pytest.mark.parametrize("function", NUMPY_FUNCTIONS)
def test_functions_of_numpy_are_refused(function) -> None:
    with pytest.raises(TypeError, match="would lose the gradient; use engine"):
        function(Value(1.0))


@pytest.mark.parametrize(
    ("outside", "wording"),
    [
        (3.0, r"grad\(out, inputs\) needs Values, got float; keep the Values"),
        (None, "needs Values, got NoneType"),
        ([Value(1.0), "a"], "needs Values, got str"),
    ],
)
def test_grad_refuses_what_is_not_a_value(outside, wording) -> None:
    with pytest.raises(TypeError, match=wording):
        engine.grad(Value(2.0) * 3, outside)


def test_grad_of_one_value_is_one_value_and_zero_where_nothing_depends_on_it() -> None:
    x, y = Value(2.0), Value(3.0)
    assert engine.grad(x * x, x).data == 4.0
    assert [g.data for g in engine.grad(x * x, [x, y])] == [4.0, 0.0]
    between = x * x
    assert engine.grad(between**2, between).data == 8.0


def test_comparisons_are_by_data() -> None:
    assert Value(1.0) < Value(2.0) > 1.5
    assert Value(1.0) <= 1 <= Value(1.0)
    assert Value(2.0) < 3
    assert max(Value(1.0), Value(3.0), Value(2.0)).data == 3.0


def test_equality_and_hash_are_by_identity() -> None:
    x, y = Value(1.0), Value(1.0)
    with pytest.warns(RuntimeWarning, match="== asks whether two Values are the same Value"):
        assert x != y
    assert x == x
    assert {x: "x", y: "y"}[y] == "y"


def test_value_is_a_float_when_asked() -> None:
    x = Value(2.5)
    assert float(x) == 2.5
    assert f"{x:.3f}" == "2.500"
    assert [float(v) for v in (x, x)] == [2.5, 2.5]


def test_functions_of_math_are_refused_in_words() -> None:
    from math import sqrt as root

    x = Value(2.0)
    for attempt in (
        lambda: math.exp(x),
        lambda: [math.exp(v) for v in (x,)],
        lambda: math.exp(x * 2),
    ):
        with pytest.raises(TypeError, match=r"math.exp\(Value\).*use engine.exp"):
            attempt()
    with pytest.raises(TypeError, match=r"math.sqrt\(Value\).*use engine.sqrt"):
        root(x)
    with pytest.raises(TypeError, match=r"math.pow\(Value\)"):
        math.pow(x, 2)
    assert max(float(x), math.floor(1.5)) == 2.0


def test_repr_shows_data_grad_and_label() -> None:
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0.0)"
    assert repr(Value(2.0, "w")) == "Value(data=2.0, grad=0.0, label='w')"


@pytest.mark.parametrize(
    ("attempt", "wording"),
    [
        (lambda p: p ** (1 / 3), r"got a = -8, b = 0.333333.*'p'"),
        (lambda p: (-8) ** (Value(1 / 3) + 0 * p), r"got a = -8, b = 0.333333"),
        (lambda p: p ** Value(1 / 3), r"got a = -8, b = 0.333333.*'p'"),
        (lambda p: engine.log(p + 8), r"log\(a\) needs a > 0, got a = 0"),
        (lambda p: engine.log(p), r"log\(a\) needs a > 0, got a = -8 at node 'p'; keep p positive"),
        (lambda p: p.log(), "keep p positive, for example with sigmoid"),
        (lambda p: 1 / (p + 8), "needs b != 0, got b = 0"),
        (lambda p: p / 0, "needs b != 0, got b = 0"),
        (lambda p: engine.sqrt(p), r"sqrt\(a\) needs a >= 0, got a = -8 at node 'p'"),
        (lambda p: (p + 8) ** -1, r"needs a positive base.*none below 0 for a = 0.*got a = 0, b ="),
        (lambda p: 0 ** (p + 7), r"needs a positive base.*got a = 0, b = -1"),
        (lambda p: engine.log(-1.0), r"log\(a\) needs a > 0, got a = -1"),
    ],
)
def test_what_is_outside_a_domain_is_refused_in_words(attempt, wording) -> None:
    with pytest.raises(DomainError, match=wording):
        attempt(Value(-8.0, "p"))


def test_domain_errors_are_value_errors() -> None:
    with pytest.raises(ValueError, match="needs a > 0"):
        engine.log(Value(0.0))


def test_label_and_scope_are_set_apart_from_each_other() -> None:
    with engine.scope("s"):
        leaf, out = Value(1.0, "x"), Value(1.0) * 2
    tag = out.scope
    assert (leaf.label, leaf.scope, out.label) == ("x", tag, "")
    out.label = "y"
    assert (out.label, out.scope) == ("y", tag)
    out.scope = None
    assert (out.label, out.scope) == ("y", None)
    out.label = ""
    out.scope = tag
    assert (out.label, out.scope) == ("", tag)


@pytest.mark.skipif(
    sys.maxsize < 2**32 or sys.implementation.name != "cpython",
    reason="a slot is shorter on 32 bits; PyPy does not say how large an object is",
)
def test_result_of_an_operation_keeps_to_96_bytes() -> None:
    assert sys.getsizeof(Value(1.0) * 2) <= 96  # its two numbers are counted apart
