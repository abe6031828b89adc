"""Every row of the table is proved: symbolically, numerically, at extremes, and in higher orders."""

import ast
import math

import mpmath
import pytest
import sympy

import engine
from engine import Value
from engine.ops import OPS
from engine.reading import holds, over_floats

ROWS = [pytest.param(row, id=name) for name, row in OPS.items()]
A, B, OUT = sympy.symbols("a b out", real=True)
NAMES = {"a": A, "b": B, "out": OUT, "abs": sympy.Abs, "log1p": lambda x: sympy.log(1 + x)}
NAMES |= {
    name: getattr(sympy, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "erfc")
}


def branches(text: str) -> list[str]:
    """Return the texts that a conditional text chooses between."""

    def walk(node: ast.expr) -> list[str]:
        if isinstance(node, ast.IfExp):
            return walk(node.body) + walk(node.orelse)
        return [ast.unparse(node)]

    return walk(ast.parse(text, mode="eval").body)


def piecewise(text: str) -> sympy.Expr:
    """Return a row's text as a formula; `c` is taken to hold."""

    def walk(node: ast.expr) -> sympy.Expr:
        if isinstance(node, ast.IfExp):
            test = ast.unparse(node.test)
            if test == "c":
                return walk(node.body)
            condition = eval(test, dict(NAMES))
            return sympy.Piecewise((walk(node.body), condition), (walk(node.orelse), True))
        return sympy.nsimplify(eval(ast.unparse(node), dict(NAMES)), rational=False)

    return walk(ast.parse(text, mode="eval").body)


# Points on every side of every condition in the table.
POINTS = [(0.7, 1.3), (-0.7, 2.0), (1.9, -1.1), (-2.3, 3.0), (2.5, 0.4)]


@pytest.mark.parametrize("row", ROWS)
def test_slopes_are_the_derivatives_of_the_forward_text(row) -> None:
    forward = piecewise(row.forward)
    for letter, text in zip((A, B), row.slopes, strict=False):
        slope = piecewise(text).subs(OUT, forward)
        difference = sympy.diff(forward, letter) - slope
        for a, b in POINTS:
            if not (holds(row.domain, a, b) and holds(row.smooth, a, b)):
                continue
            at = {A: sympy.Rational(str(a)), B: sympy.Rational(str(b))}
            assert abs(sympy.N(difference.subs(at).doit(), 30)) < 1e-14, (letter, a, b)


@pytest.mark.parametrize("row", ROWS)
def test_some_point_of_the_proof_lies_in_the_rows_domain(row) -> None:
    assert any(holds(row.domain, a, b) and holds(row.smooth, a, b) for a, b in POINTS)


EXACT = {
    "add": mpmath.fadd, "sub": mpmath.fsub, "mul": mpmath.fmul, "div": mpmath.fdiv,
    "neg": mpmath.fneg, "pow": mpmath.power, "exp": mpmath.exp, "log": mpmath.log,
    "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos, "erfc": mpmath.erfc,
    "tanh": mpmath.tanh, "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "softplus": lambda a: mpmath.log1p(mpmath.exp(a)), "relu": lambda a: max(a, mpmath.mpf(0)),
    "leaky_relu": lambda a: a if a > 0 else a * mpmath.mpf(0.01),
    "gelu": lambda a: a * mpmath.ncdf(a), "abs": mpmath.fabs, "maximum": max, "minimum": min,
}  # fmt: skip


def apply(name: str, *inputs):
    """Apply a row to Values or floats, by its operator or its function."""
    operators = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b, "pow": lambda a, b: a**b, "neg": lambda a: -a,
    }  # fmt: skip
    return (operators.get(name) or getattr(engine, name))(*inputs)


SMOOTH_ROWS = [name for name in OPS if name != "where"]


def test_every_row_but_where_has_an_exact_counterpart() -> None:
    assert set(EXACT) == set(SMOOTH_ROWS)


@pytest.mark.parametrize("name", SMOOTH_ROWS)
def test_result_and_three_derivatives_are_exact(name) -> None:
    mpmath.mp.dps = 50
    row = OPS[name]
    for a, b in POINTS:
        if not (holds(row.domain, a, b) and holds(row.smooth, a, b)):
            continue
        second = [] if len(row.slopes) == 1 else [b]
        x = Value(a)
        derivative = apply(name, x, *second)
        exact = lambda t: EXACT[name](t, *map(mpmath.mpf, second))
        for order in range(4):
            expected = float(mpmath.re(mpmath.diff(exact, mpmath.mpf(a), order)))
            assert derivative.data == pytest.approx(expected, rel=1e-11, abs=1e-11), (order, a, b)
            derivative = engine.grad(derivative, x)


@pytest.mark.parametrize("name", [name for name in SMOOTH_ROWS if len(OPS[name].slopes) == 2])
def test_derivatives_by_the_second_input_are_exact(name) -> None:
    row = OPS[name]
    for a, b in POINTS:
        if not (holds(row.domain, a, b) and holds(row.smooth, a, b)):
            continue
        y = Value(b)
        derivative = apply(name, a, y)
        exact = lambda t: EXACT[name](mpmath.mpf(a), t)
        for order in range(3):
            expected = float(mpmath.re(mpmath.diff(exact, mpmath.mpf(b), order)))
            assert derivative.data == pytest.approx(expected, rel=1e-10, abs=1e-10), (order, a, b)
            derivative = engine.grad(derivative, y)


def test_mixed_derivative_of_a_power_is_exact() -> None:
    x, y = Value(1.7), Value(2.3)
    mixed = engine.grad(engine.grad(x**y, x), y)
    assert mixed.data == pytest.approx(1.7**1.3 + 2.3 * math.log(1.7) * 1.7**1.3)


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_a_square_at_zero_are_right(order) -> None:
    x = Value(0.0)
    derivative = x**2
    for _ in range(order):
        derivative = engine.grad(derivative, x)
    assert derivative.data == (0, 0, 2, 0, 0)[order]


@pytest.mark.parametrize(
    "name", ["sigmoid", "softplus", "tanh", "gelu", "relu", "leaky_relu", "erfc"]
)
@pytest.mark.parametrize("a", [800.0, -800.0, 1e-300, -1e-300, 0.0])
def test_bounded_rows_are_right_at_extremes(name, a) -> None:
    mpmath.mp.dps = 50
    x = Value(a)
    out = getattr(engine, name)(x)
    assert out.data == pytest.approx(float(EXACT[name](mpmath.mpf(a))), rel=1e-14, abs=1e-300)
    out.backward()
    assert math.isfinite(x.grad)


@pytest.mark.parametrize("name", [n for n in SMOOTH_ROWS if n != "pow"])
def test_nan_goes_through_as_nan(name) -> None:
    inputs = [Value(math.nan), 1.0][: len(OPS[name].slopes)]
    assert math.isnan(apply(name, *inputs).data)


@pytest.mark.parametrize(
    ("name", "a", "expected"),
    [("exp", 1000.0, math.inf), ("exp", -1000.0, 0.0), ("log", math.inf, math.inf),
     ("sqrt", math.inf, math.inf), ("sin", math.inf, math.nan), ("erfc", -math.inf, 2.0)],
)  # fmt: skip
def test_overflow_follows_ieee_arithmetic(name, a, expected) -> None:
    for out in (getattr(engine, name)(Value(a)).data, getattr(engine, name)(a)):
        assert out == expected or (math.isnan(out) and math.isnan(expected))


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [(1e200, 2, math.inf), (-1e200, 3, -math.inf), (-1e200, 2, math.inf), (0.0, 0, 1.0)],
)
def test_powers_follow_ieee_arithmetic(base, exponent, expected) -> None:
    assert (Value(base) ** exponent).data == expected
    assert (Value(base) ** Value(float(exponent))).data == expected


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_tie_gives_half_of_the_gradient_to_each(name) -> None:
    x, y = Value(2.0), Value(2.0)
    getattr(engine, name)(x, y).backward()
    assert (x.grad, y.grad) == (0.5, 0.5)


def test_where_routes_the_gradient_to_what_was_chosen() -> None:
    x, y, c = Value(2.0), Value(3.0), Value(1.0)
    out = engine.where(c > 0, x * 5, y * 7)
    out.backward()
    assert (out.data, x.grad, y.grad) == (10.0, 5.0, 0.0)
    assert engine.where(c - 1, x, y).data == 3.0
    assert engine.where(False, 1.0, 2.0) == 2.0


@pytest.mark.parametrize("name", SMOOTH_ROWS)
def test_results_of_the_written_methods_are_those_of_the_text(name) -> None:
    row = OPS[name]
    for a, b in POINTS:
        if not holds(row.domain, a, b):
            continue
        inputs = (a, b)[: len(row.slopes)]
        forward, *slopes = over_floats(row)
        out = apply(row.name, *map(Value, inputs))
        assert out.data == forward(a, b, None, None)
        expected = [s(a, b, None, out.data) for s in slopes]
        assert list(out.local_derivatives) == pytest.approx(expected, rel=0, nan_ok=True)
