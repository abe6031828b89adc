"""A model with everything needed to use it on new data: names, classes and scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.data.columns import Categories, feature_names
from nn.data.dataset import Dataset, Scaling
from nn.decision import Decision
from nn.metrics import decision_of, flat, predict
from nn.module import Module
from nn.saved.loading import load
from nn.saved.schema import FINITE, LINE, POSITIVE, TEXT, Kind, faults, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRAIN = "train it with `glassgrad train`, which saves the names and scales that predict needs"
# In older files std is called spread.
METADATA = {
    "features": [TEXT],
    "target": TEXT,
    "classes": ([TEXT], None),
    "ignored": [TEXT],
    "scaling": (*({"mean": [FINITE], std: [POSITIVE]} for std in ("std", "spread")), None),
    "categories?": {...: [TEXT]},
    "decimal?": Kind("'.', ',' or null", lambda x: x in (".", ",", None)),
    "run?": LINE,
    "target_scaling": (*({"mean": FINITE, std: POSITIVE} for std in ("std", "spread")), None),
}


@dataclass(frozen=True)
class Trained:
    """A model that takes features, and predicts quantities, in their own units.

    Attributes:
        model: takes features on the scale it was trained on.
        feature_names: in the order the model takes them.
        target_name: what it predicts.
        class_names: in the order of their numbers; None for regression.
        ignored: columns of the training file that were not used.
        scaling: of the features; None if the model takes them unscaled.
        target_scaling: of the target, for regression.
        categories: of each column of text, from which come the features "column = category".
        decimal: the decimal mark of the training file, "." or ",", if it was clear.
    """

    model: Module
    feature_names: Sequence[str]
    target_name: str
    class_names: Sequence[str] | None = None
    ignored: Sequence[str] = ()
    scaling: Scaling | None = None
    target_scaling: Scaling | None = None
    categories: Categories = field(default_factory=dict)
    decimal: str | None = None

    def __call__(self, x: Sequence[float]) -> Value | list[Value]:
        """Return the model's outputs for one sample; a quantity in the target's unit."""
        out: Value | list[Value] = self.model(self.scaled(x))  # type: ignore[operator]
        if self.target_scaling is None:
            return out
        std, mean = float(self.target_scaling.std), float(self.target_scaling.mean)
        return [v * std + mean for v in out] if isinstance(out, list) else out * std + mean

    def scaled(self, x: Sequence[float]) -> list[float]:
        """Return the features of one sample on the scale that the model takes."""
        if self.scaling is None:
            return list(x)
        mean, std = self.scaling.mean.tolist(), self.scaling.std.tolist()
        # One by one, so that `engine.compile` can record it.
        return [(feature - m) / s for feature, m, s in zip(x, mean, std, strict=True)]

    @property
    def _decision(self) -> Decision | None:
        """How the model's outputs become classes."""
        return self.model._decision

    def parameters(self) -> list[Value]:
        """Return the weights and biases of the model."""
        return self.model.parameters()

    def predictions(self, X: NDArray[np.float64]) -> list[str] | list[float]:
        """Return the class name of each sample, or a quantity in the target's unit.

        Raises:
            ValueError: an output is inf or nan, and so means nothing.
        """
        found = predict(self, X.tolist())
        for i, output in enumerate(found):
            if not all(map(isfinite, flat([output]))):
                raise ValueError(
                    f"the output for sample {i} is {output}, since its features or the weights "
                    "are too large; correct them, or train again with a smaller --lr"
                )
        if self.class_names is None:
            return flat(found)
        decision = decision_of(self, X.tolist(), found, None)
        return [self.class_names[decision.number_of(output)] for output in found]

    def scale(self, part: Dataset) -> tuple[list[list[float]], list[float]]:
        """Return samples and targets on the scale that the model takes."""
        X = self.scaling.apply(part.X) if self.scaling else part.X
        y = self.target_scaling.apply(part.y.astype(float)) if self.target_scaling else part.y
        return (X, y) if isinstance(X, list) else (X.tolist(), y.tolist())

    def save(self, path: str | Path) -> None:
        """Write the model, its names and scales into one file.

        Raises:
            OSError: the file cannot be written.
        """
        engine.write_atomically(path, self.file_text(path))

    def file_text(self, path: str | Path, **more: str) -> str:
        """Return what `save` writes to a file, with more metadata."""
        metadata: dict[str, object] = {
            "features": list(self.feature_names),
            "target": self.target_name,
            "classes": None if self.class_names is None else list(self.class_names),
            "ignored": list(self.ignored),
            "scaling": self.scaling and self.scaling.to_lists(),
            "target_scaling": self.target_scaling and self.target_scaling.to_lists(),
            "categories": {name: list(texts) for name, texts in self.categories.items()},
            "decimal": self.decimal,
        }
        return self.model._file_text(path, metadata | more)

    @classmethod
    def load(cls, path: str | Path) -> Trained:
        """Return what `save` wrote.

        Raises:
            ValueError: the file is cut short, or is not a model with names and scales.
            OSError: the file cannot be read.
        """
        model = load(path)
        kept: Any = model.metadata
        remedy = f"{TRAIN}, or use nn.load if you saved it yourself"
        for fault in chain(faults(kept, METADATA, "metadata"), misfits(kept, model.sizes)):
            raise ValueError(f"{path}: {fault}; {remedy}")
        scalings = [kept[key] for key in ("scaling", "target_scaling")]
        scaling, target_scaling = (s and Scaling.from_lists(s) for s in scalings)
        return cls(
            model,
            kept["features"],
            kept["target"],
            kept["classes"],
            kept["ignored"],
            scaling,
            target_scaling,
            kept.get("categories", {}),
            kept.get("decimal"),
        )


def misfits(kept: Mapping[str, Any], sizes: Sequence[int]) -> Iterator[str]:
    """Yield where names and scales do not fit the network, or one another."""
    n_inputs, n_outputs = sizes[0], sizes[-1]
    lengths = {"metadata.features": kept["features"]}
    if kept["scaling"] is not None:
        lengths |= {f"metadata.scaling.{key}": each for key, each in kept["scaling"].items()}
    for place, numbers in lengths.items():
        if len(numbers) != n_inputs:
            yield f"{place} must have {n_inputs} items, one per input, has {len(numbers)}"
    for name in feature_names([*kept.get("categories", {})], kept.get("categories", {})):
        if name not in kept["features"]:
            yield f"metadata.features must have {shown(name)}, as metadata.categories say"
    classes = kept["classes"]
    wanted = max(2, n_outputs)
    if classes is not None and len(classes) != wanted:
        yield f"metadata.classes must have {wanted} names, as the network has, has {len(classes)}"
    if classes is None and n_outputs != 1:
        yield f"metadata.classes must name {n_outputs} classes, one per output, got null"
    if (classes is None) != (kept["target_scaling"] is not None):
        yield "metadata must have either classes or target_scaling, and the other null"
    for key in ("features", "classes"):
        if len(set(kept[key] or ())) < len(kept[key] or ()):
            yield f"metadata.{key} must not have a name twice"
