"""Random programs that decide: choices, ties, extremes, errors, and comparisons of what is computed."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import engine
from engine import Value
from tests.realistic_programs import Pair, Program

Expression = Callable[[list], Any]  # of the numbers of a sample

NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0)
EXTREMES = (1e17, -1e17, 1e-300, 1e300, -800.0, 800.0)
UNARY: list[Callable[[Any], Any]] = [
    lambda a: -a,
    lambda a: engine.abs(a),
    lambda a: engine.relu(a),
    lambda a: engine.tanh(a),
    lambda a: engine.sigmoid(a),
    lambda a: engine.exp(engine.tanh(a)),
    lambda a: a * a,
    lambda a: a**2,
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: (a > b) * a,
    lambda a, b: engine.maximum(a, b),
    lambda a, b: engine.minimum(a, b),
    lambda a, b: engine.take([a, b], engine.where(a > b, 1.0, 0.0)),
    lambda a, b: a / (b * b + 0.5),
    lambda a, b: sum([a, b, -a, b, 1.0]),
    lambda a, b: engine.detached_maximum([a, b]) * b,
]
# Outside their domain the eager engine raises, and so must a program.
UNSAFE: list[Callable[[Any], Any]] = [
    lambda a: engine.log(a),
    lambda a: engine.sqrt(a),
    lambda a: 1.0 / a,
    lambda a: engine.exp(a * 500),
    lambda a: engine.asin(a),
]
COMPARED: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
]
COMBINED: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a, b: a ^ b,
]


def caught(a: Any) -> Any:
    try:
        return engine.log(a)
    except ValueError:
        return 0.5 * a


def suppressed(a: Any) -> Any:
    found = a
    with suppress(ValueError):
        found = engine.sqrt(a)
    return found


# What Python decides by a number: a program refuses it, if the number is not a constant.
PYTHONS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a if a > b else b,
    lambda a, b: a if a == 1 else 0.5 * b,
    lambda a, b: a if a != b else 2 * b,
    lambda a, b: a if (a > 0) == (b > 0) else b,
    lambda a, b: a or b,
    lambda a, b: b if not (a - b) else a,
    lambda a, b: max(a, b),
    lambda a, b: sorted([a, b, 0.5 * a])[1],
    lambda a, b: a * len({a, b}),
    lambda a, b: a * len(f"{a}"),
    lambda a, b: b * (a in [b, 1.0]),
    lambda a, b: b * int(a),
    lambda a, b: b if abs(a) < 0.5 else a,
    lambda a, b: caught(a) + b,
    lambda a, b: suppressed(a) + b,
    lambda a, b: {True: a, False: b}[a >= b],
    lambda a, b: b * round(a),
    lambda a, b: next((x for x in (a, b) if x > 0), a * b),
]


def deciding(rng: random.Random) -> Program:
    """Return a program of choices between expressions, whose samples are full of ties."""
    n, parameters = rng.randint(1, 4), [Value(rng.choice([0.5, -1.0, 2.0, rng.random()]))]
    parameters += [Value(rng.gauss(0, 1)) for _ in range(rng.randint(0, 3))]
    constants = NUMBERS + EXTREMES * (rng.random() < 0.3)
    unsafe, pythonic = rng.random() < 0.3, rng.random() < 0.2

    def leaf() -> Expression:
        kind = rng.random()
        if kind < 0.4:
            p = rng.choice(parameters)
            return lambda x: p
        if kind < 0.8:
            i = rng.randrange(n)
            return lambda x: x[i]
        number = rng.choice(constants)
        return lambda x: number

    def condition(depth: int) -> Expression:
        if depth > 1 and rng.random() < 0.3:
            combine, p, q = rng.choice(COMBINED), condition(depth - 1), condition(depth - 1)
            return lambda x: combine(p(x), q(x))
        # Of an input, since what a condition of constants never chooses is left out, with its errors.
        compare, b, i = rng.choice(COMPARED), expression(depth - 1), rng.randrange(n)
        return lambda x: compare(x[i], b(x))

    def expression(depth: int) -> Expression:
        if depth <= 0:
            return leaf()
        kind = rng.random()
        a, b = expression(depth - 1), expression(depth - rng.randint(1, 2))
        if pythonic and kind < 0.1:
            python = rng.choice(PYTHONS)
            return lambda x: python(a(x), b(x))
        if unsafe and kind < 0.2:
            risky = rng.choice(UNSAFE)
            return lambda x: risky(a(x))
        if kind < 0.4:
            c = condition(depth)
            return lambda x: engine.where(c(x), a(x), b(x))
        if kind < 0.6:
            unary = rng.choice(UNARY)
            return lambda x: unary(a(x))
        binary = rng.choice(BINARY)
        return lambda x: binary(a(x), b(x))

    parts = [expression(rng.randint(1, 4)) for _ in range(rng.randint(1, 4))]

    def fn(x: list, t: Any) -> Pair:
        found = [part(x) for part in parts]
        loss = sum(found) * 0.5 + t * parameters[0] + sum(p * p for p in parameters)
        return loss, [0.0 * parameters[0] + v for v in found]

    def sample(rng: random.Random) -> tuple[list[float], float]:
        values = [rng.choice([*NUMBERS, *(p.data for p in parameters), rng.gauss(0, 1)])]
        values += [rng.choice([values[0], *NUMBERS, rng.gauss(0, 1)]) for _ in range(n - 1)]
        return values, rng.choice([-1.0, 0.0, 1.0])

    return Program(fn, parameters, sample, catches=pythonic)
