"""The outputs of a model for many samples, as arrays, and the classes that they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import Value
from nn.checks import require_numpy
from nn.data.samples import check_lengths, checked, ordered
from nn.decision import Decision
from nn.metrics import columns_of, decision_of, predict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Model = Callable[[Any], Value | Sequence[Value]]


class Judged(NamedTuple):
    """Samples, their true classes, and what a model makes of them.

    Attributes:
        X: floats, shape (n_samples, n_features).
        classes: the number of each sample's true class, from 0.
        margins: by how much each class leads over the best other one, shape (n_samples, n_classes).
        decision: the rule.
        names: of the classes, as y has them.
    """

    X: NDArray[np.float64]
    classes: NDArray[np.int64]
    margins: NDArray[np.float64]
    decision: Decision
    names: list[str]


def judge(model: Model, X: ArrayLike, y: ArrayLike, threshold: float | None) -> Judged:
    """Return the classes of samples, and what a model makes of them.

    Args:
        model: returns one Value or one per class.
        X: floats, shape (n_samples, n_features).
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        threshold: as of `nn.accuracy`.

    Raises:
        ValueError: X and y differ in length, or are empty, or y has a class that the model has not.
    """
    require_numpy("a plot")
    import numpy as np

    X, targets = ordered(X, y)
    samples = checked(X, columns_of(model))  # type: ignore[arg-type]
    check_lengths(samples, targets)
    if not samples:
        raise ValueError("there must be at least one sample, got empty data")
    found = predict(model, samples)
    decision = decision_of(model, samples, found, targets, threshold=threshold)
    classes = np.array([decision.target_number(t, i) for i, t in enumerate(targets)])
    names = [str(label) for label in decision.labels]
    if all(isinstance(label, (int, float)) for label in decision.labels):
        below = len(names) == 2 and any(t == -1 for t in targets)
        names = ["class −1", "class +1"] if below else [f"class {k}" for k in range(len(names))]
    return Judged(np.array(samples), classes, margins_of(found, decision), decision, names)


def outputs(model: Model, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the model's outputs for each sample, shape (n_samples, n_outputs)."""
    import numpy as np

    found = [x if isinstance(x, list) else [x] for x in predict(model, X.tolist())]
    return np.array(found, dtype=float)


def margins_of(outputs: Sequence[Any], decision: Decision) -> NDArray[np.float64]:
    """Return by how much each class leads over the best other one, shape (n_samples, n_classes).

    Args:
        outputs: the model's, one or several per sample.
        decision: how they become classes.
    """
    import numpy as np

    found = np.array(outputs, dtype=float)
    if decision.threshold is not None:
        above = found.reshape(-1, 1) - decision.threshold
        return np.hstack([-above, above])
    columns = range(found.shape[1])
    rivals = [np.delete(found, k, axis=1).max(axis=1) for k in columns]
    margins: NDArray[np.float64] = found - np.array(rivals).T
    return margins
