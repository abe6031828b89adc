"""Gradients as Values: no path is lost because its number happens to be 0."""

import itertools
import math
import random

import pytest
import sympy

import engine
from engine import Value, grad, maximum, minimum, relu, where

NAMES = ("x", "y", "z")
POINTS = (0.0, 0.0, 1.0, -1.0, 0.5, -2.0)  # zeros first: they are where paths were lost


def random_expression(rng: random.Random, size: int) -> str:
    """Return a formula in x, y and z that is defined everywhere, as Python text."""
    if size == 0:
        return rng.choice([*NAMES, *NAMES, "2.0", "0.0"])
    kind = rng.choice(["+", "-", "*", "*", "**", "/", "exp", "sin", "cos", "tanh", "sqrt", "log"])
    inner = random_expression(rng, size - 1)
    if kind in "+-*":
        return f"({inner} {kind} {random_expression(rng, rng.randrange(size))})"
    if kind == "**":
        return f"({inner})**{rng.choice([2, 3])}"
    if kind == "/":
        return f"({random_expression(rng, rng.randrange(size))} / (1.5 + sin({inner})))"
    if kind == "exp":
        return f"exp(sin({inner}))"
    if kind in ("sqrt", "log"):
        return f"{kind}(1.0 + ({inner})**2)"
    return f"{kind}({inner})"


@pytest.mark.parametrize("seed", range(40))
def test_second_derivatives_of_random_expressions_are_those_of_sympy(seed: int) -> None:
    rng = random.Random(seed)
    text = " + ".join(random_expression(rng, 4) for _ in range(2))
    symbols = sympy.symbols(NAMES)
    exact = sympy.sympify(text, locals=dict(zip(NAMES, symbols, strict=True)))
    at = {symbol: rng.choice(POINTS) for symbol in symbols}
    inputs = [Value(at[symbol], str(symbol)) for symbol in symbols]
    functions = {name: getattr(engine, name) for name in engine.__all__}
    out = eval(text, functions, dict(zip(NAMES, inputs, strict=True)))
    first = grad(out, inputs) if isinstance(out, Value) else [Value(0.0) for _ in inputs]
    for (i, s), (j, t) in itertools.product(enumerate(symbols), repeat=2):
        expected = float(sympy.diff(exact, s, t).subs(at).evalf(30))
        assert grad(first[i], inputs[j]).data == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_mixed_partial_derivatives_are_symmetric(seed: int) -> None:
    rng = random.Random(1000 + seed)
    inputs = {name: Value(rng.choice(POINTS), name) for name in NAMES}
    functions = {name: getattr(engine, name) for name in engine.__all__}
    out = eval(random_expression(rng, 5), functions, inputs) * inputs["x"] + inputs["y"]
    for a, b in itertools.combinations(inputs.values(), 2):
        there, back = grad(grad(out, a), b), grad(grad(out, b), a)
        assert there.data == pytest.approx(back.data, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda x, y: x**2 * y, 6.0),
        (lambda x, y: x * x * y, 6.0),
        (lambda x, y: x * (y * y + y), 1.0),
        (lambda x, y: x * engine.sin(y), 1.0),
        (lambda x, y: (x * y) ** 2 + y * x, 1.0),
        (lambda x, y: engine.exp(x * y), 1.0),
        (lambda x, y: y / x, -1 / 9),
        (lambda x, y: where(1.0, x * y, x), 1.0),
        (lambda x, y: maximum(x * y, -1.0), 1.0),
        (lambda x, y: minimum(x * y, 1.0), 1.0),
        (lambda x, y: relu(x * y + 1), 1.0),
    ],
)
def test_path_whose_number_is_0_keeps_its_derivatives(fn, expected: float) -> None:
    x, y = Value(3.0), Value(0.0)
    out = fn(x, y)
    assert grad(grad(out, x), y).data == pytest.approx(expected, rel=1e-15)
    assert grad(grad(out, y), x).data == pytest.approx(expected, rel=1e-15)


def test_third_derivative_passes_two_slopes_of_0() -> None:
    x, y, z = Value(0.0), Value(0.0), Value(0.0)
    assert grad(grad(grad(x * y * z, x), y), z).data == 1.0


@pytest.mark.parametrize("condition", [1.0, 0.0])
def test_second_derivative_of_where_is_that_of_the_branch_taken(condition: float) -> None:
    x = Value(0.0)
    out = where(condition, x**3 + x**2, x**4 + 5 * x)
    assert grad(grad(out, x), x).data == (2.0 if condition else 0.0)


def test_condition_of_where_gets_no_gradient() -> None:
    x = Value(2.0)
    assert grad(where(x, x * x, 0.0), x).data == 4.0
    assert grad(where(x, 3.0, Value(0.0)), x).data == 0.0


@pytest.mark.parametrize("pick", [maximum, minimum])
def test_higher_derivatives_at_a_tie_are_the_average_of_both_sides(pick) -> None:
    x = Value(1.0)
    first = grad(pick(x**3, x**2), x)
    assert first.data == (3 + 2) / 2
    assert grad(first, x).data == (6 + 2) / 2


@pytest.mark.parametrize(
    "fn",
    [
        lambda x, y: where(0.0, engine.sqrt(x), y),
        lambda x, y: where(1.0, y, engine.sqrt(x)),
        lambda x, y: where(0.0, engine.sqrt(x) * y + x**0.5, y),
        lambda x, y: maximum(engine.sqrt(x), y),
        lambda x, y: minimum(-engine.sqrt(x), -y) * -1.0,
        lambda x, y: relu(engine.sqrt(x) - y) + y,
        lambda x, y: engine.sqrt(x) * 0.0 + y,
    ],
)
def test_branch_not_taken_is_left_out(fn) -> None:
    x, y = Value(0.0), Value(2.0)
    assert [slope.data for slope in grad(fn(x, y), [x, y])] == [0.0, 1.0]


def test_paths_that_cancel_exactly_leave_nothing_to_follow() -> None:
    x = Value(0.0)
    root = engine.sqrt(x)
    assert grad(root - root, x).data == 0.0


def test_infinite_slope_on_the_way_is_refused_with_the_operation_and_the_input() -> None:
    x = Value(0.0, "x")
    wording = (
        r"grad\(\) through sqrt from 0: its slope is inf towards 'x'; a finite slope needs a > 0"
    )
    with pytest.raises(engine.DomainError, match=wording):
        grad(engine.sqrt(x) * 2, x)


def test_slope_written_as_a_whole_number_counts_as_a_number() -> None:
    row = engine.ops.op("halfwave", "half", "a if a > 0 else 0", "1 if a > 0 else 0")
    try:
        x = Value(0.0)
        out = x * x
        node = engine.relu(engine.sqrt(x) * -1.0 - 1.0)
        node.op = row
        assert grad(node + out, x).data == 0.0
        on = engine.relu(x * x + 1.0)
        on.op = row
        assert grad(grad(on, x), x).data == 2.0
    finally:
        del engine.ops.OPS["halfwave"]


def test_gradient_by_the_result_itself_is_1() -> None:
    x = Value(2.0)
    out = x * x
    assert grad(out, out).data == 1.0
    assert [slope.data for slope in grad(out, [out, x])] == [1.0, 4.0]
    assert not math.isnan(grad(x, x).data)
