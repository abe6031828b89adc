"""An array of numbers in plain Python: a list of numbers, or a list of equally long lists."""

from __future__ import annotations

import array as packed
import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Generic, TypeVar

from nn.monitor.arrays.of_numbers import (
    average,
    deviation,
    divide,
    index_of_largest,
    largest,
    smallest,
)

Number = TypeVar("Number")


class Array(Generic[Number]):
    """Numbers, in one dimension or two.

    Attributes:
        cells: the numbers, or a list of them for each row.
    """

    def __init__(self, cells: list[Any]) -> None:
        self.cells = cells

    @property
    def shape(self) -> tuple[int, ...]:
        """How many numbers, or how many rows and columns."""
        rows = self.cells
        return (len(rows), len(rows[0])) if rows and isinstance(rows[0], list) else (len(rows),)

    @property
    def flat(self) -> list[Any]:
        """The numbers, row after row."""
        return list(chain(*self.cells)) if len(self.shape) == 2 else self.cells

    @property
    def nbytes(self) -> int:
        """About the memory it takes: a reference and a number for each."""
        return 32 * len(self.flat)

    @property
    def T(self) -> Array[Number]:  # noqa: N802
        """Rows as columns."""
        return Array([list(column) for column in zip(*self.cells, strict=True)])

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells)

    def __getitem__(self, key: Any) -> Any:
        """Return a number, or numbers by slice, indices or mask; `[:, key]` picks columns."""
        if isinstance(key, tuple):
            rows, columns = key
            return Array([row[columns] for row in self.cells[rows]])
        if isinstance(key, (Array, list)):
            if len(key) and isinstance(key[0], bool):
                return Array([x for x, kept in zip(self.cells, key, strict=True) if kept])
            return Array([self.cells[i] for i in key])
        found = self.cells[key]
        return Array(found) if isinstance(found, list) else found

    def __eq__(self, other: object) -> Array[bool]:  # type: ignore[override]
        out: Array[bool] = each(operator.eq, self, other)
        return out

    def __ne__(self, other: object) -> Array[bool]:  # type: ignore[override]
        out: Array[bool] = each(operator.ne, self, other)
        return out

    def __lt__(self, other: Any) -> Any:
        return each(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return each(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return each(operator.gt, self, other)

    def __and__(self, other: Any) -> Any:
        return each(operator.and_, self, other)

    def __or__(self, other: Any) -> Any:
        return each(operator.or_, self, other)

    def __invert__(self) -> Any:
        return each(operator.not_, self)

    def __abs__(self) -> Any:
        return each(abs, self)

    def __add__(self, other: Any) -> Any:
        return each(operator.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return each(operator.sub, self, other)

    def __mul__(self, other: Any) -> Any:
        return each(operator.mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return each(divide, self, other)

    def __pow__(self, exponent: int) -> Any:
        assert exponent == 2, "only squares are used"
        return self * self

    def __matmul__(self, other: Array[Number]) -> Array[Number]:
        columns = other.T.cells
        return Array(
            [[sum(map(operator.mul, row, column)) for column in columns] for row in self.cells]
        )

    def reduce(self, function: Callable[[list[Any]], Any], axis: int | None = None) -> Any:
        """Return a function of all numbers, or with axis=1 of those of each row."""
        if axis is None:
            return function(self.flat)
        assert axis == 1, "only rows are reduced"
        return Array([function(row) for row in self.cells])

    def sum(self) -> Any:
        """Return the sum."""
        return sum(self.flat)

    def mean(self) -> float:
        """Return the mean."""
        return average(self.flat)

    def std(self, axis: int | None = None) -> Any:
        """Return the standard deviation."""
        return self.reduce(deviation, axis)

    def max(self, axis: int | None = None) -> Any:
        """Return the largest number, nan if there is one."""
        return self.reduce(largest, axis)

    def min(self) -> Any:
        """Return the smallest number, nan if there is one."""
        return smallest(self.flat)

    def all(self, axis: int | None = None) -> Any:
        """Return whether all are true."""
        return self.reduce(all, axis)

    def any(self) -> bool:
        """Return whether any is true."""
        return any(self.flat)

    def argmax(self) -> int:
        """Return the index of the first nan, or else of the largest number."""
        return index_of_largest(self.flat)

    def astype(self, dtype: Callable[[Any], Any]) -> Any:
        """Return the numbers as floats, integers or truth values."""
        return each(dtype, self)

    def reshape(self, n_rows: int, n_columns: int) -> Array[Number]:
        """Return the numbers in rows."""
        numbers = self.flat
        starts = range(0, n_rows * n_columns, n_columns)
        return Array([numbers[start : start + n_columns] for start in starts])

    def ravel(self) -> Array[Number]:
        """Return the numbers in one dimension."""
        return Array(self.flat)

    def copy(self) -> Array[Number]:
        """Return a copy."""
        return array(self)

    def tolist(self) -> list[Any]:
        """Return the numbers as lists."""
        return array(self).cells

    def tobytes(self) -> bytes:
        """Return the numbers as bytes."""
        return packed.array("d", self.flat).tobytes()


def each(function: Callable[..., Any], *inputs: Any) -> Any:
    """Apply a function number by number; a number, or a single column, is repeated as needed."""
    shapes = [x.shape for x in inputs if isinstance(x, Array)]
    if not shapes:
        return function(*inputs)
    assert len({len(shape) for shape in shapes}) == 1, f"cannot combine shapes {shapes}"
    lists = [x.cells if isinstance(x, Array) else x for x in inputs]
    n_rows = common_length(map(len, (x for x in lists if isinstance(x, list))))
    columns = [repeated(x, n_rows) for x in lists]
    if len(shapes[0]) == 1:
        return Array(list(map(function, *columns)))
    n_columns = common_length(shape[1] for shape in shapes)
    rows = zip(*columns, strict=True)
    return Array([list(map(function, *(repeated(x, n_columns) for x in row))) for row in rows])


def common_length(lengths: Iterable[int]) -> int:
    """Return the length to which lists of length 1 are repeated."""
    return next((n for n in lengths if n != 1), 1)


def repeated(x: Any, n: int) -> list[Any]:
    """Return a list of length n from a number, a list of one, or such a list itself."""
    if not isinstance(x, list):
        return [x] * n
    found = x * n if len(x) == 1 else x
    assert len(found) == n, f"cannot combine lengths {len(x)} and {n}"
    return found


def array(numbers: Iterable[Any], dtype: Callable[[Any], Any] | None = None) -> Array[Any]:
    """Return an array of numbers in lists, tuples or arrays, copied."""
    cells = [list(x) if isinstance(x, (list, tuple, Array)) else x for x in numbers]
    return Array(cells) if dtype is None else each(dtype, Array(cells))
