"""Samples with their classes, and what a model makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan, nan
from typing import Any, NamedTuple

from engine import Value
from nn.data.samples import check_lengths, checked, not_a_number, ordered
from nn.decision import Decision, Label, Output, one_hot
from nn.metrics import columns_of, decision_of, predict

Model = Callable[[Any], Value | Sequence[Value]]
MOST = 1e300  # an output beyond it counts as this
MOST_CLASSES = 16


class Judged(NamedTuple):
    """Samples, their true classes, and what a model makes of them.

    Attributes:
        X: floats, shape (n_samples, n_features).
        classes: the number of each sample's true class, from 0.
        predicted: the number of the class that the model predicts for each.
        decision: the rule.
        names: of the classes, as y has them.
    """

    X: list[list[float]]
    classes: list[int]
    predicted: list[int]
    decision: Decision
    names: list[str]


def labelled(
    X: Any, y: Any, columns: Sequence[str] | None = None
) -> tuple[list[list[float]], list[Any]]:
    """Return samples and their classes as lists.

    Args:
        X: a table, as of `checked`.
        y: one class per sample.
        columns: that a model takes, as of `checked`.

    Raises:
        ValueError: they differ in length, or are empty.
    """
    X, targets = ordered(X, y)
    samples = checked(X, columns)
    check_lengths(samples, targets)
    if not samples:
        raise ValueError("there must be at least one sample, got empty data")
    return samples, targets


def judge(model: Model, X: Any, y: Any, threshold: float | None) -> Judged:
    """Return the classes of samples, and what a model makes of them.

    Args:
        model: returns one Value or one per class.
        X: floats, shape (n_samples, n_features).
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        threshold: as of `nn.accuracy`.

    Raises:
        ValueError: X and y differ in length, or are empty, or y has a class that the model has not.
    """
    samples, targets = labelled(X, y, columns_of(model))
    found = predict(model, samples)
    decision = decision_of(model, samples, found, targets, threshold=threshold)
    classes = [decision.target_number(t, i) for i, t in enumerate(targets)]
    predicted = [decision.number_of(output) for output in found]
    names = names_of(decision.labels, below=any(t == -1 for t in targets))
    return Judged(samples, classes, predicted, decision, names)


def classes_of(targets: Sequence[Any]) -> tuple[list[int], list[str]]:
    """Return the number of each target's class, from 0, and the names of the classes.

    Raises:
        ValueError: a target is not a class, or there are more of them than can be told apart.
    """
    plain: list[Any] = [one_hot(t) if isinstance(t, (list, tuple)) else t for t in targets]
    for i, t in enumerate(plain):
        if not isinstance(t, str) and (not_a_number(t) or not float(t).is_integer()):
            raise ValueError(
                f"y must hold classes: -1 and 1, numbers from 0, or texts; got {targets[i]!r} for "
                f"sample {i}"
            )
    labels: Sequence[Label]
    if any(isinstance(t, str) for t in plain):
        plain = list(map(str, plain))
        labels = sorted(set(plain))
    elif -1 in plain and set(plain) <= {-1, 1}:
        labels = (-1, 1)
    else:  # from 0, so that a class has the colour of its number
        labels = range(min(0, *map(int, plain)), max(1, *map(int, plain)) + 1)
    if len(labels) > MOST_CLASSES:
        raise ValueError(
            f"{len(labels)} classes are more than the {MOST_CLASSES} that can be told apart; "
            "choose some of them"
        )
    return [labels.index(t) for t in plain], names_of(labels, below=-1 in labels)


def names_of(labels: Sequence[Label], *, below: bool) -> list[str]:
    """Return the names of classes: their texts, or "class" and their number.

    Args:
        labels: of the classes.
        below: whether the first of two is called −1.
    """
    if any(isinstance(label, str) for label in labels):
        return list(map(str, labels))
    if len(labels) == 2 and below:
        return ["class −1", "class +1"]
    return [f"class {label:g}" for label in labels]


def margins_of(outputs: Sequence[Output], decision: Decision) -> list[list[float]]:
    """Return by how much each class leads over the best other one, shape (n_samples, n_classes).

    Args:
        outputs: the model's, one or several per sample.
        decision: how they become classes.

    Returns:
        Numbers above 0 for the class that wins; nan where an output is nan.
    """
    found = []
    for output in outputs:
        each = output if isinstance(output, list) else [decision.threshold or 0.0, output]
        if any(map(isnan, each)):
            found.append([nan] * len(each))
            continue
        # A difference of infinite numbers would be nan.
        finite = [max(-MOST, min(MOST, x)) for x in each]
        rivals = [max(finite[:k] + finite[k + 1 :]) for k in range(len(finite))]
        found.append([x - rival for x, rival in zip(finite, rivals, strict=True)])
    return found
