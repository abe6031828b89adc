"""Checks, splits and picks samples and their targets, before they cost an hour of training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import isfinite
from random import Random
from typing import Any

from nn.data.frames import named_columns, plain_list, rows_of

Rows = Sequence[Sequence[float]]
Samples = tuple[list[list[float]], list[float]]


def checked(X: Rows, names: Sequence[str] | None = None) -> list[list[float]]:
    """Return X as lists of floats.

    Args:
        X: a table: lists, an array, a data frame, a dictionary of columns, a list of dictionaries.
        names: of the columns that a model takes, in its order; where X names its columns too, they
            are found by name.

    Raises:
        ValueError: X is not a table: samples of different lengths, or nan or inf in it.
        TypeError: something in X is not a number.
    """
    columns = named_columns(X)
    if columns is not None:
        return rows_of(columns, names)
    given = plain_list(X, "X")
    if all_floats(given):
        return [row[:] for row in given]
    rows: list[list[float]] = []
    n_features = None
    for i, row in enumerate(given):
        if type(row) is not list:
            if not hasattr(row, "__len__") or isinstance(row, (str, bytes)):
                raise ValueError(
                    f"X must be a table, shape (n_samples, n_features); sample {i} is {row!r}; for "
                    "a single feature write [[x] for x in X], for a single sample [X]"
                )
            row = plain_list(row, f"sample {i} of X")
        if not set(map(type, row)) <= {float, int}:
            for x in row:
                if not_a_number(x):
                    raise TypeError(
                        f"X must hold numbers only; sample {i} has {x!r}; turn text into numbers "
                        "first, and give one flat list per sample"
                    )
        numbers = list(map(float, row))
        if n_features is None:
            n_features = len(numbers)
        if len(numbers) != n_features:
            raise ValueError(
                f"every sample in X must have the same number of features: sample 0 has "
                f"{n_features}, sample {i} has {len(numbers)}"
            )
        if not all(map(isfinite, numbers)):
            j, x = next((j, x) for j, x in enumerate(numbers) if not isfinite(x))
            raise ValueError(
                f"X has {x} in sample {i}, feature {j}; fill in or leave out missing numbers first"
            )
        rows.append(numbers)
    return rows


def all_floats(rows: Sequence[Any]) -> bool:
    """Return at once whether these are lists of finite floats, equally long, as they mostly are."""
    if set(map(type, rows)) != {list} or len(set(map(len, rows))) > 1:
        return False
    floats = set(map(type, chain.from_iterable(rows))) <= {float}
    return floats and all(map(isfinite, chain.from_iterable(rows)))


def not_a_number(x: object) -> bool:
    """Return whether `x` is text, a list or anything else that is not a number."""
    several = isinstance(x, (str, bytes, list, tuple)) or getattr(x, "ndim", 0) != 0
    return several or not hasattr(x, "__float__")


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


def ordered(X: Any, y: Any) -> tuple[Any, list[Any]]:
    """Return X as a list or as columns by name, and y as a list, once it is clear which is which.

    Raises:
        TypeError: a model stands in their place, or a set, which has no order.
        ValueError: they look exchanged.
    """
    columns = named_columns(X)
    X = plain_list(X, "X") if columns is None else columns
    targets = targets_of(y)
    first = X[0] if isinstance(X, list) and X else None
    if width_of(first) == 0 and targets and width_of(targets[0]) > 1 and len(X) == len(targets):
        raise ValueError(
            "X and y look exchanged: X is a list of numbers and y a table; the order is "
            "(model, X, y)"
        )
    return X, targets


def width_of(x: Any) -> int:
    """Return how many numbers a row has, or 0 for a single number or a text."""
    is_row = isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) == 1
    return len(x) if is_row else 0


def paired(
    X: Rows, y: Sequence[float], names: Sequence[str] | None = None
) -> tuple[list[list[float]], list[float]]:
    """Return X and y as lists.

    Args:
        X: a table, as of `checked`.
        y: one target per sample, or several.
        names: of the columns that a model takes, as of `checked`.

    Raises:
        ValueError: they differ in length, are empty, or hold nan or inf.
        TypeError: something in them is not a number.
    """
    X, targets = ordered(X, y)
    rows = checked(X, names)
    check_lengths(rows, targets)
    if not rows:
        raise ValueError("there must be at least one sample, got empty data")
    if set(map(type, targets)) <= {float, int} and all(map(isfinite, targets)):
        return rows, targets
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


def targets_of(y: Any) -> list[Any]:
    """Return y as a list: of numbers or texts, or of lists where there are several per sample.

    A table of one column is that column.
    """
    columns = named_columns(y)
    rows = (
        plain_list(y, "y")
        if columns is None
        else [list(row) for row in zip(*columns.values(), strict=True)]
    )
    rows = [row.tolist() if hasattr(row, "tolist") else row for row in rows]
    if rows and all(isinstance(row, (list, tuple)) and len(row) == 1 for row in rows):
        return [row[0] for row in rows]
    return rows


def split(
    n: int, share: float, rng: Random, classes: Sequence[Any] | None = None
) -> tuple[list[int], list[int]]:
    """Return the indices of the samples to train on and of those to validate on, shuffled.

    Args:
        n: how many samples there are.
        share: of them to validate on.
        rng: what shuffles them.
        classes: of each sample; its share of both parts is then that of all samples, to within one
            sample, and a class of a single sample is trained on.

    Raises:
        ValueError: the share is not from 0 to below 1, or leaves nothing on one side.
    """
    if not 0 <= share < 1:
        raise ValueError(
            f"validation must be a share from 0 to below 1, or a pair (X, y), got {share}"
        )
    order = list(range(n))
    rng.shuffle(order)
    n_held_back = round(n * share)
    if share and (n_held_back == 0 or n_held_back == n):
        raise ValueError(
            f"validation={share} of {n} samples leaves {n_held_back} to validate on; give more "
            "samples, or validation=0"
        )
    held_back = set(
        order[:n_held_back] if classes is None else stratified(order, n_held_back, classes)
    )
    return [i for i in order if i not in held_back], [i for i in order if i in held_back]


def stratified(order: Sequence[int], n_wanted: int, classes: Sequence[Any]) -> list[int]:
    """Return so many of these indices, of each class in proportion, and never all of a class."""
    members: dict[Any, list[int]] = {}
    for i in order:
        members.setdefault(str(classes[i]), []).append(i)
    due = {name: n_wanted * len(mine) / len(order) for name, mine in members.items()}
    number = {name: min(int(due[name]), len(mine) - 1) for name, mine in members.items()}
    # What rounding down leaves goes to the classes that it took most from.
    by_remainder = sorted(members, key=lambda name: number[name] - due[name])
    while sum(number.values()) < n_wanted:
        room = [name for name in by_remainder if number[name] < len(members[name]) - 1]
        if not room:
            break
        for name in room[: n_wanted - sum(number.values())]:
            number[name] += 1
    return [i for name, mine in members.items() for i in mine[: number[name]]]


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
