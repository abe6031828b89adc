"""A data set: samples, their targets, and the scale that a network sees them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nn.data.samples import take
from nn.renamed import renamed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Samples, their targets, and what they are called.

    Attributes:
        name: "iris", or the file's name without its suffix.
        X: floats, shape (n_samples, n_features), each feature in its own unit. Where NumPy is not
            installed, X and y are lists.
        y: shape (n_samples,): the number of the class, 0 to n_classes − 1, as ints; or for
            regression floats in the target's unit.
        feature_names: one per column of X.
        class_names: one per class, in the order of their numbers; None for regression.
        target_name: what y is.
        standardise: whether the features have units of their own, so that a net would see them on
            very different scales unless they are standardised (see `Scaling`).
        notes: what a user should know about how it was read.
        categories: of each column of text, from which come the features "column = category".
        ignored: columns that were left out.
        decimal: the decimal mark of the file, "." or ",", if it is clear.
    """

    name: str
    X: NDArray[np.float64]
    y: NDArray[np.int64] | NDArray[np.float64]
    feature_names: list[str]
    class_names: list[str] | None
    target_name: str
    standardise: bool = True
    notes: tuple[str, ...] = ()
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    decimal: str | None = None

    def take(self, indices: Sequence[int]) -> Dataset:
        """Return the data set of the samples with these indices, in that order."""
        return replace(self, X=take(self.X, indices), y=take(self.y, indices))


@dataclass(frozen=True)
class Scaling:
    """Puts features in different units on one scale: mean 0, standard deviation 1.

    Measured on the training part only: the validation part plays the role of data not seen yet, so
    nothing may be learned from it, not even its mean. It is saved with the model, which needs it to
    predict.

    Attributes:
        mean: shape (n_features,), or () for a target.
        std: the standard deviation, same shape; 1 for a feature that never changes.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @renamed("std")
    def spread(self) -> None:
        """Old name of `std`."""

    @classmethod
    def of(cls, X: NDArray[np.float64]) -> Scaling:
        """Measure `X`, shape (n_samples, n_features) or (n_samples,)."""
        import numpy as np

        # The squares of 1e200 are infinite; a power of 2 changes no digit.
        unit = np.ldexp(1.0, np.frexp(np.abs(X).max(axis=0))[1] - 1)
        parts = X / unit
        # A feature that never changes varies only by rounding; dividing by that would magnify it.
        std = np.where(np.ptp(parts, axis=0) > 0, parts.std(axis=0) * unit, 1.0)
        return cls(np.asarray(parts.mean(axis=0) * unit), np.asarray(std))

    @classmethod
    def from_lists(cls, kept: dict[str, list[float]]) -> Scaling:
        """Return the scaling that `to_lists` returned."""
        import numpy as np

        std = kept["std"] if "std" in kept else kept["spread"]  # in older model files
        return cls(np.asarray(kept["mean"], dtype=float), np.asarray(std, dtype=float))

    def to_lists(self) -> dict[str, list[float]]:
        """Return plain lists, for a model file."""
        return {"mean": self.mean.tolist(), "std": self.std.tolist()}

    def apply(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `X` on the common scale."""
        return (X - self.mean) / self.std

    def undo(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers on the common scale in their own units again."""
        return X * self.std + self.mean
