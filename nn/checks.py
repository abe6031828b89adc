"""Checks settings: a number above 0, or 0 or more; a whole number; a share; a flag; a seed."""

from __future__ import annotations

import reprlib
from math import isfinite
from typing import SupportsIndex


def number(x: object, name: str, example: str) -> float:
    """Return `x` as a plain float, if it is one number.

    Args:
        x: a number of any kind, but no bool and no array of several.
        name: of the setting.
        example: what it must be, with an example.

    Raises:
        TypeError: it is not a number.
    """
    several = getattr(x, "ndim", 0) or isinstance(x, (str, bytes, bool, list, tuple))
    if several or type(x).__name__ in ("bool_", "bool") or not hasattr(x, "__float__"):
        raise TypeError(f"{name} must be {example}, got {reprlib.repr(x)}")
    return float(x)


def positive(x: object, name: str = "learning_rate") -> float:
    """Return a learning rate or the like as a plain float, if it is above 0.

    Raises:
        ValueError: it is not above 0, or not finite.
        TypeError: it is not a number.
    """
    plain = number(x, name, "a number above 0, such as 0.01")
    if not plain > 0:
        raise ValueError(f"{name} must be above 0, got {x}")
    return finite(plain, name)


def not_negative(x: object, name: str) -> float:
    """Return `x` as a plain float, if it is 0 or more.

    Raises:
        ValueError: it is below 0, or not finite.
        TypeError: it is not a number.
    """
    plain = number(x, name, "a number, 0 or more")
    if not plain >= 0:
        raise ValueError(f"{name} must be 0 or more, got {x}")
    return finite(plain, name)


def finite(x: float, name: str) -> float:
    """Return `x`, if it is not inf.

    Raises:
        ValueError: it is.
    """
    if not isfinite(x):
        raise ValueError(f"{name} must be finite, got {x}")
    return x


def flag(x: object, name: str) -> bool:
    """Return `x` as a plain bool, if it is True or False.

    Raises:
        TypeError: it is not.
    """
    if type(x).__name__ not in ("bool", "bool_"):
        raise TypeError(f"{name} must be True or False, got {x!r}")
    return bool(x)


def seed_or_none(seed: object) -> int | None:
    """Return a seed as a plain int, if it is one, or None.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is negative: Python's `random` does not tell −1 from 1.
    """
    return None if seed is None else whole_number(seed, "seed", least=0)


def whole_number(n: object, name: str, *, least: int = 1) -> int:
    """Return `n` as a plain int, if it is a whole number and large enough.

    Raises:
        ValueError: it is below `least`.
        TypeError: it is not a whole number.
    """
    if type(n).__name__ in ("bool", "bool_") or not isinstance(n, SupportsIndex):
        raise TypeError(f"{name} must be a whole number, got {n!r}")
    whole = n.__index__()  # a NumPy integer becomes a plain one
    if whole < least:
        raise ValueError(f"{name} must be at least {least}, got {whole}")
    return whole


def fraction(x: object, name: str) -> float:
    """Return `x` as a plain float, if it is from 0 to below 1.

    Raises:
        ValueError: it is not.
        TypeError: it is not a number.
    """
    plain = number(x, name, "a number from 0 to below 1")
    if not 0 <= plain < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {x}")
    return plain


def fractions(xs: object, name: str) -> tuple[float, float]:
    """Return two numbers as plain floats, if both are from 0 to below 1.

    Raises:
        ValueError: one is not.
        TypeError: they are not two numbers.
    """
    if not isinstance(xs, (list, tuple)) or len(xs) != 2:
        raise TypeError(f"{name} must be two numbers, such as (0.9, 0.999), got {xs!r}")
    return fraction(xs[0], f"{name}[0]"), fraction(xs[1], f"{name}[1]")


def require_numpy(what: str) -> None:
    """Raise if NumPy is not installed, as in a browser.

    Args:
        what: what needs it.

    Raises:
        ModuleNotFoundError: the message says how to install it.
    """
    try:
        import numpy  # noqa: F401
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{what} needs NumPy, which is not installed; pip install numpy", name="numpy"
        ) from None
