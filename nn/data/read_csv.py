"""Turns a CSV file into a data set, and asks for what it cannot guess."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING

from nn.checks import require_numpy
from nn.data.cells import count, listed, parse, shown
from nn.data.columns import (
    categories_in,
    feature_names,
    features,
    is_id,
    option,
    why_left_out,
)
from nn.data.dataset import Dataset
from nn.data.table import Table, read_table
from nn.data.text_file import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONG_CLASS = 200


def read_csv(
    path: str | os.PathLike[str],
    *,
    target: str | None = None,
    task: str | None = None,
    ignore: Sequence[str] = (),
    keep: Sequence[str] = (),
    missing: str | None = None,
    decimal: str | None = None,
) -> Dataset:
    """Read a data set of your own: a CSV file with a header, features and one target.

    A column of text becomes a feature per category. Columns with nothing to learn from (row
    numbers, names, dates, the same in every row) are left out. `Dataset.notes` says which.

    Args:
        path: the file; its encoding and separator are told from it.
        target: the column to predict; the last one by default.
        task: "classification" or "regression". By default text and two whole numbers, such as 0
            and 1, are classes, and other numbers a quantity.
        ignore: columns that are neither features nor the target.
        keep: columns that are features even if they would be left out.
        missing: "drop" to leave out rows with a gap (an empty cell, NA, ?); None refuses them.
        decimal: the decimal mark, "." or ","; by default told from the numbers.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        DataError: the file cannot be used; the message names the row and column as a spreadsheet
            shows them.
    """
    require_numpy("nn.data.read_csv")

    for name, given, known in (
        ("task", task, (None, "classification", "regression")),
        ("missing", missing, (None, "drop")),
    ):
        if given not in known:
            wanted = " or ".join(choice for choice in known if choice)
            raise DataError(f"{name} needs to be {wanted}, got '{given}'")
    table = read_table(path, decimal=decimal)
    columns, target, left_out = choose_columns(table, target, ignore, keep)
    table = without_gaps(table, [*columns, target], missing)
    categories = categories_in(table, columns)
    names = feature_names(columns, categories)
    twice = [name for name, times in Counter([*names, target]).items() if times > 1]
    if twice:
        raise DataError(f"{table.path}: two features would be called '{twice[0]}'; rename a column")
    for column, found in categories.items():
        table.notes.append(
            f"'{column}' is text, and becomes {count(len(found), 'feature')}: {listed(found)}"
        )
    table.notes += left_out.values()
    class_names, y = read_target(table, target, task)
    X = features(table, columns, categories)
    return Dataset(
        table.path.stem,
        X,
        y,
        names,
        class_names,
        target,
        notes=tuple(table.notes),
        categories=categories,
        ignored=tuple(dict.fromkeys([*ignore, *left_out])),
        decimal=table.decimal or table.file_mark,
    )


# ---- what a CSV file is used for ----


def choose_columns(
    table: Table, target: str | None, ignore: Sequence[str], keep: Sequence[str]
) -> tuple[list[str], str, dict[str, str]]:
    """Return the columns that are features, the target, and a note on each that is left out.

    Raises:
        DataError: no such column, or nothing is left to be a feature.
    """
    for column in (*ignore, *keep, *([] if target is None else [target])):
        table.require(column)
    both = next((column for column in keep if column in ignore), None)
    if both is not None:
        raise DataError(f"{table.path}: column '{both}' is to be kept and ignored; choose one")
    if target in ignore:
        raise DataError(f"{table.path}: the target '{target}' cannot be ignored as well")
    left = [column for column in table.columns if column not in ignore]
    if len(left) < 2:
        raise DataError(
            f"{table.path}: needs at least one feature and a target, "
            f"got {count(len(left), 'column')}" + "".join(f" ('{column}')" for column in left)
        )
    target = target or left[-1]
    candidates = [column for column in left if column != target]
    reasons = {column: why_left_out(table, column) for column in candidates if column not in keep}
    if all(reasons.get(column) for column in candidates):
        # A single x that counts up is all there is to learn from, unless it is called an id.
        reasons |= {
            c: None for c in candidates if not is_id(c) and reasons[c] == "numbers the rows"
        }
    notes = {
        column: f"'{column}' {reason}, and is left out; to keep it: {option('--keep', [column])}"
        for column, reason in reasons.items()
        if reason
    }
    kept = [column for column in candidates if column not in notes]
    if not kept:
        raise DataError(f"{table.path}: no feature is left: {'; '.join(notes.values())}")
    return kept, target, notes


def without_gaps(table: Table, columns: Sequence[str], missing: str | None) -> Table:
    """Return the table without the rows that have a gap in one of these columns.

    Raises:
        DataError: there are such rows, and they are not to be dropped, or they are all.
    """
    gaps = {column: found for column in columns if (found := table.gaps(column))}
    if not gaps:
        return table
    incomplete = set[int]().union(*gaps.values())
    n_left = len(table) - len(incomplete)
    if missing is None:
        column, (first, *_) = next(iter(gaps.items()))
        cell = table.cells[column][first]
        what = f"missing ('{cell}')" if cell else "empty"
        every = ", ".join(f"'{name}' in {count(len(g), 'row')}" for name, g in gaps.items())
        raise DataError(
            f"{table.place(first, column)} is {what} (missing in all: {every}); fill in what is "
            f"missing, or leave out such rows with --missing drop ({n_left} of {len(table)} are "
            f"left), or the columns with {option('--ignore', gaps)}"
        )
    if not n_left:
        raise DataError(
            f"{table.path}: every row has a gap ({listed(gaps)}), so --missing drop leaves none; "
            f"leave out columns with {option('--ignore', gaps)}"
        )
    complete = table.take([i for i in range(len(table)) if i not in incomplete])
    complete.notes.append(
        f"{count(len(incomplete), 'row')} of {len(table)} left out: {listed(gaps)} missing"
    )
    return complete


def read_target(
    table: Table, target: str, task: str | None
) -> tuple[list[str] | None, NDArray[np.int64] | NDArray[np.float64]]:
    """Return the names of the classes, or None for a quantity; and the target as numbers.

    Raises:
        DataError: it is neither classes nor a quantity.
    """
    import numpy as np

    if (task or task_of(table, target)) == "regression":
        y = np.array(table.numbers(target))
        if task == "regression" or not is_two_classes(y):
            check_quantity(table, target, y)
            return None, y
        low, high = np.unique(y)
        table.notes.append(
            f"'{target}' is {low:.0f} or {high:.0f} and is taken as two classes; if it is a "
            "quantity: --task regression"
        )
        texts = [f"{x:.0f}" for x in y.tolist()]
    else:
        texts = table.texts(target)
        name = {text: class_name(text) for text in set(texts)}
        texts = [name[text] for text in texts]
    classes = in_order(texts)
    check_classes(table, target, classes)
    numbers = {name: k for k, name in enumerate(classes)}
    return classes, np.array([numbers[text] for text in texts], dtype=np.int64)


def task_of(table: Table, target: str) -> str:
    """Return "classification" for a target of text, "regression" for one of numbers.

    Raises:
        DataError: it holds both, or a gap.
    """
    texts = table.texts(target)
    is_number = {text: any(parse(text, mark) for mark in ".,") for text in set(texts)}
    if not any(is_number.values()):
        return "classification"
    if all(is_number.values()):
        return "regression"
    # The rarer kind is the slip.
    numbers = [is_number[text] for text in texts]
    at = numbers.index(2 * sum(numbers) < len(numbers))
    raise DataError(
        f"{table.place(at, target)} is '{shown(texts[at])}', but other rows hold "
        + ("text" if numbers[at] else "numbers")
        + "; correct it, or if both are classes: --task classification"
    )


def is_two_classes(y: NDArray[np.float64]) -> bool:
    """Return whether a target of numbers is the numbers that people give to two classes."""
    return sorted(set(y.tolist())) in ([0, 1], [-1, 1], [1, 2])


def class_name(cell: str) -> str:
    """Return the name of a class: a whole number has one name, so 1 for 1.0."""
    found = parse(cell, ".")
    is_whole = found is not None and not found[1] and abs(found[0]) < 1e15
    return f"{found[0]:.0f}" if is_whole and found[0].is_integer() else cell  # type: ignore[index]


def in_order(texts: Sequence[str]) -> list[str]:
    """Return the different texts: numbers by size, words in alphabetical order."""

    def sort_key(text: str) -> tuple[float, str]:
        found = parse(text, ".")
        return (found[0] if found is not None and isfinite(found[0]) else inf, text)

    return sorted(set(texts), key=sort_key)


def check_classes(table: Table, target: str, classes: list[str]) -> None:
    """Raise unless there are classes to distinguish.

    Raises:
        DataError: one class only, or fewer than two rows per class, or one is a long text.
    """
    if len(classes) == 1:
        raise DataError(
            f"{table.path}: column '{target}' has only one class, '{shown(classes[0])}'; "
            "classification needs at least two"
        )
    if 2 * len(classes) > len(table):
        raise DataError(
            f"{table.path}: column '{target}' has {len(classes)} classes in {len(table)} rows; "
            "it needs at least two rows per class (is it a name rather than a class?)"
        )
    longest = max(classes, key=len)
    if len(longest) > LONG_CLASS:
        raise DataError(
            f"{table.path}: column '{target}' has a class of {len(longest)} characters, "
            f"'{shown(longest)}'; a class needs a name of {LONG_CLASS} at most"
        )


def check_quantity(table: Table, target: str, y: NDArray[np.float64]) -> None:
    """Note that a numeric target may have been meant as classes.

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
        table.notes.append(
            f"'{target}' holds {len(levels)} different whole numbers and is taken as a quantity "
            "(regression); if they are classes: --task classification"
        )
