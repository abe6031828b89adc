"""What can be wrong with a training: each illness changes one thing of a healthy one, and says where.

`SICK[name](seed)` returns the healthy training and the sick one. `confirmed` decides by numbers that no
rule reads whether it is sick as claimed.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

import nn
from tests.benchmarks.trainings import (
    SEVERAL,
    Numbers,
    Training,
    draw,
    log_uniform,
    task,
)

Pair = tuple[Training, Training]
Made = Callable[[int], Pair]
CURVED = ("moons", "circles", "xor", "spirals", "sine", "product", "friedman")
SHARP = ("circles", "xor", "sine", "product")  # where a straight line explains little


def sick(healthy: Training, illness: str, *layers: str, **changes: Any) -> Pair:
    """Return a healthy training, and it with some things changed."""
    ill = copy.copy(healthy)
    ill.illness, ill.layers = illness, layers
    for key, value in changes.items():
        setattr(ill, key, value)
    return healthy, ill


def scaled(factor: float, layers: range | list[int] | None = None) -> Callable[[nn.MLP], None]:
    """Return a change that multiplies the weights of layers."""

    def change(model: nn.MLP) -> None:
        for i, layer in enumerate(model.layers):
            if layers is None or i in layers:
                for p in layer.parameters():
                    p.data *= factor

    return change


def biased(value: float, layer: int, neurons: list[int] | None = None) -> Callable[[nn.MLP], None]:
    """Return a change that sets the biases of a layer."""

    def change(model: nn.MLP) -> None:
        for i, neuron in enumerate(model.layers[layer].neurons):
            if neurons is None or i in neurons:
                neuron.bias.data = value

    return change


def onset_of(rng: Random, case: Training) -> int:
    """Return when it begins: at the start, in the first 200 steps, or later."""
    latest = case.steps - 100
    return rng.choice([0, 0] + [rng.randrange(20, latest) for _ in range(3) if latest > 40])


# ---- gradients and activations ----


def deep_sigmoid(seed: int) -> Pair:
    rng = Random(seed)
    depth = rng.choice([4, 4, 5, 6, 7])
    healthy = draw(
        seed, hidden=[rng.choice([6, 8, 12, 16])] * depth, activation="tanh",
        rule=(rule := rng.choice(["SGD", "SGD", "momentum", "Adam"])), schedule="",
        rate={"SGD": 0.1, "momentum": 0.02, "Adam": 0.005}[rule], names=CURVED[:3] + SEVERAL + ("gauss5", "friedman"),
    )  # fmt: skip
    return sick(healthy, "vanishing", "layer 1", activation="sigmoid")


def small_weights(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, hidden=[rng.choice([6, 8, 12])] * rng.choice([5, 6, 8]), schedule="",
                   activation=rng.choice(["tanh", "tanh", "relu"]),
                   rule=rng.choice(["SGD", "momentum"]))  # fmt: skip
    return sick(healthy, "vanishing", change=scaled(rng.choice([0.2, 0.3])))


def large_weights(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, hidden=[rng.choice([8, 12, 16])] * rng.choice([2, 3, 4]),
                   activation=rng.choice(["relu", "leaky_relu", "softplus", "gelu"]))  # fmt: skip
    healthy.steps = max(healthy.steps, 200)
    onset = onset_of(rng, healthy)
    if rng.random() < 0.5:
        layer = rng.randrange(1, healthy.n_layers)
        name = f"layer {layer + 1}"
        return sick(healthy, "exploding", name, onset=onset,
                    change=scaled(rng.choice([20, 60]), [layer]))  # fmt: skip
    return sick(healthy, "exploding", onset=onset, change=scaled(rng.choice([4, 7, 10])))


def large_weights_bounded(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, hidden=[rng.choice([8, 12, 16])] * rng.choice([1, 2, 3]),
                   activation=rng.choice(["tanh", "tanh", "sigmoid"]), rule=rng.choice(["SGD", "Adam"]))  # fmt: skip
    layer = rng.randrange(0, len(healthy.hidden))
    factor = rng.choice([15, 30, 60]) * (4 if healthy.activation == "sigmoid" else 1)
    healthy.steps = max(healthy.steps, 200)
    return sick(healthy, "saturated", f"layer {layer + 1}", onset=onset_of(rng, healthy),
                change=scaled(factor, [layer]))  # fmt: skip


def stuck_neuron(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(
        seed,
        activation=rng.choice(["tanh", "sigmoid"]),
        hidden=[rng.choice([6, 8, 12])] * rng.choice([1, 2]),
    )
    healthy.steps = max(healthy.steps, 200)
    layer = rng.randrange(len(healthy.hidden))
    return sick(healthy, "saturated", f"layer {layer + 1}", onset=onset_of(rng, healthy),
                change=biased(rng.choice([-25.0, 25.0]), layer, [rng.randrange(6)]))  # fmt: skip


def dead_layer(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, activation="relu", hidden=[rng.choice([6, 8, 16])] * rng.choice([1, 2, 3]))
    healthy.steps = max(healthy.steps, 200)
    layer = rng.randrange(len(healthy.hidden))
    return sick(healthy, "dead", f"layer {layer + 1}", onset=onset_of(rng, healthy),
                change=biased(rng.choice([-8.0, -20.0]), layer))  # fmt: skip


def dead_neuron(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, activation="relu", hidden=[rng.choice([6, 8, 16])] * rng.choice([1, 2, 3]))
    healthy.steps = max(healthy.steps, 200)
    layer = rng.randrange(len(healthy.hidden))
    some = rng.sample(range(6), rng.choice([1, 1, 3]))
    return sick(healthy, "dead", f"layer {layer + 1}", onset=onset_of(rng, healthy),
                change=biased(rng.choice([-4.0, -8.0, -20.0]), layer, some))  # fmt: skip


def alike(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, hidden=[rng.choice([6, 8, 16])] * rng.choice([1, 2]))
    number, off = rng.choice([0.0, 0.5, 0.1]), rng.choice([0.0, 1e-6, 1e-4])

    def change(model: nn.MLP) -> None:
        for layer in model.layers:
            for neuron in layer.neurons:
                for w in neuron.weights:
                    w.data = number * (1 + rng.uniform(-off, off))

    return sick(healthy, "symmetric", "layer 1", change=change)


# ---- the learning rate ----


def rate_too_high(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(
        seed, rule=(rule := rng.choice(["SGD", "momentum", "Adam", "RMSProp"])), schedule=""
    )
    factor = (
        log_uniform(rng, 40, 1000) if rule in ("SGD", "momentum") else log_uniform(rng, 40, 300)
    )
    return sick(healthy, "learning_rate_too_high", rate=healthy.rate * factor)


def rate_raised(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(
        seed, rule=(rule := rng.choice(["SGD", "momentum", "Adam", "RMSProp"])), schedule=""
    )
    healthy.steps = max(healthy.steps, 300)
    onset = rng.randrange(30, healthy.steps - 100)
    factor = (
        log_uniform(rng, 50, 1000) if rule in ("SGD", "momentum") else log_uniform(rng, 50, 300)
    )
    return sick(healthy, "learning_rate_too_high", onset=onset, raised=factor)


def rate_too_low(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, schedule="")
    return sick(healthy, "learning_rate_too_low", rate=healthy.rate * log_uniform(rng, 1e-5, 3e-3))


# ---- what is trained ----


def without_biases(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, activation=rng.choice(["tanh", "gelu", "softplus"]))
    return sick(healthy, "stuck_bias", parameters=lambda m: [
        p for name, p in m.named_parameters() if "bias" not in name])  # fmt: skip


def only_biases(seed: int) -> Pair:
    healthy = draw(seed)
    return sick(healthy, "stuck_weights", parameters=lambda m: [
        p for name, p in m.named_parameters() if "bias" in name])  # fmt: skip


def layer_replaced(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, hidden=[8] * rng.choice([1, 2, 3]))
    layer = rng.randrange(healthy.n_layers)

    def parameters(model: nn.MLP) -> list[Any]:
        old = model.parameters()
        n_in, n_out = model.sizes[layer : layer + 2]
        model.layers[layer] = nn.Layer(
            n_in,
            n_out,
            activation=model.layers[layer].activation,
            rng=Random(1),
            name=f"layer {layer + 1}",
        )
        return old

    return sick(healthy, "replaced", f"layer {layer + 1}", parameters=parameters)


def becomes_nan(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed)
    healthy.steps = max(healthy.steps, 200)
    layer, number = rng.randrange(healthy.n_layers), rng.choice([math.nan, math.inf])

    def change(model: nn.MLP) -> None:
        model.layers[layer].neurons[0].weights[0].data = number

    onset = rng.randrange(10, healthy.steps - 100)
    return sick(healthy, "non_finite", f"layer {layer + 1}", onset=onset, change=change)


# ---- data and loss ----


def unscaled_inputs(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, schedule="", rule=rng.choice(["SGD", "momentum", "Adam"]),
                   activation=rng.choice(["tanh", "relu", "gelu"]))  # fmt: skip
    factor = rng.choice([1e-4, 1e-3, 300.0, 1e4])
    changed = healthy.task._replace(X=healthy.task.X * factor, X_new=healthy.task.X_new * factor)
    return sick(healthy, "unscaled", task=changed)


def unscaled_targets(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, schedule="", names=("sine", "product", "friedman", "plane"))
    a, b = rng.choice([(100.0, 0.0), (1000.0, 0.0), (1.0, 200.0), (50.0, 5000.0)])
    old = healthy.task
    changed = old._replace(y=a * old.y + b, clean=a * old.clean + b, y_new=a * old.y_new + b)
    return sick(healthy, "unscaled", task=changed)


def constant_targets(seed: int) -> Pair:
    healthy = draw(seed)
    old = healthy.task
    changed = old._replace(y=np.full_like(old.y, old.y[0]), y_new=np.full_like(old.y, old.y[0]))
    return sick(healthy, "constant_targets", task=changed)


def strong_penalty(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, schedule="")
    if rng.random() < 0.3:
        healthy.rule, healthy.rate = "AdamW", 0.01
        return sick(healthy, "penalty_too_strong", settings={"weight_decay": 5.0})
    return sick(healthy, "penalty_too_strong", penalty=rng.choice([0.3, 1.0, 3.0]))


def squashed_output(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, schedule="")
    kind = healthy.task.loss
    choices = {"bce": ["sigmoid", "relu"], "ce": ["sigmoid"], "hinge": ["sigmoid", "relu"],
               "mse": ["sigmoid", "relu"]}[kind]  # fmt: skip
    return sick(healthy, "wrong_output", f"layer {healthy.n_layers}", output=rng.choice(choices))


def all_linear(seed: int) -> Pair:
    rng = Random(seed)
    healthy = draw(seed, names=SHARP, hidden=[rng.choice([8, 16])] * rng.choice([1, 2, 3]))
    return sick(healthy, "all_linear", activation="linear")


def rare_class(seed: int) -> Pair:
    """A class of a few samples, which is never predicted."""
    healthy = draw(seed, names=("moons", "blobs2"), schedule="", rule="SGD", rate=0.02)
    old = healthy.task
    rare = old.clean != old.clean.max()
    kept = np.flatnonzero(rare)
    few = np.flatnonzero(~rare)[: max(2, round(0.04 * len(kept)))]
    which = np.array(sorted([*kept, *few]))
    changed = old._replace(X=old.X[which], y=old.clean[which], clean=old.clean[which])
    return sick(healthy, "class_never_predicted", task=changed)


# ---- capacity ----


def too_small(seed: int) -> Pair:
    rng = Random(seed)
    names = ("circles", "xor", "spirals", "sine", "product")
    healthy = draw(seed, names=names, hidden=[16, 16], activation="tanh", schedule="",
                   rule="Adam", rate=0.02)  # fmt: skip
    healthy.steps = max(healthy.steps, 400)
    hidden = rng.choice([[], [], [1], [2]])
    return sick(healthy, "underfitting", hidden=hidden)


def memorises(seed: int) -> Pair:
    rng = Random(seed)
    name = rng.choice(["moons", "circles", "gauss5", "sine", "friedman", "product"])
    healthy = draw(seed, validation=0.0, schedule="")
    few = task(name, rng.choice([20, 30, 40]), rng.choice([0.2, 0.3]), Random(seed))
    healthy.data, healthy.task = name, task(name, 1000, 0.2, Random(seed))
    _, ill = sick(healthy, "overfitting", task=few, hidden=[32, 32], activation="tanh", rule="Adam",
                  rate=0.02, validation=0.5, batch=10, steps=600)  # fmt: skip
    return healthy, ill


SICK: dict[str, Made] = {made.__name__: made for made in (
    deep_sigmoid, small_weights, large_weights, large_weights_bounded, stuck_neuron, dead_layer,
    dead_neuron, alike, rate_too_high, rate_raised, rate_too_low, without_biases, only_biases,
    layer_replaced, becomes_nan, unscaled_inputs, unscaled_targets, constant_targets,
    strong_penalty, squashed_output, all_linear, rare_class, too_small, memorises)}  # fmt: skip
FACTS = {"without_biases", "only_biases", "layer_replaced", "becomes_nan",
         "constant_targets"}  # true by construction  # fmt: skip


def confirmed(name: str, healthy: Training, ill: Training, well: Numbers, found: Numbers) -> bool:
    """Return whether a training is sick as claimed, by what happened and by what the cure does."""
    if name in FACTS:
        return True
    if name == "memorises":
        v = found.validation
        return len(v) > 8 and min(v[-4:]) > 1.3 * min(v) and found.loss[-1] < 0.5 * found.loss[0]
    if name == "alike":
        return True
    if name in ("dead_neuron", "stuck_neuron", "dead_layer"):
        return found.silent[int(ill.layers[0].split()[1]) - 1] > 0
    worse = well.score[-1] - found.score[-1] >= 0.2 and well.score[-1] >= 0.6
    if name in ("deep_sigmoid", "small_weights"):
        # Vanishing: all gradients tiny, or those of the first layer beside those of the last.
        g = found.gradients
        return worse and (g[0] < 0.05 * max(g) or max(g[:-1]) < 0.05 * max(well.gradients))
    if name == "large_weights":
        at = found.steps.index(ill.onset)
        after = found.loss[at : at + 8]
        return not all(x < 10 * max(found.loss[0] if ill.onset else 0.0, 1.0) for x in after) and (
            not math.isfinite(found.loss[-1]) or found.loss[-1] > 1.5 * well.loss[-1]
        )
    if name == "large_weights_bounded":
        return found.score[-1] <= well.score[-1] - 0.1 or found.loss[-1] > 1.5 * well.loss[-1] + 0.1
    if name == "rare_class":
        return worse and found.score[-1] <= 0.0  # no better than always the other class
    if name == "rate_raised":
        return found.score[-1] <= well.score[-1] - 0.2 or not found.loss[-1] < 1.5 * found.loss[0]
    return worse
