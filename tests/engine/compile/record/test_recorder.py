"""Tests of recording: comparisons, names, and the with-blocks around it."""

from __future__ import annotations

import math

import pytest

import engine
from engine import Value
from tests.random_programs import BACKENDS


def test_comparisons_with_parameters_are_replayed() -> None:
    w = Value(2.0)
    for backend in BACKENDS:
        w.data = 2.0
        program = engine.compile(
            lambda x: engine.where(w > 0, w, -w) * x + engine.where(w > x, w, 0.0), backend=backend
        )
        assert program(1.0) == 4.0
        w.data = -3.0
        assert program(1.0) == 3.0


def test_leaves_named_inside_keep_their_names_in_the_graph() -> None:
    w = Value(2.0, "w")
    program = engine.compile(lambda x: w * Value(x, "feature") * Value(3.0, "three"))
    program(1.0)
    assert [leaf.label for leaf in engine.leaves(program.graph)] == ["w", "feature", "three"]


def test_a_program_records_inside_no_grad_and_strict() -> None:
    w = Value(2.0)
    program = engine.compile(lambda x: w * x)
    with engine.no_grad(), engine.strict():
        assert program.evaluate(3.0) == 6.0
        assert program.graph.inputs
    assert program(3.0) == 6.0


def test_a_parameter_that_is_nan_is_recorded_as_any_other() -> None:
    w = Value(1.0, "w")
    program = engine.compile(lambda x: w * x)
    program(1.0)
    w.data = math.nan
    program.forget()
    with pytest.warns(engine.NonFiniteWarning):
        assert math.isnan(program(1.0))
