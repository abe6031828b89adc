"""What arrays compute of a list of numbers, with inf and nan as NumPy has them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any


def divide(x: float, y: float) -> float:
    """Return x / y; for y = 0 inf or nan."""
    return x / y if y else x * math.inf * math.copysign(1.0, y) if x == x else math.nan


def has_nan(numbers: Iterable[float]) -> bool:
    """Return whether a number is nan."""
    return any(x != x for x in numbers)


def largest(numbers: list[Any]) -> Any:
    """Return the largest number, nan if there is one."""
    return math.nan if has_nan(numbers) else max(numbers)


def smallest(numbers: list[Any]) -> Any:
    """Return the smallest number, nan if there is one."""
    return math.nan if has_nan(numbers) else min(numbers)


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


def index_of_largest(numbers: list[Any]) -> int:
    """Return the index of the first nan, or else of the largest number."""
    return max(range(len(numbers)), key=lambda i: nan_last(numbers[i]))
