"""Tests of the arguments of a program: shapes, names, and numbers that are not finite."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import engine
from engine import Value
from tests.random_programs import BACKENDS, replayed

w = Value(2.0, "w")


def test_a_new_shape_is_recorded_separately_and_says_so() -> None:
    w = Value(2.0)
    program = engine.compile(lambda X: sum(w * x for x in X))
    assert program([1.0, 2.0]) == 6.0
    assert program([1.0, 2.0, 3.0]) == 12.0
    assert program(np.array([1.0, 2.0])) == 6.0
    assert program([5.0, 6.0]) == 22.0
    assert (program.stats.recordings, program.stats.replays) == (3, 4)


def test_tuples_and_lists_of_tuples_are_arguments() -> None:
    w = Value(2.0)

    def fn(pairs, scale):
        return sum(w * x[0] * x[1] - y for x, y in pairs) * scale

    program = engine.compile(fn)
    assert program([([1.0, 2.0], 3), ([2, 5], 6.0)], np.float64(0.5)) == 0.5 * (4 - 3 + 20 - 6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        (
            [[1.0, 2.0], [3.0]],
            ValueError,
            r"lists in X must be of one length: X\[0\] has 2 entries, X\[1\] has 1",
        ),
        ([[1.0, "a"]], TypeError, r"X\[0\]\[1\] must be one, got str 'a'"),
        ([[1.0, None]], TypeError, r"X\[0\]\[1\] must be one, got None"),
        ([[1.0, w]], TypeError, r"takes numbers, got a Value in X\[0\]\[1\]"),
        (np.array([["a"]]), TypeError, "arrays of real numbers, got X of <U1"),
        ([[1.0, math.nan]], ValueError, r"X\[0\]\[1\] is nan; fill in or leave out"),
        (np.array([[math.inf, 1.0]]), ValueError, r"X\[0\]\[0\] is inf"),
        ({"a": 1}, TypeError, "X must be one, got dict"),
    ],
)
def test_arguments_that_are_not_numbers_are_named_and_the_program_goes_on(
    argument: object, error: type[Exception], message: str, backend: str
) -> None:
    program = engine.compile(lambda X: sum(w * x for row in X for x in row), backend=backend)
    assert program([[1.0, 2.0]]) == 6.0
    kept = w.grad
    with pytest.raises(error, match=message):
        program(argument)
    assert w.grad == kept
    assert program([[2.0, 2.0]]) == 8.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_nan_in_an_input_is_named_even_where_the_result_hides_it(backend: str) -> None:
    w = Value(2.0)
    program = engine.compile(
        lambda X: sum(engine.where(x > 0, w * x, 0.0) for x in X), backend=backend
    )
    with pytest.raises(ValueError, match=r"X\[1\] is nan; fill in or leave out missing numbers"):
        program([1.0, math.nan])
    assert program([1.0, -3.0]) == 2.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinity_in_an_input_is_let_through_where_the_result_is_finite(backend: str) -> None:
    w = Value(2.0)  # as in a mask of an attention, which is 0 or −inf
    program = engine.compile(lambda mask: engine.exp(w + mask), backend=backend)
    assert replayed(program, [w], -math.inf) == [0.0, 0.0]


def test_arguments_may_be_given_by_name() -> None:
    w = Value(2.0)

    def loss(x, y=1.0):
        return w * x - y

    program = engine.compile(loss)
    assert [program(3.0, y=4.0), program(y=4.0, x=3.0), program(x=3.0)] == [2.0, 2.0, 5.0]
    with pytest.raises(
        TypeError,
        match="loss cannot be called with these arguments: it has no argument 'z'; it takes x, y",
    ):
        program(1.0, z=2.0)

    def only(x, *, y):
        return w * x - y

    with pytest.raises(TypeError, match="only takes y by name only; remove the"):
        engine.compile(only)(1.0, y=2.0)


def test_batched_arguments_must_agree_on_the_samples() -> None:
    program = engine.compile(lambda x, t: (w * x[0] - t) ** 2, batched=True)
    for args, message in [
        (([[1.0], [2.0]], [1.0]), "X has 2, t has 1|x has 2, t has 1"),
        ((3.0, [1.0]), "leading axis of samples, got x = one number"),
        (([], []), "at least one sample, got none in x"),
        ((), "needs an argument with samples, got none"),
    ]:
        with pytest.raises(ValueError, match=message):
            program(*args)


@pytest.mark.parametrize("x", [2**53 + 1, -(10**18), 10**400, np.int64(2**60)])
@pytest.mark.parametrize("put", [lambda x: x, lambda x: [1, x], lambda x: ([1], [x])])
def test_an_integer_that_a_float_would_round_is_refused(x: int, put: Callable) -> None:
    w = Value(1.0)
    program = engine.compile(lambda x: w)
    with pytest.raises(ValueError, match=r"up to 2\*\*53.*subtract a large offset"):
        program(put(x))
    assert program(put(2**53)) == program(put(float(x) if x < 10**308 else 1e300)) == 1.0


def test_an_array_of_integers_that_floats_would_round_is_refused() -> None:
    w = Value(1.0)
    program = engine.compile(lambda x: w * (x[0] - x[1]))
    with pytest.raises(ValueError, match=rf"got {10**18} in x"):
        program(np.array([10**18 + 1, 10**18]))
    assert program(np.array([2**53, 2**53 - 1])) == 1.0
