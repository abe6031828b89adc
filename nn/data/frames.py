"""Takes tables of other libraries, and records, as columns with names; anything else as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from math import isfinite
from typing import Any


def plain_list(x: Any, name: str) -> list[Any]:
    """Return a list, an array, a column or whatever else can be gone through, as a list.

    Args:
        x: what a user gives.
        name: of it, for the message.

    Raises:
        TypeError: it has no order, or is a text or a single thing.
    """
    if isinstance(x, Set):
        raise TypeError(f"{name} is a {type(x).__name__}, which has no order; use a list")
    if hasattr(x, "toarray"):  # SciPy's sparse matrices
        x = x.toarray()
    for method in ("tolist", "to_list", "to_pylist"):  # NumPy and PyTorch; polars; pyarrow
        if hasattr(x, method):
            found = getattr(x, method)()
            return found if isinstance(found, list) else [found]
    if isinstance(x, (str, bytes)) or not hasattr(x, "__iter__"):
        raise TypeError(f"{name} must be a list or an array, got {x!r}; the order is (model, X, y)")
    return list(x)


def is_named(X: Any) -> bool:
    """Return whether X is a table that names its columns."""
    if isinstance(X, Mapping) or getattr(getattr(X, "dtype", None), "names", None):
        return True
    if isinstance(X, Sequence) and not isinstance(X, str):
        return len(X) > 0 and isinstance(X[0], Mapping)
    kind = type(X)  # of which it is asked, since a lazy frame works out its columns
    is_frame = hasattr(kind, "columns") or hasattr(kind, "column_names")
    return is_frame and not hasattr(kind, "parameters")


def named_columns(X: Any) -> dict[str, list[Any]] | None:
    """Return the columns of a table that names them, or None if it does not.

    Such are the data frames of pandas, polars, pyarrow and others; a dictionary of columns; a list
    of dictionaries; a NumPy array with names.

    Raises:
        ValueError: columns differ in length, or records in their keys, or two have one name.
        TypeError: a single record stands where a table should.
    """
    if not is_named(X):
        return None
    if isinstance(X, Mapping):
        return of_dictionary(X)
    if isinstance(X, Sequence):
        return of_records(X)
    fields = getattr(getattr(X, "dtype", None), "names", None)
    return {name: X[name].tolist() for name in fields} if fields else of_frame(X)


def of_frame(frame: Any) -> dict[str, list[Any]]:
    """Return the columns of a data frame, through narwhals if it is installed.

    Raises:
        ValueError: two columns have one name.
    """
    frame = frame.collect() if hasattr(frame, "collect") else frame  # a lazy one
    names = list(getattr(frame, "column_names", None) or frame.columns)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise ValueError(f"two columns of X are named {twice!r}; rename one of them")
    try:
        from narwhals.stable.v1 import from_native
    except ImportError:
        pass
    else:
        known: Any = from_native(frame, pass_through=True)
        if known is not frame:
            return {str(name): known[name].to_list() for name in names}
    # What they have in common; pyarrow calls it otherwise.
    return {str(name): plain_list(frame[name], "a column of X") for name in names}


def of_dictionary(columns: Mapping[Any, Any]) -> dict[str, list[Any]]:
    """Return a dictionary of columns as one of lists.

    Raises:
        ValueError: they differ in length.
        TypeError: they are single numbers.
    """
    single = [
        name for name, x in columns.items() if isinstance(x, str) or not hasattr(x, "__iter__")
    ]
    if single:
        raise TypeError(
            f"X is one record, with {columns[single[0]]!r} for {single[0]!r}; put it in a list: [X]"
        )
    found = {str(name): plain_list(x, f"column {name!r} of X") for name, x in columns.items()}
    lengths = {name: len(x) for name, x in found.items()}
    if len(set(lengths.values())) > 1:
        (first, n), *others = lengths.items()
        other, m = next((name, k) for name, k in others if k != n)
        raise ValueError(
            f"the columns of X must be equally long: {first!r} has {n} numbers, {other!r} has {m}"
        )
    return found


def of_records(records: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    """Return a list of dictionaries as columns.

    Raises:
        ValueError: one has other keys than the first.
    """
    names = list(records[0])
    for i, record in enumerate(records):
        if not isinstance(record, Mapping) or record.keys() != records[0].keys():
            keys = ", ".join(map(repr, record)) if isinstance(record, Mapping) else repr(record)
            raise ValueError(
                f"every record in X must have the same keys: sample 0 has "
                f"{', '.join(map(repr, names))}, sample {i} has {keys}; fill in what is missing"
            )
    return {str(name): [record[name] for record in records] for name in names}


def rows_of(
    columns: Mapping[str, list[Any]], wanted: Sequence[str] | None = None
) -> list[list[float]]:
    """Return columns as rows of floats.

    Args:
        columns: by name.
        wanted: the names of those to take, in that order; None for all as they are.

    Raises:
        ValueError: a column is missing, or has a gap, nan or inf.
        TypeError: a column holds something else than numbers.
    """
    missing = [name for name in wanted or () if name not in columns]
    if missing:
        raise ValueError(
            f"X lacks column {missing[0]!r}, which the model was trained on; it has "
            + ", ".join(map(repr, columns))
        )
    found = [floats(columns[name], name) for name in wanted or columns]
    return [list(row) for row in zip(*found, strict=True)]


def floats(cells: Sequence[Any], name: str) -> list[float]:
    """Return a column as finite floats.

    Raises:
        ValueError: a cell is missing, nan or inf.
        TypeError: a cell is not a number.
    """
    if not (set(map(type, cells)) <= {int, float, bool} and all(map(isfinite, cells))):
        for i, x in enumerate(cells):
            place = f"column {name!r} of X, sample {i},"
            if x is None or type(x).__name__ in ("NAType", "NaTType") or (is_number(x) and x != x):
                raise ValueError(f"{place} is missing ({x}); fill it in, or leave out that sample")
            if not is_number(x):
                raise TypeError(f"{place} must be a number, got {x!r}; {remedy_for(x)}")
            if not isfinite(x):
                raise ValueError(f"{place} is {x}; correct it, or leave out that sample")
    return list(map(float, cells))


def is_number(x: object) -> bool:
    """Return whether `x` is a number of any kind; text, lists and dates are none."""
    return hasattr(x, "__float__") and not isinstance(x, (str, bytes)) and not hasattr(x, "__len__")


def remedy_for(x: object) -> str:
    """Return what to do with something that is not a number."""
    if isinstance(x, (str, bytes)):
        return (
            "turn text into numbers first, such as a column of 0 and 1 per category "
            "(get_dummies in pandas, to_dummies in polars), or leave the column out"
        )
    if hasattr(x, "year") or hasattr(x, "days"):
        return "take a number from it, such as the year, or leave the column out"
    return "turn it into a number, or leave the column out"
