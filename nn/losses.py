"""Losses: one number for how wrong predictions are; penalties: a cost for large weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from math import inf, isfinite
from typing import Any

import engine
from engine import Value
from nn.checks import not_negative
from nn.decision import UNBOUNDED, squashed
from nn.module import Module
from nn.parameters import weights_of

Prediction = Value | Sequence[Value]
Loss = Callable[[Sequence[Prediction] | Value, Sequence[float] | float], Value]


def mean_squared_error(
    predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float
) -> Value:
    """Average squared error.

    Args:
        predictions: Values, shape (n_samples,) or (n_samples, n_outputs), in the target's unit.
        targets: numbers of the same shape and unit.

    Returns:
        One Value, in that unit squared.

    Raises:
        ValueError: the shapes differ, or there are no samples, or a target is not finite.

    References:
        Bishop (2006), Pattern Recognition and Machine Learning, section 1.1.
    """
    pairs = paired(predictions, targets)
    flat: list[tuple[Value, float | Value]] = []
    for i, (prediction, target) in enumerate(pairs):
        outputs = many(prediction)
        wanted = as_list(target)
        if len(outputs) != len(wanted):
            raise ValueError(
                f"sample {i}: {len(outputs)} predictions for {len(wanted)} targets; give one "
                "target per output of the network"
            )
        flat += zip(outputs, (finite(t, i) for t in wanted), strict=True)
    warn_of_squashing(mean_squared_error, [flat[0][0]], [t for _, t in flat])
    with engine.scope("loss", note="mean squared error"):
        return mean([(output - target) ** 2 for output, target in flat])


def hinge(predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float) -> Value:
    """Average of max(0, 1 − target · prediction): right by a margin of 1 costs nothing.

    Args:
        predictions: Values, shape (n_samples,): the larger, the surer of class +1.
        targets: −1 or +1, shape (n_samples,).

    Returns:
        One Value, without a unit.

    Raises:
        ValueError: the lengths differ, there are no samples, or a target is not −1 or +1.

    References:
        Cortes & Vapnik (1995), Support-vector networks; also called max-margin loss.
    """
    pairs = labelled(predictions, targets, (-1, 1), "hinge")
    warn_of_squashing(hinge, [pairs[0][0]])
    with engine.scope("loss", note="hinge"):
        return mean([engine.relu(1 - target * score) for score, target in pairs])


def binary_cross_entropy(
    predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float
) -> Value:
    """Average of −log(probability given to the right class), of two classes.

    Args:
        predictions: logits (before any sigmoid), Values, shape (n_samples,).
        targets: 0 or 1, shape (n_samples,).

    Returns:
        One Value, in nats.

    Raises:
        ValueError: the lengths differ, there are no samples, or a target is not 0 or 1.

    References:
        Bishop (2006), section 4.3.2; written as softplus(z) − target · z, which never overflows.
    """
    pairs = labelled(predictions, targets, (0, 1), "binary_cross_entropy")
    warn_of_squashing(binary_cross_entropy, [pairs[0][0]])
    with engine.scope("loss", note="binary cross-entropy"):
        return mean([engine.softplus(score) - target * score for score, target in pairs])


def cross_entropy(
    predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float
) -> Value:
    """Average of −log(softmax probability of the right class).

    Args:
        predictions: logits, Values, shape (n_samples, n_classes).
        targets: class numbers from 0, shape (n_samples,).

    Returns:
        One Value, in nats.

    Raises:
        ValueError: the lengths differ, there are no samples, or a target is not the number of a
            class.

    References:
        Bishop (2006), section 4.3.4. The largest logit is subtracted first, so that exp cannot
        overflow; it cancels out, so no gradient needs to flow through it.
    """
    terms = []
    if not isinstance(targets, Iterable) and not isinstance(predictions, Value):
        predictions = [predictions]  # type: ignore[list-item]  # the logits of a single sample
    pairs = paired(predictions, targets)
    with engine.scope("loss", note="cross-entropy"):
        for i, (prediction, target) in enumerate(pairs):
            logits = many(prediction)
            if len(logits) < 2:
                raise ValueError(
                    "cross_entropy needs one logit per class and at least two classes, got "
                    f"{len(logits)}; for one output use binary_cross_entropy or hinge"
                )
            if not isinstance(target, Value) and target not in range(len(logits)):
                remedy = "number the classes from 0, or give the network more outputs"
                raise ValueError(
                    f"cross_entropy needs targets that are class numbers from 0 to "
                    f"{len(logits) - 1}, got {target} for sample {i}; {instead(target, remedy)}"
                )
            if i == 0:
                warn_of_squashing(cross_entropy, logits)
            largest = engine.detached_maximum(logits)
            total: Value | float = 0.0
            for j, logit in enumerate(logits):
                power = engine.exp(logit - largest)
                total = power if j == 0 else total + power
            terms.append(engine.log(total) + largest - engine.take(logits, target))
        return mean(terms)


# Means over the samples, so that the loss of a batch is the mean of the losses of its samples.
MEAN_LOSSES = (mean_squared_error, hinge, binary_cross_entropy, cross_entropy)
OF_TWO_CLASSES = (hinge, binary_cross_entropy)

LOGITS = "takes logits, which have no bounds: it applies the function itself"
# Between which numbers a loss needs outputs to go, and what it takes, in words.
NEEDS = {
    hinge: ((-1.0, 1.0), "hinge takes scores that go below −1 and above 1"),
    binary_cross_entropy: (UNBOUNDED, f"binary_cross_entropy {LOGITS}"),
    cross_entropy: ((0.0, inf), f"cross_entropy {LOGITS}"),  # only differences count
}


def misfit(loss: object, outputs: Sequence[Value], targets: Sequence[object] = ()) -> str | None:
    """Return why a loss does not go with the end of a model, and the cure; None if it does.

    Args:
        loss: one of the losses of this file; of others nothing is known.
        outputs: the model's for one sample, with their graph.
        targets: for mean_squared_error, what the outputs must reach.
    """
    numbers = [t for t in targets if isinstance(t, (int, float))]
    if loss is mean_squared_error and numbers:
        least = (min(numbers), max(numbers))
        takes = f"mean_squared_error has targets from {least[0]:g} to {least[1]:g} here"
        return squashed(outputs[:1], least, takes)
    return squashed(outputs, *NEEDS[loss]) if loss in NEEDS else None


def warn_of_squashing(
    loss: object, outputs: Sequence[Value], targets: Sequence[object] = ()
) -> None:
    """Warn of a sigmoid, softmax or the like under a loss that needs outputs to go further.

    Warns:
        RuntimeWarning: there is one.
    """
    text = misfit(loss, outputs, targets)
    if text is not None:
        warnings.warn(text, RuntimeWarning, stacklevel=3)  # the caller of the loss


def l1(model: Module, strength: float = 1e-4) -> Value:
    """Return strength × the sum of |weight|, biases left out: drives many weights to 0."""
    return penalty(model, strength, "L1", abs)


def l2(model: Module, strength: float = 1e-4) -> Value:
    """Return strength × the sum of weight², biases left out: keeps all weights small."""
    return penalty(model, strength, "L2", lambda weight: weight * weight)


def penalty(model: Module, strength: float, name: str, price: Callable[[Value], Value]) -> Value:
    """Return strength × the sum of the cost of each weight.

    Raises:
        ValueError: the strength is negative, or the model has no weights.
        TypeError: the strength is not a number, or the model not a module.
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"an {name} penalty needs a model, got {model!r}; for another strength write "
            f"penalty=lambda model: nn.{name.lower()}(model, 0.01)"
        )
    strength = not_negative(strength, f"{name} strength")
    weights = weights_of(model)
    if not weights:
        raise ValueError(f"an {name} penalty needs a model with weights, and {model!r} has none")
    with engine.scope("penalty", note=name):
        return total_of([price(weight) for weight in weights]) * strength


# By the names that other libraries have for them too, without "loss" at the end.
LOSSES: dict[str, Loss] = {
    **dict.fromkeys(("mse", "mean_squared_error", "squared_error"), mean_squared_error),
    **dict.fromkeys(("hinge", "max_margin"), hinge),
    **dict.fromkeys(
        ("bce", "binary_cross_entropy", "binary_crossentropy", "bcewithlogits", "log"),
        binary_cross_entropy,
    ),
    **dict.fromkeys(
        (
            "cross_entropy",
            "crossentropy",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
        ),
        cross_entropy,
    ),
}
PENALTIES = {"l1": l1, "l2": l2}


def loss_named(loss: Any) -> Loss:
    """Return a loss by its name, or a function as it is.

    Raises:
        ValueError: there is none of that name.
        TypeError: it is neither a name nor a function, or it is a penalty.
    """
    if isinstance(loss, str):
        name = loss.lower().replace("-", "_").replace(" ", "_").removesuffix("loss").rstrip("_")
        if name not in LOSSES:
            ours = ", ".join(dict.fromkeys(known.__name__ for known in LOSSES.values()))
            raise ValueError(
                f"loss must be one of {ours} (or mse, bce, …), or a function of predictions and "
                f"targets, got {loss!r}"
            )
        return LOSSES[name]
    if loss in PENALTIES.values():
        raise TypeError(f"{loss.__name__} is a penalty; give it as penalty=nn.{loss.__name__}")
    if not callable(loss) or isinstance(loss, type):
        raise TypeError(
            f"loss must be a function of predictions and targets, such as nn.hinge, got {loss!r}"
        )
    return loss  # type: ignore[no-any-return]


def penalty_named(penalty: Any) -> Callable[[Module], Value] | None:
    """Return a penalty by its name, or a function or None as it is.

    Raises:
        ValueError: there is none of that name.
        TypeError: it is a number, or what a penalty returned.
    """
    if isinstance(penalty, str):
        if penalty.lower() not in PENALTIES:
            raise ValueError(f"penalty must be l1, l2 or a function of the model, got {penalty!r}")
        return PENALTIES[penalty.lower()]
    if penalty is not None and not callable(penalty):
        raise TypeError(
            f"penalty must be a function of the model, got {penalty!r}; write penalty=nn.l2, or "
            "with a strength penalty=lambda model: nn.l2(model, 0.01)"
        )
    return penalty  # type: ignore[no-any-return]


def total_of(values: Sequence[Value]) -> Value:
    """Return the sum, starting with the first value: starting with 0 takes one more node."""
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def mean(values: Sequence[Value]) -> Value:
    """Return the average."""
    return total_of(values) * (1.0 / len(values))


def as_list(x: float | Iterable[float]) -> list[float]:
    """Return one number or several as a list."""
    return list(x) if isinstance(x, Iterable) else [x]


def many(prediction: Prediction) -> list[Value]:
    """Return the outputs of a prediction as a list.

    Raises:
        TypeError: it is neither a Value nor a list of them.
    """
    outputs = list(prediction) if isinstance(prediction, Iterable) else [prediction]
    for output in outputs:
        if not isinstance(output, Value):
            raise TypeError(
                f"a loss needs predictions that are Values, got {output!r}; give it what the "
                "model returned, not its .data, and the predictions before the targets"
            )
    return outputs


def one(prediction: Prediction, i: int, name: str) -> Value:
    """Return the only output of a prediction.

    Raises:
        ValueError: it has several.
    """
    outputs = many(prediction)
    if len(outputs) != 1:
        raise ValueError(
            f"{name} needs one prediction per sample, got {len(outputs)} for sample {i}; give "
            "the network one output, or use cross_entropy"
        )
    return outputs[0]


def paired(
    predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float
) -> list[tuple[Prediction, float]]:
    """Return predictions with their targets; a single one of each makes one pair.

    Raises:
        ValueError: there are none, or their numbers differ.
    """
    if isinstance(predictions, Value):
        predictions = [predictions]
    wanted = as_list(targets)
    if len(predictions) != len(wanted):
        raise ValueError(
            f"{len(predictions)} predictions for {len(wanted)} targets; give one target for each"
        )
    if not wanted:
        raise ValueError("a loss needs at least one sample, got none")
    return list(zip(predictions, wanted, strict=True))


def labelled(
    predictions: Sequence[Prediction] | Value,
    targets: Sequence[float] | float,
    labels: tuple[int, int],
    name: str,
) -> list[tuple[Value, float | Value]]:
    """Return scores with their labels.

    Raises:
        ValueError: a target is not one of the two labels.
    """
    pairs: list[tuple[Value, float | Value]] = []
    for i, (prediction, target) in enumerate(paired(predictions, targets)):
        if not isinstance(target, Value) and target not in labels:  # a program's input may be any
            raise ValueError(
                f"{name} needs targets {labels[0]} or {labels[1]}, got {target} for sample {i}; "
                + instead(target, "use these labels for the two classes")
            )
        pairs.append((one(prediction, i, name), finite(target, i)))
    return pairs


def instead(target: Any, remedy: str) -> str:
    """Return what to write for a target: the number of its class where it is one-hot."""
    several = isinstance(target, (list, tuple)) and len(target) > 1
    return "give the number of the class: [row.index(1) for row in y]" if several else remedy


def finite(target: float | Value, i: int) -> float | Value:
    """Return the target as a float; what a program is given at each replay stays a Value.

    Raises:
        TypeError: it is not a number.
        ValueError: it is inf or nan.
    """
    if isinstance(target, Value):
        return target
    if not hasattr(target, "__float__"):
        raise TypeError(f"targets must be numbers, got {target!r} for sample {i}")
    if not isfinite(target):
        raise ValueError(f"targets must be finite, got {target} for sample {i}; leave it out")
    return float(target)
