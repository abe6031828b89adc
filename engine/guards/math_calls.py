"""Refuses calls such as `math.exp(value)`, which would silently lose the gradient.

Every function written in C that wants a float asks `Value.__float__`, and so does `float(value)`.
The form of the call distinguishes them, and what is not known to be explicit is refused:

* `float(v)`, `np.float64(v)`, `map(float, values)`, `sorted(values, key=float)`: explicit, allowed.
* `"%.3f" % v`: text, which has no gradient; allowed, as `f"{v:.3f}"` is.
* anything else, such as `math.exp(v)`, `complex(v)`, `np.array([v], dtype=float)`,
  `array[0] = v`, `list(map(math.exp, values))`: refused.
"""

from __future__ import annotations

import math
import sys

from engine.guards.callee import Code, resolve
from engine.ops import OPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

# What to write instead of functions of math that have no row.
ADVICE = {
    "cbrt": "engine.copysign(engine.fabs(value) ** (1 / 3), value)",
    "exp2": "2 ** value",
    "floor": "value - value % 1, whose slope is 0",
    "ceil": "value + -value % 1, whose slope is 0",
    "trunc": "value - engine.fmod(value, 1), whose slope is 0",
    "modf": "engine.fmod(value, 1)",
    "ldexp": "value * 2 ** n",
    "fsum": "sum(values)",
    "prod": "a loop with *",
    "sumprod": "sum(x * y for x, y in zip(xs, ys))",
    "dist": "engine.sqrt(sum((x - y) ** 2 for x, y in zip(p, q)))",
    # Their slope is not a formula of functions with a row, so engine.define cannot take them.
    "gamma": 'Value(math.gamma(value.data), (value,), "gamma") and set its _backward',
    "lgamma": 'Value(math.lgamma(value.data), (value,), "lgamma") and set its _backward',
    "round": "value - engine.remainder(value, 1), whose slope is 0",
}
TEXT = ("BINARY_OP", "BINARY_MODULO", "INPLACE_MODULO")  # what is left of them is "%f" % value
CONSUMERS = ("FOR_ITER", "UNPACK_", "LIST_", "SET_", "CONTAINS_OP", "CALL_INTRINSIC", "SEND")
LAZY = (map, filter, zip, enumerate, iter)  # what they make calls later
LATER = (*LAZY, max, min, sorted)  # call a function that is passed to them

# By id, since hashing a code object hashes all of its instructions; each Code keeps its own alive.
_codes: dict[int, Code] = {}
_explicit: set[tuple[int, int]] = set()  # where float(…) is, so that it takes no time


def refuse_silent_conversion(caller: FrameType) -> None:
    """Raise unless `caller` turns a Value into a float explicitly.

    Raises:
        TypeError: it hands the Value to something that would lose the gradient; the message names
            what to use instead.
    """
    if (id(caller.f_code), caller.f_lasti) in _explicit:
        return
    frame: FrameType | None = caller
    while frame is not None and frame.f_code.co_name == "__float__":  # of a subclass
        frame = frame.f_back
    if frame is None:
        return
    code = _codes.get(id(frame.f_code))
    if code is None:
        code = _codes[id(frame.f_code)] = Code(frame.f_code)
    i = code.at(frame.f_lasti)
    names = code.callee_names(i)
    function = resolve(names, frame)
    if function is float and frame is caller and names == ("float",):
        _explicit.add((id(caller.f_code), caller.f_lasti))
    if is_explicit(function) or names[-1:] == ("__float__",):
        return
    if code.instructions[i].opname.startswith(TEXT) or takes_floats(code, i, frame):
        return
    if function is None and sys.implementation.name != "cpython":
        return  # other interpreters have other instructions
    raise gradient_lost(mapped(code, i, frame) or function, ".".join(names))


def is_explicit(function: object) -> bool:
    """Return whether a callee is float, or a class of NumPy's floats, or a partial of those."""
    function = getattr(function, "func", function)
    return isinstance(function, type) and (
        issubclass(function, float) or any(x.__name__ == "floating" for x in function.__mro__)
    )


def takes_floats(code: Code, i: int, frame: FrameType) -> bool:
    """Return whether instruction `i` calls float itself, or takes from an iterator that does."""
    is_call = code.callee(i) is not None
    if not is_call and not code.instructions[i].opname.startswith(CONSUMERS):
        return False
    start = code.callee(i) if is_call else code.iterable(i)
    if start is None:
        return False
    for k in range(start, i):
        for found in (resolve(names, frame) for names in code.loads(k)):
            if found is float and maps_float(code, k, start, i, frame):
                _explicit.add((id(frame.f_code), frame.f_lasti))  # so it is written there
                return True
            if hasattr(found, "__next__") and holds_float(found):
                return True
    return False


def maps_float(code: Code, k: int, start: int, i: int, frame: FrameType) -> bool:
    """Return whether the `float` of instruction `k` is handed on to what instruction `i` runs."""
    # The functions that it is handed to, inner first: the first calls it, and all but the last,
    # which runs now, are lazy.
    calls = code.around(k, start, i)
    if not calls or code.callee(calls[0]) == k:
        return False
    callees = [resolve(code.callee_names(call), frame) for call in calls]
    inner = callees[1:-1] if code.callee(i) is not None else callees[1:]
    return calls_later(callees[0]) and all(is_lazy(x) for x in inner)


def mapped(code: Code, i: int, frame: FrameType) -> object:
    """Return the function of math that an iterator calls, as in `list(map(math.exp, values))`."""
    start = code.callee(i) if code.callee(i) is not None else code.iterable(i)
    for k in range((i if start is None else start) + 1, i):
        found = resolve(code.names(k), frame)
        if callable(found) and getattr(math, getattr(found, "__name__", ""), None) is found:
            calls = code.around(k, start or 0, i)
            if calls and code.callee(calls[0]) != k:
                return found
    return None


def is_lazy(function: object) -> bool:
    """Return whether a function makes an iterator that computes when it is asked."""
    return any(function is x for x in LAZY) or getattr(function, "__module__", "") == "itertools"


def calls_later(function: object) -> bool:
    """Return whether a function takes another one to call it with numbers."""
    return (
        is_lazy(function)
        or any(function is x for x in LATER)
        or isinstance(getattr(function, "__self__", None), list)  # values.sort(key=float)
        or getattr(function, "__module__", "") in ("_functools", "heapq")
    )


def holds_float(iterator: object, depth: int = 4) -> bool:
    """Return whether an iterator such as a map object calls float."""
    import gc  # seldom needed

    parts = gc.get_referents(iterator)
    return float in parts or any(
        holds_float(part, depth - 1)
        for part in parts
        if depth > 0 and (hasattr(part, "__next__") or isinstance(part, tuple))
    )


def gradient_lost(function: object, called: str) -> TypeError:
    """Return the error for a call that would lose the gradient."""
    name = getattr(function, "__name__", "")
    if name and getattr(math, name, None) is function:
        called = f"math.{name}"
    remedy = instead_of(name if called.startswith("math.") else "")
    what = f"{called}(Value)" if called else "turning a Value into a float here"
    return TypeError(f"{what} would lose the gradient; {remedy}")


def instead_of(name: str) -> str:
    """Return what to write instead of a function called `name`."""
    if name in OPS and OPS[name].defined:
        return f"use your own {name}, which engine.define returned"
    if (name in OPS and not OPS[name].infix) or name == "pow":
        values = "value, value" if len(OPS[name].slopes) == 2 else "value"
        return f"use engine.{name}({values}), or value.data if no gradient is needed"
    if name in ADVICE:
        return f"use {ADVICE[name]}, or value.data if no gradient is needed"
    return "use value.data if no gradient is needed"


def lost_by(name: str) -> TypeError:
    """Return the error for Python's own int, round and trunc."""
    remedy = instead_of("trunc" if name == "int" else name)
    return TypeError(f"{name}(Value) would lose the gradient; {remedy}")
