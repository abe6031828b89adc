"""Tests of recorded choices and conditions; the oracle is the eager engine."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

import engine
import nn
from engine import Value, take, where
from tests.random_programs import BACKENDS, assert_same, eager, random_choices, replayed
from tests.refused import refusal_of

w, b = Value(0.5, "w"), Value(-0.3, "b")

# Each returns a Value from a list of three inputs, and chooses among numbers.
CHOICES: dict[str, Callable[[list], Value]] = {
    "factor": lambda x: w * where(x[0] > 0, 1.0, -1.0) + b,
    "nested": lambda x: w * where(x[0] > 0, where(x[1] > 0.5, 3.0, 4.0), -1.0),
    "by parameters": lambda x: w * x[2] + where(w > b, 2.0, 5.0) * b,
    "by a parameter": lambda x: w * x[2] + where(w, 2.0, 5.0) * b,
    "by an input": lambda x: w * where(x[0], 2.0, 5.0),
    "class weights": lambda x: sum(where(v > 0, 3.0, 1.0) * (w * v - 1) ** 2 for v in x),
    "other numbers per lane": lambda x: sum(where(v > 0, k, -k) * w for k, v in enumerate(x)),
    "a Value or a number": lambda x: sum(where(v > 0, w, 2.0) * b for v in x),
    "equal branches": lambda x: sum(where(v > 0, 1.0, 1.0) * b for v in x),
    "signs of zero": lambda x: w * where(x[0] > 0, 0.0, -0.0) + b,
    "a mask": lambda x: sum(where(v > 0, 1.0, 0.0) * b * v for v in x),
    "index": lambda x: b * take([w, b, w * b], where(x[0] > 0, 1, 2)),
    "a comparison as index": lambda x: w * take([1.0, 2.0, 3.0], x[0] > 0),
    "a row by a comparison": lambda x: w * take([[1.0, 2.0], [3.0, 4.0]], x[0] > 0)[1],
    "detached maximum": lambda x: w * engine.detached_maximum([where(v > 0, 1.0, 2.0) for v in x]),
    "maximum": lambda x: w * engine.maximum(where(x[0] > 0, 1.0, 2.0), 1.5),
    "term": lambda x: sum(where(v > 0, 1.0, 2.0) for v in x) + w,
    "exponent": lambda x: (w * w + 1) ** where(x[0] > 0, 2.0, 3.0),
    "divisor": lambda x: w / where(x[0] > 0, 2.0, 3.0),
    "product": lambda x: w * where(x[0] > 0, 1.0, 2.0) * where(x[1] > 0, 3.0, 4.0),
    "pairs": lambda x: sum(where(v > u, 1.0, -1.0) * w * u for u in x for v in x),
    "by a choice": lambda x: where(where(x[0] > 0, 1.0, 0.0), w, b) * b,
    "and": lambda x: w * where((x[0] > 0) & (x[2] > 1), 2.0, 3.0),
    "or": lambda x: w * where((x[0] > 0) | (x[1] > 0.5), 2.0, 3.0),
    "xor": lambda x: w * where((x[0] > 0) ^ (x[1] > 0.5) ^ True, 2.0, 3.0),
    "bool first": lambda x: w * where(True & (x[0] > 0), 2.0, 3.0),
    "NumPy's and, or": lambda x: (
        w * where(np.True_ & (np.logical_and(x[0] > 0, x[2] > 0)) | np.bool_(False), 2.0, 3.0)
    ),
    "and, or": lambda x: sum(where((v > 0) & (w > 0) | (v < b), w, b) * b for v in x),
    "not": lambda x: w * where(1 - (x[0] > 0), 2.0, 3.0),
    "as a number": lambda x: w * ((x[0] > 0) * 2.0 - (x[1] > 0)),
    "a count": lambda x: w * sum(v > 0 for v in x),
    "relu of a comparison": lambda x: w * engine.relu((x[0] > 0) - 0.5),
    "abs of comparisons": lambda x: w * abs((x[0] > 0) - (x[1] > 0)),
    "copysign": lambda x: w * engine.copysign(1.0, x[0]),
    "unary plus": lambda x: w * +x[0],
    "largest of equal numbers": lambda x: (
        sum(v * engine.detached_maximum([2.0, 2.0]) for v in x) * w
    ),
    "largest of leaves": lambda x: w * engine.detached_maximum([Value(1.0), Value(2.0)]) * x[0],
    "taken by a leaf": lambda x: w * take([1.0, 2.0], Value(1.0)) * take(x, Value(2.0)),
    "by a leaf around an input": lambda x: w * where(Value(x[0]) > 0, 2.0, 3.0),
}


def samples(seed: int, n: int = 12) -> list[list[float]]:
    """Return inputs with ties, zeros and both signs."""
    rng = random.Random(seed)
    return [[rng.choice([0.0, 1.0, -1.0, rng.gauss(0, 1)]) for _ in range(3)] for _ in range(n)]


@pytest.mark.parametrize("backend", [*BACKENDS, "auto"])
@pytest.mark.parametrize("fn", CHOICES.values(), ids=CHOICES)
def test_a_choice_among_numbers_is_made_anew_by_every_replay(
    fn: Callable[[list], Value], backend: str
) -> None:
    rng, program = random.Random(1), engine.compile(fn, backend=backend)
    w.data, b.data = 0.5, -0.3
    for x in samples(0):
        assert_same(replayed(program, [w, b], x), eager(fn, [w, b], x))
        w.data, b.data = rng.uniform(-1, 1), rng.uniform(-1, 1)
    assert program.stats.recordings == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("fn", CHOICES.values(), ids=CHOICES)
def test_each_sample_of_a_batch_makes_its_own_choice(
    fn: Callable[[list], Value], backend: str
) -> None:
    def penalty() -> Value:
        return where(w > 0, 0.1, 0.3) * w * w

    program = engine.compile(fn, batched=True, penalty=penalty, backend=backend)
    for w.data, b.data in ((0.5, -0.3), (-0.7, 0.2)):
        for seed in range(2):
            found = [eager(fn, [w, b], x) for x in samples(seed)]
            mean = [sum(column) / len(found) for column in zip(*found, strict=True)]
            wanted = [x + y for x, y in zip(mean, eager(penalty, [w, b]), strict=True)]
            assert_same(replayed(program, [w, b], samples(seed)), wanted)


@pytest.mark.parametrize("seed", range(60))
def test_random_choices_are_those_of_the_eager_engine(seed: int) -> None:
    text, parameters, points = random_choices(seed)
    names = dict(zip(("w", "b"), parameters, strict=True))
    fn = eval(f"lambda x: {text}", vars(engine) | names)
    for backend in BACKENDS:
        one = engine.compile(fn, backend=backend)
        found = [eager(fn, parameters, x) for x in points]
        for x, wanted in zip(points, found, strict=True):
            assert_same(replayed(one, parameters, x), wanted, 1e-11)
        many = engine.compile(fn, batched=True, backend=backend)
        mean = [sum(column) / len(found) for column in zip(*found, strict=True)]
        assert_same(replayed(many, parameters, points), mean, 1e-11)


def test_a_class_weighted_loss_trains_alike_compiled_and_eagerly() -> None:
    def weighted(predictions: list, targets: list) -> Value:
        terms = [
            where(t > 0, 3.0, 1.0) * (p - t) ** 2 for p, t in zip(predictions, targets, strict=True)
        ]
        return sum(terms) / len(terms)

    X, y = nn.data.moons(20, noise=0.1, seed=0)
    y = [2 * k - 1 for k in y]
    found = []
    for compiled in (True, False):
        model = nn.MLP(2, [4, 1], seed=0)
        history = nn.fit(
            model,
            X,
            y,
            loss=weighted,
            optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
            epochs=3,
            batch_size=5,
            compiled=compiled,
            progress=False,
        )
        found.append([*history.loss, *(p.data for p in model.parameters())])
    assert_same(found[0], found[1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_choices_and_comparisons_are_outputs(backend: str) -> None:
    def fn(x: list) -> tuple[Value, list]:
        return w * x[0], [where(x[0] > 0, 1.0, -1.0), where(w > 0, 5.0, 6.0), x[0] > 0]

    w.data = 0.5
    program = engine.compile(fn, batched=True, backend=backend)
    program([[0.5], [-0.5]])
    assert [[float(v) for v in out] for out in program.outputs] == [[1, -1], [5, 5], [1, 0]]


def test_a_choice_among_numbers_eagerly_stays_a_number() -> None:
    assert type(where(w > 0, 1.0, -1.0)) is float


@pytest.mark.parametrize("fn", [lambda x: where(w > x, 1.0, -1.0), lambda x: (w > x) * 2.0])
def test_a_result_that_no_gradient_reaches_is_refused(fn: Callable[[object], Value]) -> None:
    with pytest.raises(engine.RecordingError, match="depends on no parameter"):
        engine.compile(fn)(1.0)


def test_a_comparison_is_combined_with_comparisons_alone() -> None:
    assert "& of a comparison and a int" in refusal_of(lambda x: w * ((x > 0) & 3), 1.0)
    assert "| of a comparison and a Value" in refusal_of(lambda x: w * ((x > 0) | w * x), 1.0)


def test_a_text_is_not_compared_with_an_input() -> None:
    with pytest.raises(TypeError, match="Value < str: operands must be"):
        engine.compile(lambda x: w * (x < "3"))(1.0)


def test_an_index_that_is_not_whole_or_not_there_is_the_error_of_the_eager_engine() -> None:
    for index, error in ((0.5, TypeError), (float("inf"), TypeError), (5.0, IndexError)):
        with pytest.raises(error) as eagerly:
            take([1.0, 2.0], index)
        with pytest.raises(error) as compiled:
            engine.compile(lambda x: w * take([1.0, 2.0], x))(index)
        assert str(compiled.value) == str(eagerly.value)
