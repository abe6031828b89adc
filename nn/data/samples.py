"""Checks, splits and picks samples and their targets, before they cost an hour of training."""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import isfinite
from random import Random
from typing import Any

Rows = Sequence[Sequence[float]]
Samples = tuple[list[list[float]], list[float]]


def checked(X: Rows) -> list[list[float]]:
    """Return X as lists of floats.

    Raises:
        ValueError: X is not a table: samples of different lengths, or nan or inf in it.
        TypeError: something in X is not a number.
    """
    rows: list[list[float]] = []
    for i, row in enumerate(X.tolist() if hasattr(X, "tolist") else X):
        if not hasattr(row, "__len__") or isinstance(row, str):
            raise ValueError(
                f"X must be a table, shape (n_samples, n_features); sample {i} is {row!r}; for "
                "a single feature write [[x] for x in X]"
            )
        for x in row:
            if not_a_number(x):
                raise TypeError(
                    f"X must hold numbers only; sample {i} has {x!r}; turn text into numbers "
                    "first, and give one flat list per sample"
                )
        numbers = [float(x) for x in row]
        if rows and len(numbers) != len(rows[0]):
            raise ValueError(
                f"every sample in X must have the same number of features: sample 0 has "
                f"{len(rows[0])}, sample {i} has {len(numbers)}"
            )
        for j, x in enumerate(numbers):
            if not isfinite(x):
                raise ValueError(
                    f"X has {x} in sample {i}, feature {j}; fill in or leave out missing "
                    "numbers first"
                )
        rows.append(numbers)
    return rows


def not_a_number(x: object) -> bool:
    """Return whether `x` is text, a list or anything else that is not a number."""
    return isinstance(x, (str, bytes, list, tuple)) or not hasattr(x, "__float__")


def check_lengths(samples: Sequence[object], targets: Sequence[object]) -> None:
    """Check that there are as many samples as targets.

    Raises:
        ValueError: there are not.
    """
    if len(samples) != len(targets):
        raise ValueError(
            f"X has {len(samples)} samples and y has {len(targets)} targets; give one target "
            "per sample"
        )


def check_order(X: Any, y: Any) -> None:
    """Check that the table is X and the list of targets y.

    Raises:
        TypeError: a model stands in their place.
        ValueError: they look exchanged.
    """
    for name, part in (("X", X), ("y", y)):
        if not hasattr(part, "__len__"):
            raise TypeError(
                f"{name} must be a list or an array, got {part!r}; the order is (model, X, y)"
            )
        if isinstance(part, Set):
            raise TypeError(f"{name} is a {type(part).__name__}, which has no order; use a list")
    first, target = next(iter(X), None), next(iter(y), None)
    if width_of(first) == 0 and width_of(target) > 1 and len(X) == len(y):
        raise ValueError(
            "X and y look exchanged: X is a list of numbers and y a table; the order is "
            "(model, X, y)"
        )


def width_of(x: Any) -> int:
    """Return how many numbers a row has, or 0 for a single number or a text."""
    is_row = isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) == 1
    return len(x) if is_row else 0


def paired(X: Rows, y: Sequence[float]) -> tuple[list[list[float]], list[float]]:
    """Return X and y as lists.

    Raises:
        ValueError: they differ in length, are empty, or hold nan or inf.
        TypeError: something in them is not a number.
    """
    check_order(X, y)
    rows = checked(X)
    targets = y.tolist() if hasattr(y, "tolist") else list(y)
    check_lengths(rows, targets)
    if not rows:
        raise ValueError("there must be at least one sample, got empty data")
    for i, target in enumerate(targets):
        for x in target if isinstance(target, (list, tuple)) else [target]:
            if not_a_number(x):
                raise TypeError(
                    f"y must hold numbers only; sample {i} has {x!r}; number the classes from "
                    "0, or use -1 and 1 for two classes"
                )
            if not isfinite(x):
                raise ValueError(f"y has {x} for sample {i}; leave out samples without a target")
    return rows, targets


def split(n: int, share: float, rng: Random) -> tuple[list[int], list[int]]:
    """Return the indices of the samples to train on and of those to validate on, shuffled.

    Raises:
        ValueError: the share is not from 0 to below 1, or leaves nothing on one side.
    """
    if not 0 <= share < 1:
        raise ValueError(
            f"validation must be a share from 0 to below 1, or a pair (X, y), got {share}"
        )
    order = list(range(n))
    rng.shuffle(order)
    held_back = round(n * share)
    if share and (held_back == 0 or held_back == n):
        raise ValueError(
            f"validation={share} of {n} samples leaves {held_back} to validate on; give more "
            "samples, or validation=0"
        )
    return order[held_back:], order[:held_back]


def pick(rows: list[list[float]], targets: list[float], indices: Sequence[int]) -> Samples:
    """Return the samples with these indices."""
    return [rows[i] for i in indices], [targets[i] for i in indices]


def as_array(numbers: Sequence[Any]) -> Any:
    """Return lists of numbers as an array, or as they are where NumPy is not installed."""
    try:
        import numpy as np
    except ModuleNotFoundError:
        return list(numbers)
    return np.array(numbers)


def take(part: Any, indices: Sequence[int]) -> Any:
    """Return the samples with these indices, of an array or of lists."""
    return [part[i] for i in indices] if isinstance(part, list) else part[indices]
