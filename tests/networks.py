"""Failing and healthy networks on which the monitor's alarms are tested."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import nn
from nn import data
from nn.data.samples import as_array

if TYPE_CHECKING:
    import numpy as np

# The alarm that must be raised, and in which layer (None: the whole network, or any).
SICK = {
    "deep sigmoid": ("vanishing", "layer 1"),
    "ten times the weights, tanh": ("saturated", "layer 1"),
    "ten times the weights, relu": ("exploding", None),
    "zeros": ("symmetric", "layer 1"),
    "zeros, relu": ("symmetric", "layer 1"),
    "learning rate 10": ("learning_rate_too_high", None),
    "learning rate of Adam 1": ("learning_rate_too_high", None),
    "learning rate 1e-5": ("learning_rate_too_low", None),
    "relu with a bias of -10": ("dead", "layer 2"),
    "one relu with a bias of -10": ("dead", "layer 1"),
    "no bias in the optimizer": ("stuck_bias", "layer 1"),
    "one tanh with a bias of 20": ("saturated", "layer 1"),
    "no hidden layer on xor": ("underfitting", "layer 1"),
    "tiny data, huge net": ("overfitting", None),
    "squares without bounds": ("non_finite", None),
}


def signed(samples):
    """Return samples as arrays (lists without NumPy), with the classes 0 and 1 as −1 and +1."""
    X, y = samples
    return as_array(X), as_array([2 * t - 1 for t in y])


def moons(seed: int, n: int = 200, noise: float = 0.1):
    return signed(data.moons(n, noise=noise, seed=seed))


def xor(seed: int):
    return signed(data.xor(200, seed=seed))


def train(
    model, X, y, *, loss=nn.hinge, optimizer=None, epochs=25, every=100, **settings
) -> nn.Monitor:
    monitor = nn.Monitor(model, every=every)
    optimizer = optimizer or nn.Adam(model.parameters(), learning_rate=0.02)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that training stopped at nan
        nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=epochs, batch_size=20,
               progress=False, monitor=monitor, **settings)  # fmt: skip
    return monitor


def sick(name: str, *, seed: int = 0, compiled: bool = True) -> nn.Monitor:
    """Train a failing network, and return its monitor."""
    X, y = moons(seed)
    settings = {"epochs": 3, "compiled": compiled}
    optimizer = None
    if name == "deep sigmoid":
        model = nn.MLP(2, [8] * 6 + [1], activation="sigmoid", seed=seed)
    elif name.startswith("ten times"):
        model = nn.MLP(2, [16, 16, 1], activation=name.split()[-1], seed=seed)
        for p in model.parameters():
            p.data *= 10
    elif name.startswith("zeros"):
        activation = "relu" if "relu" in name else "tanh"
        model = nn.MLP(2, [8, 8, 1], activation=activation, init="zeros", seed=seed)
    elif name.startswith("learning rate"):
        model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=seed)
        rate = float(name.split()[-1])
        rule = nn.Adam if "Adam" in name else nn.SGD
        optimizer = rule(model.parameters(), learning_rate=rate)
        settings["epochs"] = 8
    elif name == "relu with a bias of -10":
        model = nn.MLP(2, [8, 8, 1], seed=seed)
        for neuron in model.layers[1].neurons:
            neuron.bias.data = -10.0
    elif name == "one relu with a bias of -10":
        model = nn.MLP(2, [8, 8, 1], seed=seed)
        model.layers[0].neurons[2].bias.data = -10.0
    elif name == "no bias in the optimizer":
        model = nn.MLP(2, [8, 1], activation="tanh", seed=seed)
        weights = [p for name, p in model.named_parameters() if "bias" not in name]
        optimizer = nn.SGD(weights, learning_rate=0.1)
    elif name == "one tanh with a bias of 20":
        model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=seed)
        model.layers[0].neurons[4].bias.data = 20.0
    elif name == "no hidden layer on xor":
        X, y = xor(seed)
        model = nn.MLP(2, [1], seed=seed)
        optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
        settings["epochs"] = 15
    elif name == "tiny data, huge net":
        X, y = moons(seed, 20, noise=0.35)
        model = nn.MLP(2, [32, 32, 1], activation="tanh", seed=seed)
        validation = moons(seed + 100, 100, noise=0.35)
        settings |= {"epochs": 150, "validation": validation}
        optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    elif name == "squares without bounds":
        model = nn.MLP(2, [4, 4, 1], activation=lambda x: x * x * x * x, seed=seed)
        for p in model.parameters():
            p.data = p.data * 1e12
        settings["loss"] = nn.mean_squared_error
    return train(model, X, y, optimizer=optimizer, **settings)


HEALTHY = ("moons relu", "moons tanh", "circles gelu", "blobs relu", "xor tanh")


def healthy(seed: int, *, compiled: bool = True, epochs: int = 30) -> nn.Monitor:
    """Train a healthy network, and return its monitor."""
    kind = HEALTHY[seed % len(HEALTHY)]
    activation = kind.split()[1]
    model = nn.MLP(2, [16, 16, 1], activation=activation, seed=seed)
    loss = nn.hinge
    rule, rate = [(nn.Adam, 0.02), (nn.SGD, 0.1), (nn.RMSProp, 0.005), (nn.Adam, 0.01)][
        seed // 5 % 4
    ]
    if kind.startswith("moons"):
        X, y = moons(seed)
    elif kind.startswith("circles"):
        X, y = data.circles(200, noise=0.08, factor=0.4, seed=seed)
        loss = nn.binary_cross_entropy
    elif kind.startswith("blobs"):
        centers = [(-1.5, -1), (1.5, -1), (0, 1.5)]
        X, y = data.blobs(200, centers=centers, cluster_std=0.5, seed=seed)
        loss, model = nn.cross_entropy, nn.MLP(2, [16, 16, 3], activation=activation, seed=seed)
    else:
        X, y = xor(seed)
    optimizer = rule(model.parameters(), learning_rate=rate)
    return train(model, X, y, loss=loss, optimizer=optimizer, epochs=epochs, compiled=compiled)


def watched(*, compiled=True, epochs=3, every=1, activation="tanh", **settings) -> nn.Monitor:
    """Train a small healthy network, and return its monitor."""
    X, y = moons(0)
    model = nn.MLP(2, [4, 3, 1], activation=activation, seed=0)
    return train(model, X, y, epochs=epochs, every=every, compiled=compiled, **settings)


def numbers_of(monitor: nn.Monitor, layer: int, what: str) -> np.ndarray:
    """Return weights or biases of a layer, read off the model."""
    import numpy as np

    neurons = monitor.model.layers[layer].neurons
    if what == "biases":
        return np.array([n.bias.data for n in neurons])
    return np.array([w.data for n in neurons for w in n.weights])
