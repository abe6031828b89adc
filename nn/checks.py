"""Checks settings: a number above 0, or 0 or more; a whole number; a share."""

from __future__ import annotations

from importlib.util import find_spec
from typing import SupportsIndex


def positive(x: float, name: str = "learning_rate") -> float:
    """Return a learning rate or the like as a plain float, if it is above 0.

    Raises:
        ValueError: it is not above 0.
        TypeError: it is not a number.
    """
    if isinstance(x, (str, bytes)) or not hasattr(x, "__float__"):
        raise TypeError(f"{name} must be a number above 0, such as 0.01, got {x!r}")
    if not x > 0:
        raise ValueError(f"{name} must be above 0, got {x}")
    return float(x)


def not_negative(x: float, name: str) -> float:
    """Return `x` as a plain float, if it is 0 or more.

    Raises:
        ValueError: it is below 0.
    """
    if not x >= 0:
        raise ValueError(f"{name} must be 0 or more, got {x}")
    return float(x)


def whole_number(n: object, name: str, *, least: int = 1) -> int:
    """Return `n` as a plain int, if it is a whole number and large enough.

    Raises:
        ValueError: it is below `least`.
        TypeError: it is not a whole number.
    """
    if isinstance(n, bool) or not isinstance(n, SupportsIndex):
        raise TypeError(f"{name} must be a whole number, got {n!r}")
    whole = n.__index__()  # a NumPy integer becomes a plain one
    if whole < least:
        raise ValueError(f"{name} must be at least {least}, got {whole}")
    return whole


def fraction(x: float, name: str) -> float:
    """Return `x` as a plain float, if it is from 0 to below 1.

    Raises:
        ValueError: it is not.
        TypeError: it is not a number.
    """
    if isinstance(x, (str, bytes)) or not hasattr(x, "__float__"):
        raise TypeError(f"{name} must be a number from 0 to below 1, got {x!r}")
    if not 0 <= x < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {x}")
    return float(x)


def fractions(xs: tuple[float, float], name: str) -> tuple[float, float]:
    """Return two numbers as plain floats, if both are from 0 to below 1.

    Raises:
        ValueError: one is not.
    """
    first, second = xs
    return fraction(first, f"{name}[0]"), fraction(second, f"{name}[1]")


def require_numpy(what: str) -> None:
    """Raise if NumPy is not installed, as in a browser.

    Args:
        what: what needs it.

    Raises:
        ModuleNotFoundError: the message says how to install it.
    """
    if find_spec("numpy") is None:
        raise ModuleNotFoundError(
            f"{what} needs NumPy, which is not installed; pip install numpy", name="numpy"
        )
