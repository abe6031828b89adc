"""Answers NumPy where it meets a Value: `np.float64(2) * v` works, `np.exp(v)` names engine.exp."""

from __future__ import annotations

from engine.guards.math_calls import instead_of

# NumPy's names of what Python writes with an operator: the method for a Value on the right.
REFLECTED = {
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "remainder": "__rmod__", "power": "__rpow__", "less": "__gt__", "less_equal": "__ge__",
    "greater": "__lt__", "greater_equal": "__le__", "equal": "__eq__", "not_equal": "__ne__",
}  # fmt: skip
# NumPy's names of functions that have another one in math.
OF_MATH = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh",
    "arctan": "atan", "arctan2": "atan2", "arctanh": "atanh", "deg2rad": "radians", "fabs": "fabs",
    "power": "pow", "rad2deg": "degrees", "rint": "round", "remainder": "",
}  # fmt: skip


def numpy_operator(
    value: object, ufunc: object, method: str, inputs: tuple[object, ...], *, in_place: bool
) -> object:
    """Return what an operator gives that has something of NumPy's on the left and a Value right.

    Raises:
        TypeError: it is an array, or a function of NumPy's, not an operator.
    """
    name = getattr(ufunc, "__name__", "")
    is_operator = name in REFLECTED and method == "__call__" and not in_place
    if is_operator and len(inputs) == 2 and inputs[1] is value and not hasattr(inputs[0], "_a"):
        result: object = getattr(value, REFLECTED[name])(inputs[0])
        return result
    raise TypeError(
        f"np.{name}(Value) would lose the gradient; {instead_of(OF_MATH.get(name, name))}"
    )
