"""The losses of nn on arrays of predictions, and what a constant prediction would cost."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from nn.monitor.arrays import NDArray, np, on_arrays

Floats = NDArray[np.float64]


def loss_of(loss: object, outputs: Floats, targets: Sequence[float]) -> float | None:
    """Return the loss of predictions, or None where the loss is not one of `nn`.

    Args:
        loss: what is minimised.
        outputs: predictions, shape (n_outputs, n_samples).
        targets: as the loss takes them, shape (n_samples,).
    """
    if loss is cross_entropy:
        return mean_of_logs(outputs.T.tolist(), targets)
    if isinstance(targets[0], (list, tuple)) or len(outputs) != 1:
        return None
    out, t = outputs[0], np.array(targets) * 1.0
    if loss is mean_squared_error:
        return float(((out - t) * (out - t)).mean())
    if loss is hinge:
        return float(np.maximum(0.0, (t * out - 1.0) * -1.0).mean())
    if loss is binary_cross_entropy:
        return float((on_arrays("softplus")(out) - t * out).mean())
    return None


def mean_of_logs(logits: list[list[float]], targets: Sequence[float]) -> float:
    """Return the mean of −log(softmax probability of the right class)."""
    total = 0.0
    for numbers, target in zip(logits, targets, strict=True):
        top = max(numbers)
        total += log(sum(exp(x - top) for x in numbers)) + top - numbers[int(target)]
    return total / len(targets)


def baseline_loss(loss: object, targets: Sequence[float]) -> float | None:
    """Return the loss of the best prediction that is the same for every sample.

    Args:
        loss: one of the losses of `nn`; for any other the result is None.
        targets: as that loss takes them.
    """
    n = len(targets)
    if loss is mean_squared_error:
        if isinstance(targets[0], (list, tuple)):
            return None
        mean = sum(targets) / n
        return sum((t - mean) ** 2 for t in targets) / n
    if loss not in (hinge, binary_cross_entropy, cross_entropy):
        return None
    shares = [count / n for count in counts_of(targets).values()]
    if loss is hinge:
        # p·max(0, 1−c) + (1−p)·max(0, 1+c) is least at c = ±1.
        return 2 * min(shares) if len(shares) == 2 else 0.0
    return -sum(share * log(share) for share in shares)


def counts_of(targets: Sequence[float]) -> dict[float, int]:
    """Return how often each target is there."""
    counts: dict[float, int] = {}
    for target in targets:
        counts[target] = counts.get(target, 0) + 1
    return counts


def class_of(loss: object, outputs: Sequence[float]) -> float:
    """Return the class that outputs of a classification stand for."""
    if loss is cross_entropy:
        return max(range(len(outputs)), key=lambda k: outputs[k])
    return 1 if outputs[0] > 0 else (-1 if loss is hinge else 0)


def wrong_share(loss: object, predictions: Sequence[float], targets: Sequence[float]) -> float:
    """Return what predictions get wrong, as a share of what the best constant does.

    Args:
        loss: mean_squared_error, or that of a classification.
        predictions: numbers, or classes.
        targets: the same.
    """
    judge = squares if loss is mean_squared_error else mistakes
    return judge(predictions, targets)


def squares(predictions: Sequence[float], targets: Sequence[float]) -> float:
    """Return the squared errors over those of the mean."""
    mean = sum(targets) / len(targets)
    spread = sum((t - mean) ** 2 for t in targets)
    total = sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True))
    return total / spread if spread else 0.0


def mistakes(predictions: Sequence[float], targets: Sequence[float]) -> float:
    """Return the number of mistakes over that of the commonest class."""
    fewest = len(targets) - max(counts_of(targets).values())
    wrong = sum(p != t for p, t in zip(predictions, targets, strict=True))
    return wrong / fewest if fewest else 0.0
