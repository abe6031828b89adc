"""A Value as a number: what it takes, what it refuses, and how it compares, prints and copies."""

import copy
import math
import pickle
import sys
from contextlib import suppress
from fractions import Fraction

import pytest

import engine
from engine import DomainError, NonFiniteError, Value
from engine.origin import Block, Origin

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


def test_no_grad_records_nothing() -> None:
    x = Value(2.0)
    with engine.no_grad():
        y = x * x + 1
    assert (y.data, y.op, y.inputs) == (5.0, None, ())
    assert (x * x).op is not None


def test_strict_raises_at_the_operation_itself() -> None:
    with engine.strict():
        assert (Value(2.0) * 3).data == 6.0
        with pytest.raises(NonFiniteError, match="exp gave inf from 1000"):
            engine.exp(Value(1000.0))
        with pytest.raises(NonFiniteError, match="mul gave inf"):
            Value(1e200) * 1e200
    assert engine.exp(Value(1000.0)).data == math.inf


def test_scope_tags_what_is_made_inside_it() -> None:
    with engine.scope("layer 1", note="2 × tanh"), engine.scope("n2"):
        inside = Value(1.0) * 2
    assert repr(inside.scope) == "layer 1/n2"
    assert [(t.name, t.note) for t in inside.scope.path] == [("layer 1", "2 × tanh"), ("n2", "")]
    assert (Value(1.0) * 2).scope is None


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


# ---- whole graphs through pickle and copy ----


def graph() -> tuple[Value, Value, Value]:
    """Return two leaves, one of them used twice, and a result."""
    x, y = Value(0.5, "x"), Value(-2.0, "y")
    with engine.scope("s"):
        out = engine.where(x > 0, x * y, y) + engine.tanh(x) ** 2
    out.backward()
    return x, y, out


@pytest.mark.parametrize("again", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g)),
                                   lambda g: pickle.loads(pickle._dumps(g))])  # fmt: skip
def test_copied_graph_is_whole_and_apart(again) -> None:
    x, y, out = graph()
    x2, y2, out2 = again([x, y, out])
    assert (x2.data, x2.grad, x2.label, out2.data) == (x.data, x.grad, "x", out.data)
    assert out2.op is out.op
    assert out2.scope is out.scope
    below = engine.graph.nodes(out2)
    assert any(node is x2 for node in below)
    assert any(node is y2 for node in below)
    assert not any(node is x for node in below)
    x2.grad = 0.0
    out2.backward()
    assert x2.grad == x.grad


@pytest.mark.parametrize("again", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_chain_of_100000_nodes_is_copied(again) -> None:
    x = Value(1.0)
    out = x
    for _ in range(100_000):
        out = out * 1.00001
    copied = again(out)
    assert copied.data == out.data
    assert len(engine.graph.nodes(copied)) == 100_001


def test_pickling_that_failed_does_no_harm_to_the_next() -> None:
    out, half = Value(1.0), None
    for i in range(20_000):
        out = out * 1.00001
        if i == 10_000:
            half = out
    half.label = (no_text for no_text in ())
    with pytest.raises((TypeError, pickle.PicklingError), match=r"pickle.*generator"):
        pickle.dumps(out)
    half.label = "half"
    for root, n in ((half, 10_002), (out, 20_001)):
        assert len(engine.graph.nodes(pickle.loads(pickle.dumps(root)))) == n


# ---- the gradient checker ----


def test_checker_confirms_right_gradients() -> None:
    assert engine.check_gradients(lambda a, b: engine.tanh(a * b) / b, [0.5, -2.0]) < 1e-8


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_checker_takes_a_step_of_the_inputs_size(size) -> None:
    assert engine.check_gradients(engine.log, [size]) < 1e-5


def test_checker_names_the_input_and_the_wrong_slope(monkeypatch) -> None:
    right = Value.tanh

    def wrong(self: Value) -> Value:
        out = right(self)
        out._da *= 1.001  # a slope off by 0.1 %
        return out

    monkeypatch.setattr(Value, "tanh", wrong)
    a, b = Value(0.3, "a"), Value(0.7, "b")
    with pytest.raises(engine.GradientMismatch, match=r"input 0 \('a'\): backward .*slope: tanh"):
        engine.check_gradients(lambda a, b: (a * b).tanh() * 3, [a, b])
    assert (a.data, b.data) == (0.3, 0.7)


@pytest.mark.parametrize(
    ("fn", "inputs", "wording"),
    [
        (
            lambda x: x.data,
            [1.0],
            "needs fn to return a Value, got float; return the result itself",
        ),
        (lambda x: x * x, 1.0, r"needs a list of inputs, got 1.0; write a single one as \[x\]"),
        (lambda x: x * x, ["a"], "Value needs one real number"),
    ],
)
def test_checker_refuses_what_it_cannot_check(fn, inputs, wording) -> None:
    with pytest.raises(TypeError, match=wording):
        engine.check_gradients(fn, inputs)


def test_checker_leaves_gradients_and_data_as_they_were() -> None:
    x = Value(2.0)
    x.grad = 7.0
    engine.check_gradients(lambda x: x * x, [x])
    assert (x.data, x.grad) == (2.0, 7.0)


def test_checker_says_where_there_is_a_corner() -> None:
    with pytest.raises(engine.GradientMismatch, match=r"relu has no single slope at 0.*a != 0"):
        engine.check_gradients(engine.relu, [0.0])


def test_checker_says_when_no_slope_is_wrong() -> None:
    with pytest.raises(engine.GradientMismatch, match="every recorded slope is right"):
        engine.check_gradients(lambda a: a * a.detach(), [2.0])


def test_block_holds_inside_itself_and_is_closed_after_an_error() -> None:
    seen: list[Value] = []

    def see(node: Value) -> Value:
        seen.append(node)
        return node

    class Watching(Block):
        def enter(self, outer: Origin) -> Origin:
            inner = outer.inside(self)
            inner.on_new_value = see
            return inner

    shown = Watching()
    with suppress(ZeroDivisionError), shown, shown:
        Value(1.0)
        raise ZeroDivisionError
    Value(2.0)
    assert [node.data for node in seen] == [1.0]
