"""Tests that repetition is found, however the code is written."""

from __future__ import annotations

import random

import pytest

import engine
import nn
from engine import Value
from tests.moons import moons, moons_loss
from tests.random_programs import BACKENDS, assert_same, compare_several_runs, eager, replayed


def test_the_batch_axis_is_discovered_and_its_loop_becomes_a_dozen_instructions() -> None:
    model = nn.MLP(2, [16, 16, 1], seed=0)
    program = engine.compile(moons_loss(model))
    program(*moons(100))
    assert program.stats.nodes > 60_000
    assert program.stats.instructions <= 16
    assert program.stats.lanes == 100


@pytest.mark.parametrize("order", ["shuffled", "reversed", "tree"])
def test_how_the_code_adds_up_costs_two_instructions_at_most(order: str) -> None:
    rng = random.Random(3)
    X, y = moons(20)
    W = [[Value(rng.uniform(-1, 1)) for _ in range(3)] for _ in range(8)]
    v = [Value(rng.uniform(-1, 1)) for _ in range(8)]
    orders = [rng.sample(range(3), 3) for _ in range(8)]

    def added(terms):
        if order == "tree" and len(terms) > 1:
            half = len(terms) // 2
            return added(terms[:half]) + added(terms[half:])
        return sum(terms)

    def loss(X, y):
        total = 0.0
        for x, t in zip(X, y, strict=True):
            hidden = []
            for k, row in enumerate(W):
                terms = [row[0] * x[0], x[1] * row[1], row[2]]
                if order == "shuffled":
                    terms = [terms[i] for i in orders[k]]
                hidden.append(added(terms[::-1] if order == "reversed" else terms).tanh())
            total = total + (added([a * b for a, b in zip(v, hidden, strict=True)]) - t) ** 2
        return total

    parameters = [*v, *(w for row in W for w in row)]
    program = engine.compile(loss)
    found = replayed(program, parameters, X, y)
    assert_same(found, eager(loss, parameters, X.tolist(), y.tolist()))
    assert program.stats.instructions <= 10  # of 1,434 nodes


def test_one_sum_in_two_orders_is_one_number() -> None:
    a, b = ([Value(0.1 * i) for i in some] for some in (range(1, 6), range(2, 12, 2)))

    def fn(x):
        sums = [s for p in (a, b) for s in (sum(p), sum(reversed(p)))]
        return sum(engine.tanh(s * x) for s in sums)

    compare_several_runs([engine.compile(fn)], fn, [*a, *b], (0.5,))


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_long_chain_compiles_without_recursion(backend: str) -> None:
    w = Value(0.5)

    def chain(x):
        out = w * x
        for _ in range(1000):
            out = engine.tanh(out) + w
        return out

    program = engine.compile(chain, backend=backend)
    assert_same(replayed(program, [w], 0.3), eager(chain, [w], 0.3))
