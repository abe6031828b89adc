"""The data sets that have a name: five generated here, four measured, from scikit-learn."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

from nn.data.dataset import Dataset
from nn.data.generators import GENERATORS
from nn.data.samples import as_array
from nn.data.text_file import DataError


class Generated(NamedTuple):
    """How a set is generated: the names of its classes, and the generator's settings."""

    class_names: list[str]
    settings: dict[str, object]


class Measured(NamedTuple):
    """What a measured set's target is called, and what one unit of its features is divided by."""

    target_name: str
    unit: float = 1.0


GENERATED = {
    "moons": Generated(["upper moon", "lower moon"], {"noise": 0.08}),
    "circles": Generated(["ring", "disc"], {"noise": 0.08, "factor": 0.4}),
    "blobs": Generated(
        ["left", "right", "top"],
        {"centers": [(-1.5, -1.0), (1.5, -1.0), (0.0, 1.5)], "cluster_std": 0.5},
    ),
    "xor": Generated(["same sign", "different signs"], {}),
    "spirals": Generated(["first arm", "second arm"], {"noise": 0.02}),
}
MEASURED = {
    "iris": Measured("species"),
    "wine": Measured("cultivar"),
    "breast_cancer": Measured("diagnosis"),
    "digits": Measured("digit", 16.0),
}
NAMES = (*GENERATED, *MEASURED)


def load(name: str, *, seed: int = 0) -> Dataset:
    """Return one of the data sets in `NAMES`.

    Args:
        name: moons, circles, blobs, xor, spirals (two features each, 200 samples, generated), iris,
            wine, breast_cancer or digits (measured; they come with scikit-learn, nothing is
            downloaded).
        seed: of those generated.

    Raises:
        DataError: there is no data set of that name.
        ModuleNotFoundError: a measured one, and scikit-learn is not installed.
    """
    if name in GENERATED:
        class_names, settings = GENERATED[name]
        X, y = GENERATORS[name](200, **settings, seed=seed)
        features = ["x1", "x2"]
        return Dataset(
            name, as_array(X), as_array(y), features, class_names, "class", standardise=False
        )
    if name in MEASURED:
        target_name, unit = MEASURED[name]
        bunch = getattr(sklearn_datasets(name), f"load_{name}")()
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


def sklearn_datasets(name: str) -> ModuleType:
    """Return scikit-learn's data sets, of which `name` is one.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        message = (
            f"{name} comes with scikit-learn, which is not installed; "
            'pip install "glassgrad[datasets]"'
        )
        raise ModuleNotFoundError(message, name="sklearn") from None
    return datasets  # type: ignore[no-any-return]
