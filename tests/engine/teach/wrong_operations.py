"""Mutants of one operation: a slope or a result of the table, changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import count

from tests.engine.teach.engines import BASES, LECTURE, METHODS, ROWS, Engine, Row, base
from tests.engine.teach.mutant import Mutant, Names, told


def renamed(text: str, **names: str) -> str:
    """Return a formula with other names."""
    return re.sub(r"\b(a|b|out)\b", lambda m: names.get(m[0], m[0]), text)


# What students write for a slope, besides what can be made from the right one.
# fmt: off
TYPICAL: dict[str, list[str]] = {
    "pow": ["b * a ** b", "a ** (b - 1)", "(b - 1) * a ** (b - 1)", "b * a", "b * out"],
    "relu": ["1.0", "1.0 if a < 0 else 0.0", "0.0 if a <= 0 else a", "1.0 if out >= 0 else 0.0"],
    "tanh": ["1 - out", "1 + out * out", "out * (1 - out)", "1 - tanh(out) * tanh(out)"],
    "sigmoid": ["out * (1 + out)", "out", "out * out * (1 - out)", "1 - out * out"],
    "exp": ["exp(a - 1)", "a * exp(a - 1)", "exp(out)"],
    "log": ["log(a)", "1 / (a * a)"],
    "sqrt": ["0.5 * out", "2 * out", "1 / out"],
    "sin": ["sin(a)"],
    "cos": ["cos(a)", "sin(a)"],
    "leaky_relu": ["1.0 if a > 0 else 0.0", "1.0 if a > 0 else -0.01"],
    "softplus": ["out * (1 - out)", "1 / (1 + exp(a))"],
    "abs": ["1.0", "abs(a)", "a"],
}
TYPICAL_PAIRS: dict[str, list[tuple[str, str]]] = {
    "mul": [("a", "b"), ("b", "b"), ("a", "a"), ("1.0", "1.0"), ("out", "out")],
    "div": [("1 / b", "-1 / b"), ("1 / b", "-a / b"), ("1 / b", "out / b"), ("b", "a")],
    "sub": [("1.0", "1.0"), ("-1.0", "1.0"), ("b", "-a")],
    "add": [("b", "a"), ("a", "b"), ("0.5", "0.5")],
    "maximum": [("1.0", "1.0"), ("0.0 if a > b else 1.0", "1.0 if a > b else 0.0")],
    "mod": [("1.0", "0.0")],
}
FORWARDS: dict[str, list[str]] = {
    "add": ["a - b", "a + b + 1", "a + a"],
    "sub": ["b - a", "a + b"],
    "mul": ["a + b", "a * a", "a ** b if a > 0 else a * b"],
    "div": ["b / a if a else 0.0", "a // b if b else 0.0", "float(int(a / b))"],
    "neg": ["a", "1 - a"],
    "pow": ["b ** a if b > 0 else a ** b", "a * b", "a ** (b - 1)"],
    "relu": ["a if a < 0 else 0.0", "abs(a)", "a", "1.0 if a > 0 else 0.0"],
    "tanh": ["sinh(a)", "(exp(a) - exp(-a)) / 2", "(exp(2 * a) + 1) / (exp(2 * a) - 1)"],
    "exp": ["exp(-a)", "2.718 ** a", "1 + a + a * a / 2"],
    "log": ["log10(a)", "log(a + 1)", "log2(a)"],
    "sigmoid": ["1 / (1 + exp(a))", "1 / (1 - exp(-a)) if a else 0.5"],
    "sin": ["cos(a)", "sin(a * 3.14159 / 180)"],
    "sqrt": ["a * a", "a / 2"],
    "maximum": ["a if a < b else b", "a"],
    "abs": ["a", "-a"],
}

# fmt: on

POINTS = ((0.7, 0.4), (1.3, 2.2), (-1.3, 2.0), (1.9, -0.6), (-0.4, -1.7), (2.0, 3.0))


def numbers_of(row: Row, text: str) -> list[float | None]:
    """Return a formula's numbers at a few points; None where it or the row has none."""
    names = dict(vars(math))
    found: list[float | None] = []
    for a, b in POINTS:
        names |= {"a": a, "b": b}
        try:
            names["out"] = eval(row.forward, names)
            found.append(round(float(eval(text, names)), 9))
        except (ArithmeticError, ValueError, TypeError):
            found.append(None)
    return found


def same(row: Row, one: str, other: str) -> bool:
    """Return whether two formulas have the same numbers wherever both have one."""
    pairs = zip(numbers_of(row, one), numbers_of(row, other), strict=True)
    return all(x == y for x, y in pairs if None not in (x, y))


def slope_changes(name: str) -> Iterator[tuple[str, Names, tuple[str | None, ...]]]:
    """Yield wrong slopes of an operation: what was done, its names, and all slopes."""
    right = ROWS[name].slopes
    for i, slope in enumerate(right):
        which = ("first", "second")[i] if len(right) > 1 else "its"
        put = lambda text, i=i: (*right[:i], text, *right[i + 1 :])
        yield f"{which} slope negated", told("wrong sign"), put(f"-({slope})")
        yield f"{which} slope doubled", told("wrong slope"), put(f"2 * ({slope})")
        yield f"{which} slope off by 1 %", told("wrong slope"), put(f"1.01 * ({slope})")
        yield f"{which} slope missing", told("missing gradient"), put(None)
        if len(right) == 1 or "out" in slope:
            # for an exponential the slope is the result; where it is read, the input is another number
            mixed = renamed(slope, a="out", out="a")
            yield f"{which} slope, input for output", told("input and output mixed up"), put(mixed)
        for text in TYPICAL.get(name, []) if i == 0 else []:
            yield f"{which} slope {text}", told("wrong slope"), put(text)
    if len(right) == 2:
        swapped = tuple(renamed(s, a="b", b="a") for s in right)
        yield "a and b swapped in the slopes", told("operands swapped"), swapped
        yield "slopes exchanged", told("operands swapped"), right[::-1]
        yield "both slopes missing", told("missing gradient"), (None, None)
    for pair in TYPICAL_PAIRS.get(name, []):
        yield f"slopes {pair[0]} and {pair[1]}", told("wrong slope"), pair


def alternatives(name: str, slopes: tuple[str | None, ...], names: Names) -> Names:
    """Return all names of wrong slopes: those of other mistakes that have the same numbers too."""
    row = ROWS[name]
    found = set(names)
    for i, right in enumerate(row.slopes):
        slope = slopes[i] if i < len(slopes) else right
        if same(row, slope or "0.0", right or "0.0"):
            continue
        for _, others, also in slope_changes(name):
            if same(row, slope or "0.0", also[i] or "0.0"):
                found |= others
    if found > {"wrong slope"}:  # a more exact name
        found -= {"wrong slope"}
    return frozenset(found)


def operation_mutants() -> Iterator[Mutant]:
    """Yield engines of which one operation is wrong, in all styles by turns."""
    turn = count()
    for name in METHODS:
        row = ROWS[name]
        for label, names, slopes in slope_changes(name):
            if all(
                same(row, s or "0.0", r or "0.0") for s, r in zip(slopes, row.slopes, strict=True)
            ):
                continue  # no change at all
            engine = host(name, next(turn), slopes)
            names = alternatives(name, slopes, names)
            new = engine.with_row(name, Row(row.forward, slopes[: len(engine.rows[name].slopes)]))
            yield Mutant(f"{name}: {label} ({engine.style})", (names,), new, engine)
        for forward in FORWARDS.get(name, [f"-({row.forward})", f"({row.forward}) + 0.1"]):
            engine = host(name, next(turn), ())
            new = engine.with_row(name, Row(forward, engine.rows[name].slopes))
            yield Mutant(
                f"{name}: computes {forward} ({engine.style})", (told("wrong result"),), new, engine
            )


def host(name: str, turn: int, slopes: tuple[str | None, ...]) -> Engine:
    """Return a right engine that computes an operation itself, in a style that is next in turn."""
    style = BASES[(turn * 7) % len(BASES)]  # 7 and 20 have no common factor: all styles come up
    engine = base(style.keep, style.order, more=() if name in LECTURE else (name,))
    row = engine.rows[name]
    if (
        name == "pow"
        and len(slopes) == 2
        and same(ROWS[name], slopes[0] or "0.0", row.slopes[0] or "")
    ):
        return base("lambdas", style.order)  # the fault is in the slope of the exponent
    return engine
