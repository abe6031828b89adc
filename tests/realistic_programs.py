"""Programs that people write, in random sizes: what a compiled step must give as the eager engine does."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import engine
import nn
from engine import Value
from tests.random_programs import assert_same

Pair = tuple[Value, list[Value]]  # a loss and other outputs


class Program(NamedTuple):
    """A function of one sample, or of a whole batch if it couples its samples.

    Attributes:
        fn: takes a list of numbers and a target, or a list of each; returns a loss and outputs.
        parameters: what it is trained by.
        sample: draws a list of numbers and a target.
        coupled: whether `fn` takes a batch.
        catches: whether `fn` may catch an error and go on.
    """

    fn: Callable[..., Pair]
    parameters: list[Value]
    sample: Callable[[random.Random], tuple[list[float], float]]
    coupled: bool = False
    catches: bool = False


def matrix(rng: random.Random, n: int, m: int) -> list[list[Value]]:
    return [[Value(rng.gauss(0, 0.6)) for _ in range(m)] for _ in range(n)]


def vector(rng: random.Random, n: int) -> list[Value]:
    return [Value(rng.gauss(0, 0.3)) for _ in range(n)]


def dot(a: list, b: list) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def times(rows: list[list], x: list) -> list:
    return [dot(row, x) for row in rows]


def softmax(logits: list) -> list:
    largest = engine.detached_maximum(logits)
    powers = [engine.exp(x - largest) for x in logits]
    total = sum(powers)
    return [p / total for p in powers]


def flat(*parts: Any) -> list[Value]:
    return [x for part in parts for x in (flat(*part) if isinstance(part, list) else [part])]


def numbers(n: int) -> Callable[[random.Random], tuple[list[float], float]]:
    """Return what draws a sample; some of its numbers are equal, or at a kink."""

    def sample(rng: random.Random) -> tuple[list[float], float]:
        ties = rng.random() < 0.3
        draw = (lambda: rng.choice([-1.0, 0.0, 0.5, 0.5, 1.0])) if ties else lambda: rng.gauss(0, 1)
        return [draw() for _ in range(n)], rng.choice([-1.0, 0.0, 1.0])

    return sample


def huber(error: Value) -> Value:
    return engine.where(abs(error) < 0.5, error * error, abs(error) - 0.25)


def rnn(rng: random.Random) -> Program:
    """A recurrence over a sequence of numbers."""
    n, width = rng.randint(1, 12), rng.randint(1, 4)
    inner, outer, bias, last = (
        vector(rng, width),
        matrix(rng, width, width),
        vector(rng, width),
        vector(rng, width),
    )

    def fn(x: list, t: Any) -> Pair:
        state: list = [0.0] * width
        for v in x:
            state = [
                engine.tanh(w * v + dot(row, state) + b)
                for w, row, b in zip(inner, outer, bias, strict=True)
            ]
        out = dot(last, state)
        return huber(out - t), [out, *state]

    return Program(fn, flat(inner, outer, bias, last), numbers(n))


def lstm(rng: random.Random) -> Program:
    """Gates, a cell and a hidden state."""
    n, width = rng.randint(1, 6), rng.randint(1, 3)
    gates = [(matrix(rng, width, width + 1), vector(rng, width)) for _ in range(4)]
    last = vector(rng, width)

    def fn(x: list, t: Any) -> Pair:
        hidden: list = [0.0] * width
        cell: list = [0.0] * width
        for v in x:
            sums = [
                [a + b for a, b in zip(times(w, [v, *hidden]), bias, strict=True)]
                for w, bias in gates
            ]
            forget, let_in, out = ([engine.sigmoid(s) for s in part] for part in sums[:3])
            cell = [
                f * c + i * engine.tanh(g)
                for f, c, i, g in zip(forget, cell, let_in, sums[3], strict=True)
            ]
            hidden = [o * engine.tanh(c) for o, c in zip(out, cell, strict=True)]
        out = dot(last, hidden)
        return (out - t) ** 2, hidden

    return Program(fn, flat([list(part) for part in gates], last), numbers(n))


def attention(rng: random.Random) -> Program:
    """One causal head over positions, with embeddings of tokens."""
    n, width, n_tokens = rng.randint(2, 5), rng.randint(1, 3), 4
    table, places = matrix(rng, n_tokens, width), matrix(rng, n, width)
    query, key, value = (matrix(rng, width, width) for _ in range(3))
    last = matrix(rng, n_tokens, width)

    def fn(x: list, t: Any) -> Pair:
        rows = [
            [a + b for a, b in zip(engine.take(table, i), place, strict=True)]
            for i, place in zip(x, places, strict=True)
        ]
        keys, values = [times(key, r) for r in rows], [times(value, r) for r in rows]
        total: Any = 0.0
        for i, row in enumerate(rows):
            shares = softmax([dot(times(query, row), k) for k in keys[: i + 1]])
            mixed = [dot(shares, [v[d] for v in values[: i + 1]]) for d in range(width)]
            chances = softmax(times(last, mixed))
            total = total - engine.log(engine.take(chances, t))
        return total / n, chances

    def sample(rng: random.Random) -> tuple[list[float], float]:
        return [float(rng.randrange(n_tokens)) for _ in range(n)], float(rng.randrange(n_tokens))

    return Program(fn, flat(table, places, query, key, value, last), sample)


def convolution(rng: random.Random) -> Program:
    """Filters over a line of numbers, the largest of each two, and a sum."""
    n, size, n_filters = rng.randint(4, 10), rng.randint(1, 3), rng.randint(1, 3)
    filters, biases = matrix(rng, n_filters, size), vector(rng, n_filters)
    n_pooled = (n - size + 1) // 2
    last = vector(rng, n_filters * n_pooled)

    def fn(x: list, t: Any) -> Pair:
        pooled = []
        for weights, bias in zip(filters, biases, strict=True):
            maps = [engine.relu(dot(weights, x[i : i + size]) + bias) for i in range(n - size + 1)]
            pooled += [engine.maximum(maps[2 * i], maps[2 * i + 1]) for i in range(n_pooled)]
        out = dot(last, pooled)
        return engine.relu(1 - t * out), [out]

    return Program(fn, flat(filters, biases, last), numbers(n))


def k_means(rng: random.Random) -> Program:
    """The distance to the nearest centre, which a running minimum finds."""
    n, n_centres = rng.randint(1, 3), rng.randint(2, 4)
    centres = matrix(rng, n_centres, n)

    def fn(x: list, t: Any) -> Pair:
        distances = [sum((a - b) ** 2 for a, b in zip(c, x, strict=True)) for c in centres]
        best, index = distances[0], engine.where(distances[0] < 0.0, 0.0, 0.0)
        for i, d in enumerate(distances[1:], start=1):
            index = engine.where(d < best, float(i), index)
            best = engine.minimum(best, d)
        return best, [index, *engine.take(centres, index)]

    return Program(fn, flat(centres), numbers(n))


def ode(rng: random.Random) -> Program:
    """An oscillator, followed by steps of Runge and Kutta."""
    n_steps, h = rng.randint(1, 12), 0.2
    stiffness, damping, force = Value(1.0 + rng.random()), Value(rng.random()), vector(rng, 1)

    def slope(state: list) -> list:
        x, v = state
        return [v, -stiffness * x - damping * v * abs(v) + force[0]]

    def moved(state: list, by: list, factor: float) -> list:
        return [a + factor * b for a, b in zip(state, by, strict=True)]

    def fn(x: list, t: Any) -> Pair:
        state = list(x)
        for _ in range(n_steps):
            a = slope(state)
            b = slope(moved(state, a, h / 2))
            c = slope(moved(state, b, h / 2))
            d = slope(moved(state, c, h))
            state = [
                s + h / 6 * (p + 2 * q + 2 * r + u)
                for s, p, q, r, u in zip(state, a, b, c, d, strict=True)
            ]
        return (state[0] - t) ** 2, state

    return Program(fn, flat(stiffness, damping, force), numbers(2))


def gradient_penalty(rng: random.Random) -> Program:
    """A network whose slope by its inputs, written out, is held near 1."""
    n, width = rng.randint(1, 3), rng.randint(1, 4)
    first, bias, last = matrix(rng, width, n), vector(rng, width), vector(rng, width)

    def fn(x: list, t: Any) -> Pair:
        hidden = [engine.tanh(s + b) for s, b in zip(times(first, x), bias, strict=True)]
        out = dot(last, hidden)
        slopes = [
            sum(w * (1 - h * h) * row[i] for w, h, row in zip(last, hidden, first, strict=True))
            for i in range(n)
        ]
        norm = engine.sqrt(sum(s * s for s in slopes) + 1e-9)
        return huber(out - t) + 0.1 * (norm - 1) ** 2, slopes

    return Program(fn, flat(first, bias, last), numbers(n))


def tied_weights(rng: random.Random) -> Program:
    """An autoencoder that decodes with the weights it encodes with."""
    n, width = rng.randint(2, 5), rng.randint(1, 3)
    weights, bias = matrix(rng, width, n), vector(rng, n)

    def fn(x: list, t: Any) -> Pair:
        code = [engine.tanh(s) for s in times(weights, x)]
        again = [dot([row[i] for row in weights], code) + bias[i] for i in range(n)]
        return sum((a - b) ** 2 for a, b in zip(again, x, strict=True)) / n, code

    return Program(fn, flat(weights, bias), numbers(n))


def class_weighted(rng: random.Random) -> Program:
    """A loss in which one class, and what is badly wrong, weighs more."""
    n = rng.randint(1, 4)
    weights, bias = vector(rng, n), vector(rng, 1)
    heavy = rng.choice([2.0, 5.0])

    def fn(x: list, t: Any) -> Pair:
        margin = engine.where(t > 0, 1.0, -1.0) * (dot(weights, x) + bias[0])
        weight = engine.where((t > 0) & (margin < 0), heavy, engine.where(t >= 0, 1.0, 0.5))
        return weight * engine.softplus(-margin), [margin, weight]

    return Program(fn, [*weights, *bias], numbers(n))


def coupled(rng: random.Random) -> Program:
    """Features on one scale over the batch, and targets compared pair by pair."""
    n = rng.randint(1, 3)
    weights, scale = vector(rng, n), Value(1.0)

    def fn(X: list, T: list) -> Pair:
        outs = [dot(weights, x) for x in X]
        mean = sum(outs) / len(outs)
        spread = engine.sqrt(sum((o - mean) ** 2 for o in outs) / len(outs) + 1e-3)
        outs = [scale * (o - mean) / spread for o in outs]
        pairs = [
            engine.where(a > b, engine.softplus(q - p), 0.0)
            for a, p in zip(T, outs, strict=True)
            for b, q in zip(T, outs, strict=True)
        ]
        return sum(pairs) / len(pairs) + sum(w * w for w in weights), outs

    return Program(fn, [*weights, scale], numbers(n), coupled=True)


def q_learning(rng: random.Random) -> Program:
    """A table's values of actions, moved towards a target that is held fixed."""
    n, n_actions = rng.randint(1, 3), rng.randint(2, 4)
    weights = matrix(rng, n_actions, n)

    def fn(x: list, t: Any) -> Pair:
        values = times(weights, x)
        target = t + 0.9 * engine.detached_maximum(times(weights, [-v for v in x]))
        chosen = engine.take(values, engine.where(t > 0, 1.0, 0.0))
        return huber(chosen - target.detach()), values

    return Program(fn, flat(weights), numbers(n))


def dropped(rng: random.Random) -> Program:
    """A network with dropout, whose masks are drawn at each call."""
    n = rng.randint(1, 3)
    sizes = [rng.randint(1, 5) for _ in range(rng.randint(1, 2))]
    model = nn.MLP(n, [*sizes, 1], dropout=0.4, seed=rng.randrange(10**6))
    if rng.random() < 0.5:
        model.layers.insert(0, nn.Dropout(0.2, seed=rng.randrange(10**6)))  # type: ignore[arg-type]

    def fn(x: list, t: Any) -> Pair:
        out = model(x)
        assert isinstance(out, Value)
        return (out - t) ** 2, [out]

    return Program(fn, model.parameters(), numbers(n))


KINDS: dict[str, Callable[[random.Random], Program]] = {
    make.__name__: make
    for make in (
        rnn, lstm, attention, convolution, k_means, ode, gradient_penalty, tied_weights,
        class_weighted, coupled, q_learning, dropped,
    )
}  # fmt: skip


def whole(program: Program) -> Callable[[list, list], Pair]:
    """Return the function of a batch: the mean over its samples, and the outputs of all."""
    if program.coupled:
        return program.fn

    def mean(X: list, T: list) -> Pair:
        pairs = [program.fn(x, t) for x, t in zip(X, T, strict=True)]
        return sum(loss for loss, _ in pairs) * (1.0 / len(pairs)), flat([o for _, o in pairs])

    return mean


def outcome(run: Callable[[], list[float]]) -> list[float] | str:
    """Return the numbers of a run, or that an error ended it.

    1 / x of a plain number is a ZeroDivisionError, and in a program a DomainError.
    """
    try:
        return run()
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return "error"


def compared(make: Callable[[], Program], seed: int, *, backend: str, batched: bool) -> str:
    """Train a program and its eager twin side by side on changing samples, and compare all numbers.

    Args:
        make: makes the program; the same one again at each call.
        seed: of the samples and of the optimiser.
        backend: of the program.
        batched: whether the program takes one sample; a coupled one cannot.

    Returns:
        "same", or why the program was refused.

    Raises:
        AssertionError: they differ.
    """
    rng = random.Random(seed)
    twin, own = make(), make()
    fn = whole(twin)
    program = engine.compile(own.fn if batched else whole(own), backend=backend, batched=batched)
    optimizer = rng.choice([nn.SGD, nn.Adam])
    steppers = [optimizer(p.parameters, learning_rate=0.05) for p in (twin, own)]
    n_samples = [rng.randint(1, 4), rng.randint(1, 4)]
    for call in range(6):
        samples = [twin.sample(rng) for _ in range(n_samples[call % 2])]
        X, T = [x for x, _ in samples], [t for _, t in samples]

        def eagerly(X: list = X, T: list = T) -> list[float]:
            loss, outputs = fn(X, T)
            loss.backward()
            found = [float(x.data if isinstance(x, Value) else x) for x in outputs]
            return [loss.data, *(p.grad for p in twin.parameters), *found]

        def replayed(X: list = X, T: list = T) -> list[float]:
            loss = program(X, T)
            outputs = [list(map(float, output)) for output in program.outputs]
            by_sample = zip(*outputs, strict=True)
            return [loss, *(p.grad for p in own.parameters), *(x for o in by_sample for x in o)]

        for stepper in steppers:
            stepper.zero_grad()
        wanted = outcome(eagerly)
        try:
            found = outcome(replayed)
        except (engine.RecordingError, engine.StaleProgramError) as error:
            return f"refused: {error}"
        if own.catches and found == "error":
            return "refused: a replay cannot catch an error"
        if isinstance(wanted, str) or isinstance(found, str):
            assert found == wanted
        else:
            assert_equal(found, wanted)
            if all(map(isfinite, wanted)):
                for stepper in steppers:
                    stepper.step()
                # A gradient's rounding may differ, and the next call might decide a tie by it.
                for p, q in zip(own.parameters, twin.parameters, strict=True):
                    assert abs(p.data - q.data) <= 1e-9 * max(1.0, abs(q.data))
                    p.data = q.data
    return "same"


def assert_equal(found: list[float], wanted: list[float]) -> None:
    """Compare numbers, of which inf and nan must be equal, and the others nearly."""
    special = [[x if not isfinite(x) else 0.0 for x in part] for part in (found, wanted)]
    assert repr(special[0]) == repr(special[1])
    assert_same(*([x if isfinite(x) else 0.0 for x in part] for part in (found, wanted)), 1e-9)
