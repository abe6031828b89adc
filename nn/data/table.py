"""Reads a CSV file as named columns; errors name a cell as a spreadsheet does."""

from __future__ import annotations

import csv
import os
from collections import Counter
from io import StringIO
from itertools import zip_longest
from math import isfinite
from pathlib import Path


class DataError(ValueError):
    """A file or data set cannot be used as asked; the message names the file, row and column."""


class Table:
    """The cells of a CSV file, by column.

    Args:
        path: where it was read, for messages.
        columns: the names in the header.
        rows: the cells below it, each row with its number in a spreadsheet (the header is row 1).
    """

    def __init__(self, path: Path, columns: list[str], rows: list[tuple[int, list[str]]]) -> None:
        self.path = path
        self.columns = columns
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column.

        Raises:
            DataError: no such column, or a cell is empty.
        """
        self.require(column)
        at = self.columns.index(column)
        cells = [row[at] for _, row in self.rows]
        empty = [number for (number, row) in self.rows if not row[at]]
        if empty:
            more = f" (and {len(empty) - 1} more in that column)" if len(empty) > 1 else ""
            raise DataError(
                f"{self.path}: row {empty[0]}, column '{column}' is empty{more}; "
                "fill it in, or remove the row, or ignore the column"
            )
        return cells

    def numbers(self, column: str) -> list[float]:
        """Return the cells of a column as finite floats.

        Raises:
            DataError: no such column, or a cell is empty, text, nan or infinite.
        """
        found = []
        for (row, _), text in zip(self.rows, self.texts(column), strict=True):
            x = as_number(text)
            cell = f"{self.path}: row {row}, column '{column}'"
            if x is None:
                decimal_comma = as_number(text.replace(",", ".")) is not None
                remedy = (
                    "write it with a decimal point"
                    if decimal_comma
                    else "write a number, or remove the row, or ignore the column"
                )
                raise DataError(f"{cell} needs a number, got '{text}'; {remedy}")
            if not isfinite(x):
                raise DataError(
                    f"{cell} needs a finite number, got '{text}'; "
                    "fill it in, or remove the row, or ignore the column"
                )
            found.append(x)
        return found

    def require(self, column: str) -> None:
        """Raise unless there is a column of that name.

        Raises:
            DataError: there is none; the message lists those that there are.
        """
        if column not in self.columns:
            raise DataError(
                f"{self.path}: no column '{column}'; its columns are {', '.join(self.columns)}"
            )


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV file: UTF-8, a header row, then one sample per row.

    Cells are separated by commas, or by semicolons or tabs where the header shows more of those.
    Blank lines are skipped, and spaces around a cell are dropped.

    Raises:
        DataError: the file is missing, unreadable, empty, not UTF-8, has no header or a bad one,
            or rows of another length than the header.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"no such file: {path}") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: needs UTF-8 text, got byte 0x{error.object[error.start]:02x} at position "
            f"{error.start}; save it as 'CSV UTF-8'"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    first_line = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first_line.count)
    # csv rather than pandas: the file is small, and pandas takes a second to import.
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        # The n-th record is row n of a spreadsheet, also where a quoted cell holds a line break.
        records = [(n, [cell.strip() for cell in cells]) for n, cells in enumerate(reader, start=1)]
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.line_num} is not CSV: {error}") from None
    records = [(n, cells) for n, cells in records if any(cells)]
    if not records:
        raise DataError(f"{path}: is empty; it needs a header row, then one sample per row")
    (_, columns), *rows = records
    check_header(path, columns, [cells for _, cells in rows])
    for n, cells in rows:
        if len(cells) != len(columns):
            raise DataError(
                f"{path}: row {n} has {count(len(cells), 'cell')}, "
                f"the header has {count(len(columns), 'column')}"
            )
    return Table(path, columns, rows)


def check_header(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    """Raise where the first row cannot be a header.

    Raises:
        DataError: it looks like data, a name is empty or is there twice, or no row follows.
    """
    # A first row of data gives itself away: it has numbers, and any text in it is a class that
    # is there again below. Years as names ("country", 2019, 2020) pass, since "country" does not.
    below = [set(cells) for cells in zip_longest(*rows)]
    is_data = all(
        as_number(cell) is not None or (i < len(below) and cell in below[i])
        for i, cell in enumerate(columns)
    )
    if is_data and any(as_number(cell) is not None for cell in columns):
        raise DataError(
            f"{path}: has no header: row 1 is data ({', '.join(columns)}); "
            "put a row of column names above it"
        )
    if "" in columns:
        raise DataError(
            f"{path}: column {columns.index('') + 1} has no name in the header; "
            "name it, or remove the column"
        )
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise DataError(f"{path}: two columns are named '{twice[0]}'; rename one of them")
    if not rows:
        raise DataError(f"{path}: has a header but no rows below it; it needs one sample per row")


def as_number(text: str) -> float | None:
    """Return the number a cell holds, nan and infinities included, or None."""
    try:
        # float() also takes 1_000, which no spreadsheet writes.
        return None if "_" in text else float(text)
    except ValueError:
        return None


def count(n: int, noun: str) -> str:
    """Return a number with its noun: 1 cell, 2 cells."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
