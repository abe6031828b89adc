"""The functions of Python's math are functions of engine, and % is an operator of Value."""

import math

import numpy as np
import pytest

import engine
from engine import Value

ONE_INPUT = (
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "degrees", "erf", "erfc", "exp",
    "expm1", "fabs", "log", "log10", "log1p", "log2", "radians", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
TWO_INPUTS = ("atan2", "copysign", "fmod", "hypot", "pow", "remainder")
FUNCTIONS = (*ONE_INPUT, *TWO_INPUTS)


def numbers(name: str) -> tuple[float, ...]:
    """Return numbers in the domain of a function."""
    if name in TWO_INPUTS:
        return (7.3, 2.0 if name == "pow" else -2.0)
    return (0.4 if name in ("acos", "asin", "atanh") else 7.3,)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_gives_what_math_gives_on_values_and_on_floats(name: str) -> None:
    x, expected = numbers(name), getattr(math, name)(*numbers(name))
    assert getattr(engine, name)(*map(Value, x)).data == expected
    assert getattr(engine, name)(*x) == expected
    assert name in engine.__all__


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_known_to_the_gradient_checker_pictures_and_formulas(name: str) -> None:
    function, x = getattr(engine, name), numbers(name)
    assert engine.check_gradients(function, x) < 1e-6
    symbol = function(*map(Value, x)).op.symbol
    out = engine.parse(f"{name}({', '.join('ab'[: len(x)])})", dict(zip("ab", x, strict=False)))
    assert symbol in engine.formula(out)
    assert f">{symbol}</text>" in engine.draw(out, layout="builtin").svg
    assert "scales" in str(engine.explain(out)) or "switch" in str(engine.explain(out))


@pytest.mark.parametrize("name", TWO_INPUTS)
def test_plain_number_on_either_side_gets_no_slope(name: str) -> None:
    a, b = numbers(name)
    function = getattr(engine, name)
    both = function(Value(a), Value(b))
    left, right = function(Value(a), b), function(a, Value(b))
    assert left.local_derivatives == (both.local_derivatives[0], None)
    assert right.local_derivatives == (None, both.local_derivatives[1])
    assert (left.inputs[1], right.inputs[0]) == (b, a)
    assert left.data == right.data == both.data


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("pow", "fabs")])
def test_values_have_no_more_methods_than_before(name: str) -> None:
    kept = ("cos", "erfc", "exp", "log", "sin", "sqrt", "tanh")
    assert hasattr(Value, name) == (name in kept)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("wrong", ["1", None, [1.0], 1j])
def test_what_is_not_a_number_is_refused(name: str, wrong: object) -> None:
    others = (Value(1.0),) if name in TWO_INPUTS else ()
    with pytest.raises(TypeError, match="Value"):
        getattr(engine, name)(wrong, *others)


@pytest.mark.parametrize(
    ("a", "b"), [(7.3, 2.0), (-7.3, 2.0), (7.3, -2.0), (-7.3, -2.0), (0.3, 5.0)]
)
def test_remainder_operator_has_pythons_rule_for_signs(a: float, b: float) -> None:
    x, y = Value(a), Value(b)
    for out in (x % y, x % b, a % y, np.float64(a) % y):
        assert out.data == a % b
    (x % y).backward()
    assert x.grad == 1.0
    assert y.grad == pytest.approx(-math.floor(a / b))


def test_remainder_operator_needs_a_divisor_other_than_zero() -> None:
    for divisor in (0.0, Value(0.0, "n")):
        with pytest.raises(engine.DomainError, match=r"a % b needs b != 0, got b = 0"):
            Value(3.0) % divisor


def test_no_grad_and_strict_watch_functions_without_a_method() -> None:
    with engine.no_grad():
        assert engine.hypot(Value(3.0), 4.0).inputs == ()
    with engine.strict(), pytest.raises(engine.NonFiniteError, match="sinh gave inf from 1000"):
        engine.sinh(Value(1000.0))


@pytest.mark.parametrize(
    ("name", "at", "wording"),
    [
        ("asin", 1.5, r"asin\(a\) needs abs\(a\) <= 1, got a = 1.5 .*keep w between -1 and 1"),
        ("acosh", 0.5, r"acosh\(a\) needs a >= 1, got a = 0.5 .*keep w above 1"),
        ("atanh", 1.0, r"atanh\(a\) needs abs\(a\) < 1, got a = 1 .*keep w between -1 and 1"),
        ("log1p", -1.0, r"log1p\(a\) needs a > -1, got a = -1 .*keep w above -1"),
        ("log2", 0.0, r"log2\(a\) needs a > 0, got a = 0 .*keep w positive"),
    ],
)
def test_number_outside_the_domain_is_refused_with_a_remedy(
    name: str, at: float, wording: str
) -> None:
    with pytest.raises(engine.DomainError, match=wording):
        getattr(engine, name)(Value(at, "w"))
