"""What a monitor uses of NumPy, in plain Python, for where NumPy is not installed, as in a browser.

Functions, arguments and results are those of NumPy, but for what no monitor uses.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from itertools import chain, pairwise
from typing import Any

from nn.monitor.arrays.array import Array, Number, array, each
from nn.monitor.arrays.of_numbers import index_of_largest, largest, nan_last, smallest

float64 = float32 = float
intp = int
bool_ = bool
nan = math.nan


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
    return index_of_largest(list(numbers))


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
