"""Formulas as text: what they give, and what a wrong one is answered with."""

import math

import pytest

from engine import parse

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("text", "numbers", "result"),
    [
        ("tanh(w*x + b)", {"w": -0.5, "x": 2.0, "b": 0.6}, math.tanh(-0.4)),
        ("-x**2", {"x": 3.0}, -9.0),
        ("a - b - c", {"a": 5.0, "b": 2.0, "c": 1.0}, 2.0),
        ("a - (b - c)", {"a": 5.0, "b": 2.0, "c": 1.0}, 4.0),
        ("a / b / c", {"a": 12.0, "b": 2.0, "c": 3.0}, 2.0),
        ("2 * pi * r", {"r": 1.0}, 2 * math.pi),
        ("π * r", {"r": 1.0}, math.pi),
        ("e * 2", {"e": 3.0}, 6.0),
        ("where(x >= 2, x, 0)", {"x": 2.0}, 2.0),
        ("where(x < 2, x, 0) + x", {"x": 2.0}, 2.0),
        ("(1 + 2) * x", {"x": 2.0}, 6.0),
        ("x % 3", {"x": 5.0}, 2.0),
    ],
)
def test_formula_gives_its_number(text, numbers, result) -> None:
    assert parse(text, numbers).data == pytest.approx(result)


def test_signs_that_unicode_writes_twice_are_one_name() -> None:
    assert parse("\u00b5 * 2", {"\u03bc": 3.0}).data == 6.0  # the micro sign, and the letter mu
    assert parse("\u03d5 + 1", {"\u03d5": 3.0}).data == 4.0


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("x^2", r"powers are written \*\*: x\*\*2"),
        ("x^2 + 2x", r"write 2\*x"),
        ("2x", r"a product needs its sign: write 2\*x"),
        ("2(x + 1)", r"write 2\*\(x \+ 1\)"),
        ("x(2)", r"x is a number here; for a product write x\*\(2\)"),
        ("(x)(2)", r"for a product write x\*\(2\)"),
        ("x x", r"write x\*x"),
        ("ln(x)", r"write log\(x\)"),
        ("max(x, 1)", r"write maximum\(x, 1\)"),
        ("Sigmoid(x)", r"write sigmoid\(x\)"),
        ("np.exp(x)", r"write exp\(x\)"),
        ("x.relu()", r"write relu\(x\)"),
        ("σ(x)", r"write sigmoid\(x\)"),
        ("sin x", r"write sin\(x\) for sin x"),
        (
            "lambda*x",
            "lambda is a word of Python's own; give the name another spelling, as lambda_",
        ),
        ("x²", r"write x\*\*2 for x²"),
        ("√x", r"write sqrt\(x\) for √x"),
        ("½*x", r"write 0.5 for ½"),
        ("2·x", r"write \* for ·"),
        ("x×2", r"write \* for ×"),
        ("x÷2", r"write / for ÷"),
        ("−x", "write - for −"),
        ("|x|", r"write abs\(x\) for \|x\|"),
        ("x = 2", "a formula has no =; each name gets its number separately"),
        ("1,5*x", "numbers are written with a point, as 1.5"),
        ("x if x > 0 else 0", r"write where\(x > 0, x, 0\)"),
        ("x[0]", "a name has letters, digits and _ only"),
        ("x and 1", "but not x and 1"),
        ("x // 2", "but not x // 2"),
        ("exp * x", r"exp is a function; write exp\(…\)"),
        ("exp(x, 2)", "exp takes 1 input, got 2"),
        ("f(x)", "unknown function f; the functions are pow, exp,"),
        ("x > 1", r"only compares; use it inside where"),
        ("3", "has no names in it"),
        ("", "the formula is empty; write one"),
        ("x +", "not a valid formula"),
        ("x\0", "not a valid formula"),
        ("9" * 400 + "*x", "a number in the formula is too large; the largest is 1.8e\\+308"),
        ("9" * 5000 + "*x", "not a valid formula"),
        ("(" * 250 + "x" + ")" * 250, "not a valid formula|nests too deeply"),
        ("-" * 120 + "x", "nests too deeply; write it in parts"),
        ("x" + " + x" * 20_000, "too long, or nests too deeply; write it in parts"),
    ],
)
def test_wrong_formula_is_answered_with_what_to_write(text, advice) -> None:
    numbers = {"x": 2.0} if "x" in text.replace("exp", "") or text == "exp * x" else {}
    with pytest.raises(ValueError, match=advice) as refusal:
        parse(text, numbers)
    assert len(str(refusal.value)) < 1000


@pytest.mark.parametrize("n", [101, 900])
def test_long_sum_does_not_nest(n) -> None:
    out = parse("x" + " + x" * (n - 1), {"x": 1.0})
    out.backward()
    assert out.data == n


@pytest.mark.parametrize(
    ("numbers", "wording"),
    [
        ({}, "no number for x, y; give x=NUMBER"),
        ({"x": 1.0, "y": 1.0, "z": 2.0}, "z not in the formula; it has x, y"),
    ],
)
def test_each_name_needs_its_number(numbers, wording) -> None:
    with pytest.raises(ValueError, match=wording):
        parse("x * y", numbers)
