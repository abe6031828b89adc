"""Tests that sums are rounded as the eager engine rounds them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from engine.compile.reroll.planner import MANY
from tests.random_programs import (
    ADDED,
    BACKENDS,
    MULTIPLIED,
    SWALLOWING,
    TIES,
    assert_same,
    eager,
    random_sums,
    replayed,
)

PATTERNS = {**ADDED, **MULTIPLIED}


@given(seed=st.integers(0, 10**9), n_samples=st.sampled_from([1, 2, 3, 40]))
@settings(max_examples=60, deadline=None)
def test_random_sums_are_those_of_the_eager_engine_to_the_last_bit(
    seed: int, n_samples: int
) -> None:
    fn, _, args = random_sums(seed, SWALLOWING, n_samples)
    wanted = fn(*args).data
    for backend in ("auto", *BACKENDS):
        assert engine.compile(fn, backend=backend).evaluate(*args) == wanted


@given(seed=st.integers(0, 10**9), n_samples=st.sampled_from([1, 2, 3, 40]))
@settings(max_examples=60, deadline=None)
def test_random_programs_take_the_same_side_of_every_tie(seed: int, n_samples: int) -> None:
    fn, parameters, args = random_sums(seed, TIES, n_samples)
    wanted = eager(fn, parameters, *args)
    for backend in BACKENDS:
        found = replayed(engine.compile(fn, backend=backend), parameters, *args)
        assert found[0] == wanted[0]
        assert_same(found, wanted)  # a slope on the other side of a kink would show


@given(seed=st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_samples_of_a_batch_are_rounded_one_by_one_and_added_in_order(seed: int) -> None:
    fn, _, (X,) = random_sums(seed, SWALLOWING, 3)
    X = X * 4

    def one(x):
        out = fn([x])
        return out, [out]

    wanted = [one(x)[0] for x in X]
    for backend in BACKENDS:
        program = engine.compile(one, batched=True, backend=backend)
        assert program.evaluate(X) == (sum(wanted) / len(X)).data
        assert list(program.outputs[0]) == [out.data for out in wanted]


@pytest.mark.parametrize("n", [3, 10, 100])
@pytest.mark.parametrize("name", list(PATTERNS))
@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_sums_of_every_length_are_those_of_the_eager_engine(
    backend: str, name: str, n: int
) -> None:
    rng, w = random.Random(n), Value(1.0)

    def fn(X):
        return PATTERNS[name](X[1:]) * w

    X = [rng.choice(SWALLOWING) for _ in range(n + 1)]
    if name == "horner":
        X[1] = 0.3
    elif name in MULTIPLIED and n == MANY:
        return  # they are products of vectors
    assert engine.compile(fn, backend=backend).evaluate(X) == fn(X).data


@pytest.mark.parametrize(
    "written",
    [
        lambda x, mu, a: a + (x - mu),
        lambda x, mu, a: x - mu + a,
        lambda x, mu, a: sum([x, -mu, a]),
        lambda x, mu, a: -mu + (x + a),
        lambda x, mu, a: a - (mu - x),
        lambda x, mu, a: (-1) * mu + x + a,
        lambda x, mu, a: -(mu - x) + a,
        lambda x, mu, a: (x + mu) - (mu + x) + (a - mu),
        lambda x, mu, a: x + 3.0 - mu + 0.1 - 3.0,
    ],
)
@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
@pytest.mark.parametrize("n_samples", [1, 3, 200])
def test_numbers_that_swallow_others_are_added_in_written_order(
    n_samples: int, backend: str, written: Callable[..., Value]
) -> None:
    w = Value(1.0)

    def fn(X):
        return sum(engine.relu(w * written(w * x, mu, a)) for x, mu, a in X)

    X = [[1e17 + 16.0 * i, 1e17, 1.0] for i in range(n_samples)]
    assert engine.compile(fn, backend=backend).evaluate(X) == fn(X).data


def neurons(n: int) -> tuple[Callable[..., Value], list[Value]]:
    """Return a layer of neurons over samples, which begins or ends with a sum that is not of it."""
    W = [[Value(0.1 * (i + 1)) for i in range(5)] for _ in range(n)]

    def fn(X):
        return sum(
            engine.relu(
                x[0] - x[1] + sum((w * v for w, v in zip(row, x[2:], strict=False)), row[-1])
            )
            for row in W
            for x in X
        )

    return fn, [w for row in W for w in row]


@pytest.mark.parametrize(("n", "is_product"), [(2, False), (20, True)])
def test_a_product_of_matrices_serves_many_terms_and_takes_its_place_among_the_others(
    n: int, is_product: bool
) -> None:
    fn, parameters = neurons(n)
    X = [[1e17, 1e17, 0.1, 0.2, 0.3, 0.7] for _ in range(3)]
    program = engine.compile(fn, backend="numpy")
    assert_same(replayed(program, parameters, X), eager(fn, parameters, X))
    forward = program.source().split("# ---- gradients")[0]
    assert ("matmul(" in forward or " @ " in forward) is is_product


def test_a_bias_that_swallows_the_products_is_added_where_it_was_written() -> None:
    weights, bias = [Value(1e17), Value(0.3)], Value(-1e17)
    for written in (
        lambda w, x: sum((a * b for a, b in zip(w, x, strict=True)), bias),
        lambda w, x: sum(a * b for a, b in zip(w, x, strict=True)) + bias,
        lambda w, x: bias + sum(a * b for a, b in zip(w, x, strict=True)),
    ):
        fn = lambda X, written=written: sum(written(weights, x) for x in X)
        X = [[1.0, 1.0], [1.0, 2.0], [1.0, 10.0]]
        for backend in BACKENDS:
            assert engine.compile(fn, backend=backend).evaluate(X) == fn(X).data


@pytest.mark.parametrize("n", [5, 12, 40])
@pytest.mark.parametrize("backend", BACKENDS)
def test_sums_of_different_lengths_are_each_added_in_written_order(backend: str, n: int) -> None:
    w = Value(1.0)

    def fn(X):
        return sum(engine.relu(sum(x * X[i] for x in X[: i + 1]) * w - 0.3) for i in range(len(X)))

    X = [random.Random(i).choice(SWALLOWING) for i in range(n)]
    program = engine.compile(fn, backend=backend)
    assert program.evaluate(X) == fn(X).data
    assert backend == "python" or "raggedsum" in program.source()


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_sum_of_zeros_has_the_sign_that_python_gives_it(backend: str) -> None:
    w = Value(-0.0)
    fn = lambda x: engine.atan2(sum([w * x]), -1.0)
    assert engine.compile(fn, backend=backend).evaluate(2.0) == fn(2.0).data > 0


def test_lines_of_python_square_as_python_does() -> None:
    w = Value(1.0)
    numbers = [random.Random(i).gauss(0, 1) for i in range(20_000)]
    differ = [x for x in numbers if x**2 != x * x]
    assert differ, "then a square could be a product everywhere"
    program = engine.compile(lambda x: (w * x) ** 2, backend="python")
    for x in differ[:10]:
        assert program.evaluate(x) == x**2


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gradient_whose_terms_cancel_is_right_to_the_rounding_of_the_largest(
    backend: str,
) -> None:
    w = Value(0.5)
    fn = lambda x: x * w - x * w * (1.0 + 2**-40) + w
    _, grad = replayed(engine.compile(fn, backend=backend), [w], 1e17)
    assert abs(grad - (1.0 - 1e17 * 2**-40)) <= 1e17 * 2**-52


@pytest.mark.parametrize("n_samples", [1, 4])
def test_a_small_layer_adds_as_written_and_its_gradients_are_products_of_matrices(
    n_samples: int,
) -> None:
    rng = random.Random(3)
    weights = [[Value(rng.uniform(-1, 1)) for _ in range(3)] for _ in range(4)]
    biases = [Value(rng.uniform(-1, 1)) for _ in range(4)]
    parameters = [v for row, b in zip(weights, biases, strict=True) for v in (*row, b)]
    X = [[rng.uniform(-1, 1) * 10**k for k in (0, 8, 16)] for _ in range(n_samples)]

    def fn(X):
        layer = [
            sum((w * x for w, x in zip(row, xs, strict=True)), b)
            for xs in X
            for row, b in zip(weights, biases, strict=True)
        ]
        return sum(engine.tanh(1e-9 * out) for out in layer), layer

    optimizer = nn.SGD(parameters, learning_rate=0.1)  # keeps them in this order
    program = engine.compile(fn, optimizer=optimizer, backend="numpy")
    wanted = eager(lambda X: fn(X)[0], parameters, X)
    assert_same(replayed(program, parameters, X), wanted)
    exact = [out.data for out in fn(X)[1]]
    assert [x for numbers in program.outputs for x in numbers] == exact
    if n_samples > 1:
        backward = program.source().split("---- backward ----")[1]
        assert backward.count("matmul") == 1  # one for all weights and biases
