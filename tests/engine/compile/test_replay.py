"""Tests of array programs from run to run: what stays, what changes, what inf and threads do."""

from __future__ import annotations

import math
import random
import re
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from engine.ops import OPS
from tests.random_programs import assert_same, eager, random_attention, random_linear, replayed
from tests.small_gpt import flat, small_gpt

BACKENDS = ["numpy", "python"]


def compare_several_runs(program, fn, parameters, args):
    """Compare several runs with the eager engine, on parameters that move in between."""
    for _ in range(3):  # what one run leaves behind is no part of the next
        wanted = eager(fn, parameters, *args)
        assert_same(replayed(program, parameters, *args), wanted)
        for p in parameters:
            p.data = 0.8 * p.data + 0.05


# ---- gradients that stay as they are ----


@pytest.mark.parametrize("backend", BACKENDS)
@given(seed=st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_gradients_that_stay_are_not_added_up_from_run_to_run(backend, seed):
    fn, parameters, args = random_linear(seed)
    compare_several_runs(engine.compile(fn, backend=backend), fn, parameters, args)


def test_the_constant_gradient_of_a_bias_is_not_added_up_from_run_to_run() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    program = engine.compile(lambda x: model(x), optimizer=optimizer, batched=True)
    X = [[0.5, -1.0], [2.0, 0.3]]
    compare_several_runs(program, lambda X: sum(map(model, X)) / 2, model.parameters(), (X,))


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


def test_a_gradient_that_underflows_does_not_raise_under_the_callers_error_state():
    w, q = Value(1.0), Value(2.0)
    program = engine.compile(lambda x: (w - 1e-200) * 1e-200 * 1e-200 + q * x)
    with np.errstate(all="raise"):
        assert program(0.1) == 0.2
    assert (w.grad, q.grad) == (0.0, 0.1)


# ---- pairs ----


@pytest.mark.parametrize("backend", BACKENDS)
@given(seed=st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_attention_under_any_mask_gives_what_the_eager_engine_gives(backend, seed):
    fn, parameters, args = random_attention(seed)
    compare_several_runs(engine.compile(fn, backend=backend), fn, parameters, args)


def test_attention_becomes_products_of_matrices():
    loss, matrices = small_gpt(random.Random(0))
    program = engine.compile(loss, optimizer=nn.SGD(flat(matrices), learning_rate=0.1))
    program([0, 1, 2, 3, 4])
    source = program.source()
    # All pairs of two heads and four positions: queries · keys, and shares · values.
    assert re.search(r"matmul\(x\d+, x\d+, out=t\d+\)\nt\d+\.take", source)
    assert re.search(r"z\d+\.ravel\(\)\[i\d+\] = v\d+\nmatmul\(x\d+, z\d+, out=v\d+\)", source)
    assert source.count(" = zeros((2, 4, 4))") == 2


def test_inf_does_not_reach_positions_that_do_not_look_at_it():
    n, b = 4, Value(1.0)
    W = [[Value(0.1 + 0.1 * i + 0.2 * j) for i in range(2)] for j in range(3)]

    def fn(X):
        values = [[engine.exp(sum(w * v for w, v in zip(r, x, strict=True))) for r in W] for x in X]
        seen = [
            sum(engine.tanh(X[i][0] * X[j][1] * b) * values[j][k] for j in range(i + 1))
            for i in range(n)
            for k in range(3)
        ]
        return b * b, seen

    X = [[0.1 * i, 0.2] for i in range(1, n + 1)]
    program = engine.compile(fn)
    program.evaluate(X)
    assert " = zeros(" in program.source()
    X[3] = [50_000.0, 0.1]
    program.evaluate(X)
    found = [float(x[0]) for x in program.outputs]
    assert found == pytest.approx([x.data for x in fn(X)[1]], rel=1e-12)
    assert found[9:] == [np.inf] * 3
    assert np.isfinite(found[:9]).all()


def test_a_parameter_that_is_nan_is_recorded_as_any_other():
    w = Value(1.0, "w")
    program = engine.compile(lambda x: w * x)
    program(1.0)
    w.data = math.nan
    program.forget()
    with pytest.warns(engine.NonFiniteWarning):
        assert math.isnan(program(1.0))


def test_one_sum_in_two_orders_is_one_number():
    a, b = ([Value(0.1 * i) for i in some] for some in (range(1, 6), range(2, 12, 2)))

    def fn(x):
        sums = [s for p in (a, b) for s in (sum(p), sum(reversed(p)))]
        return sum(engine.tanh(s * x) for s in sums)

    compare_several_runs(engine.compile(fn), fn, [*a, *b], (0.5,))


# ---- threads ----


def test_a_program_works_for_one_thread_at_a_time():
    began, goes_on, said = threading.Event(), threading.Event(), []
    w = Value(2.0)
    program = engine.compile(lambda x: w * x)
    program(1.0)
    replay = program._last.replay
    forward = replay.forward

    def slow_forward():
        began.set()
        goes_on.wait(10)
        forward()

    replay.forward = slow_forward
    first = threading.Thread(target=lambda: said.append(program(3.0)))
    first.start()
    began.wait(10)
    with pytest.raises(RuntimeError, match="one thread at a time; compile the function once for e"):
        program(4.0)
    goes_on.set()
    first.join()
    replay.forward = forward
    assert said == [6.0]
    assert program(4.0) == 8.0


# ---- operations on arrays ----


@pytest.mark.parametrize("name", [name for name, row in OPS.items() if len(row.slopes) == 1])
def test_an_operation_on_arrays_is_its_row_number_by_number(name):
    numbers = [0.1, 0.5, 1.7] if name in ("log", "sqrt") else [-1.3, 0.0, 0.5, 1.7]
    found = engine.on_arrays(name)(np.array([numbers, numbers]))
    apply = (lambda x: -x) if name == "neg" else getattr(engine, name)
    assert found.shape == (2, len(numbers))
    assert found[1].tolist() == pytest.approx([apply(Value(x)).data for x in numbers], rel=1e-12)


@pytest.mark.parametrize("name", ["add", "no such thing"])
def test_an_operation_on_arrays_has_one_input(name):
    with pytest.raises(ValueError, match=f"takes the name of one of .*tanh.*, got '{name}'"):
        engine.on_arrays(name)
