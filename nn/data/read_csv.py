"""Turns a CSV file into a data set, and asks for what it cannot guess."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING

from nn.checks import require_numpy
from nn.data.dataset import Dataset
from nn.data.table import DataError, Table, as_number, count, read_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_csv(
    path: str | os.PathLike[str],
    *,
    target: str | None = None,
    task: str | None = None,
    ignore: Sequence[str] = (),
) -> Dataset:
    """Read a data set of your own: a CSV file with a header, numeric features and one target.

    Args:
        path: the file, UTF-8, comma-, semicolon- or tab-separated.
        target: the column to predict; the last one by default.
        task: "classification" or "regression". By default text is classification and numbers are
            regression.
        ignore: columns that are neither features nor the target, such as a name or a serial number.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        DataError: the file cannot be used; the message names the row and column as a spreadsheet
            shows them.
    """
    require_numpy("nn.data.read_csv")
    import numpy as np

    if task not in (None, "classification", "regression"):
        raise DataError(f"task needs to be classification or regression, got '{task}'")
    table = read_table(path)
    features, target = choose_columns(table, target, ignore)
    task = task or task_of(table, target)
    X = np.array([table.numbers(column) for column in features]).T
    if task == "regression":
        quantity = np.array(table.numbers(target))
        notes = check_quantity(table, target, quantity)
        return Dataset(table.path.stem, X, quantity, features, None, target, notes=notes)
    texts = table.texts(target)
    classes = in_order(texts)
    check_classes(table, target, classes)
    y = np.array([classes.index(text) for text in texts], dtype=np.int64)
    return Dataset(table.path.stem, X, y, features, classes, target)


# ---- what a CSV file is used for ----


def choose_columns(
    table: Table, target: str | None, ignore: Sequence[str]
) -> tuple[list[str], str]:
    """Return the feature columns and the target column.

    Raises:
        DataError: no such column, or nothing is left to be a feature.
    """
    for column in (*ignore, *([] if target is None else [target])):
        table.require(column)
    if target in ignore:
        raise DataError(f"{table.path}: the target '{target}' cannot be ignored as well")
    left = [column for column in table.columns if column not in ignore]
    if len(left) < 2:
        raise DataError(
            f"{table.path}: needs at least one feature and a target, "
            f"got {count(len(left), 'column')}" + "".join(f" ('{column}')" for column in left)
        )
    target = target or left[-1]
    return [column for column in left if column != target], target


def task_of(table: Table, target: str) -> str:
    """Return "classification" for a target of text, "regression" for one of numbers.

    Raises:
        DataError: it holds both.
    """
    texts = table.texts(target)
    numbers = [as_number(text) is not None for text in texts]
    if not any(numbers):
        return "classification"
    if all(numbers):
        return "regression"
    # The rarer kind is the slip.
    at = numbers.index(2 * sum(numbers) < len(numbers))
    raise DataError(
        f"{table.path}: row {table.rows[at][0]}, column '{target}' is '{texts[at]}', but other "
        "rows hold " + ("text" if numbers[at] else "numbers") + "; correct it, or choose the task "
        "classification if both are classes"
    )


def in_order(texts: Sequence[str]) -> list[str]:
    """Return the different texts: numbers by size, words in alphabetical order."""

    def sort_key(text: str) -> tuple[float, str]:
        x = as_number(text)
        return (x if x is not None and isfinite(x) else inf, text)

    return sorted(set(texts), key=sort_key)


def check_classes(table: Table, target: str, classes: list[str]) -> None:
    """Raise unless there are classes to distinguish.

    Raises:
        DataError: one class only, or fewer than two rows per class.
    """
    if len(classes) == 1:
        raise DataError(
            f"{table.path}: column '{target}' has only one class, '{classes[0]}'; "
            "classification needs at least two"
        )
    if 2 * len(classes) > len(table):
        raise DataError(
            f"{table.path}: column '{target}' has {len(classes)} classes in {len(table)} rows; "
            "it needs at least two rows per class (is it a name rather than a class?)"
        )


def check_quantity(table: Table, target: str, y: NDArray[np.float64]) -> tuple[str, ...]:
    """Return notes on a numeric target: it may have been meant as classes.

    Raises:
        DataError: it is the same in every row.
    """
    levels = sorted(set(y.tolist()))
    if len(levels) == 1:
        raise DataError(
            f"{table.path}: column '{target}' is {levels[0]:g} in every row; "
            "there is nothing to learn"
        )
    if all(level.is_integer() for level in levels) and 2 * len(levels) <= min(20, len(y)):
        return (
            f"'{target}' holds {len(levels)} different whole numbers and is taken as a quantity "
            "(regression); if they are classes, choose the task classification",
        )
    return ()
