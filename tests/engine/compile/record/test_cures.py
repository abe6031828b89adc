"""Tests that a refusal names the cure of the very line, and says of what it speaks."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable
from math import floor

import numpy as np
import pytest

import engine
from engine import DomainError, Value
from tests.random_programs import BACKENDS
from tests.refused import refusal_of

w = Value(0.5, "w")


def logits_of(x):
    return [w * v for v in x]


def microgpt(x):
    logits = logits_of(x)
    max_val = max(val.data for val in logits)
    exps = [engine.exp(val - max_val) for val in logits]
    return exps[0] / sum(exps)


def by_helper(x):
    def score(v):
        return v.data

    return w * max(score(v) for v in logits_of(x))


def over_lines(x):
    return w * max(
        x[0],
        x[1] * 2,
    )


def method(x):
    array = np.array(x, dtype=object)
    return w * array.max()


def demo_of_micrograd(x):
    scores, yb = logits_of(x), [1, -1, 1]
    accuracy = [((yi > 0) == (scorei.data > 0)) for yi, scorei in zip(yb, scores, strict=True)]
    return sum(scores), accuracy


def demo_without_data(x):
    scores = logits_of(x)
    accuracy = [((yi > 0) == (scorei > 0)) for yi, scorei in zip(x, scores, strict=True)]
    return sum(scores), accuracy


MAXIMUM, MINIMUM = "engine.detached_maximum(values)", "engine.minimum(a, b)"
CURED: dict[str, tuple[Callable[[list], object], str]] = {
    "microgpt": (microgpt, MAXIMUM),
    "max of logits": (lambda x: max(logits_of(x)), MAXIMUM),
    "max of a generator": (lambda x: max(v for v in logits_of(x)), MAXIMUM),
    "max by key": (lambda x: max(logits_of(x), key=lambda v: v.data), MAXIMUM),
    "max of a list": (lambda x: w * max([v.data for v in logits_of(x)]), MAXIMUM),
    "max by a helper": (by_helper, MAXIMUM),
    "max over lines": (over_lines, MAXIMUM),
    "max of floats": (lambda x: w * max(map(float, x)), MAXIMUM),
    "np.max": (lambda x: w * np.max(np.array(x, dtype=object)), MAXIMUM),
    "a method max": (method, MAXIMUM),
    "min": (lambda x: min(logits_of(x)), MINIMUM),
    "min of data": (lambda x: w * min(v.data for v in logits_of(x)), MINIMUM),
    "sorted": (lambda x: w * sorted(x)[0], "sort outside"),
    "sort by key": (lambda x: w * sorted(logits_of(x), key=lambda v: v.data)[0], "sort outside"),
    "any": (lambda x: w * any(v > 0 for v in x), "count conditions"),
    "if": (lambda x: w if w * x[0] else -w, "where(condition, x, y)"),
    "if in an argument of max": (lambda x: max(w if x[0] else -w, 0), "functools.partial"),
    "and": (lambda x: w * (x[0] > 0 and x[1] > 0), "& and | for and and or"),
    "not": (lambda x: w * (not x[0] > 0), "1 - condition for not"),
    "accuracy": (demo_of_micrograd, "(return loss, scores) and read program.outputs"),
    "accuracy without data": (demo_without_data, "(return loss, scores) and compare program.out"),
    "print": (lambda x: print(w * x[0]) or w, "(return loss, scores) and read program.outputs"),
    "int": (lambda x: w * int(x[0]), "engine.fmod(value, 1)"),
    "round": (lambda x: w * round(x[0]), "value - engine.remainder(value, 1)"),
    "floor": (lambda x: w * floor(x[0]), "value - value % 1"),
    "ceil": (lambda x: w * math.ceil(x[0]), "value + -value % 1"),
    "//": (lambda x: w * (x[0] // 2), "(a - a % b) / b"),
    "divmod": (lambda x: w * divmod(x[0], 2)[1], "(a - a % b) / b and a % b"),
    "index": (lambda x: w * [1.0, 2.0][x[0]], "engine.take(values, index)"),
    "math.exp": (lambda x: w * math.exp(x[0]), "use engine.exp(value)"),
    "math.atan2": (lambda x: w * math.atan2(x[0], x[1]), "use engine.atan2(value, value)"),
    "math.fsum": (lambda x: w * math.fsum(x), "use sum(values)"),
    "float": (lambda x: w * float(x[0]), "detach()"),
}


@pytest.mark.parametrize(("fn", "cure"), CURED.values(), ids=CURED)
def test_a_refusal_names_the_cure_of_its_line(fn: Callable[[list], object], cure: str) -> None:
    assert cure in refusal_of(fn, [1.0, 2.0, 0.5])


@pytest.mark.parametrize(
    ("fn", "cured"),
    [
        (lambda x: round(x), lambda x: x - engine.remainder(x, 1)),
        (lambda x: int(x), lambda x: x - engine.fmod(x, 1)),
        (lambda x: floor(x), lambda x: x - x % 1),
        (lambda x: math.ceil(x), lambda x: x + -x % 1),
        (lambda x: x // 0.75, lambda x: (x - x % 0.75) / 0.75),
        (lambda x: max(x, 1.0, 0.5), lambda x: engine.detached_maximum([x, 1.0, 0.5])),
        (lambda x: min(x, 1.0), lambda x: -engine.detached_maximum([-v for v in (x, 1.0)])),
        (lambda x: 5.0 if x == 1 else 2.0, lambda x: engine.where((x >= 1) & (x <= 1), 5.0, 2.0)),
        (lambda x: 5.0 if not x > 1 else 2.0, lambda x: engine.where(1 - (x > 1), 5.0, 2.0)),
        (
            lambda x: any(v > 0 for v in (x, -2.0)),
            lambda x: engine.where(sum(v > 0 for v in (x, -2.0)) > 0, 1, 0),
        ),
    ],
)
def test_the_cure_gives_the_number_of_what_was_refused(
    fn: Callable[[float], float], cured: Callable[[object], object]
) -> None:
    assert "cannot be replayed" in refusal_of(lambda x: w * fn(x), 1.5)
    for backend in BACKENDS:
        program = engine.compile(lambda x: w * cured(x), backend=backend)
        for x in (1.5, -1.5, 2.5, 0.25, 1.0, -0.75, 0.0):
            assert program(x) == 0.5 * fn(x)


# ---- errors that the function catches ----


def with_except(x):
    try:
        return w * engine.log(x)
    except ValueError:
        return w * 0.0


def with_suppress(x):
    out = w * 0.0
    with contextlib.suppress(ArithmeticError):
        out = w / x
    return out


def with_finally(x):
    out = w
    try:
        out = engine.sqrt(w * x)
    finally:
        return out  # noqa: B012  that is the point


def with_bare_except(x):
    try:
        return w * engine.take([1.0, 2.0], x)
    except:  # noqa: E722
        return w


def by_fraction(x):
    try:
        return w * engine.take([1.0, 2.0], x * 0.5)
    except TypeError:
        return w


def power(x):
    try:
        return (w * x) ** 0.5
    except Exception:
        return w


def deeper(x):
    return with_except(x) + w


CATCHING = [
    (with_except, 2.0, -1.0, "catching DomainError"),
    (with_suppress, 2.0, 0.0, "catching DomainError"),
    (with_finally, 2.0, -1.0, "catching DomainError"),
    (with_bare_except, 1.0, 7.0, "catching IndexError"),
    (by_fraction, 2.0, 1.0, "catching TypeError"),
    (power, 2.0, -1.0, "catching DomainError"),
    (deeper, 2.0, -1.0, "catching DomainError"),
]


@pytest.mark.parametrize("batched", [False, True], ids=["plain", "batched"])
@pytest.mark.parametrize(("fn", "good", "bad", "message"), CATCHING)
def test_an_error_that_is_caught_while_recording_is_refused(
    fn: Callable[..., object], good: float, bad: float, message: str, batched: bool
) -> None:
    said = refusal_of(fn, [bad] if batched else bad, batched=batched)
    assert message in said
    assert "going on cannot be replayed" in said


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", [case for case in CATCHING if case[0] is not by_fraction])
def test_an_error_of_a_replay_says_that_the_function_cannot_catch_it(
    case: tuple, backend: str
) -> None:
    fn, good, bad, _ = case
    program = engine.compile(lambda x: fn(x) + w, backend=backend, audit=False)
    program(good)
    with pytest.raises((DomainError, IndexError), match="a replay cannot catch this error"):
        program(bad)


def test_a_caught_error_of_a_penalty_is_refused() -> None:
    def penalty():
        try:
            return engine.log(w - 1.0)
        except ValueError:
            return w * 0.0

    said = refusal_of(lambda x: w * x, [1.0], batched=True, penalty=penalty)
    assert "catching DomainError" in said


def follows(x):
    try:
        key = int(x)
    except Exception:
        key = None
    return w * {1: 2.0}[key]


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        (follows, "int() of input 'x'"),
        (lambda x: w * len(list(itertools.islice([1.0, 2.0], x))), "input 'x' as an index"),
    ],
)
def test_an_error_that_follows_from_a_refusal_is_that_refusal(
    fn: Callable[..., object], message: str
) -> None:
    assert message in refusal_of(fn, 1.0)


def test_an_error_that_the_function_turns_into_its_own_stays_its_own() -> None:
    def fn(x):
        try:
            return w * engine.log(x)
        except ValueError as error:
            raise LookupError("no logarithm") from error

    with pytest.raises(LookupError, match="no logarithm"):
        engine.compile(fn)(-1.0)


def test_strict_inside_a_function_is_refused() -> None:
    def fn(x):
        with engine.strict():
            return w * engine.exp(x)

    assert "engine.strict() inside a compiled function" in refusal_of(fn, 1.0)


def test_an_error_that_nobody_catches_is_that_of_the_eager_engine() -> None:
    with pytest.raises(DomainError) as eager:
        engine.log(Value(-0.5))
    for first in (-1.0, 1.0):  # so that it is the recording that raises, or a replay
        program = engine.compile(lambda x: engine.log(w * x))
        with contextlib.suppress(DomainError):
            program(first)
        with pytest.raises(DomainError) as compiled:
            program(-1.0)
        assert str(compiled.value) == str(eager.value).replace("leaf", "mul")


def test_an_error_that_depends_on_no_number_may_be_caught() -> None:
    def fn(x):
        try:
            factor = engine.log(-1.0)
        except ValueError:
            factor = 2.0
        return w * x * factor

    assert engine.compile(fn)(3.0) == 3.0
