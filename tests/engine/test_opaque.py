"""Programs that make results by hand, as viewers of micrograd's lecture do."""

import copy
import math
import pickle

import pytest

import engine
from engine import Value

pytestmark = pytest.mark.core


def tanh(x: Value) -> Value:
    """As the lecture writes it."""
    t = (math.exp(2 * x.data) - 1) / (math.exp(2 * x.data) + 1)
    out = Value(t, (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


def test_operation_made_by_hand_takes_part_in_backward() -> None:
    x, w = Value(0.3, "x"), Value(-0.8, "w")
    loss = tanh(x * w) * w + tanh(x)
    loss.backward()
    by_hand = (x.grad, w.grad)
    x.grad = w.grad = 0.0
    ((x * w).tanh() * w + x.tanh()).backward()
    assert by_hand == pytest.approx((x.grad, w.grad), rel=1e-14)


def test_many_inputs_and_leaves_used_twice() -> None:
    xs = [Value(float(i)) for i in range(5)]

    def total(inputs: list[Value]) -> Value:
        out = Value(sum(x.data for x in inputs), tuple(inputs), "sum")

        def _backward() -> None:
            for x in inputs:
                x.grad += out.grad

        out._backward = _backward
        return out

    root = total([*xs, xs[0]]) * 3.0
    root.backward()
    assert [x.grad for x in xs] == [6.0, 3.0, 3.0, 3.0, 3.0]
    root.backward()
    assert [x.grad for x in xs] == [12.0, 6.0, 6.0, 6.0, 6.0]


def test_attributes_are_those_of_micrograd() -> None:
    a, b = Value(2.0), Value(3.0)
    c = Value(6.0, (a, b), "*", "c")
    assert (c._prev, c._op, c.label) == ({a, b}, "*", "c")
    d = a + b
    assert (d._prev, d._op) == ({a, b}, "+")
    assert (a._prev, a._op) == (set(), "")
    assert ((a * a)._prev, (a**2)._op, a.relu()._op) == ({a}, "**2", "ReLU")
    assert Value(1.0, _children=(a,), _op="f")._prev == {a}
    assert Value(1.0, (), "").op is None


def test_node_by_node_as_the_lecture_does_it() -> None:
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    d = c + 10.0
    d.grad = 1.0
    d._backward()
    c._backward()
    a._backward()
    assert (c.grad, a.grad, b.grad) == (1.0, -3.0, 2.0)


def test_result_without_its_function_is_refused_by_backward() -> None:
    a = Value(2.0)
    with pytest.raises(
        ValueError, match=r"made by hand \(square, inputs: 1\) that has no _backward; set"
    ):
        (Value(4.0, (a,), "square") * 2.0).backward()


def test_what_is_not_a_value_cannot_be_an_input() -> None:
    with pytest.raises(TypeError, match="a tuple of the Values it was made from, got"):
        Value(4.0, (2.0,), "square")
    with pytest.raises(TypeError, match="takes a text as its label"):
        Value(4.0, 7)  # type: ignore[arg-type]


def test_backward_of_a_row_or_a_leaf_cannot_be_replaced() -> None:
    a = Value(2.0)
    for node, what in ((a, "is a leaf"), (a * 2, "takes its slopes from the table")):
        with pytest.raises(AttributeError, match=what):
            node._backward = lambda: None


def test_gradient_of_a_gradient_names_define() -> None:
    x = Value(0.3)
    with pytest.raises(TypeError, match=r"engine\.define"):
        engine.grad(tanh(x), x)


def test_compile_names_define() -> None:
    pytest.importorskip("numpy")
    w = Value(0.3)
    with pytest.raises(engine.RecordingError, match=r"engine\.define"):
        engine.compile(lambda x: Value(1.0, (w * x,), "f"))(1.0)


def test_drawn_and_explained_as_an_opaque_operation() -> None:
    x = Value(0.3, "x")
    out = tanh(x) * 2.0
    out.backward()
    assert "tanh" in engine.draw(out).svg
    assert "tanh" in engine.tree(out)


def test_copies() -> None:
    x = Value(0.3, "x")
    out = tanh(x)
    copied = copy.deepcopy(out)
    assert (copied.data, copied._op, len(copied._prev)) == (out.data, "tanh", 1)
    with pytest.raises(ValueError, match="has no _backward"):
        (copied * 1.0).backward()
    with pytest.raises(TypeError, match=r"engine\.define"):
        pickle.dumps(out)


def test_no_grad_makes_it_a_leaf() -> None:
    with engine.no_grad():
        out = Value(1.0, (Value(2.0),), "f")
    assert (out.op, out.inputs) == (None, ())


# ---- classes of the user's own ----


class Named(Value):
    """A Value with more to it."""

    def __init__(self, data: float, note: str = "") -> None:
        super().__init__(data)
        self.note = note


class Slotted(Value):
    __slots__ = ("extra",)


@pytest.mark.parametrize("cls", [Named, Slotted])
@pytest.mark.parametrize(
    "make",
    [
        lambda a: a * 2,
        lambda a: 2 * a,
        lambda a: a - a,
        lambda a: Value(2.0) * a,
        lambda a: Value(2.0) - a,
        lambda a: a / Value(2.0),
        lambda a: -a,
        lambda a: a**2,
        lambda a: abs(a),
        lambda a: a.tanh(),
        lambda a: engine.exp(a),
        lambda a: engine.maximum(a, 1.0),
        lambda a: engine.tan(a),
        lambda a: engine.hypot(a, 4),
        lambda a: engine.hypot(4, a),
        lambda a: engine.hypot(Value(4.0), a),
        lambda a: sum([a, a]),
    ],
)
def test_results_are_of_the_users_class(cls: type[Value], make) -> None:
    a = cls(3.0)
    out = make(a)
    assert type(out) is cls
    plain = Value(3.0)
    expected = make(plain)
    out.backward()
    expected.backward()
    assert (out.data, a.grad) == (expected.data, plain.grad)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_keep_attributes_of_the_users_class(copied) -> None:
    named, slotted = Named(3.0, "kept"), Slotted(2.0)
    slotted.extra = [1]
    out = copied(named * 2 + slotted)
    assert type(out) is type(named * 2 + slotted)
    assert copied(named).note == "kept"
    assert copied(slotted).extra == [1]


def test_override_of_an_operator_is_used() -> None:
    class Loud(Value):
        calls = 0

        def __mul__(self, other: object) -> Value:
            Loud.calls += 1
            return super().__mul__(other)  # type: ignore[arg-type]

    out = Loud(2.0) * 3.0
    assert (type(out), Loud.calls, out.data) == (Loud, 1, 6.0)


def test_other_graphs_warn_of_slopes_left_out_though_a_result_was_made_by_hand() -> None:
    made(Value(1.0))
    x, y = Value(0.0, "x"), Value(3.0)
    with pytest.warns(engine.NonFiniteWarning, match="left out: the gradient that arrives"):
        engine.where(0.0, engine.sqrt(x), y).backward()
    with pytest.warns(engine.NonFiniteWarning, match="left out: the gradient that arrives"):
        made(engine.where(0.0, engine.sqrt(x), y)).backward()
    assert (x.grad, y.grad) == (0.0, 2.0)


def made(a: Value) -> Value:
    """Return a result made by hand."""
    out = Value(a.data, (a,), "copy")

    def backward() -> None:
        a.grad += out.grad

    out._backward = backward
    return out
