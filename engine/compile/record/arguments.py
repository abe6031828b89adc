"""Reads the arguments of a program: numbers in lists, tuples and arrays, in any nesting.

Works without NumPy, since the Python backend does; arrays are recognised by their attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from engine.guards.number import as_float

# ("number",), ("list", shape), ("array", shape), or ("tuple" or "parts", the keys of its parts)
Key = tuple[Any, ...]
# The numbers of a rectangular argument: an array, or a list without nesting.
Numbers = Any


def read_argument(x: object, name: str) -> tuple[Key, list[Numbers]]:
    """Return the shape of an argument and its numbers.

    Args:
        x: a number, or numbers in lists, tuples and arrays.
        name: what to call it in errors.

    Raises:
        TypeError: something in it is not a number.
        ValueError: the lists in a list differ in length.
    """
    if isinstance(x, tuple):
        return read_parts("tuple", x, name)
    if isinstance(x, list):
        if any(isinstance(part, tuple) for part in x):
            return read_parts("parts", x, name)
        shape: list[int] = []
        flat = flatten(x, name, shape)
        return ("list", tuple(shape)), [flat]
    shape_of = getattr(x, "shape", None)
    if shape_of:
        array: Any = x if hasattr(x, "astype") else x.numpy()  # type: ignore[attr-defined]
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"a program takes arrays of real numbers, got {name} of {array.dtype}; convert it "
                "with astype(float)"
            )
        if array.dtype.kind in "iu" and array.size:
            for number in (array.min(), array.max()):
                require_exact(int(number), name)
        return ("array", tuple(shape_of)), [array]
    return ("number",), [[read_number(x, name)]]


def read_number(x: object, name: str) -> float:
    """Return one number as a float.

    Raises:
        TypeError: it is not a number.
    """
    if type(x) is float:
        return x
    if hasattr(x, "backward"):
        raise TypeError(
            f"a program takes numbers, got a Value in {name}; parameters are the Values that the "
            "function uses from outside, inputs are passed as numbers"
        )
    if isinstance(x, int) or hasattr(x, "__index__"):
        require_exact(int(x), name)
    return as_float(x, f"a program takes numbers in lists, tuples and arrays; {name} must be one")


def require_exact(n: int, name: str) -> None:
    """Raise if a float would round an integer.

    Raises:
        ValueError: it is beyond 2⁵³, from where on floats are further apart than 1.
    """
    if abs(n) > 2**53:
        raise ValueError(
            f"a program computes with floats, which are exact for integers up to 2**53, got {n} in "
            f"{name}; subtract a large offset outside, or pass float({name}) to accept rounding"
        )


def read_parts(
    kind: str, parts: list[object] | tuple[object, ...], name: str
) -> tuple[Key, list[Numbers]]:
    """Read the parts of a tuple, or of a list of tuples."""
    found = [read_argument(part, f"{name}[{i}]") for i, part in enumerate(parts)]
    return (kind, tuple(key for key, _ in found)), [x for _, numbers in found for x in numbers]


def flatten(x: list[object], name: str, shape: list[int]) -> list[float]:
    """Return the numbers of a list of lists, and put its shape into `shape`.

    Raises:
        ValueError: the lists in it differ in length.
    """
    shape.append(len(x))
    if not any(isinstance(part, list) or getattr(part, "shape", None) for part in x):
        return [v if type(v) is float else read_number(v, f"{name}[{i}]") for i, v in enumerate(x)]
    flat: list[float] = []
    inner: list[int] | None = None
    for i, row in enumerate(x):
        own: list[int] = []
        row = row.tolist() if hasattr(row, "tolist") else row
        flat += (
            flatten(row, f"{name}[{i}]", own)
            if isinstance(row, list)
            else [read_number(row, f"{name}[{i}]")]
        )
        if inner is None:
            inner = own
        if own != inner:
            first, this = (entries_in_words(s) for s in (inner, own))
            raise ValueError(
                f"the lists in {name} must be of one length: {name}[0] has {first}, "
                f"{name}[{i}] has {this}; "
                "pad them, or pass a tuple where parts differ"
            )
    shape += inner or []
    return flat


def entries_in_words(shape: list[int]) -> str:
    """Return how many entries a list in a list has, in words."""
    if not shape:
        return "one number"
    return "1 entry" if shape[0] == 1 else f"{shape[0]} entries"


def placeholders(key: Key, name: str, make: Callable[[str], object]) -> object:
    """Return a structure of the shape of `key`, with `make(name)` in place of each number."""
    kind = key[0]
    if kind == "number":
        return make(name)
    if kind in ("tuple", "parts"):
        parts = [placeholders(k, f"{name}[{i}]", make) for i, k in enumerate(key[1])]
        return tuple(parts) if kind == "tuple" else parts
    nested = nested_lists(key[1], name, make)
    if kind == "list":
        return nested
    import numpy as np  # there is an array among the arguments, so there is NumPy

    array = np.empty(key[1], dtype=object)
    if array.size:
        array[...] = nested
    return array


def nested_lists(shape: tuple[int, ...], name: str, make: Callable[[str], object]) -> object:
    """Return nested lists of a shape."""
    if not shape:
        return make(name)
    return [nested_lists(shape[1:], f"{name}[{i}]", make) for i in range(shape[0])]


def shape_of_sample(key: Key, name: str) -> tuple[Key, int]:
    """Return the shape of one sample of an argument, and how many samples there are.

    Raises:
        ValueError: it has no leading axis of samples, or no samples.
    """
    if key[0] not in ("list", "array"):
        came = {"number": "one number", "tuple": "a tuple"}.get(key[0], "a list of tuples")
        raise ValueError(
            f"a batched program takes lists or arrays with a leading axis of samples, got {name} = "
            f"{came}"
        )
    n, *rest = key[1]
    if n == 0:
        raise ValueError(f"a batched program needs at least one sample, got none in {name}")
    return ((key[0], tuple(rest)) if rest else ("number",)), n


def rectangular_parts(key: Key, name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the shape of each rectangular part of an argument."""
    if key[0] in ("tuple", "parts"):
        for i, part in enumerate(key[1]):
            yield from rectangular_parts(part, f"{name}[{i}]")
    else:
        yield name, key[1] if len(key) > 1 else ()


def floats(numbers: Numbers) -> list[float]:
    """Return the numbers of an array or a list as floats, in order."""
    flat: list[float] = numbers if isinstance(numbers, list) else numbers.ravel().tolist()
    return [float(x) for x in flat]


def first_non_finite(numbers: Numbers, name: str, shape: tuple[int, ...]) -> str:
    """Return where inf or nan is among numbers, such as "X[3][1] is nan", or ""."""
    for i, x in enumerate(floats(numbers)):
        if not isfinite(x):
            subscript = ""
            for n in reversed(shape):
                i, k = divmod(i, n)
                subscript = f"[{k}]{subscript}"
            return f"{name}{subscript} is {x}"
    return ""
