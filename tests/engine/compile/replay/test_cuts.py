"""Tests that a gradient of 0 passes no slope that is inf or nan on, in programs as in backward()."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from unittest.mock import patch

import pytest

import engine
import nn
from engine import NonFiniteWarning, Value
from engine.compile import program as program_module
from tests.random_programs import BACKENDS, eager, random_edges, replayed


def found_and_said(run: Callable[..., list[float]], *args: object) -> tuple[list[float], list[str]]:
    """Return the numbers of a run, and the texts of its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        numbers = run(*args)
    assert {w.category for w in caught} <= {NonFiniteWarning}
    return numbers, [str(w.message) for w in caught]


def assert_equal_to_eager(
    fn: Callable[..., Value], parameters: list[Value], *args: object, backend: str
) -> list[float]:
    """Compare a program's numbers and warnings with the eager engine's, at several calls."""
    wanted, texts = found_and_said(eager, fn, parameters, *args)
    program = engine.compile(fn, backend=backend)
    for _ in range(2):
        numbers, said = found_and_said(replayed, program, parameters, *args)
        assert numbers == pytest.approx(wanted, rel=1e-12, nan_ok=True)
        assert said == texts
    return wanted


x, y = Value(0.0, "x"), Value(3.0, "y")
NOT_TAKEN = {
    "where": (lambda t: engine.where(t > 5, engine.sqrt(x), y), [3.0, 0.0, 1.0]),
    "maximum": (lambda t: engine.maximum(engine.sqrt(x), 1e-3) * y, [3e-3, 0.0, 1e-3]),
    "norm": (lambda t: engine.where(t > 5, engine.sqrt(x * x + x * x), y), [3.0, 0.0, 1.0]),
    "power": (lambda t: engine.where(t > 5, x**0.5, y), [3.0, 0.0, 1.0]),
    "log": (lambda t: engine.where(t > 5, engine.log(x + 1e-310), y), [3.0, 0.0, 1.0]),
    "quotient": (lambda t: engine.where(t > 5, 1 / (x + 1e-310), y), [3.0, 0.0, 1.0]),
    "arcsine": (lambda t: engine.where(t > 5, engine.asin(x + 1), y), [3.0, 0.0, 1.0]),
    "nan": (lambda t: engine.where(t > 5, engine.atan2(x, x), y), [3.0, 0.0, 1.0]),
    "overflow": (lambda t: engine.where(t > 5, engine.exp(x + 1000) * y, y), [3.0, 0.0, 1.0]),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", NOT_TAKEN)
def test_branch_not_taken_gives_no_nan(case: str, backend: str) -> None:
    fn, wanted = NOT_TAKEN[case]
    assert assert_equal_to_eager(fn, [x, y], 1.0, backend=backend) == pytest.approx(wanted)


@pytest.mark.parametrize("backend", BACKENDS)
def test_branch_taken_still_gives_inf(backend: str) -> None:
    fn = lambda t: engine.where(t > 5, engine.sqrt(x), y)
    assert assert_equal_to_eager(fn, [x, y], 6.0, backend=backend)[1] == math.inf


@pytest.mark.parametrize("backend", BACKENDS)
def test_number_outside_a_domain_in_a_branch_not_taken_still_raises(backend: str) -> None:
    program = engine.compile(lambda t: engine.where(t > 5, engine.log(x), y), backend=backend)
    with pytest.raises(engine.DomainError, match=r"log\(a\) needs a > 0, got a = 0"):
        program(1.0)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(60))
def test_random_program_at_edges_is_that_of_the_eager_engine(seed: int, backend: str) -> None:
    fn, parameters, (samples,) = random_edges(seed)
    assert_equal_to_eager(fn, parameters, samples[0], backend=backend)

    def mean(X: list) -> Value:
        return sum(fn(row) for row in X) * (1.0 / len(X))

    wanted, _ = found_and_said(eager, mean, parameters, samples)
    batched = engine.compile(fn, batched=True, backend=backend)
    for program in (batched, engine.compile(mean, backend=backend)):
        numbers, said = found_and_said(replayed, program, parameters, samples)
        assert numbers == pytest.approx(wanted, rel=1e-12, nan_ok=True)
        assert bool(said) == bool(found_and_said(eager, mean, parameters, samples)[1])


def test_random_programs_are_often_at_an_edge_and_mostly_finite() -> None:
    cut = 0
    for seed in range(60):
        fn, parameters, (samples,) = random_edges(seed)
        numbers, said = found_and_said(eager, fn, parameters, samples[0])
        cut += bool(said) and all(map(math.isfinite, numbers))
    assert cut >= 15


def norms(ps: list[Value]) -> Callable[[list], Value]:
    """Return a loss of one sample that is at the edge where the sample is 0."""
    a, b = ps
    return lambda row: engine.maximum(engine.sqrt((a * row[0]) ** 2), 0.1) * b + (a - 1) ** 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_batch_with_some_samples_at_the_edge_takes_the_steps_of_the_eager_engine(
    backend: str,
) -> None:
    X = [[0.0], [0.5], [0.0], [2.0]]
    plain, compiled = ([Value(0.5), Value(2.0)] for _ in range(2))
    fn = norms(plain)
    ours, theirs = (nn.SGD(ps, learning_rate=0.05) for ps in (plain, compiled))
    program = engine.compile(norms(compiled), optimizer=theirs, batched=True, backend=backend)
    for _ in range(5):
        ours.zero_grad()
        loss = sum(fn(row) for row in X) * 0.25
        with pytest.warns(NonFiniteWarning, match="left out"):
            loss.backward()
        ours.step()
        with pytest.warns(NonFiniteWarning, match=r"through sqrt from 0: .* \(left out: .*"):
            assert program.step(X) == pytest.approx(loss.data, rel=1e-12)
        assert [p.data for p in compiled] == pytest.approx([p.data for p in plain], rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_warning_points_at_the_line_that_called_the_program(backend: str) -> None:
    ps = [Value(0.5), Value(2.0)]
    optimizer = nn.SGD(ps, learning_rate=0.05)
    program = engine.compile(norms(ps), optimizer=optimizer, backend=backend)
    unguarded = engine.compile(lambda t: engine.sqrt(x * t), backend=backend)
    calls = [lambda: program([0.0]), lambda: program.step([0.0]), lambda: unguarded(1.0)]
    for call in calls:
        with pytest.warns(NonFiniteWarning) as caught:
            call()
        assert [w.filename for w in caught] == [__file__]


@pytest.mark.parametrize("backend", BACKENDS)
def test_edge_is_looked_into_on_values_once(backend: str) -> None:
    program = engine.compile(lambda t: engine.maximum(engine.sqrt(x), t) * y, backend=backend)
    with patch.object(program_module, "carry_out", wraps=program_module.carry_out) as eagerly:
        for t in (0.1, 0.2, 0.3):
            with pytest.warns(NonFiniteWarning, match="towards 'x' .left out"):
                assert program(t) == pytest.approx(3.0 * t)
    assert eagerly.call_count == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_warning_that_is_an_error_stops_the_step(backend: str) -> None:
    ps = [Value(0.5), Value(2.0)]
    optimizer = nn.SGD(ps, learning_rate=0.05)
    program = engine.compile(norms(ps), optimizer=optimizer, backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NonFiniteWarning, match="left out"):
            program.step([0.0])
    assert [p.data for p in ps] == [0.5, 2.0]


def test_program_never_at_an_edge_has_no_lines_that_look() -> None:
    program = engine.compile(lambda t: engine.log(engine.sqrt(y * t)))
    program(2.0)
    assert "cut(" not in program.source()
