"""Tests that gradients do not accumulate from run to run."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from engine.compile.replay.gradients import zero_lines
from tests.random_programs import (
    BACKENDS,
    assert_same,
    compare_several_runs,
    eager,
    random_linear,
    replayed,
)


@given(seed=st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_gradients_that_are_the_same_in_every_run_are_not_added_up_from_run_to_run(
    seed: int,
) -> None:
    fn, parameters, args = random_linear(seed)
    programs = [engine.compile(fn, backend=backend) for backend in BACKENDS]
    compare_several_runs(programs, fn, parameters, args)


def test_the_constant_gradient_of_a_bias_is_not_added_up_from_run_to_run() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    program = engine.compile(lambda x: model(x), optimizer=optimizer, batched=True)
    X = [[0.5, -1.0], [2.0, 0.3]]
    compare_several_runs([program], lambda X: sum(map(model, X)) / 2, model.parameters(), (X,))


def test_gradients_of_a_picked_entry_are_not_left_for_the_next_run() -> None:
    n = 40
    table, biases, scale = ([Value(0.1 * i) for i in range(k)] for k in (n, n, 4))

    def fn(i):
        return engine.tanh(engine.take(table, i) * scale[3]) + 0.1 * sum(biases)

    mixed = [p for pair in zip(table, biases, strict=True) for p in pair]
    program = engine.compile(fn, optimizer=nn.SGD([*mixed, scale[3]], learning_rate=0.1))
    for i in (3, 17, 3):
        assert_same(replayed(program, mixed, i), eager(fn, mixed, i))
    assert program.source().count("] = 0.0") == 1  # one line sets them to 0, gaps included


def test_a_gradient_that_underflows_does_not_raise_under_the_callers_error_state() -> None:
    w, q = Value(1.0), Value(2.0)
    program = engine.compile(lambda x: (w - 1e-200) * 1e-200 * 1e-200 + q * x)
    with np.errstate(all="raise"):
        assert program(0.1) == 0.2
    assert (w.grad, q.grad) == (0.0, 0.1)


def test_a_gradient_that_is_the_same_in_every_run_is_written_once_and_stays() -> None:
    weights = [Value(0.1 * i) for i in range(40)]

    def fn(i, X):
        picked = engine.take(weights, i)
        return sum(engine.tanh(picked * x) for x in X) / len(X) + 1e-3 * sum(weights)

    program = engine.compile(fn, backend="numpy")
    X = [0.1 * k for k in range(30)]
    for i in (3, 17, 3):
        assert_same(replayed(program, weights, i, X), eager(fn, weights, i, X))
    once, every = (
        program.source()
        .split("---- gradients that no run changes ----")[1]
        .split("---- backward ----")
    )
    assert "= 1.0" in once
    assert "= 1.0" not in every
    assert "0.0333" in once or "30.0" in once  # the mean's


def test_zeros_are_not_written_over_a_gradient_that_no_run_writes_again() -> None:
    fixed = np.zeros(10, dtype=bool)
    fixed[4] = True
    to_zero = np.isin(np.arange(10), [1, 3, 5, 6])
    assert zero_lines(to_zero, fixed) == ["G[1:4] = 0.0", "G[5:7] = 0.0"]
    assert zero_lines(to_zero, np.zeros(10, dtype=bool)) == ["G[1:7] = 0.0"]
