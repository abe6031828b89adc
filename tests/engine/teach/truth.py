"""Says whether an engine is wrong, by running small programs on it and on ours."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from random import Random
from types import CodeType
from typing import Any
from warnings import catch_warnings, simplefilter

import engine
from engine.ops import OPS
from tests.engine.teach.engines import METHODS, Engine

Program = tuple[
    str, ...
]  # lines "c = a * b"; between passes "backward", and "zero" for all gradients
Inputs = Mapping[str, float]

KINKS = 1e-3  # how far from a kink, where more than one slope is right, an input stays

# Two passes add up in the leaves; equal numbers are not the same node; whole numbers may be divided.
FIXED: list[tuple[Program, Inputs]] = [
    (("c = a * b", "d = c + c"), {"a": 2.0, "b": -3.0}),
    (("c = a * b", "d = c + a", "e = d * c"), {"a": 2.0, "b": -3.0}),
    (("c = a + b", "d = c * c", "e = d * d", "f = e + d * c"), {"a": 0.5, "b": 0.25}),
    (("c = a * b", "d = a + b", "e = c * d", "f = e * c"), {"a": 2.0, "b": 2.0}),
    (("c = a * b", "d = b + c", "e = c * d", "f = d + e"), {"a": 2.0, "b": 3.0}),
    (("c = a * b", "backward", "d = a + b", "backward"), {"a": 2.0, "b": -3.0}),
    (("c = a * a", "backward", "d = a * a + a", "backward"), {"a": 2.0}),
    (("c = a * b", "d = c + a", "backward", "zero", "backward"), {"a": 2.0, "b": -3.0}),
    (
        ("c = a * b", "d = c + a", "backward", "zero", "e = c * b", "backward"),
        {"a": 2.0, "b": -3.0},
    ),
    (("c = a + b", "c += a", "c *= b", "d = c * a"), {"a": 2.0, "b": -3.0}),
    (("c = a", "c += b", "d = a * c"), {"a": 2.0, "b": -3.0}),
    (("c = a * b", "d = c + b", "e = c + d"), {"a": 3, "b": 2}),
    (
        ("c = a * b", *(f"c = c + {x}" for x in "abc" * 3), *["c = c + a"] * 60),
        {"a": 1.25, "b": -0.75},
    ),
]


def forms(methods: Collection[str], rows: Collection[str]) -> list[str]:
    """Return every way to write one operation of an engine, in x and y."""
    found = []
    for name in METHODS:
        method, row = METHODS[name], OPS[name]
        if name not in rows and method not in methods:
            continue
        if row.infix and len(row.slopes) == 2:
            reflected = f"__r{method[2:]}"
            found += [f"x {row.infix} 3"] if name == "pow" else [f"x {row.infix} y"] * 2
            found += [f"x {row.infix} 2.5"] if name != "mod" else []
            found += [f"2.5 {row.infix} x"] if reflected in methods else []
            found += [f"x {row.infix} -1", f"x {row.infix} 0.5"] if name == "pow" else []
        elif row.operator:
            found.append("abs(x)" if name == "abs" else "-x")
        else:
            found.append(f"x.{name}({'y' if len(row.slopes) > 1 else ''})")
    return found


def programs(forms: list[str], n: int = 40) -> Iterator[tuple[Program, Inputs]]:
    """Yield programs of these forms: each alone, of the same operand twice, and random ones."""
    for form in dict.fromkeys(forms):
        for a, b in ((0.7, 0.4), (-1.3, 2.2), (1.9, -0.6), (2.0, 3.0)):
            yield (f"c = {fill(form, 'a', 'b')}",), {"a": a, "b": b}
            yield (f"c = {fill(form, 'a', 'a')}",), {"a": a}
            c = fill(form, "a", "b")
            yield (f"c = {c}", f"d = {c}", "e = c * d"), {"a": a, "b": b}
            yield (f"c = {c}", f"d = {fill(form, 'b', 'c')}", "e = d * c"), {"a": a, "b": b}
    yield from FIXED
    for seed in range(n):
        rng = Random(seed)
        names = ["a", "b", "c"]
        lines = []
        for i in range(rng.randint(3, 9)):
            x, y = rng.choice(names[-4:]), rng.choice(names)
            lines.append(f"v{i} = {fill(rng.choice(forms), x, y)}")
            names.append(f"v{i}")
        lines.append(f"end = {names[-1]} * 0.5 + {names[-2]} * {names[-3]}")
        yield tuple(lines), {name: round(rng.uniform(-2, 2), 3) for name in "abc"}


def fill(form: str, x: str, y: str) -> str:
    """Return a form with these operands."""
    names = {"x": x, "y": y}
    if form.isidentifier():
        return names[form]
    head, dot, method = form.partition(".")
    if dot and head == "x":
        return f"{x}.{method.replace('(y)', f'({y})')}"
    return (
        " ".join(names.get(word, word) for word in form.split())
        .replace("(x)", f"({x})")
        .replace("-x", f"-{x}")
    )


@cache
def code(line: str) -> CodeType:
    """Return a line of a program, compiled."""
    return compile(line, "<program>", "exec")


def numbers(value: Callable[[float], Any], program: Program, inputs: Inputs) -> dict[str, float]:
    """Run a program, and return every number and every leaf's gradient."""
    leaves = {name: value(x) for name, x in inputs.items()}
    names: dict[str, Any] = dict(leaves)
    found = {}
    last = ""
    for line in program if program[-1] == "backward" else (*program, "backward"):
        if line == "backward":
            names[last].backward()
        elif line == "zero":
            for node in names.values():
                node.grad = 0.0
        else:
            exec(code(line), {}, names)
            last = line.split()[0]
    for name, node in names.items():
        found[name] = float(node.data)
    found |= {f"{name}.grad": float(leaf.grad) for name, leaf in leaves.items()}
    found["grad of the end"] = float(names[last].grad)
    return found


def truth(program: Program, inputs: Inputs) -> dict[str, float] | None:
    """Return the numbers of our engine; None where they are not defined, too large or at a kink."""
    with catch_warnings():
        simplefilter("error")
        try:
            right = numbers(engine.Value, program, inputs)
            near = numbers(engine.Value, program, {k: v + KINKS for k, v in inputs.items()})
        except (ArithmeticError, ValueError, Warning):
            return None
    smooth = all(abs(near[k] - right[k]) <= 0.2 * (1 + abs(right[k])) for k in right)
    finite = all(math.isfinite(x) and abs(x) < 1e4 for x in right.values())
    return right if smooth and finite else None


@cache
def right_numbers(forms: tuple[str, ...]) -> list[tuple[Program, Inputs, dict[str, float]]]:
    """Return the programs of these forms that have numbers, with them."""
    found = [(program, inputs, truth(program, inputs)) for program, inputs in programs(list(forms))]
    return [(program, inputs, right) for program, inputs, right in found if right is not None]


def difference(student: Any, meant: Engine) -> str | None:
    """Return the first program of which a student's class gets a number wrong; None if there is none.

    Args:
        student: the class.
        meant: an engine that has all the operations which the class is meant to have.
    """
    for program, inputs, right in right_numbers(tuple(forms(meant.built, meant.rows))):
        told = f"{'; '.join(program)} at {dict(inputs)}"
        try:
            got = numbers(student, program, inputs)
        except Exception as error:
            return f"{told}: {type(error).__name__}: {error}"
        for name, x in right.items():
            if not abs(got[name] - x) <= 1e-9 * (1 + abs(x)):
                return f"{told}: {name} is {got[name]}, not {x}"
    return None


def class_in(source: str) -> Any:
    """Return the class `Value` of a text."""
    names: dict[str, Any] = {"__name__": __name__}  # a dataclass looks for its module
    limit = sys.getrecursionlimit()
    try:
        exec(source, names)
    finally:
        sys.setrecursionlimit(limit)  # some raise it
    return names["Value"]
