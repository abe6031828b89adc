"""The outputs of a model for many samples, as arrays, and the classes that they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine import Value
from nn.metrics import predict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Model = Callable[[Any], Value | Sequence[Value]]


def outputs(model: Model, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the model's outputs for each sample, shape (n_samples, n_outputs)."""
    import numpy as np

    found = [x if isinstance(x, list) else [x] for x in predict(model, X.tolist())]
    return np.array(found, dtype=float)


def margins_of(model: Model, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much each class leads over the best other one, shape (n_samples, n_classes).

    Args:
        model: returns one Value, above 0 for the second class, or one Value per class.
        X: floats, shape (n_samples, n_features).
    """
    import numpy as np

    found = outputs(model, X)
    if found.shape[1] == 1:
        return np.hstack([-found, found])
    columns = range(found.shape[1])
    rivals = [np.delete(found, k, axis=1).max(axis=1) for k in columns]
    margins: NDArray[np.float64] = found - np.array(rivals).T
    return margins


def class_numbers(y: NDArray[np.float64], n_classes: int) -> NDArray[np.int64]:
    """Return y as class numbers from 0; of two classes, −1 means the first."""
    import numpy as np

    return np.where(y > 0, y, 0).astype(np.int64) if n_classes == 2 else y.astype(np.int64)
