"""What counts as a number here: anything real and single, NumPy's scalars included."""

from __future__ import annotations


def number(x: object, where: str = "Value") -> float:
    """Return `x` as a float.

    Args:
        x: an int, float or bool, or a scalar of another library (NumPy, fractions, decimal, torch).
        where: what asked for the number, for the error text.

    Raises:
        TypeError: `x` is not one real number.
    """
    if isinstance(x, (int, float)):
        try:
            return float(x)
        except OverflowError:  # an int of more than 308 digits
            return float("inf") if x > 0 else float("-inf")
    # NumPy's scalars, and arrays and tensors of no dimension, say what they are by item().
    if getattr(x, "shape", None) == () and isinstance(
        item := getattr(x, "item", lambda: None)(), (int, float)
    ):
        return float(item)
    # Fractions and decimals; complex numbers, strings and arrays have a length or no __float__.
    kind = type(x)
    if kind.__module__ in ("fractions", "decimal", "_decimal", "_pydecimal"):
        return float(x)  # type: ignore[arg-type]
    raise TypeError(f"{where} needs one real number (int or float), got {describe(x)}")


def describe(x: object) -> str:
    """Return a short text for an error message: what `x` is, and its value if it is short."""
    kind = type(x).__name__
    shape = getattr(x, "shape", None)
    if shape:
        return f"{kind} of shape {tuple(shape)}; use one number at a time"
    text = repr(x)
    if len(text) > 40:
        text = text[:37] + "..."
    return text if x is None else f"{kind} {text}"
