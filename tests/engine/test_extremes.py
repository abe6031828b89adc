"""Every row is right at ±0, denormals, the largest numbers, ±inf and nan, however it is computed.

What is right there: the limit, where there is one; else what IEEE 754 says of the operation. Where
torch.float64 gives something else, `DECIDED` says which of the two was chosen, and why.
"""

import ast
import itertools
import math

import mpmath
import pytest

import engine
from engine import Value
from engine.functions import OPERATIONS
from engine.ops import OPS, Op

inf, nan = math.inf, math.nan
ROWS = [pytest.param(row, id=name) for name, row in OPS.items() if name != "where"]
FINITE = [0.0, 5e-324, 1e-310, -1e-310, 1e-200, -1e-200, 0.3, -0.3, 0.5, 1.0, -1.0, 2.0, -2.0,
          3.0, 20.0, -20.0, 800.0, -800.0, 1e200, -1e200, 1.7e308, -1.7e308]  # fmt: skip
GRID = [*FINITE, -0.0, -3.0, inf, -inf, nan]
COARSE = [0.0, -0.0, 1e-310, 0.3, 1.0, -2.0, 3.0, 1e300, -1e300, inf, -inf, nan]


def same(x: float, y: float, tolerance: float = 1e-12) -> bool:
    """Return whether two numbers are equal, up to a relative tolerance; nan equals nan."""
    if math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
        return x == y or (math.isnan(x) and math.isnan(y))
    return abs(x - y) <= max(tolerance * max(abs(x), abs(y)), 1e-323)


def found(row: Op, at: tuple[float, ...]) -> tuple[float, ...] | None:
    """Return the result and the slopes of a row, or None outside of its domain."""
    try:
        out = OPERATIONS[row](*map(Value, at))
    except engine.DomainError:
        return None
    assert isinstance(out, Value)
    return (out.data, *(slope for slope in out.local_derivatives if slope is not None))


def points(row: Op, grid: list[float]) -> list[tuple[float, ...]]:
    """Return every combination of the numbers of a grid that a row takes."""
    return list(itertools.product(grid, repeat=len(row.slopes)))


# ---- finite inputs: the derivatives as mathematics has them, in numbers without an end ----

mp = mpmath.mp
ONE = mpmath.mpf(1)
EXACT = {
    "add": (lambda a, b: a + b, lambda a, b: ONE, lambda a, b: ONE),
    "sub": (lambda a, b: a - b, lambda a, b: ONE, lambda a, b: -ONE),
    "mul": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "div": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "neg": (lambda a: -a, lambda a: -ONE),
    "exp": (mp.exp, mp.exp),
    "log": (mp.log, lambda a: 1 / a),
    "sqrt": (mp.sqrt, lambda a: 1 / (2 * mp.sqrt(a))),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda a: -mp.sin(a)),
    "erfc": (lambda a: erfc(a), lambda a: -2 / mp.sqrt(mp.pi) * mp.exp(-(a**2))),
    "tanh": (mp.tanh, lambda a: mp.sech(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + mp.exp(-a)), lambda a: 1 / (2 + mp.exp(a) + mp.exp(-a))),
    "softplus": (lambda a: mp.log(1 + mp.exp(a)), lambda a: 1 / (1 + mp.exp(-a))),
    "relu": (lambda a: max(a, 0), lambda a: ONE * (a > 0)),
    "leaky_relu": (lambda a: a if a > 0 else a * mp.mpf(0.01), lambda a: 1.0 if a > 0 else 0.01),
    "gelu": (lambda a: a * normal(a), lambda a: normal(a) + a * mp.npdf(a)),
    "abs": (abs, mp.sign),
    "fabs": (abs, mp.sign),
    "tan": (mp.tan, lambda a: mp.sec(a) ** 2),
    "asin": (mp.asin, lambda a: 1 / mp.sqrt(1 - a**2)),
    "acos": (mp.acos, lambda a: -1 / mp.sqrt(1 - a**2)),
    "atan": (mp.atan, lambda a: 1 / (1 + a**2)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "asinh": (mp.asinh, lambda a: 1 / mp.sqrt(1 + a**2)),
    "acosh": (mp.acosh, lambda a: 1 / mp.sqrt(a**2 - 1)),
    "atanh": (mp.atanh, lambda a: 1 / (1 - a**2)),
    "expm1": (lambda a: mp.exp(a) - 1, mp.exp),
    "log1p": (lambda a: mp.log(1 + a), lambda a: 1 / (1 + a)),
    "log2": (lambda a: mp.log(a) / mp.log(2), lambda a: 1 / (a * mp.log(2))),
    "log10": (lambda a: mp.log(a) / mp.log(10), lambda a: 1 / (a * mp.log(10))),
    "erf": (mp.erf, lambda a: 2 / mp.sqrt(mp.pi) * mp.exp(-(a**2))),
    "degrees": (lambda a: a * 180 / mp.pi, lambda a: 180 / mp.pi),
    "radians": (lambda a: a * mp.pi / 180, lambda a: mp.pi / 180),
    "atan2": (
        lambda a, b: mp.atan2(a, b),
        lambda a, b: b / (a**2 + b**2),
        lambda a, b: -a / (a**2 + b**2),
    ),
    "hypot": (
        lambda a, b: mp.sqrt(a**2 + b**2),
        lambda a, b: a / mp.sqrt(a**2 + b**2),
        lambda a, b: b / mp.sqrt(a**2 + b**2),
    ),
    "pow": (
        lambda a, b: a**b,
        lambda a, b: b * a ** (b - 1) if b else mp.mpf(0),
        # 0 ** b falls from 1 to 0 at b = 0; a negative base has whole exponents only.
        lambda a, b: a**b * mp.log(a) if a > 0 else nan if a < 0 else 0.0 if b else -inf,
    ),
    "copysign": (
        lambda a, b: abs(a) * (mp.sign(b) or 1),
        lambda a, b: mp.sign(a) * (mp.sign(b) or 1),
        lambda a, b: mp.mpf(0),
    ),
    "maximum": (max, lambda a, b: share(a - b), lambda a, b: share(b - a)),
    "minimum": (min, lambda a, b: share(b - a), lambda a, b: share(a - b)),
}  # fmt: skip
# Where the exact slope is a difference of numbers near 1, it is as exact as a float near 1 can be.
NEAR_ONE = ("tanh", "sigmoid")
# A result of one or two bits says little of the slopes; denormal slopes may be rounded to 0; and
# b * a ** (b - 1) may be inf for a denormal base and an exponent that is nearly 0.
DENORMAL = {*(("pow", (a, b)) for a in (5e-324, 1e-310, -1e-310) for b in FINITE if 0 < abs(b) < 0.1),
            ("hypot", (5e-324, 5e-324)), ("atan2", (1.7e308, 1.7e308)), ("atan2", (1.7e308, -1.7e308)),
            ("atan2", (-1.7e308, 1.7e308)), ("atan2", (-1.7e308, -1.7e308))}  # fmt: skip


def erfc(a: mpmath.mpf) -> mpmath.mpf:
    """Return the complementary error function, of large numbers too, where mpmath gives up."""
    return mp.erfc(a) if abs(a) < 1e5 else mpmath.mpf(0 if a > 0 else 2)


def normal(a: mpmath.mpf) -> mpmath.mpf:
    """Return the part of a normal distribution below `a`."""
    return erfc(-a / mp.sqrt(2)) / 2


def share(difference: mpmath.mpf) -> float:
    """Return the part of the gradient that goes to the larger of two numbers; half at a tie."""
    return 1.0 if difference > 0 else 0.0 if difference < 0 else 0.5


@pytest.mark.parametrize("name", EXACT)
def test_results_and_slopes_are_exact_where_the_limit_is_finite(name: str) -> None:
    row = OPS[name]
    for at in points(row, FINITE):
        got = found(row, at)
        # Beyond 2 ** 53 every float is an even number, b - 1 as well as b.
        sign_is_lost = name == "pow" and at[0] < 0 and abs(at[1]) > 2.0**53
        if got is None or (name, at) in DENORMAL or sign_is_lost:
            continue
        with mpmath.workdps(700):
            for x, formula in zip(got, EXACT[name], strict=True):
                try:
                    expected = float(formula(*map(mpmath.mpf, at)))
                except ZeroDivisionError:
                    continue  # a pole or a corner: see AT_THE_ENDS
                if name in NEAR_ONE and abs(x - expected) < 2.3e-16:
                    continue
                assert same(x, expected, 1e-11), (at, x, expected)


# ---- ±inf: result and slope as the limits towards there ----

AT_INFINITY = {  # at inf, and at -inf; None: outside the domain
    "neg": ((-inf, -1), (inf, -1)), "exp": ((inf, inf), (0, 0)), "log": ((inf, 0), None),
    "sqrt": ((inf, 0), None), "sin": ((nan, nan), (nan, nan)), "cos": ((nan, nan), (nan, nan)),
    "erfc": ((0, 0), (2, 0)), "tanh": ((1, 0), (-1, 0)), "sigmoid": ((1, 0), (0, 0)),
    "softplus": ((inf, 1), (0, 0)), "relu": ((inf, 1), (0, 0)),
    "leaky_relu": ((inf, 1), (-inf, 0.01)), "gelu": ((inf, 1), (0, 0)), "abs": ((inf, 1), (inf, -1)),
    "fabs": ((inf, 1), (inf, -1)), "tan": ((nan, nan), (nan, nan)), "asin": (None, None),
    "acos": (None, None), "atan": ((math.pi / 2, 0), (-math.pi / 2, 0)),
    "sinh": ((inf, inf), (-inf, inf)), "cosh": ((inf, inf), (inf, -inf)),
    "asinh": ((inf, 0), (-inf, 0)), "acosh": ((inf, 0), None), "atanh": (None, None),
    "expm1": ((inf, inf), (-1, 0)), "log1p": ((inf, 0), None), "log2": ((inf, 0), None),
    "log10": ((inf, 0), None), "erf": ((1, 0), (-1, 0)),
    "degrees": ((inf, math.degrees(1)), (-inf, math.degrees(1))),
    "radians": ((inf, math.radians(1)), (-inf, math.radians(1))),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_INFINITY)
def test_rows_of_one_input_have_their_limits_at_infinity(name: str) -> None:
    for x, expected in zip((inf, -inf), AT_INFINITY[name], strict=True):
        got = found(OPS[name], (x,))
        assert (got is None) == (expected is None), x
        assert got is None or expected is None or all(map(same, got, expected)), (x, got)


def is_step(slope: ast.expr) -> bool:
    """Return whether a slope is a constant, or one of several by a condition."""
    if isinstance(slope, ast.IfExp):
        return is_step(slope.body) and is_step(slope.orelse)
    return not any(isinstance(node, ast.Name) for node in ast.walk(slope))


@pytest.mark.parametrize("name", [name for name, row in OPS.items() if len(row.slopes) == 1])
def test_rows_of_one_input_pass_nan_on(name: str) -> None:
    [out, slope] = found(OPS[name], (nan,)) or (0.0, 0.0)
    assert math.isnan(out)
    # A constant slope stays; a step of constants has taken one of them; all else is nan.
    assert math.isnan(slope) or is_step(ast.parse(OPS[name].slopes[0], mode="eval").body)


POLES = [  # (row, inputs, result, slopes): infinite on the inside of the domain's edge
    ("sqrt", (0.0,), 0.0, (inf,)),
    (
        "sqrt",
        (-0.0,),
        -0.0,
        (-inf,),
    ),  # IEEE 754's √−0 is −0, and 1 / −0 is −inf; torch has the same
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("acos", (-1.0,), math.pi, (-inf,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    ("div", (1.0, 1e-310), inf, (inf, -inf)),
    ("log", (1e-310,), math.log(1e-310), (inf,)),
]
AT_THE_ENDS = [
    # x ** 0 is 1 for every x, so its slope is 0 for every x.
    *(("pow", (x, 0.0), 1.0, (0.0,)) for x in GRID),
    # 0 ** b
    ("pow", (0.0, 0.5), 0.0, (inf, 0.0)),
    ("pow", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("pow", (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("pow", (-0.0, 3.0), -0.0, (0.0, 0.0)),
    ("pow", (0.0, 0.0), 1.0, (0.0, -inf)),  # 0 ** b falls from 1 to 0 just above b = 0
    ("pow", (0.0, inf), 0.0, (0.0, 0.0)),
    # a negative base has whole exponents only, so no slope in the exponent
    ("pow", (-2.0, 3.0), -8.0, (12.0, nan)),
    ("pow", (-2.0, -2000.0), 0.0, (0.0, nan)),
    ("pow", (-1e200, 3.0), -inf, (inf, nan)),
    # infinite bases and exponents
    ("pow", (inf, 2.0), inf, (inf, inf)),
    ("pow", (inf, 0.5), inf, (0.0, inf)),
    ("pow", (inf, 1.0), inf, (1.0, inf)),
    ("pow", (inf, -2.0), 0.0, (0.0, 0.0)),
    ("pow", (-inf, 3.0), -inf, (inf, nan)),
    ("pow", (0.5, inf), 0.0, (0.0, 0.0)),
    ("pow", (1.0, inf), 1.0, (inf, 0.0)),
    ("pow", (2.0, inf), inf, (inf, inf)),
    ("pow", (2.0, -inf), 0.0, (0.0, 0.0)),
    ("pow", (nan, 0.0), 1.0, (0.0, nan)),
    ("pow", (1.0, nan), 1.0, (nan, 0.0)),
    ("div", (1.0, inf), 0.0, (0.0, 0.0)),
    ("div", (inf, 2.0), inf, (0.5, -inf)),
    ("div", (inf, inf), nan, (0.0, nan)),
    ("div", (1e300, 1e200), 1e100, (1e-200, -1e-100)),
    ("div", (1e-310, 1e-310), 1.0, (inf, -inf)),
    ("mul", (0.0, inf), nan, (inf, 0.0)),
    ("maximum", (inf, inf), inf, (0.5, 0.5)),
    ("maximum", (-inf, inf), inf, (0.0, 1.0)),
    ("minimum", (-inf, inf), -inf, (1.0, 0.0)),
    ("maximum", (nan, 1.0), nan, (0.5, 0.5)),
    # a corner at 0 takes the middle of its slopes, as abs does
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (inf, 1.0), inf, (1.0, 0.0)),
    ("hypot", (-inf, -inf), inf, (-math.sqrt(0.5), -math.sqrt(0.5))),
    ("hypot", (1.7e308, 1.7e308), inf, (math.sqrt(0.5), math.sqrt(0.5))),
    ("atan2", (inf, 1.0), math.pi / 2, (0.0, 0.0)),
    ("atan2", (1.0, inf), 0.0, (0.0, 0.0)),
    ("atan2", (inf, inf), math.pi / 4, (0.0, 0.0)),
    ("atan2", (1e-200, 1e-200), math.pi / 4, (5e199, -5e199)),
    ("atan2", (1e200, 1e200), math.pi / 4, (5e-201, -5e-201)),
    ("atan2", (0.0, 0.0), 0.0, (nan, nan)),  # every direction has another limit
    # what is cut off is a multiple of b
    ("mod", (7.0, 2.0), 1.0, (1.0, -3.0)),
    ("mod", (-7.0, 2.0), 1.0, (1.0, 4.0)),
    ("mod", (7.0, -2.0), -1.0, (1.0, 4.0)),
    ("mod", (1.0, inf), 1.0, (1.0, 0.0)),
    ("mod", (-1.0, inf), inf, (1.0, 1.0)),
    ("mod", (inf, 2.0), nan, (1.0, nan)),
    ("fmod", (-7.0, 2.0), -1.0, (1.0, 3.0)),
    ("fmod", (1.0, -inf), 1.0, (1.0, 0.0)),
    ("fmod", (1e300, 1e-300), math.fmod(1e300, 1e-300), (1.0, -inf)),
    ("remainder", (7.0, 2.0), -1.0, (1.0, -4.0)),
    ("remainder", (5.0, 2.0), 1.0, (1.0, -2.0)),  # halfway, to the even multiple
    ("remainder", (1.0, inf), 1.0, (1.0, 0.0)),
    ("copysign", (3.0, -0.0), -3.0, (-1.0, 0.0)),
    ("copysign", (-inf, 1.0), inf, (-1.0, 0.0)),
    ("copysign", (0.0, -1.0), -0.0, (0.0, 0.0)),
]


@pytest.mark.parametrize(("name", "at", "result", "slopes"), [*POLES, *AT_THE_ENDS])
def test_corner_has_its_limit(
    name: str, at: tuple[float, ...], result: float, slopes: tuple[float, ...]
) -> None:
    got = found(OPS[name], at)
    assert got is not None
    assert same(got[0], result)
    assert math.copysign(1, got[0]) == math.copysign(1, result) or math.isnan(result)
    assert all(map(same, got[1:], slopes)), got


def test_power_of_zero_has_slope_zero_in_every_way_to_compute_it() -> None:
    for x in GRID:
        leaf = Value(x)
        (leaf**0).backward()
        assert (leaf.grad, engine.grad(leaf**0, leaf).data) == (0.0, 0.0), x
        for backend in ("numpy", "python"):
            leaf.grad = 0.0
            # Multiplied by a finite number, lest the program call on the eager engine.
            program = engine.compile(lambda leaf=leaf: leaf**0 * 3, backend=backend)
            assert program() == 3.0
            assert leaf.grad == 0.0, (x, backend)


def test_mixed_derivative_of_a_power_does_not_stop_at_the_exponent_zero() -> None:
    x, y = Value(4.0), Value(0.0)
    assert engine.grad(engine.grad(x**y, x), y).data == 0.25
    assert engine.grad(engine.grad(x**y, y), x).data == 0.25


# ---- every way to compute ----


@pytest.mark.parametrize("row", ROWS)
def test_grad_gives_the_slopes_at_extremes_or_refuses_infinite_ones(row: Op) -> None:
    for at in points(row, GRID):
        expected = found(row, at)
        if expected is None:
            continue
        leaves = [Value(x) for x in at]
        out = OPERATIONS[row](*leaves)
        assert isinstance(out, Value)
        for leaf, slope in zip(leaves, expected[1:], strict=True):
            try:
                got = engine.grad(out, leaf).data
            except engine.DomainError:  # as for √x at 0: an infinite slope cannot be recorded
                assert not math.isfinite(slope), at
            else:
                assert same(got, slope), (at, got, slope)


@pytest.mark.parametrize("backend", ["numpy", "python"])
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.filterwarnings("ignore::engine.NonFiniteWarning")
def test_programs_give_what_the_eager_engine_gives_at_extremes(row: Op, backend: str) -> None:
    leaves = [Value(0.5) for _ in row.slopes]
    function = OPERATIONS[row]
    program = engine.compile(lambda: function(*leaves), backend=backend)
    for at in points(row, COARSE):
        for leaf, x in zip(leaves, at, strict=True):
            leaf.data, leaf.grad = x, 0.0
        try:
            out = function(*leaves)
        except engine.DomainError:
            with pytest.raises(engine.DomainError):
                program()
            continue
        assert isinstance(out, Value)
        out.backward()
        expected = [out.data, *(leaf.grad for leaf in leaves)]
        for leaf in leaves:
            leaf.grad = 0.0
        got = [program(), *(leaf.grad for leaf in leaves)]
        assert all(map(same, got, expected)), (at, got, expected)


# ---- torch ----

TORCH = {
    "mod": "remainder", "fabs": "abs", "degrees": "rad2deg", "radians": "deg2rad",
    **{name: f"nn.functional.{name}" for name in ("softplus", "leaky_relu", "gelu")},
    "remainder": None,  # torch has no remainder nearest to 0
}  # fmt: skip
DECIDED = {  # row: (where torch gives something else, why it is not followed)
    "pow": (
        "abs(a) == inf and b < 0 or abs(b) == inf or a == 0 <= b < 1e-16",
        "torch has 0 * inf, and the limit is 0; 0 ** b falls from 1 to 0 at b = 0, and 5e-324 - 1 is not odd",
    ),
    "gelu": ("a < -10 or a == inf", "torch cancels 1 + erf; at ±inf it has inf * 0"),
    "relu": ("a != a", "torch lets the gradient pass a nan; either is of a nan result"),
    "maximum": ("a != a or b != b", "torch gives the gradient twice; either is of a nan result"),
    "minimum": ("a != a or b != b", "torch gives the gradient twice; either is of a nan result"),
    "asinh": ("abs(a) > 1e150", "torch squares, which overflows"),
    "acosh": ("abs(a) > 1e150", "torch squares, which overflows"),
    "expm1": ("a < -1", "torch adds 1 to the result, which cancels"),
    "log10": ("abs(a) > 1e307", "torch multiplies by ln 10, which overflows"),
    "atan2": ("True", "torch squares, which overflows and underflows; 0 at the origin"),
    "hypot": ("a == b == 0 or abs(a) > 1e308 or abs(b) > 1e308", "torch has 0 / 0 and inf / inf"),
    "fmod": ("abs(a) == inf", "torch gives a slope to a nan result"),
    "copysign": ("abs(a) == inf or a != a", "torch has inf / inf"),
}


@pytest.mark.parametrize("row", ROWS)
def test_rows_agree_with_torch_but_where_decided(row: Op) -> None:
    torch = pytest.importorskip("torch")
    function = torch
    name = TORCH.get(row.name, row.name)
    if name is None or not hasattr(torch, name.split(".")[0]):
        return  # torch has none
    for part in name.split("."):
        function = getattr(function, part)
    condition, _ = DECIDED.get(row.name, ("False", ""))
    disagreed = 0
    for at in points(row, GRID):
        got = found(row, at)
        if got is None:
            continue
        tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in at]
        out = function(*tensors)
        out.backward()
        expected = (out.item(), *(x.grad.item() for x in tensors))
        tolerance = 1e-8 if row.name == "softplus" else 1e-12  # torch's is x from 20 on
        if not all(same(x, y, tolerance) for x, y in zip(got, expected, strict=True)):
            assert eval(condition, {"inf": inf}, dict(zip("ab", at, strict=False))), (
                at, got, expected
            )  # fmt: skip
            disagreed += 1
    assert (disagreed > 0) == (row.name in DECIDED)
