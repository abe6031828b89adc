"""Tests that what is recorded is what the function gives without compile."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

import numpy as np
import pytest

import engine
from engine import RecordingError, Value
from tests.random_programs import BACKENDS

WHOLE = [1.0, 2.0, 3.0]


def matches_a_float(x: object) -> bool:
    match x:
        case float():
            return True
    return False


def has_length(x: object) -> bool:
    try:
        return len(x) >= 0  # type: ignore[arg-type]
    except TypeError:
        return False


def has_shape(x: object) -> bool:
    try:
        return bool(x.shape == ())  # type: ignore[attr-defined]
    except AttributeError:
        return False


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "asks",
    [
        matches_a_float,
        has_shape,
        np.isscalar,
        lambda x: x.__class__.__name__ == "float",
        lambda x: {*map(type, [x])} == {float},
    ],
)
def test_whatever_tells_a_number_from_a_value_is_refused(
    asks: Callable[[object], bool], backend: str
) -> None:
    w = Value(2.0)
    program = engine.compile(lambda x: w * x[0] * (3.0 if asks(x[0]) else 1.0), backend=backend)
    with pytest.raises(RecordingError, match="decides by what kind of object a number is"):
        program(WHOLE)


def test_a_question_that_values_answer_as_numbers_do_is_none() -> None:
    w = Value(2.0)
    program = engine.compile(lambda x: w * x[0] * (3.0 if has_length(x[0]) else 1.0))
    assert program(WHOLE) == 2.0


@pytest.mark.parametrize(
    ("fn", "array"),
    [
        (lambda x: x[0] - x[1], np.array([1, 2], dtype=np.uint8)),
        (lambda x: x[0] * x[1], np.array([100, 2], dtype=np.int8)),
        (lambda x: x[0] + x[1], np.array([True, True])),
        (lambda x: 3.0 if x.dtype == np.float64 else 1.0, np.array([1.0, 2.0])),
    ],
)
def test_arrays_of_another_arithmetic_are_refused(fn: Callable, array: np.ndarray) -> None:
    w = Value(2.0)
    with pytest.raises(RecordingError, match=r"dtype.*or integers in an array overflow"):
        engine.compile(lambda x: w * fn(x))(array)


def test_narrow_floats_are_computed_with_as_wide_ones() -> None:
    w, x = Value(2.0), np.array([0.1, 0.2, 0.4], dtype=np.float32)
    program = engine.compile(lambda x: w * (x[0] * x[1] - x[2] / 3), audit="always")
    a, b, c = x.tolist()
    assert program(x) == program(x) == 2.0 * (a * b - c / 3)


@pytest.mark.parametrize(
    ("fn", "error"),
    [
        (lambda x: sum(json.loads(json.dumps(x))), TypeError),
        (lambda x: float.__add__(x[0], 1.0), TypeError),
        (lambda x: np.round(np.array(x)).sum(), TypeError),
        (lambda x: np.isnan(np.array(x)).sum(), TypeError),
    ],
)
def test_what_takes_floats_alone_is_refused_by_its_line(fn: Callable, error: type) -> None:
    w = Value(2.0)
    with pytest.raises(RecordingError, match=r"test_compared\.py:\d+.*program\.outputs") as caught:
        engine.compile(lambda x: w * fn(x))(WHOLE)
    assert isinstance(caught.value.__cause__, error)


@pytest.mark.parametrize("error", [TypeError, KeyError, ZeroDivisionError])
def test_an_error_of_the_function_itself_stays_as_it_is(error: type[Exception]) -> None:
    w = Value(2.0)

    def fn(x):
        raise error("mine")

    with pytest.raises(error, match="mine"):
        engine.compile(lambda x: w * fn(x))(WHOLE)


def test_the_line_of_a_library_is_not_the_users() -> None:
    w = Value(2.0)
    with pytest.raises(RecordingError, match="test_compared"):
        engine.compile(lambda x: w * statistics.mean(x))(WHOLE)
