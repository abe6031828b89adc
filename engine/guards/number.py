"""What counts as a number here: anything real and single, NumPy's scalars included."""

from __future__ import annotations


def as_float(x: object, needs: str = "Value needs one real number (int or float)") -> float:
    """Return `x` as a float.

    Args:
        x: an int, float or bool, or a scalar of another library (NumPy, fractions, decimal, torch).
        needs: who asked for what, for the error text.

    Raises:
        TypeError: `x` is not one real number.
    """
    if isinstance(x, (int, float)):
        try:
            return float(x)
        except OverflowError:  # an int of more than 308 digits
            return float("inf") if x > 0 else float("-inf")
    # NumPy's scalars, and arrays and tensors of no dimension, say what they are by item().
    if getattr(x, "shape", None) == ():
        item = getattr(x, "item", lambda: None)()
        if isinstance(item, float):
            return item  # as it is: a recorded input's number says where it came from
        if isinstance(item, int):
            return float(item)
    kinds = ("Fraction", "Decimal", "longdouble")
    if type(x).__name__ in kinds and hasattr(x, "__float__"):
        return float(x)
    kind = "" if x is None else f"{type(x).__name__} "
    raise TypeError(f"{needs}, got {kind}{describe_for_error(x)}")


def number_to_assign(x: object, attribute: str) -> float:
    """Return `x` as a float, to be assigned to `.data` or `.grad` of a Value.

    Raises:
        TypeError: `x` is not one real number.
    """
    if type(x).__module__.startswith("engine."):
        raise TypeError(
            f"a Value's .{attribute} takes a number, got a Value ({describe_for_error(x)}); assign "
            "its .data, for example w.data = w.data - 0.1 * w.grad"
        )
    if x is None and attribute == "grad":
        raise TypeError("a Value's .grad takes a number, got None; assign 0.0 or call zero_grad()")
    return as_float(x, f"a Value's .{attribute} takes one real number (int or float)")


def describe_for_error(x: object) -> str:
    """Return what `x` is, if that is short, and what to do with it instead."""
    shape = getattr(x, "shape", None)
    if shape:
        return f"of shape {tuple(shape)}; use one number at a time"
    text = repr(x)
    if len(text) > 40:
        text = text[:37] + "..."
    if x is None:
        return f"{text}; is a return missing in the function that made it?"
    if type(x).__module__ == "engine.value":
        return f"{text}; it is a Value already"
    if isinstance(x, (str, bytes)):
        return f"{text}; turn text into a number with float() first"
    if isinstance(x, complex):
        return f"{text}; use its real part or its size"
    if isinstance(x, (list, tuple, set, dict)):
        return f"{text}; use one number at a time"
    return text
