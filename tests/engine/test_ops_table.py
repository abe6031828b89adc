"""Every row of the table is proved: symbolically, numerically, at extremes, and in higher orders."""

import ast
import math
import operator
import re

import mpmath
import pytest
import sympy

import engine
from engine import Value
from engine.ops import OPS, Op
from engine.table.evaluate import ieee_functions, in_domain

pytestmark = pytest.mark.core

ROWS = [pytest.param(row, id=name) for name, row in OPS.items()]

# The functions of math that are called otherwise elsewhere; the rest keep their names.
RENAMED = {"pow": lambda x, y: x**y, "fabs": abs, "log1p": lambda x: sympy.log(1 + x),
           "expm1": lambda x: sympy.exp(x) - 1, "log2": lambda x: sympy.log(x) / sympy.log(2),
           "log10": lambda x: sympy.log(x) / sympy.log(10),
           "degrees": lambda x: x * 180 / sympy.pi, "radians": lambda x: x * sympy.pi / 180,
           "hypot": lambda x, y: sympy.sqrt(x**2 + y**2),
           "copysign": lambda x, y: sympy.Abs(x) * sympy.sign(y)}  # fmt: skip
SYMBOLIC = {name: getattr(sympy, name, None) for name in vars(math)} | RENAMED | {"abs": sympy.Abs}
PRECISE = {name: getattr(mpmath, name, None) for name in vars(math)} | {
    "pow": mpmath.power, "fabs": mpmath.fabs, "abs": abs
}  # fmt: skip
# The exact numbers that the long decimals of the table approximate.
ROOTS = (1 / sympy.sqrt(2), 1 / sympy.sqrt(2 * sympy.pi), 2 / sympy.sqrt(sympy.pi),
         180 / sympy.pi, sympy.pi / 180, 1 / sympy.log(2), 1 / sympy.log(10))  # fmt: skip
# How often b goes into a: out = a - b × that, and around most points that stays the same.
TIMES = {"mod": math.floor, "fmod": math.trunc, "remainder": round}


def exactly(text: str) -> str:
    """Return a row's text with its decimals as the exact numbers they approximate, % as mod()."""

    class Numbers(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
            self.generic_visit(node)
            if not isinstance(node.op, ast.Mod):
                return node
            return ast.Call(ast.Name("mod", ast.Load()), [node.left, node.right], [])

        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            near = [x for x in ROOTS if float(x) == node.value]
            number = near[0] if near else sympy.Rational(str(node.value))
            return ast.parse(f"sympify({str(number)!r})", mode="eval").body

    return ast.unparse(Numbers().visit(ast.parse(text, mode="eval")))


def branch(text: str, a: float, b: float) -> str:
    """Return the text that a conditional text comes to around a point; `c` is taken to hold."""

    def walk(node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.IfExp):
            return node
        test = ast.unparse(node.test)
        names = {**vars(math), "a": a, "b": b, "c": True, "abs": abs, "out": math.nan}
        return walk(node.body if eval(test, names) else node.orelse)

    return ast.unparse(walk(ast.parse(text, mode="eval").body))


def formula(text: str, a: float, b: float, names: dict) -> sympy.Expr:
    """Return the branch of a row's text around a point as a formula."""
    wholes = {name: lambda x, y, f=f: x - y * sympy.Integer(f(a / b)) for name, f in TIMES.items()}
    space = {**SYMBOLIC, **wholes, "sympify": sympy.sympify, **names}
    return eval(exactly(branch(text, a, b)), space)


@pytest.fixture(autouse=True)
def fifty_digits():
    """Compute with mpmath to 50 digits."""
    with mpmath.workdps(50):
        yield


# Points on every side of every condition in the table.
POINTS = [(0.7, 1.3), (-0.7, 2.0), (1.9, -1.1), (-2.3, 3.0), (2.5, 0.4)]


def points(row: Op) -> list[tuple[float, float]]:
    """Return the points where a row is defined and smooth."""
    return [
        (a, b) for a, b in POINTS if in_domain(row.domain, a, b) and in_domain(row.smooth, a, b)
    ]


@pytest.mark.parametrize("row", ROWS)
def test_slopes_are_the_derivatives_of_the_forward_text(row) -> None:
    for a, b in points(row):
        # Signs known, sympy cancels what it may; the formula holds on all that side of the axes.
        x, y = sympy.Symbol("a", positive=True), sympy.Symbol("b", positive=True)
        inputs = {"a": x if a > 0 else -x, "b": y if b > 0 else -y}
        if row.name == "pow" and a < 0:  # where only whole exponents are defined
            inputs["b"] = sympy.Integer(int(b))
        forward = formula(row.forward, a, b, inputs)
        for symbol, letter, number, text in zip((x, y), "ab", (a, b), row.slopes, strict=False):
            if inputs[letter].is_number:
                continue
            slope = formula(text, a, b, {**inputs, "out": forward})
            found = sympy.diff(forward, symbol) * (1 if number > 0 else -1)
            assert sympy.simplify(found - slope) == 0, (letter, a, b)


@pytest.mark.parametrize("row", ROWS)
def test_some_point_of_the_proof_lies_in_the_rows_domain(row) -> None:
    assert points(row)


@pytest.mark.parametrize("row", ROWS)
def test_slopes_are_those_of_central_differences(row) -> None:
    for point in points(row):
        inputs = point[: len(row.slopes)]
        if row.name == "where":
            for c in (0.0, 1.0):
                engine.check_gradients(lambda a, b: engine.where(c, a, b), inputs)
        elif row.name == "pow" and point[0] < 0:
            engine.check_gradients(lambda a: a ** point[1], inputs[:1])
        else:
            engine.check_gradients(lambda *x: apply(row.name, *x), inputs, tolerance=1e-8)


# Written another way than in the table, where there is one; else the row's text in 50 digits.
OTHERWISE = {
    "add": mpmath.fadd, "sub": mpmath.fsub, "mul": mpmath.fmul, "div": mpmath.fdiv,
    "neg": mpmath.fneg, "pow": mpmath.power, "exp": mpmath.exp, "log": mpmath.log,
    "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos, "erfc": mpmath.erfc,
    "tanh": mpmath.tanh, "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "softplus": lambda a: mpmath.log1p(mpmath.exp(a)), "relu": lambda a: max(a, mpmath.mpf(0)),
    "leaky_relu": lambda a: a if a > 0 else a * mpmath.mpf(0.01),
    "gelu": lambda a: a * mpmath.ncdf(a), "abs": mpmath.fabs, "maximum": max, "minimum": min,
    "log2": lambda a: mpmath.log(a, 2), "copysign": lambda a, b: abs(a) * mpmath.sign(b),
    "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "fmod": lambda a, b: a - b * int(a / b), "remainder": lambda a, b: a - b * mpmath.nint(a / b),
}  # fmt: skip


def apply(name: str, *inputs):
    """Apply a row to Values or floats, by its operator or its function."""
    operators = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b, "pow": lambda a, b: a**b, "neg": lambda a: -a,
        "mod": lambda a, b: a % b,
    }  # fmt: skip
    return (operators.get(name) or getattr(engine, name))(*inputs)


SMOOTH_ROWS = [name for name in OPS if name != "where"]


def exact(name: str):
    """Return a row's result as a function of numbers of 50 digits."""
    if name in OTHERWISE:
        return OTHERWISE[name]
    return lambda a, b=0: eval(OPS[name].forward, {**PRECISE, "a": a, "b": b})


@pytest.mark.parametrize("name", SMOOTH_ROWS)
def test_result_and_three_derivatives_are_exact(name) -> None:
    row = OPS[name]
    for a, b in points(row):
        second = [] if len(row.slopes) == 1 else [b]
        x = Value(a)
        derivative = apply(name, x, *second)
        forward = lambda t: exact(name)(t, *map(mpmath.mpf, second))
        for order in range(4):
            expected = float(mpmath.re(mpmath.diff(forward, mpmath.mpf(a), order)))
            assert derivative.data == pytest.approx(expected, rel=1e-11, abs=1e-11), (order, a, b)
            derivative = engine.grad(derivative, x)


@pytest.mark.parametrize("name", [name for name in SMOOTH_ROWS if len(OPS[name].slopes) == 2])
def test_derivatives_by_the_second_input_are_exact(name) -> None:
    row = OPS[name]
    for a, b in points(row):
        y = Value(b)
        derivative = apply(name, a, y)
        forward = lambda t: exact(name)(mpmath.mpf(a), t)
        for order in range(3):
            expected = float(mpmath.re(mpmath.diff(forward, mpmath.mpf(b), order)))
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
    x = Value(a)
    out = getattr(engine, name)(x)
    assert out.data == pytest.approx(float(exact(name)(mpmath.mpf(a))), rel=1e-14, abs=1e-300)
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


@pytest.mark.parametrize("name", [name for name in SMOOTH_ROWS if hasattr(engine, name)])
@pytest.mark.parametrize("a", [0.7, -0.7, 800.0, -800.0, 0.0])
def test_functions_give_the_same_on_floats_as_on_values(name, a) -> None:
    row, function = OPS[name], getattr(engine, name)
    others = (1.3,) * (len(row.slopes) - 1)
    if in_domain(row.domain, a, *others):
        out = function(a, *others)
        assert type(out) is float
        assert out == function(Value(a), *others).data
    else:
        for x in (a, Value(a)):
            needs = "a positive base" if name == "pow" else f"{row.domain}, got a"
            with pytest.raises(engine.DomainError, match=f" needs {re.escape(needs)}"):
                function(x, *others)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_tie_gives_half_of_the_gradient_to_each(name) -> None:
    x, y = Value(2.0), Value(2.0)
    getattr(engine, name)(x, y).backward()
    assert (x.grad, y.grad) == (0.5, 0.5)


def test_where_has_second_derivatives() -> None:
    x = Value(2.0)
    for condition, expected in ((1.0, 12.0), (0.0, 2.0)):
        slope = engine.grad(engine.where(condition, x**3, x**2), x)
        assert engine.grad(slope, x).data == expected


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
        if not in_domain(row.domain, a, b):
            continue
        inputs = (a, b)[: len(row.slopes)]
        forward, *slopes = ieee_functions(row)
        out = apply(row.name, *map(Value, inputs))
        assert out.data == forward(a, b, None, None)
        expected = [s(a, b, None, out.data) for s in slopes]
        assert list(out.local_derivatives) == pytest.approx(expected, rel=0, nan_ok=True)


@pytest.mark.parametrize("row", [p for p in ROWS if p.values[0].operator])
def test_operator_of_a_row_computes_what_its_text_does(row: Op) -> None:
    inputs = [2.5, -3.0][: len(row.slopes)]
    text = ieee_functions(row)[0](*inputs, *[0.0] * (4 - len(inputs)))
    assert getattr(operator, row.operator)(*inputs) == text


def test_signs_of_the_rows_are_those_of_python() -> None:
    signs = {name: row.infix for name, row in OPS.items() if row.infix}
    expected = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "neg": "-", "pow": "**"}
    assert signs == expected


@pytest.mark.parametrize("name", engine.activations())
def test_activation_is_a_function_of_one_value(name: str) -> None:
    function = engine.activations()[name]
    assert function is getattr(engine, name)
    assert len(OPS[name].slopes) == 1
