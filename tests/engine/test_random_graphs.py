"""Random graphs of every row of the table: gradients against forward mode in 30 digits, and torch."""

import math
import warnings
from collections.abc import Callable

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.ops import OPS

pytestmark = pytest.mark.core


class Dual:
    """A number of 30 digits and its derivative by one input: another way to the same gradient."""

    def __init__(self, x: object, d: object = 0) -> None:
        self.x, self.d = mpmath.mpf(x), mpmath.mpf(d)

    @property
    def data(self) -> float:
        return float(self.x)


def on_many_digits(name: str) -> Callable[..., mpmath.mpf]:
    """Return the forward text of a row as a function of mpmath's numbers."""
    names = {name: getattr(mpmath, name, None) for name in vars(math)}
    names |= {"pow": mpmath.power, "fabs": abs, "abs": abs, "c": True}
    return lambda a, b=0: eval(OPS[name].forward, {**names, "a": a, "b": b})


# Rows in functions of mpmath; the second input only where a row has one. A new row is read from the
# table, and may be written here as well, in another way.
FORWARD = {name: on_many_digits(name) for name in OPS} | {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "neg": lambda a: -a, "pow": lambda a, b: a**b,
    "exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "sin": mpmath.sin,
    "cos": mpmath.cos, "erfc": mpmath.erfc, "tanh": mpmath.tanh,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)), "softplus": lambda a: mpmath.log1p(mpmath.exp(a)),
    "relu": lambda a: max(a, mpmath.mpf(0)), "gelu": lambda a: a * mpmath.ncdf(a),
    "leaky_relu": lambda a: max(a, a * mpmath.mpf(0.01)), "abs": abs,
    "maximum": max, "minimum": min, "where": lambda a, b: a,
    "tan": mpmath.tan, "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "asinh": mpmath.asinh, "acosh": mpmath.acosh,
    "atanh": mpmath.atanh, "expm1": mpmath.expm1, "log1p": mpmath.log1p,
    "log2": lambda a: mpmath.log(a, 2), "log10": mpmath.log10, "erf": mpmath.erf,
    "atan2": mpmath.atan2, "hypot": mpmath.hypot, "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "fmod": lambda a, b: a - b * mpmath.sign(a / b) * mpmath.floor(abs(a / b)),
    "remainder": lambda a, b: a - b * mpmath.nint(a / b),
    "copysign": lambda a, b: abs(a) * mpmath.sign(b), "fabs": abs,
    "degrees": mpmath.degrees, "radians": mpmath.radians,
}  # fmt: skip
OPERATORS = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "pow": lambda a, b: a**b, "neg": lambda a: -a,
    "mod": lambda a, b: a % b, "where": lambda a, b: engine.where(1.0, a, b),
}  # fmt: skip
# How far from a corner or a jump a row with two inputs is, or one whose corner is not at 0.
DISTANCES = {
    "mod": lambda a, b: abs(a / b - round(a / b)),
    "fmod": lambda a, b: abs(a / b - round(a / b)),
    "remainder": lambda a, b: abs(abs(a / b - round(a / b)) - 0.5),
    "maximum": lambda a, b: abs(a - b), "minimum": lambda a, b: abs(a - b),
    "atan2": lambda a, b: abs(a) + abs(b) if b > 0 else abs(a), "hypot": lambda a, b: abs(a) + abs(b),
    "copysign": lambda a, b: min(abs(a), abs(b)),
}  # fmt: skip


def test_formulas_of_random_graphs_are_those_of_rows() -> None:
    assert set(FORWARD) == set(OPS)


def value_of(name: str, *inputs: Value) -> Value:
    """Apply a row to Values."""
    return (OPERATORS.get(name) or getattr(engine, name))(*inputs)


def dual_of(name: str, *inputs: Dual) -> Dual:
    """Apply a row to Duals: the chain rule forwards, with slopes found by mpmath."""
    at = tuple(v.x for v in inputs)
    total = mpmath.mpf(0)
    for i, v in enumerate(inputs):
        if v.d:
            along = lambda x: FORWARD[name](*at[:i], x, *at[i + 1 :])
            total += v.d * mpmath.diff(along, v.x)
    return Dual(FORWARD[name](*at), total)


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPS)), st.integers(0, 30), st.integers(0, 30)),
    min_size=1,
    max_size=15,
)
NUMBERS = st.lists(st.floats(-2, 2), min_size=3, max_size=3)


def build(steps, leaves: list, apply, constant):
    """Return the last node after applying rows to leaves and earlier nodes.

    Inputs of rows that are not defined everywhere are squared and moved up first, and results that
    would overflow further on go through tanh; where a row has a corner, the example is dropped.
    """
    nodes = list(leaves)
    positive = lambda v: apply("add", apply("mul", v, v), constant(0.5))
    for name, i, j in steps:
        row = OPS[name]
        inputs = [nodes[i % len(nodes)], nodes[j % len(nodes)]][: len(row.slopes)]
        if name in ("asin", "acos", "atanh", "tan"):
            inputs[0] = apply("mul", apply("tanh", inputs[0]), constant(0.9))
        elif name == "acosh":
            inputs[0] = apply("add", positive(inputs[0]), constant(0.75))
        elif row.domain:
            divides = name in ("div", "mod", "fmod", "remainder")
            inputs[divides] = positive(inputs[divides])
        if name == "pow":
            inputs[1] = apply("tanh", inputs[1])
        if (row.smooth and not row.domain) or name in DISTANCES:
            numbers = [float(v.data) for v in inputs]
            assume(DISTANCES.get(name, abs)(*numbers) > 1e-3)
        node = apply(name, *inputs)
        nodes.append(apply("tanh", node) if abs(node.data) > 10 else node)
    return nodes[-1]


@given(STEPS, NUMBERS)
def test_gradients_of_random_graphs_are_those_of_forward_mode(steps, numbers) -> None:
    leaves = [Value(x) for x in numbers]
    out = build(steps, leaves, value_of, Value)
    out.backward()
    with mpmath.workdps(30):
        for i, leaf in enumerate(leaves):
            duals = [Dual(x, i == j) for j, x in enumerate(numbers)]
            expected = build(steps, duals, dual_of, Dual)
            assert out.data == pytest.approx(float(expected.x), rel=1e-8, abs=1e-8)
            assert leaf.grad == pytest.approx(float(expected.d), rel=1e-6, abs=1e-6)


@given(STEPS, NUMBERS)
def test_grad_returns_what_backward_leaves(steps, numbers) -> None:
    leaves = [Value(x) for x in numbers]
    out = build(steps, leaves, value_of, Value)
    found = [g.data for g in engine.grad(out, leaves)]
    assert [leaf.grad for leaf in leaves] == [0.0, 0.0, 0.0]
    out.backward()
    assert found == pytest.approx([leaf.grad for leaf in leaves], rel=1e-12, abs=1e-12)


@given(STEPS, NUMBERS)
def test_second_backward_pass_doubles_leaves_and_repeats_the_rest(steps, numbers) -> None:
    leaves = [Value(x) for x in numbers]
    out = build(steps, leaves, value_of, Value)
    results = [node for node in engine.nodes(out) if node.op is not None]
    out.backward()
    once, between = [leaf.grad for leaf in leaves], [node.grad for node in results]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a second pass
        out.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx([2 * grad for grad in once], rel=1e-13)
    assert [node.grad for node in results] == between


# ---- torch, an independent engine, where it is installed ----


def torch_of(torch):
    """Return how to apply a row to tensors, by torch's own function of that name."""
    functional = torch.nn.functional
    named = {
        "sigmoid": torch.sigmoid, "softplus": functional.softplus, "relu": torch.relu,
        "leaky_relu": functional.leaky_relu, "gelu": functional.gelu, "erfc": torch.erfc,
        "where": lambda a, b: torch.where(torch.tensor(True), a, b),
        "mod": torch.remainder, "remainder": lambda a, b: a - b * torch.round(a / b),
        "fabs": torch.abs, "degrees": torch.rad2deg, "radians": torch.deg2rad,
    }  # fmt: skip

    def apply(name: str, *inputs):
        function = named.get(name) or OPERATORS.get(name) or getattr(torch, name, None)
        assume(function is not None)  # a new row, which torch may not have
        return function(*inputs)

    return apply


@given(STEPS, NUMBERS)
def test_gradients_of_random_graphs_are_those_of_torch(steps, numbers) -> None:
    torch = pytest.importorskip("torch")

    tensor_of = lambda x, **options: torch.tensor(x, dtype=torch.float64, **options)
    ours = [Value(x) for x in numbers]
    theirs = [tensor_of(x, requires_grad=True) for x in numbers]
    build(steps, ours, value_of, Value).backward()
    out = build(steps, theirs, torch_of(torch), tensor_of)
    out.backward()
    for leaf, tensor in zip(ours, theirs, strict=True):
        expected = 0.0 if tensor.grad is None else tensor.grad.item()
        assert leaf.grad == pytest.approx(expected, rel=1e-9, abs=1e-9)
