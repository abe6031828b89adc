"""Says what each column of a table is good for: a number, categories, or nothing to learn from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from nn.data.cells import is_date, listed, shown
from nn.data.table import Table
from nn.data.text_file import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Categories = Mapping[str, Sequence[str]]
NUMBERS_ROWS = "numbers the rows"
MANY = 20  # categories; more than that are names, tickets, free text
ID_WORD = "id|uid|key|index|idx|no|nr|num|number|uuid|guid|serial|code"
ID_NAME = re.compile(
    rf"(?:row|pk|{ID_WORD})(?:[^a-z].*)?|.*[ _-](?:{ID_WORD})|.*[a-z]I[dD]|unnamed.*"
    r"|(?:user|customer|client|order|patient|passenger|employee|student|product|account|item)id"
).fullmatch
TIME_NAME = re.compile(
    r".*(year|month|week|day|hour|minute|second|time|date|age|jahr|monat|tag)"
).fullmatch


def why_left_out(table: Table, column: str) -> str | None:
    """Return why there is nothing to learn from a column, or None if it can be a feature."""
    present = table.present(column)
    if not present:
        return "is empty in every row"
    different = set(present)
    if len(different) == 1:
        return f"is {shown(present[0])} in every row"
    if all(map(is_date, different)):
        return "holds dates or times; put what counts, such as the year, in a column of its own"
    if table.is_numeric(column):
        return NUMBERS_ROWS if numbers_rows(column, present) else None
    if len(different) > MANY or (2 * len(different) > len(present) and len(different) > 2):
        return f"is text with {len(different)} different values, such as {shown(present[0])}"
    return None


def numbers_rows(column: str, cells: Sequence[str]) -> bool:
    """Return whether a column of numbers only says which row is which.

    That are whole numbers, another one in each row, that follow one another from 0 or 1; or from
    any other, unless the name is that of a time; or that leave some out, if the name is an id's.
    """
    if not all(map(str.isdecimal, cells)) or max(map(len, cells)) > 15:
        return False
    numbers = sorted(map(int, cells))
    if len(numbers) < 5 or len(set(numbers)) < len(numbers):
        return False
    follow = numbers[-1] - numbers[0] == len(numbers) - 1
    return is_id(column) or (follow and (numbers[0] in (0, 1) or not TIME_NAME(column.lower())))


def is_id(column: str) -> bool:
    """Return whether a column has the name of an identifier: id, row, customer_no, PassengerId."""
    return ID_NAME(column) is not None or ID_NAME(column.lower()) is not None


def categories_in(table: Table, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the categories of each of these columns that holds text, in alphabetical order.

    Raises:
        DataError: a column holds dates, or has a gap.
    """
    found = {}
    for column in columns:
        if table.is_numeric(column):
            continue
        different = set(table.texts(column))
        if all(map(is_date, different)):
            raise DataError(
                f"{table.path}: column '{column}' holds dates or times, such as "
                f"{shown(table.cells[column][0])}, which are not numbers; put what counts, such as "
                "the year, in a column of its own"
            )
        found[column] = sorted(different)
    return found


def feature_names(columns: Sequence[str], categories: Categories) -> list[str]:
    """Return the name of each feature: the column, or "column = category" for each category."""
    return [
        name
        for column in columns
        for name in (
            [f"{column} = {category}" for category in categories[column]]
            if column in categories
            else [column]
        )
    ]


def columns_of(names: Sequence[str], categories: Categories) -> list[str]:
    """Return the columns of features with these names."""
    made = {name: column for column in categories for name in feature_names([column], categories)}
    return list(dict.fromkeys(made.get(name, name) for name in names))


def features(table: Table, columns: Sequence[str], categories: Categories) -> NDArray[np.float64]:
    """Return the features in a table, shape (n_samples, n_features).

    A column with categories has a feature for each: 1 where the cell is it, and 0 elsewhere.

    Raises:
        DataError: a cell is missing, or not a number; or a category is not one of those known.
    """
    import numpy as np

    found = []
    for column in columns:
        if column not in categories:
            found.append(np.array(table.numbers(column)))
            continue
        number = {category: k for k, category in enumerate(categories[column])}
        cells = table.texts(column)
        for i, cell in enumerate(cells):
            if cell not in number:
                raise DataError(
                    f"{table.place(i, column)} is '{shown(cell)}', but the model knows only "
                    f"{listed(number, most=MANY)}; correct it, or train again with such rows"
                )
        codes = np.array([number[cell] for cell in cells])
        found += [(codes == k).astype(float) for k in range(len(number))]
    return np.column_stack(found)


def option(name: str, columns: Collection[str]) -> str:
    """Return an option of the command line that names columns."""
    text = ",".join(f'"{c}"' if "," in c else c for c in columns)
    quote = "'" if '"' in text else '"'
    return f"{name} {text}" if re.fullmatch(r"[\w,.=-]+", text) else f"{name} {quote}{text}{quote}"
