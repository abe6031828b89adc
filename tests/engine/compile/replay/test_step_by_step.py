"""Tests that a tape run step by step gives what its lines give, to the last bit."""

from __future__ import annotations

import random
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine import Value
from engine.compile.replay import plain_python
from engine.ops import OPS
from tests.random_programs import (
    apply,
    random_attention,
    random_linear,
    random_program,
    replayed,
)


def both(fn: Callable, **options) -> list[engine.Program]:
    """Return a program that runs step by step, and one of lines."""
    return [engine.compile(fn, backend="python", **options) for _ in range(2)]


def both_replayed(programs: list[engine.Program], parameters: list[Value], *args) -> list:
    """Return the loss, gradients and outputs of both, as text: 0.0 and -0.0 differ."""
    found = []
    for program, long in zip(programs, (0, 10**9), strict=True):
        with patch.object(plain_python, "LONG", long):
            found.append(repr((replayed(program, parameters, *args), program.outputs)))
    return found


@given(
    seed=st.integers(0, 10**9),
    make=st.sampled_from([random_program, random_attention, random_linear]),
)
@settings(max_examples=60, deadline=None)
def test_steps_and_lines_give_the_same_bits(seed: int, make) -> None:
    fn, parameters, args = make(seed)
    programs = both(fn)
    for _ in range(2):
        steps, lines = both_replayed(programs, parameters, *args)
        assert steps == lines
        for p in parameters:
            p.data = 0.8 * p.data + 0.05


@pytest.mark.parametrize("name", list(OPS))
def test_every_row_of_the_table_is_one_step(name: str) -> None:
    w = [Value(0.7), Value(-1.3), Value(2.1)]
    programs = both(lambda x, y: (apply(name, [w[0] * x, w[1] + y, w[2] * y]), [w[0] * y]))
    for x, y in ((0.3, -0.4), (1.2, 0.8), (-0.9, 0.5)):
        steps, lines = both_replayed(programs, w, x, y)
        assert steps == lines


def test_steps_take_an_entry_a_largest_and_a_detached_number() -> None:
    w = [Value(0.1 * i) for i in range(5)]

    def fn(i):
        largest = engine.detached_maximum(w)
        return engine.take(w, i) * largest + engine.take(w, 4 - i) * w[0].detach()

    programs = both(fn)
    for i in (0, 3, 4):
        steps, lines = both_replayed(programs, w, i)
        assert steps == lines
    with patch.object(plain_python, "LONG", 0), pytest.raises(IndexError, match="0 to 4"):
        programs[0](5)


def test_steps_run_each_sample_and_the_penalty() -> None:
    w, b = Value(0.4), Value(0.1)
    programs = both(
        lambda x: (engine.tanh(w * x + b), [w * x]), batched=True, penalty=lambda: 0.1 * (w * w)
    )
    steps, lines = both_replayed(programs, [w, b], [0.3, -2.0, 1.0])
    assert steps == lines


def test_a_domain_is_left_step_by_step_as_line_by_line() -> None:
    w = Value(0.5)
    program = engine.compile(lambda x: engine.log(w * x), backend="python")
    with patch.object(plain_python, "LONG", 0):
        program(2.0)
        with pytest.raises(engine.DomainError, match="log"):
            program(-2.0)


def test_lines_are_compiled_once_steps_have_run_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_python, "LONG", 0)
    monkeypatch.setattr(plain_python, "FIRST_RUNS", 3)
    compiled: list[str] = []
    write = plain_python.function_source
    monkeypatch.setattr(
        plain_python,
        "function_source",
        lambda name, *args: compiled.append(name) or write(name, *args),
    )
    w = Value(0.5)
    program = engine.compile(lambda x: engine.tanh(w * x), backend="python", audit=False)
    found = []
    for _ in range(5):
        found.append((program.evaluate(0.3), len(compiled)))
    assert [n for _, n in found] == [0, 0, 1, 1, 1]
    assert len({x for x, _ in found}) == 1
    assert program.source().startswith("def program")


def irregular(n: int) -> tuple[Callable, list[Value]]:
    """Return a function of n nodes, each from two of the last 20."""
    rng = random.Random(0)
    choices = [(rng.randrange(20), rng.randrange(20), rng.randrange(3)) for _ in range(n)]
    weights = [Value(rng.uniform(0.5, 1)) for _ in range(20)]

    def fn(x):
        last = [w * x for w in weights]
        for i, j, k in choices:
            a, b = last[i], last[j]
            last.append(a * b if k == 0 else (a + b) * 0.5 if k == 1 else engine.tanh(a - b))
            del last[0]
        return last[-1]

    return fn, weights


def test_arrays_that_are_asked_for_are_not_made_by_the_thousand() -> None:
    fn, weights = irregular(3000)
    programs = [engine.compile(fn, backend=backend) for backend in ("numpy", "python")]
    found = [replayed(program, weights, 0.5) for program in programs]
    assert found[0] == found[1]
    assert [program.stats.instructions for program in programs] == [0, 0]
    short, _ = irregular(300)
    program = engine.compile(short, backend="numpy")
    program(0.5)
    assert program.stats.instructions > 100
