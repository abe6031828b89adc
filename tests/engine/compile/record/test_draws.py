"""Random numbers that a program draws anew at each call, in the order of the eager engine."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

import engine
from engine import Value, random_inputs
from tests.random_programs import assert_same, eager, replayed

BACKENDS = ["auto", "numpy", "python"]


def noisy(batched: bool) -> tuple[Callable[..., Value], list[Value]]:
    """Return a loss with two streams, one of which comes back in each sample, and its weights."""
    first, second = Random(1), np.random.default_rng(2)
    weights = [Value(0.1 * i, f"w{i}") for i in range(1, 6)]

    def normal(n: int) -> list[float]:
        return [first.gauss(0.0, 1.0) for _ in range(n)]

    def one(x: list) -> Value:
        a, b = random_inputs(normal, 2), random_inputs(second.random, 3)
        (c,) = random_inputs(normal, 1)
        return (sum(w * v for w, v in zip(weights, [*a, *b], strict=True)) + c * x[0]) ** 2

    def mean(X: list) -> Value:
        return sum(one(x) for x in X) * (1 / len(X))

    return (one if batched else mean), weights


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("batched", [False, True])
def test_program_draws_what_the_function_draws(backend: str, batched: bool) -> None:
    fn, weights = noisy(batched)
    mean, same = noisy(batched=False)
    program = engine.compile(fn, batched=batched, backend=backend)
    for i in range(6):
        X = [[0.5 * i], [-1.0], [2.0], [0.1]][: 3 + i % 2]  # a shape that is recorded later, too
        assert_same(replayed(program, weights, X), eager(mean, same, X))


@pytest.mark.parametrize("backend", BACKENDS)
def test_graph_of_a_program_shows_the_numbers_that_its_call_drew(backend: str) -> None:
    w, rng = Value(1.0), Random(0)
    program = engine.compile(
        lambda x: w * x * random_inputs(lambda n: [rng.random()] * n, 1)[0], backend=backend
    )
    for _ in range(3):
        loss = program(2.0)
        assert program.graph.data == loss
    assert "random[0]" in [leaf.label for leaf in engine.leaves(program.graph)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_domain_error_of_a_drawn_number_is_that_of_the_eager_engine(backend: str) -> None:
    w, numbers = Value(1.0), iter([1.0, 2.0, -1.0])
    program = engine.compile(
        lambda x: w * x + engine.log(w * random_inputs(lambda n: [next(numbers)], 1)[0]),
        backend=backend,
    )
    assert program(1.0) == 1.0
    program(1.0)
    with pytest.raises(engine.DomainError, match="got a = -1"):
        program(1.0)


def test_code_may_not_decide_by_a_number_that_a_program_draws() -> None:
    w = Value(1.0)
    program = engine.compile(
        lambda x: w * x if random_inputs(lambda n: [0.5] * n, 1)[0] > 0.3 else w
    )
    with pytest.raises(engine.RecordingError, match="deciding by"):
        program(1.0)


def test_random_inputs_in_a_penalty_are_refused() -> None:
    w = Value(1.0)
    program = engine.compile(
        lambda x: w * x,
        batched=True,
        penalty=lambda: w * random_inputs(lambda n: [0.5] * n, 1)[0],
    )
    with pytest.raises(engine.RecordingError, match="random inputs in a penalty"):
        program([1.0])


@pytest.mark.parametrize(
    ("drawn", "error"),
    [([0.5], "as many numbers as it is asked for, 2; got 1 numbers"), (0.5, "got 0.5")],
)
def test_draw_of_another_length_is_refused(drawn: object, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        random_inputs(lambda n: drawn, 2)  # type: ignore[arg-type, return-value]


def test_draw_of_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(TypeError, match="a function that draws numbers, got str 'a'"):
        random_inputs(lambda n: ["a"], 1)  # type: ignore[list-item]


def test_undeclared_draw_is_refused_and_the_message_names_random_inputs() -> None:
    w, rng = Value(1.0), Random(0)
    with pytest.raises(engine.RecordingError, match=r"engine\.random_inputs"):
        engine.compile(lambda x: w * x * rng.random())(1.0)
