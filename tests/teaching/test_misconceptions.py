"""The guide's questions: what a misconception answers, and what is right, both computed.

Each function below returns, for each row of its lesson's table, how the answer of the misconception
begins and how the right one does. What takes long is computed by the lesson itself and read there.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator

import pytest

import engine
import nn
from engine import Value
from tests.needs import needs
from tests.teaching.texts import LESSONS, cells, rows, sections

Answers = Iterator[tuple[str, str]]


def said(number: float, digits: int | None = None) -> str:
    """Return a number as the guide writes it."""
    text = f"{number:g}" if digits is None else f"{number:.{digits}f}"
    return text.replace("-", "−")


def gradient(f: Callable, *at: float) -> float:
    """Return the gradient of a function with respect to its first input."""
    inputs = [Value(x) for x in at]
    f(*inputs).backward()
    return inputs[0].grad


def moons(n: int, seed: int, **settings) -> tuple[list, list]:
    X, y = nn.data.moons(n, **{"noise": 0.1, "seed": seed, **settings})
    return X, [2 * k - 1 for k in y]


def recorded(lesson: int) -> str:
    """Return all that a lesson printed, and its code and prose."""
    return json.dumps(cells(LESSONS[lesson - 1]), ensure_ascii=False)


def lesson_1() -> Answers:
    def loss(w):
        return (w * 2 - 3) ** 2

    def error(k: int) -> float:
        h = 10.0**-k
        return abs((math.exp(1 + h) - math.exp(1 - h)) / (2 * h) - math.e)

    def left(rate: float) -> float:
        w = 1.0
        for _ in range(12):
            w -= rate * (8 * w - 12)
        return abs(w - 1.5)

    slope = gradient(loss, 1.0)
    yield said(loss(1) + slope), said(loss(1.01), 2)
    yield "shrink", "grow" if slope < 0 else "shrink"
    yield "1e-13", f"1e-{min((5, 13), key=error)}"
    yield "0.24", said(min((0.01, 0.05, 0.24), key=left))
    w = Value(1.0)
    (flat := w * 0.0 + 1.0).backward()
    yield "0 and 0", f"{said(w.grad)} and {said(flat.data)}"


def naive(node: Value) -> None:
    """Hand gradients on as soon as a node is reached."""
    for x, slope in zip(node.inputs, node.local_derivatives, strict=True):
        x.grad += slope * node.grad
        naive(x)


def lesson_2() -> Answers:
    yield "2", said(gradient(lambda a, b: a * b, 2.0, -3.0))
    wrong = math.cos(1.5) * 2 * 1.5
    yield said(wrong, 2), said(gradient(lambda x: engine.sin(x**2), 1.5), 2)
    yield said(2 * -3 + 2), said(gradient(lambda a, b: (a * b + a) * a, 2.0, -3.0))

    def twice(a):
        b = engine.tanh(a)
        return b + b

    out = twice(a := Value(0.0))
    out.grad = 1.0
    naive(out)
    yield said(gradient(twice, 0.0)), said(a.grad)
    x = Value(3.0)
    y = x * x
    y.backward()
    once = x.grad
    with pytest.warns(RuntimeWarning, match="ran twice"):
        y.backward()
    yield said(once), said(x.grad)
    metres, millimetres = (gradient(lambda w, x=x: w * x, 0.5) for x in (1.8, 1800.0))
    yield "1", said(millimetres / metres)


def lesson_3() -> Answers:
    a = Value(2.0)
    for x, slope in zip((a, a), (a + a).local_derivatives, strict=True):
        x.grad = slope * 1.0
    yield said(gradient(lambda a: a + a, 2.0)), said(a.grad)

    def doubled(a):
        b = a + a
        return b + b

    def pass_on(node):  # as step 5 does: first to all inputs, then from each of them
        for x, slope in zip(node.inputs, node.local_derivatives, strict=True):
            x.grad += slope * node.grad
        for x in node.inputs:
            pass_on(x)

    leaf = Value(3.0)
    result = doubled(leaf)
    result.grad = 1.0
    pass_on(result)
    yield said(gradient(doubled, 3.0)), said(leaf.grad)
    yield said(gradient(lambda a: engine.tanh(a), 0.5), 2), said(1 - 0.5**2)
    yield said((2 - Value(5.0)).data), said(Value(5.0).__sub__(2).data)
    x = Value(3.0)
    square = x * x
    y = square * Value(1.0)
    for _ in range(2):  # results in between keep what they have
        y.grad = 1.0
        for node in (y, square):
            for z, slope in zip(node.inputs, node.local_derivatives, strict=True):
                z.grad += slope * node.grad
    yield said(2 * gradient(lambda x: x * x * 1.0, 3.0)), said(x.grad)


def lesson_4() -> Answers:
    at = {"w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    w1, w2, b = (Value(number, name) for name, number in at.items())
    total = w1 * 2.0 + w2 * 0.0 + b
    (out := engine.tanh(total)).backward()
    yield said(total.grad, 1), said(w2.grad)
    yield "0", said(b.grad, 1)
    yield "nowhere", said(next(x for x in range(-9, 10) if math.tanh(x - 3) == 0))
    rng = random.Random(0)
    X = [(rng.uniform(-1, 2), rng.uniform(-1, 2)) for _ in range(60)]
    X = [(p, q) for p, q in X if abs(p + q - 1.2) > 0.15]
    best = max(
        sum((math.cos(v) * p + math.sin(v) * q > 0) == (p + q > 1.2) for p, q in X)
        for v in (math.pi * k / 1000 for k in range(2000))
    )
    yield "100 %", f"{100 * best / len(X):.0f} %"
    middle = nn.MLP(2, [16, 16, 1], seed=0).layers[1].neurons
    yield said(4 * 16), said(sum(len(neuron.weights) for neuron in middle))
    yield said(w1.grad, 0), said(math.tanh(total.data + 2.0) - out.data, 2)


def lesson_5() -> Answers:
    slope = gradient(lambda p: nn.mean_squared_error([p], [5.0]), 2.0)
    yield said(-slope), said(slope)
    yield "−1", said(gradient(lambda s: nn.hinge([s], [1]), 1.7))
    (wrong := engine.relu(1 - 0 * (s := Value(5.0)))).backward()
    assert s.grad == 0
    yield "0", said(wrong.data)
    yield "0", said(gradient(lambda z: nn.binary_cross_entropy([z], [1]), -10.0), 1)
    with pytest.warns(RuntimeWarning, match="logits"):
        twice = nn.binary_cross_entropy([engine.sigmoid(Value(800.0))], [1])
    yield "0", said(twice.data, 3)
    powers = [math.exp(k) for k in (102, 101, 100)]
    yield "1", said(powers[0] / sum(powers), 3)
    yield "0.1", said(nn.cross_entropy([[Value(0.0)] * 10], [4]).data, 3)


def lesson_6() -> Answers:
    X, y = moons(100, 0)

    def network(seed: int = 3) -> nn.MLP:
        return nn.MLP(2, [8, 8, 1], activation="tanh", seed=seed)

    lucky = [nn.accuracy(network(seed), X, y) for seed in range(40)]
    yield f"{100 * nn.accuracy(network(), X, y):.0f} %", f"{100 * sum(lucky) / 40:.0f} %"
    yield "100", said(100 * (80 // 20))
    model = network()
    sgd = nn.SGD(model.parameters(), learning_rate=0.3)
    usual = {"loss": nn.hinge, "batch_size": 100, "validation": None, "progress": False}
    shares = []
    for epochs in (100, 300):
        nn.fit(model, X, y, optimizer=sgd, epochs=epochs, **usual)
        shares.append(f"{100 * nn.accuracy(model, *moons(300, 1)):.0f} %")
    yield shares[0], shares[1]
    w = Value(1.0)
    (w * 3.0).backward()
    w.zero_grad()
    with pytest.warns(RuntimeWarning, match="finds no gradient"):
        nn.SGD([w], learning_rate=0.3).step()
    yield "as usual", said(w.data - 1.0)
    yield "small", said(gradient(lambda s: nn.hinge([s], [1]), 1.5))


def lesson_7() -> Answers:
    X, y = moons(100, 8)
    usual = {"loss": nn.hinge, "batch_size": 20, "validation": 0, "progress": False}

    def train(model: nn.MLP) -> nn.MLP:
        sgd = nn.SGD(model.parameters(), learning_rate=0.2)
        nn.fit(model, X, y, optimizer=sgd, epochs=25, **usual)
        return model

    zeros = train(nn.MLP(2, [16, 16, 1], activation="tanh", init="zeros"))
    moved = sum(p.data != 0 for p in zeros.parameters())
    yield said(len(zeros.parameters())), said(moved)
    alike = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    for neuron in (neuron for layer in alike.layers for neuron in layer.neurons):
        for weight in neuron.weights:
            weight.data = 0.1
    first = train(alike).layers[0].neurons
    yield said(len(first)), said(len({tuple(w.data for w in n.weights) for n in first}))
    large = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    for p in large.parameters():
        p.data *= 10
    yield "0.5", said(nn.accuracy(train(large), X, y), 2)
    yield "1/4", f"1/{4**6}"
    layer = nn.Layer(50, 400, activation="relu", rng=random.Random(0))
    weights = [w.data for neuron in layer.neurons for w in neuron.weights]
    yield "1", said((sum(w * w for w in weights) / len(weights)) ** 0.5, 1)
    dead = nn.Neuron(2, activation="relu", rng=random.Random(0))
    dead.bias.data = -10.0
    sum(dead(x) for x in X).backward()
    yield "a little", said(sum(abs(p.grad) for p in dead.parameters()))


def lesson_8() -> Answers:
    drawn = [(-1, -0.5), (-0.5, 0.8), (0.2, -1), (0.6, 0.4), (1, 1), (-0.9, -1)]
    X = [[0.8 * a + 0.2 * b, 3 * b] for a, b in drawn]
    y = [1.5 * x1 - 0.5 * x2 for x1, x2 in X]
    neuron = nn.Neuron(2, activation="linear", bias=False)
    w1, w2 = neuron.weights

    def walk(rule=nn.SGD, *, start=(-1.2, 0.9), steps=40, scale=1.0, **settings) -> list:
        w1.data, w2.data = start
        optimizer, path = rule([w1, w2], **settings), []
        for _ in range(steps + 1):
            optimizer.zero_grad()
            loss = nn.mean_squared_error([neuron(x) for x in X], y)
            path.append((w1.data, w2.data, loss.data))
            (scale * loss).backward()
            optimizer.step()
        return path

    first, second, *_ = walk(learning_rate=0.02)
    moves = [abs(q - p) for p, q in zip(first, second, strict=True)]
    yield "w1", "w1" if moves[0] > moves[1] else "w2"
    ends = {rate: walk(learning_rate=rate)[-1][2] for rate in (0.15, 0.17)}
    assert said(ends[0.15], 4) == "0.0052"
    yield "a little lower", f"{round(ends[0.17], -2):,.0f}"
    a, b, c = (2 * sum(x[i] * x[j] for x in X) / len(X) for i, j in ((0, 0), (0, 1), (1, 1)))
    curvature = (a + c) / 2 + math.hypot((a - c) / 2, b)
    assert said(curvature, 2) == "12.66"
    yield said(1 / curvature, 3), said(2 / curvature, 3)
    rules = {
        "SGD": (nn.SGD, {"learning_rate": 0.1}),
        "momentum": (nn.SGD, {"learning_rate": 0.1, "momentum": 0.8}),
        "RMSProp": (nn.RMSProp, {"learning_rate": 0.1, "decay": 0.9}),
        "Adam": (nn.Adam, {"learning_rate": 0.1}),
    }
    rng = random.Random(0)
    starts = [(-1.2, 0.9), *((rng.uniform(-2, 3), rng.uniform(-1.6, 1.6)) for _ in range(4))]
    means = {
        name: sum(walk(rule, start=start, **how)[-1][2] for start in starts)
        for name, (rule, how) in rules.items()
    }
    yield "SGD", max(means, key=means.get)
    same = [
        name
        for name, (rule, how) in rules.items()
        if math.dist(*(walk(rule, steps=10, scale=s, **how)[-1] for s in (1, 1000))) < 1e-5
    ]
    yield "all four", " and ".join(same)
    slow, fast = (walk(learning_rate=0.1, momentum=m)[-1][2] for m in (0.8, 0.95))
    yield "lower", "higher" if fast > slow else "lower"


def lesson_9() -> Answers:
    text = recorded(9)
    assert "loss 0.99" in text
    assert "assert history.loss[-1] > 0.95" in text
    yield "much lower", "above 0.95"
    assert "best epoch: 93% of the training points right, 88% of the test points" in text
    assert "last epoch: 97% of the training points right, 86% of the test points" in text
    yield "the one with 97 %", "the one with 93 %"
    assert "assert widths[fresh.index(min(fresh))] == 4" in text
    yield "16", "4"
    assert "(root mean square),  32% of them below 0.02" in text
    assert "(root mean square),  80% of them below 0.02" in text
    yield "L2", "L1: 80 % of them, L2 32 %"
    assert "What no choice has seen judges fairly." in text
    yield "the validation set", "two sets"


def lesson_10() -> Answers:
    model = nn.MLP(2, [2, 2, 1], activation="tanh", seed=4)
    nn.hinge([model([0.5, -0.3])], [1]).backward()
    w1, w2 = model.layers[0].neurons[0].weights
    assert (said(w1.data, 2), said(w2.data, 2)) == ("−0.65", "−0.97")
    yield said(w1.data / w2.data, 2), said(w1.grad / w2.grad, 2)
    bias = Value(0.0)
    (sum([1 * (bias + 0.0)] * 32) + sum([-1 * (bias + 0.0)] * 32)).backward()
    yield "1", said(bias.grad)
    X, y = moons(64, 0)
    sick = nn.MLP(2, [6, 6, 1], activation="relu", seed=0)
    for neuron in sick.layers[0].neurons[:3]:
        neuron.bias.data = -10.0
    nn.hinge([sick(x) for x in X], y).backward()
    second = [[w.grad for w in neuron.weights] for neuron in sick.layers[1].neurons]
    assert {len(grads) for grads in second} == {6}
    yield "0", said(sum(not any(column) for column in zip(*second, strict=True)))
    w = Value(1.0)
    (-2 * w).backward()
    nn.SGD([w], learning_rate=0.1).step()
    yield said(0.1 * w.grad), f"{w.data - 1:+.1f}"
    wide = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    loss = nn.hinge([wide([0.5, -0.3])], [1])
    yield "1", said(engine.explain(loss, wide.layers[0].neurons[0].weights[0]).n_paths)


def lesson_11() -> Answers:
    text = recorded(11)
    assert "assert 85 < here[1] / here[0] < 115" in text
    yield "10", "100"
    assert "w1 of n2 + 1   42 points change sides" in text
    yield "1 or 2", "42"
    assert "0      99%    99%  (layer 1/n5/b)" in text
    yield "far less than 99 %", "99 %"
    assert "assert all(min(curve) < 0.4 for curve in curves.values())" in text
    yield "50 %", "below 40 %"
    narrow, wide = (len(nn.MLP(2, [n, n, 1], seed=0).parameters()) for n in (32, 64))
    yield "2", said(wide / narrow, 1)
    yield "6,700", said(len(nn.MLP(2, [6, 6, 1], seed=0).parameters()))


def lesson_12() -> Answers:
    powers = [math.exp(z) for z in (0.3, -1.2, 2.0)]
    yield "some number", said(sum(power / sum(powers) for power in powers))
    yield said(64 * 10), said(len(nn.MLP(64, [10], seed=0).parameters()))
    text = recorded(12)
    assert "mean 95.8%" in text
    assert "mean 92.4%" in text
    yield "yes", "92.4 %"
    assert "Fewer than half, with each of five seeds." in text
    yield "about 96 %", "fewer than half"
    assert gradient(lambda x, w: w * x, 2.0, 0.7) == 0.7
    yield "x₁", "w₁"


def lesson_13() -> Answers:
    X, y = moons(100, 0)
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def loss(X, y):
        margins = [(1 - t * model(x)).relu() for x, t in zip(X, y, strict=True)]
        return sum(margins) / len(margins) + 1e-4 * sum(p * p for p in model.parameters())

    yield said(len(model.parameters())), f"{len(engine.nodes(loss(X, y))):,}"
    program = engine.compile(loss)
    program.evaluate(X, y)
    assert f"{program.stats.nodes:,}" == "65,718"
    yield "thousands", said(program.stats.instructions)
    with pytest.raises(engine.RecordingError) as caught:
        engine.compile(lambda x: x if Value(0.5) * x > 0 else 0.1 * x)(2.0)
    yield "both are kept", type(caught.value).__name__
    w = Value(0.5)
    line = engine.compile(lambda X: sum(w * x for x in X))
    for n in (4, 5):
        line([1.0] * n)
    yield "1", said(line.stats.recordings)
    import numpy as np

    many, slope = np.full(20_000, 0.1), Value(1.0)
    program = engine.compile(lambda x: many[7] * slope * x)
    for _ in range(5):
        program(1.0)
    many[7] = 0.2
    yield "0.2", said(program(1.0))


def lesson_14() -> Answers:
    yield "1", said(math.log(23), 2)
    yield said(len("ashby")), said(len("ashby" + "."))
    query, keys, values = Value(1.0), [Value(2.0), Value(-1.0)], [Value(0.5), Value(3.0)]
    powers = [engine.exp(query * key) for key in keys]
    total = powers[0] + powers[1]
    terms = [power / total * value for power, value in zip(powers, values, strict=True)]
    (terms[0] + terms[1]).backward()
    yield said(values[1].data), said(values[1].grad, 2)
    yield "0", f"+ ({keys[1].grad:.2f})" if keys[1].grad > 0 else "−"
    assert "assert all(x == 0 for x in row[t + 1 :])" in recorded(14)
    yield "none", said(sum(7 - 1 - t for t in range(7)))
    assert "the 160 words 1.11" in recorded(14)
    yield "no", "yes, 1.11"


COMPUTED = {int(name[7:]): f for name, f in list(globals().items()) if name.startswith("lesson_")}


def test_the_questions_of_each_lesson_are_computed() -> None:
    assert sorted(COMPUTED) == list(sections())


@needs("numpy")
@pytest.mark.parametrize("lesson", sorted(COMPUTED))
def test_answers_to_the_questions_of_the_guide_are_right(lesson: int) -> None:
    table = rows(sections()[lesson])
    for (_, _, wrong, right), (misled, correct) in zip(table, COMPUTED[lesson](), strict=True):
        assert (wrong[: len(misled)], right[: len(correct)]) == (misled, correct)


@pytest.mark.parametrize("lesson", sorted(COMPUTED))
def test_each_question_tells_the_misconception_from_the_right_answer(lesson: int) -> None:
    assert all(wrong != right for _, _, wrong, right in rows(sections()[lesson]))
