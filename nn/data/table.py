"""The cells of a CSV file as named columns; errors name a cell as a spreadsheet does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from math import isfinite
from pathlib import Path

from nn.data.cells import (
    MISSING,
    all_floats,
    as_float,
    count,
    is_date,
    listed,
    parse,
    reads_both_ways,
    shown,
)
from nn.data.text_file import DataError, read_rows

LONG_NAME = 200
OTHER_MARK = {".": ",", ",": "."}


class Table:
    """The cells of a CSV file, by column.

    Args:
        path: where it was read, for messages.
        columns: the names in the header.
        cells: one list per column.
        rows: the number of each row in a spreadsheet (the header is row 1).
        separator: of the cells in the file.
        decimal: the decimal mark, "." or ",", if it is known.
        usual: the decimal mark where numbers could be read both ways.

    Attributes:
        notes: what a user should know about how it was read.
    """

    def __init__(
        self,
        path: Path,
        columns: list[str],
        cells: Sequence[list[str]],
        rows: Sequence[int],
        *,
        separator: str = ",",
        decimal: str | None = None,
        usual: str | None = None,
    ) -> None:
        self.path = path
        self.columns = columns
        self.cells = dict(zip(columns, cells, strict=True))
        self.rows = rows
        self.separator, self.decimal, self.usual = separator, decimal, usual
        self.notes: list[str] = []
        self._floats: dict[str, list[float] | None] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, indices: Sequence[int]) -> Table:
        """Return the table of the rows with these indices."""
        cells = [[column[i] for i in indices] for column in self.cells.values()]
        part = Table(self.path, self.columns, cells, [self.rows[i] for i in indices])
        part.separator, part.decimal = self.separator, self.decimal
        part.usual, part.notes = self.file_mark or self.usual, self.notes
        return part

    def require(self, column: str) -> None:
        """Raise unless there is a column of that name.

        Raises:
            DataError: there is none; the message lists those that there are.
        """
        if column not in self.cells:
            raise DataError(
                f"{self.path}: no column '{shown(column)}'; its columns are {listed(self.columns)}"
            )

    def place(self, i: int, column: str) -> str:
        """Return the name of a cell, in words."""
        return f"{self.path}: row {self.rows[i]}, column '{column}'"

    def gaps(self, column: str) -> list[int]:
        """Return the indices of the rows where a column is missing: empty, NA, ? or the like."""
        return [i for i, cell in enumerate(self.cells[column]) if cell in MISSING]

    def present(self, column: str) -> list[str]:
        """Return the cells of a column that are not missing."""
        return [cell for cell in self.cells[column] if cell not in MISSING]

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column.

        Raises:
            DataError: no such column, or a cell is missing.
        """
        self.require(column)
        gaps = self.gaps(column)
        if gaps:
            cell = self.cells[column][gaps[0]]
            what = f"missing ('{cell}')" if cell else "empty"
            more = f" (and {len(gaps) - 1} more in that column)" if len(gaps) > 1 else ""
            raise DataError(
                f"{self.place(gaps[0], column)} is {what}{more}; fill it in, or leave out such "
                "rows with --missing drop, or the column with --ignore"
            )
        return self.cells[column]

    # ---- numbers ----

    def is_numeric(self, column: str) -> bool:
        """Return whether a column is one of numbers: at least half of it are, and it has some."""
        if self._plain(column) is not None:
            return True
        present = Counter(self.present(column))
        numbers = sum(n for cell, n in present.items() if any(parse(cell, m) for m in ".,"))
        return bool(present) and 2 * numbers >= present.total()

    def numbers(self, column: str) -> list[float]:
        """Return the cells of a column as finite floats.

        Raises:
            DataError: no such column; a cell is missing, text or infinite; it mixes currencies; or
                its decimal mark is not clear.
        """
        cells = self.texts(column)
        zeros = next((c for c in cells if c[0] == "0" and len(c) > 1 and c.isdecimal()), None)
        if zeros is not None:
            self._note(
                f"'{column}': {shown(zeros)} is read as {float(zeros):.12g}; if these are codes, "
                "leave them out with --ignore"
            )
        mark = self.mark_of(column)
        plain = self._plain(column) if mark == "." else None
        if plain is not None and all(map(isfinite, plain)):
            return plain
        found = {cell: parse(cell, mark) for cell in set(cells)}
        units: dict[str, str] = {}
        for i, cell in enumerate(cells):
            number = found[cell]
            if number is None:
                raise self._not_a_number(i, column, mark)
            if not isfinite(number[0]):
                raise DataError(
                    f"{self.place(i, column)} needs a finite number, got '{shown(cell)}'; "
                    "correct it, or remove the row, or leave out the column with --ignore"
                )
            units.setdefault(number[1], cell)
        # A currency may be left out in some rows, but 5 is not 5 %.
        if len(units.keys() - {""}) > 1 or ("%" in units and len(units) > 1):
            examples = " and ".join(f"'{shown(cell)}'" for cell in units.values())
            raise DataError(
                f"{self.path}: column '{column}' mixes units, such as {examples}; write all in "
                "one, or leave out the column with --ignore"
            )
        example = next((cell for cell in cells if as_float(cell) != found[cell][0]), None)  # type: ignore[index]
        if example is not None:
            self._note(f"'{column}': {shown(example)} is read as {found[example][0]:.12g}")  # type: ignore[index]
        return [found[cell][0] for cell in cells]  # type: ignore[index]

    def _not_a_number(self, i: int, column: str, mark: str) -> DataError:
        """Return the error for a cell that holds no number by this decimal mark."""
        cell = self.cells[column][i]
        remedy = "correct it, or remove the row, or leave out the column with --ignore"
        if parse(cell, OTHER_MARK[mark]):
            name = {".": "point", ",": "comma"}[mark]
            remedy = f"it is read with a decimal {name}, as " + (
                "--decimal says" if self.decimal else "most of the column; write all numbers alike"
            )
        elif is_date(cell):
            remedy = f"a date is not a number; {remedy}"
        return DataError(f"{self.place(i, column)} needs a number, got '{shown(cell)}'; {remedy}")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _plain(self, column: str) -> list[float] | None:
        """Return a column as floats, without what is missing, if Python can read all the rest."""
        if column not in self._floats:
            self._floats[column] = all_floats(self.present(column)) or None
        return self._floats[column]

    def mark_of(self, column: str) -> str:
        """Return the decimal mark of a column of numbers.

        Raises:
            DataError: it is not clear whether 1,250 is 1250 or 1.25.
        """
        if self.decimal is not None:
            return self.decimal
        clear = self._clear_marks(column)
        if clear and not ("," in clear and self.separator == ","):
            return max(clear, key=clear.__getitem__)
        unclear = [cell for cell in self._with_marks(column) if reads_both_ways(cell)]
        # In a file of commas, numbers with a comma are thousands, and a few others may be slips.
        if clear and len(unclear) > clear.total():
            raise self._not_clear(column, unclear[0])
        if clear or not unclear:
            return max(clear, key=clear.__getitem__, default=".")
        known = self.file_mark or self.usual or ("." if self.separator == "," else None)
        if known is None and "," in unclear[0]:
            raise self._not_clear(column, unclear[0])
        if known is None:
            self._note(
                f"'{column}': {shown(unclear[0])} is read with a decimal point; if the point is "
                "between thousands, add --decimal ,"
            )
        return known or "."

    def _not_clear(self, column: str, cell: str) -> DataError:
        """Return the question whether a cell is 1250 or 1.25."""
        ways = " or ".join(f"{parse(cell, mark)[0]:.12g}" for mark in ".,")  # type: ignore[index]
        return DataError(
            f"{self.path}: column '{column}': is {shown(cell)} {ways}? choose the decimal mark, "
            "--decimal . or --decimal ,"
        )

    def _with_marks(self, column: str) -> Iterator[str]:
        """Yield the cells of a column that have a point or a comma."""
        return (cell for cell in self.present(column) if "." in cell or "," in cell)

    def _clear_marks(self, column: str) -> Counter[str]:
        """Return how many cells of a column are numbers by one decimal mark only, by that mark."""
        if self._plain(column) is not None:
            one_way = any(parse(cell, ",") is None for cell in self._with_marks(column))
            return Counter("." * one_way)
        found: Counter[str] = Counter()
        for cell, n in Counter(self._with_marks(column)).items():
            fits = [mark for mark in ".," if parse(cell, mark) is not None]
            if len(fits) == 1:
                found[fits[0]] += n
        return found

    @cached_property
    def file_mark(self) -> str | None:
        """The decimal mark of the columns of numbers where it is clear, if they agree."""
        numeric = (column for column in self.columns if self.is_numeric(column))
        marks = {mark for column in numeric for mark in self._clear_marks(column)}
        return marks.pop() if len(marks) == 1 else None


def read_table(
    path: str | os.PathLike[str], *, decimal: str | None = None, usual: str | None = None
) -> Table:
    """Read a CSV file: a header row, then one sample per row.

    Cells are separated by commas, semicolons, tabs, | or spaces, whatever fits the first rows.
    Blank lines are skipped, and spaces around a cell are dropped.

    Args:
        path: the file.
        decimal: the decimal mark of its numbers, "." or ","; by default told from them.
        usual: the decimal mark where numbers could be read both ways.

    Raises:
        DataError: the file is missing, unreadable, empty, not text, has no header or a bad one,
            or rows of another length than the header.
    """
    path = Path(path)
    if decimal not in (None, ".", ","):
        raise DataError(f"the decimal mark must be '.' or ',', got '{shown(decimal)}'")
    records, separator, notes = read_rows(path)
    (_, header), *rows = records
    columns = [name_of(cell) for cell in header]
    for n, cells in rows:
        if len(cells) != len(columns):
            raise DataError(
                f"{path}: row {n} has {count(len(cells), 'cell')}, "
                f"the header has {count(len(columns), 'column')}" + hint(cells, columns, separator)
            )
    by_column = [list(map(str.strip, column)) for column in zip(*(r for _, r in rows), strict=True)]
    by_column = by_column or [[] for _ in columns]
    unnamed = [i for i, name in enumerate(columns) if not name]
    # pandas writes the number of a row without a name; a separator ends each row of some files.
    if unnamed == [0] and columns[1:] and all(map(str.isdecimal, by_column[0])) and rows:
        columns[0] = "row number"
        notes.append("column 1 has no name, and is called 'row number'")
    for i in reversed(unnamed):
        if i and rows and not any(by_column[i]):
            del columns[i], by_column[i]
    check_header(path, columns, by_column)
    numbers = [n for n, _ in rows]
    table = Table(
        path, columns, by_column, numbers, separator=separator, decimal=decimal, usual=usual
    )
    table.notes += notes
    return table


def name_of(cell: str) -> str:
    """Return the name in a cell of the header, in one line, without what cannot be seen."""
    return " ".join("".join(c for c in cell if c.isprintable() or c.isspace()).split())


def hint(cells: Sequence[str], columns: Sequence[str], separator: str) -> str:
    """Return what to do about a row of another length than the header."""
    if separator == "," and len(cells) > len(columns):
        return "; put a cell with a comma in it in quotation marks"
    return "; add what is missing, or remove the row" if len(cells) < len(columns) else ""


def check_header(path: Path, columns: list[str], below: Sequence[list[str]]) -> None:
    """Raise where the first row cannot be a header.

    Raises:
        DataError: it looks like data, a name is empty, too long or there twice, or no row follows.
    """
    # A first row of data gives itself away: it has numbers, and any text in it is a class that
    # is there again below. Years as names ("country", 2019, 2020) pass, since "country" does not.
    is_number = [as_float(cell) is not None for cell in columns]
    pairs = zip(columns, is_number, below, strict=True)
    if any(is_number) and all(number or cell in cells for cell, number, cells in pairs):
        raise DataError(
            f"{path}: has no header: row 1 is data ({listed(columns)}); "
            "put a row of column names above it"
        )
    if "" in columns:
        raise DataError(
            f"{path}: column {columns.index('') + 1} has no name in the header; "
            "name it, or remove the column"
        )
    long = next((i for i, name in enumerate(columns) if len(name) > LONG_NAME), None)
    if long is not None:
        raise DataError(
            f"{path}: the name of column {long + 1} has {len(columns[long])} characters; it needs "
            f"{LONG_NAME} at most"
        )
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise DataError(f"{path}: two columns are named '{twice[0]}'; rename one of them")
    if not any(below):
        raise DataError(f"{path}: has a header but no rows below it; it needs one sample per row")
