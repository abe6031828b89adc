"""Weighs the samples of a class, so that a rare class counts as much as a common one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import engine
from engine import Value
from nn.checks import not_negative
from nn.losses import MEAN_LOSSES, Loss, Prediction, mean

ClassWeight = str | Mapping[Any, float]


class ClassWeighted:
    """A loss in which each sample weighs as much as its class.

    Args:
        loss: a mean over the samples.
        weights: of the classes, by target.
    """

    def __init__(self, loss: Loss, weights: Mapping[float, float]) -> None:
        self.loss, self.weights = loss, dict(weights)
        self.__name__ = f"{loss.__name__} with class weights"

    def __call__(
        self, predictions: Sequence[Prediction] | Value, targets: Sequence[float] | float
    ) -> Value:
        """Return the average over the samples of weight × loss."""
        assert not isinstance(predictions, Value)
        assert isinstance(targets, Sequence)
        return mean(
            [
                self.loss([prediction], [target]) * self.weight_of(target)
                for prediction, target in zip(predictions, targets, strict=True)
            ]
        )

    def weight_of(self, target: float | Value) -> float | Value:
        """Return the weight of a target's class; in a program, each replay chooses it."""
        if not isinstance(target, Value):
            return self.weights[target]
        labels = sorted(self.weights)
        found: float | Value = self.weights[labels[0]]
        for label, next_label in pairwise(labels):
            found = engine.where(target > (label + next_label) / 2, self.weights[next_label], found)
        return found


def weighted(
    loss: Loss,
    class_weight: ClassWeight | None,
    targets: Sequence[Any],
    numbers: Mapping[str, int] | None,
) -> Loss:
    """Return a loss that weighs classes, or the loss as it is for None.

    Args:
        loss: what is minimised.
        class_weight: "balanced", for weights n_samples / (n_classes × how many are of the class);
            or the weight of each class, by its label in y.
        targets: those trained on, as the loss takes them.
        numbers: which number each text in y became, or None.

    Raises:
        ValueError: the loss is not a mean over samples of one class each, or a class has no weight.
        TypeError: the weights are neither "balanced" nor a dictionary of numbers.
    """
    if class_weight is None:
        return loss
    if loss not in MEAN_LOSSES or any(isinstance(t, (list, tuple)) for t in targets):
        raise ValueError(
            "class_weight needs one of the losses "
            f"{', '.join(known.__name__ for known in MEAN_LOSSES)} and one class per sample; "
            "a loss of your own can weigh its samples itself"
        )
    counts = Counter(targets)
    if class_weight == "balanced":
        return ClassWeighted(
            loss, {t: len(targets) / (len(counts) * counts[t]) for t in sorted(counts)}
        )
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            'class_weight must be "balanced", None, or a dictionary from class to weight, such as '
            f"{{0: 1.0, 1: 5.0}}, got {class_weight!r}"
        )
    labels = {number: text for text, number in (numbers or {}).items()}
    names = {t: labels.get(t, t) for t in sorted(counts)}
    missing = [name for name in names.values() if name not in class_weight]
    unknown = [name for name in class_weight if name not in names.values()]
    if missing or unknown:
        what = f"none for {missing[0]!r}" if missing else f"one for {unknown[0]!r}"
        raise ValueError(
            "class_weight needs a weight for each class in y, "
            f"{', '.join(map(repr, names.values()))}, and has {what}"
        )
    weights = {t: not_negative(class_weight[n], f"class_weight[{n!r}]") for t, n in names.items()}
    if not any(weights.values()):
        raise ValueError("class_weight must be above 0 for at least one class")
    return ClassWeighted(loss, weights)
