"""What a monitor uses of NumPy, in plain Python, for where NumPy is not installed, as in a browser.

An array is a list of numbers or a list of equally long lists. Functions, arguments and results are
those of NumPy, but for what no monitor uses: it is `arrays.py` that chooses between the two.
"""

from __future__ import annotations

import array as packed
import math
import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain, pairwise
from typing import Any, Generic, TypeVar

Number = TypeVar("Number")
float64 = float32 = float
intp = int
bool_ = bool
nan = math.nan


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
        return argmax(self)

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


class Function:
    """A function of two numbers that NumPy can apply to groups of numbers too.

    Args:
        of_many: gives the result for a list of numbers.
    """

    def __init__(self, of_many: Callable[[list[Any]], Any]) -> None:
        self.of_many = of_many

    def __call__(self, a: Any, b: Any) -> Any:
        """Return the result for each pair of numbers."""
        return each(lambda x, y: self.of_many([x, y]), a, b)

    def reduceat(self, numbers: Array[Number], starts: Sequence[int]) -> Array[Number]:
        """Return the result for each group, where `starts` says where it begins."""
        return Array([self.of_many(part.cells) for part in split(numbers, starts[1:])])


# ---- of numbers ----


def divide(x: float, y: float) -> float:
    """Return x / y; for y = 0 inf or nan."""
    return x / y if y else x * math.inf * math.copysign(1.0, y) if x == x else nan


def has_nan(numbers: Iterable[float]) -> bool:
    """Return whether a number is nan."""
    return any(x != x for x in numbers)


def largest(numbers: list[Any]) -> Any:
    """Return the largest number, nan if there is one."""
    return nan if has_nan(numbers) else max(numbers)


def smallest(numbers: list[Any]) -> Any:
    """Return the smallest number, nan if there is one."""
    return nan if has_nan(numbers) else min(numbers)


def average(numbers: list[Any]) -> float:
    """Return the mean, nan if there are no numbers."""
    return divide(float(sum(numbers)), len(numbers))


def deviation(numbers: list[Any]) -> float:
    """Return the standard deviation."""
    middle = average(numbers)
    return math.sqrt(average([(x - middle) * (x - middle) for x in numbers]))


def nan_last(x: float) -> tuple[bool, float]:
    """Return what to sort a number by."""
    return x != x, x


# ---- of arrays ----


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


asarray = array


def zeros(n: int, dtype: Callable[[Any], Any] = float) -> Array[Any]:
    """Return n zeros."""
    return Array([dtype(0)] * n)


def ones(n: int, dtype: Callable[[Any], Any] = float) -> Array[Any]:
    """Return n ones, or n times True."""
    return Array([dtype(1)] * n)


def arange(n: int) -> Array[int]:
    """Return the integers from 0 up to n."""
    return Array(list(range(n)))


def linspace(first: float, last: float, n: int) -> Array[float]:
    """Return n evenly spaced numbers."""
    step = (last - first) / max(n - 1, 1)
    return Array([first + i * step for i in range(n - 1)] + [float(last if n > 1 else first)])


def sqrt(x: Any) -> Any:
    """Return the square root."""
    return each(math.sqrt, x)


def sin(x: Any) -> Any:
    """Return the sine."""
    return each(math.sin, x)


def isfinite(x: Any) -> Any:
    """Return whether each is neither inf nor nan."""
    return each(math.isfinite, x)


def clip(x: Any, low: float, high: float) -> Any:
    """Return the nearest numbers between two bounds, and nan for nan."""
    return each(lambda number: min(max(number, low), high), x)


def where(condition: Any, a: Any, b: Any) -> Any:
    """Return numbers of `a` where the condition is true, else of `b`."""
    return each(lambda chosen, x, y: x if chosen else y, condition, a, b)


def mean(x: Array[Any]) -> float:
    """Return the mean."""
    return x.mean()


def argmax(numbers: Iterable[Any]) -> int:
    """Return the index of the first nan, or else of the largest number."""
    found = list(numbers)
    return max(range(len(found)), key=lambda i: (found[i] != found[i], found[i]))


def argmin(numbers: Iterable[Any]) -> int:
    """Return the index of the first nan, or else of the smallest number."""
    found = list(numbers)
    return min(range(len(found)), key=lambda i: (found[i] == found[i], found[i]))


def diff(numbers: Iterable[Any]) -> Array[Any]:
    """Return the differences of neighbours."""
    return Array([y - x for x, y in pairwise(numbers)])


def flatnonzero(numbers: Iterable[Any]) -> Array[int]:
    """Return the indices of what is true or not 0."""
    return Array([i for i, x in enumerate(numbers) if x])


def concatenate(arrays: Iterable[Array[Any]]) -> Array[Any]:
    """Return the rows or numbers of arrays, one array after the other."""
    return Array(list(chain.from_iterable(arrays)))


def split(numbers: Array[Number], starts: Iterable[int]) -> list[Array[Number]]:
    """Return the parts of an array; each but the first begins at one of `starts`."""
    return [numbers[a:b] for a, b in pairwise([0, *starts, len(numbers)])]


def repeat(numbers: Iterable[Any], counts: Iterable[int]) -> Array[Any]:
    """Return each number as often as its count says."""
    return Array([x for x, n in zip(numbers, counts, strict=True) for _ in range(n)])


def sort(numbers: Iterable[Any]) -> Array[Any]:
    """Return the numbers in order, nan last."""
    return Array(sorted(numbers, key=nan_last))


def argsort(numbers: Array[Any], kind: str) -> Array[int]:
    """Return the indices that put numbers in order; equal ones stay as they are."""
    assert kind == "stable"
    return lexsort([numbers])


def lexsort(keys: Sequence[Array[Any]]) -> Array[int]:
    """Return the indices that sort by the last of `keys`, then by that before it."""
    lists = [key.cells for key in reversed(keys)]
    order = range(len(lists[0]))
    return Array(sorted(order, key=lambda i: [nan_last(cells[i]) for cells in lists]))


def unique(numbers: Iterable[Any], return_index: bool) -> tuple[Array[Any], Array[int]]:
    """Return the different numbers in order, and the first index of each."""
    assert return_index
    first: dict[Any, int] = {}
    for i, x in enumerate(numbers):
        first.setdefault(x, i)
    found = sorted(first)
    return Array(found), Array([first[x] for x in found])


def bincount(indices: Iterable[int], weights: Iterable[float], minlength: int) -> Array[float]:
    """Return the sum of the weights of each index."""
    totals = [0.0] * minlength
    for i, weight in zip(indices, weights, strict=True):
        totals[i] += weight
    return Array(totals)


def histogram(numbers: Array[Any], bins: int) -> tuple[Array[int], Array[float]]:
    """Return how many numbers are in each bin, and the edges of the bins."""
    low, high = (min(numbers), max(numbers)) if len(numbers) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = linspace(low, high, bins + 1)
    counts = [0] * bins
    for x in numbers:
        counts[min(bisect_right(edges.cells, x), bins) - 1] += 1
    return Array(counts), edges


def errstate(**_: str) -> nullcontext[None]:
    """Return a block that changes nothing: these functions give inf and nan without a warning."""
    return nullcontext()


add = Function(sum)
maximum, minimum = Function(largest), Function(smallest)
