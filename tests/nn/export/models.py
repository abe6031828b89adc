"""Models that both exports write, and models that neither does."""

from __future__ import annotations

from math import nan
from random import Random

import engine
import nn
from engine import Value
from tests.small_gpt import small_gpt

X = [[0.5, -1.0], [1.5, 2.0], [-0.25, 0.75]]
WIDE = [[0.5, -1.0, 0.25], [1.5, 2.0, -0.75], [-0.25, 0.75, 1.25]]


def nested() -> nn.Module:
    class Two(nn.Module):
        def __init__(self):
            self.left, self.gate = nn.MLP(2, [3, 1], seed=1), nn.Neuron(1, activation="sigmoid")
            self.hidden = nn.Layer(2, 3, activation="tanh", bias=False)
            self.scale = Value(0.5)
            self.parts = {"a": nn.Layer(3, 2, activation="relu"), "b b": nn.Layer(5, 2)}

        def __call__(self, x):
            h = self.hidden(x)
            both = self.parts["b b"]([*self.parts["a"](h), *h])
            return [self.left(x) * self.gate(x[1:]) * self.scale, both[0] - both[1], *h[:2]]

    return Two()


def mixed() -> nn.Module:
    model = nn.MLP(2, [3, 2, 1], activation="tanh", seed=0)
    model.layers[0].neurons[1].activation = "relu"
    model.layers[1].neurons[0].bias = None
    return model


def tied() -> nn.Module:
    model = nn.MLP(2, [2, 2], activation="tanh", seed=0)
    model.layers[1].neurons[0].weights[1] = model.layers[0].neurons[0].weights[0]
    return model


def twice() -> nn.Module:
    class Twice(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(2, 2, activation="tanh")

        def __call__(self, x):
            return self.layer(self.layer(x))

    return Twice()


def chosen() -> nn.Module:
    class Chosen(nn.Module):
        n_inputs = 2

        def __init__(self):
            self.table, self.layer = [Value(0.5), Value(-1.5)], nn.Layer(2, 3)

        def __call__(self, x):
            h = self.layer(x)
            bounded = [v - engine.detached_maximum(h) for v in h]
            both = engine.where((x[0] > 0) & (h[0] <= x[1]), h[1], bounded[2])
            return [
                both + self.table[1] ** 2,
                engine.take([*self.table, 3.0], x[0] * x[0] * 0 + 1),
                self.table[0],
            ]

    return Chosen()


def own_activation() -> nn.Module:
    return nn.MLP(2, [3, 1], activation=lambda v: v * v.sigmoid() + abs(v) ** 1.5, seed=0)


def deep_sum() -> nn.Module:
    class Norm(nn.Module):
        def __init__(self):
            self.layer, self.gain = (
                nn.Layer(2, 4, activation="tanh"),
                [Value(1.0 + i) for i in range(4)],
            )

        def __call__(self, x):
            h = self.layer(x)
            mean = sum(h) / len(h)
            size = (sum((v - mean) ** 2 for v in h) / len(h) + 1e-5) ** -0.5
            return [g * (v - mean) * size for g, v in zip(self.gain, h, strict=True)]

    return Norm()


class Gpt(nn.Module):
    """A GPT of one layer: rows picked by data, attention, softmax."""

    n_inputs = 5

    def __init__(self) -> None:
        self._loss, self.matrices = small_gpt(Random(0))

    def __call__(self, x):
        return self._loss(x)


TOKENS = [[0, 1, 2, 3, 4], [4, 4, 0, 2, 1], [3, 2, 2, 0, 0]]


MODELS = {f.__name__: f for f in (nested, mixed, tied, twice, chosen, own_activation, deep_sum)} | {
    "neuron": lambda: nn.Neuron(2, activation="softplus"),
    "neuron of one input": lambda: nn.Neuron(2, bias=False),
    "layer": lambda: nn.Layer(2, 3, activation="leaky_relu"),
    "layer of one": lambda: nn.Layer(2, 1),
    "no bias": lambda: nn.MLP(2, [3, 1], bias=False, seed=0),
}


def decides() -> nn.Module:
    class Decides(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(2, 1)

        def __call__(self, x):
            return self.layer(x) if x[0] > 0 else self.layer([x[1], x[0]])

    return Decides()


def reads() -> nn.Module:
    class Reads(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(2, 1)

        def __call__(self, x):
            return self.layer(x) * self.layer(x).data

    return Reads()


def draws() -> nn.Module:
    class Draws(nn.Module):
        def __init__(self):
            self.layer, self._rng = nn.Layer(2, 1), Random(0)

        def __call__(self, x):
            (noise,) = engine.random_inputs(lambda n: [self._rng.random() for _ in range(n)], 1)
            return self.layer(x) + noise

    return Draws()


def unsaid() -> nn.Module:
    class Unsaid(nn.Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return x[0] * self.w

    return Unsaid()


def broken() -> nn.Module:
    model = nn.MLP(2, [2, 1], seed=0)
    model.layers[0].neurons[1].weights[0].data = nan
    return model


def uncallable() -> nn.Module:
    class Uncallable(nn.Module):
        def __init__(self):
            self.w = Value(1.0)

    return Uncallable()


def texts() -> nn.Module:
    class Texts(nn.Module):
        n_inputs = 2

        def __call__(self, x):
            return [x[0] * 2.0, "yes"]

    return Texts()


REFUSED = [
    (decides, engine.RecordingError, "Decides cannot be exported.*deciding by a comparison"),
    (reads, engine.RecordingError, "Reads cannot be exported.*reading .data"),
    (draws, engine.RecordingError, "Draws cannot be exported: it draws random.*nn.Dropout"),
    (unsaid, ValueError, r"Unsaid does not say how many inputs .* sample=\[1.0, 2.0\]"),
    (broken, ValueError, r"layers.0.neurons.1.weights.0 is nan, and a model is exported with"),
    (uncallable, TypeError, "Uncallable cannot be"),
    (texts, TypeError, "Texts returns str among its results"),
]


class Jumble(nn.Module):
    """Layers, neurons, single parameters and operations, put together at random."""

    n_inputs = 3

    def __init__(self, seed: int) -> None:
        self._seed, rng = seed, Random(seed)
        self.parts: list[nn.Module] = []
        self.weights = [Value(rng.uniform(-1, 1)) for _ in range(3)]
        self._width = self.n_inputs
        for _ in range(rng.randint(1, 4)):
            activation = rng.choice(["tanh", "relu", "linear", "gelu"])
            n = rng.randint(1, 3)
            self.parts.append(
                rng.choice(
                    [
                        nn.Layer(n, rng.randint(1, 4), activation=activation, rng=rng),
                        nn.Neuron(n, activation=activation, bias=rng.random() < 0.5, rng=rng),
                        nn.MLP(n, [2, rng.randint(1, 3)], activation=activation, seed=seed),
                    ]
                )
            )

    def __call__(self, x):
        rng = Random(self._seed + 1)
        rows = [list(x)]
        for _ in range(rng.randint(2, 8)):
            row = rng.choice(rows)
            kind = rng.randrange(6)
            if kind < 2:
                part = rng.choice(self.parts)
                flat = [v for each in rows for v in each]
                inputs = row[: part.n_inputs]
                if len(inputs) < part.n_inputs or kind:
                    inputs = [rng.choice(flat) for _ in range(part.n_inputs)]
                out = part(inputs)
                rows.append(out if isinstance(out, list) else [out])
            elif kind == 2:
                scale = rng.choice([rng.choice(self.weights), 0.5, rng.choice(row)])
                rows.append([v * scale for v in row])
            elif kind == 3:
                rows.append([engine.sin(v) - rng.uniform(-1, 1) for v in row])
            elif kind == 4:
                other = rng.choice(rows)
                rows.append([a + b for a, b in zip(row, other, strict=False)])
            else:
                threshold = rng.choice(row)
                rows.append(
                    [
                        engine.where(v > threshold, v * w, w)
                        for v, w in zip(row, self.weights, strict=False)
                    ]
                )
        return [v for row in rows[-3:] for v in row]
