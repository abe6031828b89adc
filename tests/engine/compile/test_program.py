"""Tests of `engine.compile` against the eager engine, which is the oracle."""

from __future__ import annotations

import gc
import math
import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from tests.random_programs import BACKENDS, assert_same, eager, random_program, replayed, soup

w = Value(2.0, "w")


@given(seed=st.integers(0, 10**9))
@settings(max_examples=500, deadline=None)
def test_random_programs_give_what_the_eager_engine_gives(seed: int) -> None:
    fn, parameters, args = random_program(seed)
    programs = [engine.compile(fn, backend=backend) for backend in BACKENDS]
    # And again with other numbers, which must go through the same instructions.
    other = [[-0.7 * x + 0.1 for x in sample] for sample in args[0]]
    for X in (args[0], other):
        wanted = eager(fn, parameters, X)
        for program in programs:
            assert_same(replayed(program, parameters, X), wanted)
        for p in parameters:
            p.data = 0.8 * p.data + 0.05
    assert [program.stats.recordings for program in programs] == [1, 1]


@given(seed=st.integers(0, 10**9), with_penalty=st.booleans())
@settings(max_examples=60, deadline=None)
def test_batched_programs_give_the_mean_over_samples_and_the_penalty(
    seed: int, with_penalty: bool
) -> None:
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1)) for _ in range(rng.randint(1, 6))]
    inner, width = rng.randrange(10**9), rng.randint(1, 3)

    def one(x, t):
        values = soup(random.Random(inner), parameters, [*x, t], 9)
        return (values[-1] - t) ** 2 + 0.1 * parameters[0], [values[-2]]

    def penalty():
        return 0.01 * sum(p * p for p in parameters)

    def whole(X, y):
        loss = sum(one(x, t)[0] for x, t in zip(X, y, strict=True)) / len(X)
        return loss + penalty() if with_penalty else loss

    programs = [
        engine.compile(
            one, batched=True, penalty=penalty if with_penalty else None, backend=backend
        )
        for backend in BACKENDS
    ]
    for n in (5, 1, 3):  # the last, shorter batch too
        X = [[rng.uniform(-1, 1) for _ in range(width)] for _ in range(n)]
        y = [rng.uniform(-1, 1) for _ in range(n)]
        wanted = eager(whole, parameters, X, y)
        outputs = [one(x, t)[1][0].data for x, t in zip(X, y, strict=True)]
        for program in programs:
            assert_same(replayed(program, parameters, X, y), wanted)
            assert_same(list(program.outputs[0]), outputs)
    assert [program.stats.recordings for program in programs] == [1, 1]


def test_loading_numpy_is_no_part_of_the_time_of_recording() -> None:
    code = """
import sys, engine
w = engine.Value(0.5)
program = engine.compile(lambda x: w * x)
assert "engine.compile.replay.arrays" in sys.modules
assert program(2.0) == 1.0
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_are_those_of_the_last_call_after_an_overflow(backend: str) -> None:
    w = Value(1.0)

    def fn(x):
        return engine.where(x < 100.0, engine.exp(w * x), w * x), [w * x]

    program = engine.compile(fn, backend=backend, batched=True)
    program.evaluate([1.0, 2.0])
    assert program.evaluate([1.0, 1000.0]) == pytest.approx((math.e + 1000.0) / 2)
    assert [list(x) for x in program.outputs] == [[1.0, 1000.0]]


def test_the_graph_of_the_last_call_can_be_drawn_and_its_gradients_are_right() -> None:
    w, b = Value(-0.5, "w"), Value(0.6, "b")

    def fn(x):
        z = w * x + b
        z.label = "z"
        return z.tanh() ** 2

    program = engine.compile(fn)
    program(2.0)
    program(1.0)
    root = program.graph
    named = {node.label: node for node in engine.nodes(root) if node.label}
    assert named["w"] is w
    assert named["z"].data == pytest.approx(0.1)
    assert named["x"].data == 1.0
    wanted = Value(0.1)
    (wanted.tanh() ** 2).backward()
    assert named["z"].grad == pytest.approx(wanted.grad)
    kept = w.grad
    assert "z" in engine.draw(root).svg
    assert program.graph is not root
    assert w.grad == kept


def test_the_graph_of_the_last_call_shows_the_gradients_of_inputs() -> None:
    w = Value(-0.5, "w")
    program = engine.compile(lambda x: w * x)
    program(2.0)
    root = program.graph
    inputs = [leaf for leaf in engine.leaves(root) if leaf.label == "x"]
    assert [x.grad for x in inputs] == [-0.5]
    assert "not the sum of the paths drawn" not in engine.draw(root).svg


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_step_moves_no_parameter_that_its_shape_does_not_use(backend: str) -> None:
    places = [Value(0.1 * i) for i in range(3)]
    w = Value(0.5)

    def loss(X):
        return sum((w * x + place) ** 2 for x, place in zip(X, places, strict=False))

    optimizer = nn.SGD([w, *places], learning_rate=0.1)
    program = engine.compile(loss, optimizer=optimizer, backend=backend)
    for X in ([1.0, 2.0], [1.0, 2.0, 3.0]):
        program.step(X)
    kept = places[2].data
    program.step([1.0, 2.0])
    assert (places[2].data, places[2].grad) == (kept, 0.0)


def test_a_step_moves_no_parameter_by_the_gradients_of_another_program() -> None:
    def both(ps):
        return [lambda x: ps[0] * x * ps[0], lambda x: ps[1] * x * ps[1]]

    plain, compiled = ([Value(2.0), Value(1.0)] for _ in range(2))
    a, b = (nn.SGD(ps, learning_rate=0.1) for ps in (plain, compiled))
    programs = [engine.compile(fn, optimizer=b) for fn in both(compiled)]
    for _ in range(3):
        for fn, program in zip(both(plain), programs, strict=True):
            a.zero_grad()
            fn(1.0).backward()
            a.step()
            program.step(1.0)
    assert_same([p.data for p in compiled], [p.data for p in plain])


@pytest.mark.parametrize("backend", BACKENDS)
def test_leaving_a_domain_raises_as_the_eager_engine_does(backend: str) -> None:
    p = Value(2.0, "p")

    def fn(x):
        out = p * x
        out.label = "out"
        return engine.where(x > 0, engine.log(out), p)

    program = engine.compile(fn, backend=backend)
    assert program(1.0) == pytest.approx(math.log(2))
    kept = p.grad
    with pytest.raises(engine.DomainError, match=r"log\(a\) needs a > 0, got a = -4"):
        program(-2.0)
    assert p.grad == kept
    assert program(1.0) == pytest.approx(math.log(2))


def test_a_step_that_would_make_parameters_nan_is_not_taken() -> None:
    p = Value(2.0, "p")
    optimizer = nn.SGD([p], learning_rate=0.1)
    program = engine.compile(lambda x: engine.exp(p * x), optimizer=optimizer)
    with pytest.raises(engine.NonFiniteError, match=r"no step was taken: .* from inf"):
        program.step(1000.0)
    assert p.data == 2.0
    assert optimizer.steps == 0
    with pytest.warns(engine.NonFiniteWarning, match="from inf"):
        assert program(1000.0) == math.inf


def test_a_program_and_its_parameters_go_when_nothing_holds_them() -> None:
    import weakref

    w = Value(2.0)
    program = engine.compile(lambda x: w * x)
    program(1.0)
    gone = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: engine.compile(3), TypeError, "compile needs a function"),
        (
            lambda: engine.compile(abs, backend="c"),
            ValueError,
            'backend must be "auto", "numpy" or "python"',
        ),
        (lambda: engine.compile(w * w), TypeError, "leave out the brackets"),
        (lambda: engine.compile(abs, optimizer=nn.SGD), TypeError, r"step\(\), as nn.SGD\(param"),
        (
            lambda: engine.compile(abs, batched=True, penalty=w),
            TypeError,
            "penalty must be a function .* put lambda: before it",
        ),
        (
            lambda: engine.compile(lambda X: sum(w * x for x in X), batched=True)([1.0]),
            TypeError,
            "treats a number as a list .* it is called with one sample",
        ),
        (lambda: engine.compile(abs).outputs, ValueError, "call the program first"),
        (lambda: engine.compile(abs, penalty=abs), ValueError, "penalty needs batched=True"),
        (lambda: engine.compile(abs).step(1.0), ValueError, "needs an optimizer"),
        (lambda: engine.compile(abs).graph, ValueError, "call the program first"),
        (lambda: engine.compile(abs).source(), ValueError, "call the program first"),
        (lambda: engine.take([], 0), IndexError, "at least one value"),
        (lambda: engine.take([w], 1), IndexError, "from 0 to 0, got 1"),
        (lambda: engine.take([w], 0.5), TypeError, "whole number"),
        (lambda: engine.take([[w], [w, w]], 0), ValueError, "rows of one length"),
        (lambda: engine.detached_maximum([]), ValueError, "at least one value"),
    ],
)
def test_calls_that_cannot_work_say_so(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
