"""Tests of programs replayed as straight-line Python."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from tests.random_programs import (
    assert_same,
    eager,
    random_attention,
    random_linear,
    random_program,
    replayed,
)


def test_lines_of_python_name_the_parameters_and_inputs() -> None:
    w, b = Value(0.5, "weight"), Value(0.1, "a bias\nof two lines")
    program = engine.compile(lambda X: w * X[0] + b * X[1], backend="python")
    program([1.0, 2.0])
    lines = program.source().splitlines()
    named = [line.split("  # ")[1] for line in lines if "  # " in line]
    assert named == ["X[0]", "X[1]", "weight", "a bias of two lines"]


def chain(X):
    """Return a loss in which each step needs the one before, so that there is nothing to re-roll."""
    a, b = chain.parameters
    h, total = Value(0.0), 0.0
    for x in X:
        h = engine.tanh(a * h + b * x)
        total = total + (h - x) ** 2
    return total / len(X)


def test_a_long_chain_of_single_operations_is_replayed_as_lines_of_python() -> None:
    chain.parameters = parameters = [Value(0.9, "a"), Value(-0.4, "b")]
    X = [random.Random(0).uniform(-1, 1) for _ in range(60)]
    wanted = eager(chain, parameters, X)
    programs = {backend: engine.compile(chain, backend=backend) for backend in ("auto", "numpy")}
    for program in programs.values():
        assert_same(replayed(program, parameters, X), wanted)
    assert programs["auto"].source().startswith("def program")
    assert (programs["auto"].stats.instructions, programs["auto"].stats.bytes) == (0, 0)
    assert "lines of Python" in str(programs["auto"].stats)
    assert programs["numpy"].stats.instructions > 100


def test_lines_of_python_chosen_by_the_program_are_live_both_ways_and_take_steps() -> None:
    X = [random.Random(1).uniform(-1, 1) for _ in range(60)]
    paths = []
    for compiled in (True, False):
        chain.parameters = parameters = [Value(0.9), Value(-0.4)]
        optimizer = nn.Adam(parameters, learning_rate=0.01)
        program = engine.compile(chain, optimizer=optimizer)
        for i in range(20):
            if i == 10:
                parameters[0].data = 0.5
            if compiled:
                program.step(X)
            else:
                optimizer.zero_grad()
                chain(X).backward()
                optimizer.step()
        paths.append([x for p in parameters for x in (p.data, p.grad)])
    assert_same(*paths, tolerance=1e-9)


def test_the_python_backend_works_where_there_is_no_numpy() -> None:
    code = """
import sys
sys.modules["numpy"] = None
import pytest

import engine
w = engine.Value(0.5)
program = engine.compile(lambda X, y: sum((w * x - t) ** 2 for x, t in zip(X, y)), backend="python")
print(program([1.0, 2.0], [2.0, 4.0]), w.grad)
batched = engine.compile(lambda x, t: (w * x - t) ** 2, batched=True, backend="python")
print(batched([1.0, 2.0], [2.0, 4.0]), batched.source().count("def "))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["11.25", "-15.0", "5.625", "1"]


def test_a_parameter_that_is_used_ten_thousand_times_has_the_gradient_of_the_eager_engine() -> None:
    w = Value(0.3)

    def fn(x):
        total = 0.0
        for i in range(10_000):
            total = total + engine.sin(w * (x + 0.1 * i))
        return total

    fn(Value(0.7)).backward()
    wanted, w.grad = w.grad, 0.0
    engine.compile(fn, backend="python")(0.7)
    assert w.grad == pytest.approx(wanted, rel=1e-12)


@given(
    seed=st.integers(0, 10**9),
    make=st.sampled_from([random_program, random_attention, random_linear]),
)
@settings(max_examples=60, deadline=None)
def test_lines_of_python_give_the_loss_of_the_eager_engine_to_the_last_bit(seed: int, make) -> None:
    fn, _, args = make(seed)
    assert engine.compile(fn, backend="python").evaluate(*args) == fn(*args).data
