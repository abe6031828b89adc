"""Data sets to train on: four drawn by chance, four measured in the world, your own CSV file."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from nn.data.dataset import Dataset
from nn.data.table import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Drawn = tuple[NDArray[np.float64], NDArray[np.int64]]


def load(name: str, *, seed: int = 0) -> Dataset:
    """Return one of the data sets in `NAMES`.

    Args:
        name: moons, circles, blobs, xor (two features each, drawn by chance), iris, wine,
            breast_cancer or digits (measured; they come with scikit-learn, nothing is downloaded).
        seed: for those drawn by chance.

    Raises:
        DataError: there is no data set of that name.
        ModuleNotFoundError: scikit-learn is not installed.
    """
    if name in DRAWN:
        class_names, draw = DRAWN[name]
        X, y = draw(seed)
        return Dataset(name, X, y, ["x1", "x2"], class_names, "class", standardise=False)
    if name in MEASURED:
        target_name, unit = MEASURED[name]
        bunch = getattr(sklearn_datasets(), f"load_{name}")()
        return Dataset(
            name,
            bunch.data / unit,
            bunch.target,
            [str(feature) for feature in bunch.feature_names],
            [str(class_name) for class_name in bunch.target_names],
            target_name,
            standardise=name != "digits",  # its pixels share a unit
        )
    raise DataError(f"no data set named '{name}'; there are {', '.join(NAMES)}")


def sklearn_datasets() -> ModuleType:
    """Return scikit-learn's data sets.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        message = (
            "the built-in data sets come with scikit-learn, which is not installed; "
            'pip install "glassgrad[plots]"'
        )
        raise ModuleNotFoundError(message, name="sklearn") from None
    return datasets  # type: ignore[no-any-return]


def moons(seed: int) -> Drawn:
    """Draw two half circles that reach into each other."""
    return sklearn_datasets().make_moons(200, noise=0.1, random_state=seed)  # type: ignore[no-any-return]


def circles(seed: int) -> Drawn:
    """Draw a ring around a disc."""
    return sklearn_datasets().make_circles(200, noise=0.08, factor=0.4, random_state=seed)  # type: ignore[no-any-return]


def blobs(seed: int) -> Drawn:
    """Draw three clouds of points."""
    centers = [(-1.5, -1.0), (1.5, -1.0), (0.0, 1.5)]
    return sklearn_datasets().make_blobs(200, centers=centers, cluster_std=0.5, random_state=seed)  # type: ignore[no-any-return]


def xor(seed: int) -> Drawn:
    """Draw points in four quadrants; the class is whether their signs differ."""
    import numpy as np

    rng = np.random.default_rng(seed)
    signs = rng.choice([-1.0, 1.0], size=(200, 2))
    X = signs * rng.uniform(0.1, 1.0, size=(200, 2))  # a street of width 0.2 between the classes
    return X, (signs[:, 0] != signs[:, 1]).astype(np.int64)


DRAWN: dict[str, tuple[list[str], Callable[[int], Drawn]]] = {
    "moons": (["upper moon", "lower moon"], moons),
    "circles": (["ring", "disc"], circles),
    "blobs": (["left", "right", "top"], blobs),
    "xor": (["same sign", "different signs"], xor),
}
# What the target is called, and what one unit of the features is divided by.
MEASURED: dict[str, tuple[str, float]] = {
    "iris": ("species", 1.0),
    "wine": ("cultivar", 1.0),
    "breast_cancer": ("diagnosis", 1.0),
    "digits": ("digit", 16.0),
}
NAMES = (*DRAWN, *MEASURED)
