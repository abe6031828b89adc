"""A seeded generator of trainings: healthy ones, and the same with one of many illnesses.

`draw(seed)` draws data, loss, depth, width, activation, optimiser, schedule, batch and length; an illness
of `ILLNESSES` changes one thing. Whether a training is what it claims to be is decided by `confirmed`
from numbers that no rule of the monitor reads: predictions, activations and gradients over all data,
computed here from the weights, and the same training without the illness.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import numpy as np

import engine
import nn
from nn import data

Array = np.ndarray
Case = "Training"


class Task(NamedTuple):
    """Samples with what they would be without noise, and held-back ones of the same kind."""

    X: Array
    y: Array
    clean: Array
    loss: str  # mse, hinge, bce or ce
    n_outputs: int
    X_new: Array
    y_new: Array


LOSSES = {
    "mse": nn.mean_squared_error,
    "hinge": nn.hinge,
    "bce": nn.binary_cross_entropy,
    "ce": nn.cross_entropy,
}


def points(name: str, n: int, rng: Random) -> tuple[Array, Array]:
    """Return samples and their targets without noise: class numbers, or numbers of variance 1."""
    seed = rng.randrange(10**6)
    if name in ("moons", "circles", "xor", "spirals"):
        settings = {"moons": {"noise": 0.1}, "circles": {"noise": 0.08, "factor": 0.4},
                    "xor": {}, "spirals": {"noise": 0.02, "turns": 0.6}}[name]  # fmt: skip
        X, k = getattr(data, name)(n, seed=seed, **settings)
        return np.array(X), np.array(k, float)
    if name.startswith("blobs"):
        centers = [(-1.5, -1), (1.5, -1), (0, 1.5), (0, -3)][: int(name[-1])]
        X, k = data.blobs(n, centers=centers, cluster_std=0.45, seed=seed)
        return np.array(X), np.array(k, float)
    numbers = np.random.default_rng(seed)
    if name == "gauss5":  # two overlapping clouds in 5 dimensions
        k = numbers.integers(0, 2, n).astype(float)
        return numbers.normal(size=(n, 5)) + 1.1 * (2 * k[:, None] - 1) * [1, -1, 1, 0, 0.5], k
    if name == "positive":  # features from 0 to 1, as pixels or shares are
        X = numbers.uniform(0, 1, (n, 4))
        return X, (X[:, 0] + X[:, 1] > X[:, 2] + X[:, 3]).astype(float)
    if name == "sine":
        X = numbers.uniform(-1, 1, (n, 1))
        return X, 1.4 * np.sin(3 * X[:, 0])
    if name == "plane":
        X = numbers.normal(size=(n, 10))
        return X, X @ numbers.normal(size=10) / math.sqrt(10)
    if name == "product":
        X = numbers.normal(size=(n, 2))
        return X, np.tanh(X[:, 0] * X[:, 1]) + 0.5 * X[:, 0]
    X = numbers.uniform(-1, 1, (n, 5))  # friedman
    y = np.sin(np.pi * X[:, 0] * X[:, 1]) + 2 * X[:, 2] ** 2 + X[:, 3] + 0.5 * X[:, 4]
    return X, (y - y.mean()) / y.std()


BINARY = ("moons", "circles", "xor", "gauss5", "positive", "blobs2")
SEVERAL = ("blobs3", "blobs4")
NUMBERS = ("sine", "plane", "product", "friedman")
LINEAR = ("plane", "gauss5", "positive", "blobs2", "blobs3")


def task(name: str, n: int, noise: float, rng: Random) -> Task:
    """Return samples of a data set with noise: flipped labels, or added to the targets."""
    X, clean = points(name, 2 * n, rng)
    numbers = np.random.default_rng(rng.randrange(10**6))
    y = clean.copy()
    loss, n_outputs = "mse", 1
    if name in NUMBERS:
        y = y + noise * 2 * numbers.normal(size=2 * n)
    elif name in SEVERAL:
        loss, n_outputs = "ce", int(name[-1])
        wrong = numbers.random(2 * n) < noise
        y[wrong] = numbers.integers(0, n_outputs, wrong.sum())
    else:
        wrong = numbers.random(2 * n) < noise
        y[wrong] = 1 - y[wrong]
        loss = rng.choice(["hinge", "bce", "bce", "mse"])
        if loss != "bce":
            y, clean = 2 * y - 1, 2 * clean - 1
    return Task(X[:n], y[:n], clean[:n], loss, n_outputs, X[n:], y[n:])


@dataclass
class Training:
    """One training, complete: `run` runs it."""

    seed: int
    data: str
    task: Task
    hidden: list[int]
    activation: str
    rule: str
    rate: float
    schedule: str
    batch: int
    steps: int
    validation: float = 0.0
    output: str = "linear"
    settings: dict[str, float] = field(default_factory=dict)
    penalty: float = 0.0
    illness: str = ""
    onset: int = 0
    layers: tuple[str, ...] = ()  # where it is; any of them is right, none means anywhere
    change: Callable[[nn.MLP], Any] | None = None  # at the onset; 0 is before the first step
    parameters: Callable[[nn.MLP], list[Any]] | None = None
    raised: float = 1.0  # the learning rate from the onset on, over that before

    @property
    def sizes(self) -> list[int]:
        return [*self.hidden, self.task.n_outputs]

    @property
    def n_layers(self) -> int:
        return len(self.sizes)


RATES = {"SGD": (0.05, 0.3), "momentum": (0.01, 0.05), "Adam": (0.004, 0.03),
         "AdamW": (0.004, 0.03), "RMSProp": (0.002, 0.01)}  # fmt: skip
MILD = ("tanh", "relu", "relu", "gelu", "softplus", "leaky_relu", "sigmoid")


def log_uniform(rng: Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def draw(
    seed: int, *, names: tuple[str, ...] = BINARY + SEVERAL + NUMBERS, **fixed: Any
) -> Training:
    """Draw a training that should be healthy."""
    rng = Random(seed)
    name = rng.choice(names)
    n = rng.choice([40, 80, 150, 200, 400, 1000])
    noise = rng.choice([0.0, 0.0, 0.05, 0.1, 0.2])
    made = task(name, n, noise, rng)
    depth = rng.choice([0, 1, 1, 2, 2, 2, 3, 4] if name in LINEAR else [1, 1, 2, 2, 2, 3, 4, 6])
    activation = rng.choice(MILD)
    if activation == "sigmoid":
        depth = min(depth, 2)
    width = rng.choice([6, 8, 12, 16, 24])
    rule = fixed.get("rule", rng.choice(list(RATES)))
    rate = log_uniform(rng, *RATES[rule])
    case = Training(
        seed, name, made, [width] * depth, activation, rule, rate,
        schedule=rng.choice(["", "", "", "warm_up", "cosine", "step"]),
        batch=rng.choice([10, 20, 32, 50, n]),
        steps=rng.choice([120, 200, 300, 400, 600, 900]),
        validation=rng.choice([0.0, 0.2]),
    )  # fmt: skip
    for key, value in fixed.items():
        setattr(case, key, value)
    return case


def rate_of(case: Training) -> Any:
    """Return the learning rate, or the schedule."""
    kinds = {
        "warm_up": lambda: nn.schedules.warm_up(case.rate, steps=case.steps // 5),
        "cosine": lambda: nn.schedules.cosine(case.rate, steps=case.steps),
        "step": lambda: nn.schedules.step_decay(case.rate, every=max(case.steps // 3, 1)),
    }
    usual = kinds[case.schedule]() if case.schedule else case.rate
    if case.raised == 1.0:
        return usual
    follow = usual if callable(usual) else lambda _: usual
    return lambda step: follow(step) * (case.raised if step >= case.onset else 1.0)


class Numbers(NamedTuple):
    """What happened, computed from the weights over all training samples.

    Attributes:
        score: the share of what can be explained that is: R² or accuracy over chance, by step.
        loss: over all samples, by step.
        steps: when.
        gradients: the norm of each layer's weights' gradient at the first step.
        silent: for each layer, how many neurons give the same for every sample at the end.
        movement: of each layer's weights and biases over the run, as a share of their size.
        validation: the losses of held-back samples, by epoch.
        start: the loss of the first weights, over that of the best constant.
    """

    score: list[float]
    loss: list[float]
    steps: list[int]
    gradients: list[float]
    silent: list[int]
    movement: list[float]
    validation: list[float]
    start: float


def run(case: Training, monitor: Callable[[nn.MLP], nn.Monitor] | None = None) -> tuple[Any, Any]:
    """Train; return the monitor, and the weights by step with the history."""
    model = nn.MLP(
        case.task.X.shape[1], case.sizes, activation=case.activation, output=case.output,
        seed=case.seed,
    )  # fmt: skip
    if case.change is not None and case.onset == 0:
        case.change(model)
    kind = {"momentum": nn.SGD}.get(case.rule) or getattr(nn, case.rule)
    settings = dict(case.settings) | ({"momentum": 0.9} if case.rule == "momentum" else {})
    parameters = model.parameters() if case.parameters is None else case.parameters(model)
    optimizer = kind(parameters, learning_rate=rate_of(case), **settings)
    watch = monitor(model) if monitor else None
    every = max(1, case.steps // 30)
    seen: list[tuple[int, list[Array]]] = [(0, weights_of(model))]

    def on_step(info: nn.Step) -> None:
        if info.step == case.onset and case.change is not None:
            case.change(model)
        if info.step % every == 0 or info.step == case.onset:
            seen.append((info.step, weights_of(model)))

    n = round(len(case.task.X) * (1 - case.validation))
    epochs = max(1, round(case.steps / -(-n // case.batch)))
    strength = case.penalty
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = nn.fit(
            model, case.task.X.tolist(), case.task.y.tolist(), loss=LOSSES[case.task.loss],
            optimizer=optimizer, epochs=epochs, batch_size=case.batch, validation=case.validation,
            penalty=(lambda m: nn.l2(m, strength)) if strength else None, seed=case.seed,
            progress=False, on_step=on_step, monitor=watch,
        )  # fmt: skip
    return watch, (seen, history)


def weights_of(model: nn.MLP) -> list[Array]:
    """Return each layer's weights, with its biases in the last column."""
    return [
        np.array([[w.data for w in n.weights] + [n.bias.data] for n in layer.neurons])
        for layer in model.layers
    ]  # fmt: skip


FORWARD: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
    "softplus": lambda z: np.logaddexp(0, z),
    "gelu": lambda z: engine.on_arrays("gelu")(z),
}


def forward(case: Training, weights: list[Array]) -> list[Array]:
    """Return the activations of each layer for all samples, shape (n_samples, n_neurons)."""
    a, found = case.task.X, []
    with np.errstate(all="ignore"):
        for i, w in enumerate(weights):
            z = a @ w[:, :-1].T + w[:, -1]
            a = FORWARD[case.output if i == len(weights) - 1 else case.activation](z)
            found.append(a)
    return found


def loss_of(kind: str, out: Array, y: Array) -> float:
    """Return the loss of outputs, shape (n_samples, n_outputs)."""
    with np.errstate(all="ignore"):
        if kind == "mse":
            return float(np.mean((out[:, 0] - y) ** 2))
        if kind == "hinge":
            return float(np.mean(np.maximum(0, 1 - y * out[:, 0])))
        if kind == "bce":
            return float(np.mean(np.logaddexp(0, out[:, 0]) - y * out[:, 0]))
        top = out.max(axis=1, keepdims=True)
        logs = out - top - np.log(np.exp(out - top).sum(axis=1, keepdims=True))
        return float(-np.mean(logs[np.arange(len(y)), y.astype(int)]))


def constant_loss(kind: str, y: Array) -> float:
    """Return the loss of the best prediction that is the same for all samples."""
    if kind == "mse":
        return float(np.var(y))
    shares = np.unique(y, return_counts=True)[1] / len(y)
    return float(2 * shares.min()) if kind == "hinge" else float(-(shares * np.log(shares)).sum())


def score_of(case: Training, out: Array) -> float:
    """Return the share explained of the targets without noise: 0 as a constant, 1 all of it."""
    clean, kind = case.task.clean, case.task.loss
    if not np.isfinite(out).all():
        return -1.0
    if case.data in NUMBERS:
        spread = np.var(clean)
        return float(max(-1.0, 1 - np.mean((out[:, 0] - clean) ** 2) / spread)) if spread else 0.0
    guess = out.argmax(axis=1) if kind == "ce" else np.where(
        out[:, 0] > 0, 1.0, 0.0 if kind == "bce" else -1.0)  # fmt: skip
    shares = np.unique(clean, return_counts=True)[1] / len(clean)
    return float((np.mean(guess == clean) - shares.max()) / max(1 - shares.max(), 1e-9))


def gradients(case: Training, weights: list[Array]) -> list[float]:
    """Return the norm of each layer's weights' gradient over all samples, by central differences."""
    h, norms = 1e-6, []
    for i, w in enumerate(weights):
        total = 0.0
        picks = [divmod(k, w.shape[1] - 1) for k in range(w[:, :-1].size)]
        some = Random(0).sample(picks, min(len(picks), 24))
        for j, k in some:
            sides = []
            for sign in (1, -1):
                moved = [x.copy() if m == i else x for m, x in enumerate(weights)]
                moved[i][j, k] += sign * h * max(1.0, abs(w[j, k]))
                sides.append(loss_of(case.task.loss, forward(case, moved)[-1], case.task.y))
            total += ((sides[0] - sides[1]) / (2 * h * max(1.0, abs(w[j, k])))) ** 2
        norms.append(math.sqrt(total * len(picks) / len(some)))
    return norms


def numbers(case: Training) -> Numbers:
    """Run a training without a monitor, and measure it."""
    return measured(case)[0]


def measured(
    case: Training, monitor: Callable[[nn.MLP], nn.Monitor] | None = None
) -> tuple[Numbers, Any]:
    """Run a training, and measure it; a monitor changes no bit of it."""
    watch, (seen, history) = run(case, monitor)
    activations = [forward(case, weights) for _, weights in seen]
    last = activations[-1]
    y = case.task.y
    losses = [loss_of(case.task.loss, a[-1], y) for a in activations]
    with np.errstate(all="ignore"):
        movement = [
            float(np.linalg.norm(b - a) / max(np.linalg.norm(a), 1e-12))
            for a, b in zip(seen[0][1], seen[-1][1], strict=True)
        ]
        silent = [int((np.ptp(a, axis=0) < 0.03).sum()) for a in last[:-1]]
    found = Numbers(
        [score_of(case, a[-1]) for a in activations], losses, [step for step, _ in seen],
        gradients(case, seen[0][1]), silent, movement, list(history.validation_loss),
        losses[0] / max(constant_loss(case.task.loss, y), 1e-9),
    )  # fmt: skip
    return found, watch


def is_healthy(case: Training, found: Numbers) -> bool:
    """Return whether a training learned what there is, and nothing is broken at its end."""
    if not all(math.isfinite(x) for x in found.loss):
        return False
    fell = found.loss[-1] <= 1.3 * min(found.loss) + 0.03 * found.loss[0]
    learned = found.score[-1] >= 0.7 and found.loss[-1] < found.loss[0]
    kept = not found.validation or found.validation[-1] <= 1.15 * min(found.validation) + 0.02
    # Some relus fall silent in a network that learns all the same.
    most = [n // 3 if case.activation == "relu" else 0 for n in case.hidden]
    whole = all(silent <= n for silent, n in zip(found.silent, most, strict=True))
    return fell and learned and kept and whole
