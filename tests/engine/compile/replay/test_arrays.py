"""Tests that array programs give what the eager engine gives."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable, Iterator
from contextvars import Context

import numpy as np
import pytest

import engine
import nn
from engine import Value
from engine.compile.replay import arrays
from engine.ops import OPS
from tests.moons import moons, moons_loss
from tests.random_programs import BACKENDS, apply, assert_same, eager, random_program, replayed
from tests.small_gpt import flat, small_gpt


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", list(OPS))
def test_every_row_of_the_table_compiles_by_its_text_alone(name: str, backend: str) -> None:
    w = [Value(0.7, "w1"), Value(-1.3, "w2"), Value(2.1, "w3")]

    def fn(X):
        return sum(apply(name, [w[0] * x, w[1] + y, w[2] * y]) for x, y in X)

    X = [[0.3, -0.4], [1.2, 0.8], [-0.9, 0.5]]
    program = engine.compile(fn, backend=backend)
    assert_same(replayed(program, w, X), eager(fn, w, X))


@pytest.mark.parametrize("constant", [0.0, -1.0, 1.0, 2.0, 3.0, 0.5])
@pytest.mark.parametrize("backend", BACKENDS)
def test_constants_of_every_kind_are_replayed(constant: float, backend: str) -> None:
    w = [Value(0.7), Value(1.3)]

    def fn(x):
        a = w[0] + x
        terms = [
            a * constant,
            constant - a,
            a**constant,
            engine.maximum(a, constant),
            a * a + constant,
        ]
        return sum(terms) * w[1]

    program = engine.compile(fn, backend=backend)
    assert_same(replayed(program, w, 0.4), eager(fn, w, 0.4))


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinite_constants_are_replayed(backend: str) -> None:
    w, b, c = Value(2.0), Value(3.0), Value(0.5)
    fn = engine.compile(lambda x: engine.where(x > 0, w * b, c * math.inf), backend=backend)
    assert fn.evaluate(2.0) == 6.0


def test_a_hundred_steps_of_micrograds_demonstration_agree_with_the_eager_engine_in_every_weight() -> (
    None
):
    X, y = moons(40)  # enough lanes to be arrays; the eager engine takes most of the time
    models = [nn.MLP(2, [16, 16, 1], seed=1) for _ in range(2)]
    optimizers = [nn.SGD(m.parameters(), learning_rate=0.05) for m in models]
    program = engine.compile(moons_loss(models[0]), optimizer=optimizers[0])
    loss = moons_loss(models[1])
    for _ in range(100):
        optimizers[1].zero_grad()
        value = loss(X.tolist(), y.tolist())
        value.backward()
        optimizers[1].step()
        assert program.step(X, y) == pytest.approx(value.data, rel=1e-9)
    for p, q in zip(*(m.parameters() for m in models), strict=True):
        assert p.data == pytest.approx(q.data, rel=1e-9)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_small_gpt_compiles_once_and_agrees_on_every_sequence(backend: str) -> None:
    loss, matrices = small_gpt(random.Random(0))
    parameters = flat(matrices)
    program = engine.compile(loss, backend=backend)
    for seed in range(5):
        rng = random.Random(seed)
        sequence = [rng.randrange(5) for _ in range(5)]
        assert_same(replayed(program, parameters, sequence), eager(loss, parameters, sequence))
    assert program.stats.recordings == 1
    assert backend == "python" or program.stats.instructions < 60


def test_an_index_out_of_range_is_refused_at_any_replay() -> None:
    table = [Value(1.0), Value(2.0)]
    program = engine.compile(lambda i: engine.take(table, i) * 3.0, audit=False)
    assert program(1) == 6.0
    for index in (2, -1, 0.5):
        with pytest.raises(
            IndexError, match=f"whole numbers from 0 to 1 as its index, got {index}"
        ):
            program(index)
    assert program(0) == 3.0


def test_inf_does_not_reach_positions_that_do_not_look_at_it() -> None:
    n, b = 8, Value(1.0)
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
    X[-1] = [50_000.0, 0.1]
    program.evaluate(X)
    found = [float(x[0]) for x in program.outputs]
    assert found == pytest.approx([x.data for x in fn(X)[1]], rel=1e-12)
    assert found[-3:] == [np.inf] * 3
    assert np.isfinite(found[:-3]).all()


@pytest.fixture
def no_flags(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make NumPy as silent as in WebAssembly, whose processor has no floating-point flags."""

    def silent(report: Callable[[str, int], None]) -> Context:
        context = Context()
        context.run(np.seterr, all="ignore")
        return context

    monkeypatch.setattr(arrays, "flags_reported", silent)
    arrays.has_flags.cache_clear()
    yield
    arrays.has_flags.cache_clear()


@pytest.mark.usefixtures("no_flags")
@pytest.mark.parametrize(
    "hidden",
    [
        lambda x: engine.log(x),
        lambda x: engine.sqrt(x),
        lambda x: engine.asin(x - 9.0),
        lambda x: 1.0 / (x + 1.0),
        lambda x: x**0.5,
    ],
)
def test_numbers_outside_a_domain_are_noticed_without_flags_of_numpy(
    hidden: Callable[[Value], Value],
) -> None:
    w = Value(1.0)

    def fn(X):
        return sum(engine.where(x > 8.5, hidden(w * x), w) for x in X)

    program = engine.compile(fn, backend="numpy")
    assert not arrays.has_flags()
    assert math.isfinite(program([9.5] * 40))
    with pytest.raises(engine.DomainError):
        program([9.5] * 39 + [-1.0])


def test_numpy_has_flags_here() -> None:
    assert arrays.has_flags()


@pytest.mark.parametrize("seed", range(40))
def test_a_program_too_long_to_optimise_gives_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "MANY_LINES", 0)
    fn, parameters, args = random_program(seed)
    program = engine.compile(fn, backend="numpy")
    for _ in range(2):
        assert_same(replayed(program, parameters, args[0]), eager(fn, parameters, args[0]))


def test_a_comparison_becomes_floats_before_it_is_a_factor() -> None:
    w = [Value(0.5), Value(-0.25)]

    def fn(X):
        return sum(engine.relu(w[0] * x + w[1]) for x in X)

    program = engine.compile(fn, backend="numpy")
    X = [0.1 * k for k in range(-20, 20)]
    assert_same(replayed(program, w, X), eager(fn, w, X))
    assert " > 0, out=" in program.source()
    space = {"multiply": np.multiply, "g": np.ones(2), "v": np.array([1.0, -1.0]), "h": np.zeros(2)}
    lines = ast.parse("multiply(g, v > 0, out=h)")
    peephole = arrays.Peephole(space)
    assert ast.unparse(ast.fix_missing_locations(peephole.visit(lines))) == (
        "h[...] = v > array0\nmultiply(g, h, out=h)"
    )
