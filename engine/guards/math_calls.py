"""Refuses `math.exp(value)`, which would silently lose the gradient."""

from __future__ import annotations

import math

from engine.ops import OPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

# float(v) and math.exp(v) reach Value.__float__ in the same way; only the code of the caller tells
# them apart. The code at an offset never changes, so it is looked up once.
_called: dict[tuple[CodeType, int], tuple[str, ...]] = {}


def refuse_math_functions(caller: FrameType) -> None:
    """Raise if `caller` is handing a Value to a function of `math`.

    Raises:
        TypeError: it is; the message names the function to use instead.
    """
    place = (caller.f_code, caller.f_lasti)
    names = _called.get(place)
    if names is None:
        names = _called[place] = called_name(*place)
    if not names or names == ("float",):
        return
    function: object = None
    for space in (caller.f_locals, caller.f_globals):
        if names[0] in space:
            function = space[names[0]]
            break
    for attribute in names[1:]:
        function = getattr(function, attribute, None)
    name = getattr(function, "__name__", "")
    if function is not None and function is getattr(math, name, None):
        remedy = f"use engine.{name}" if name in OPS else "use value.data if no gradient is needed"
        raise TypeError(f"math.{name}(Value) would lose the gradient; {remedy}")


def called_name(code: CodeType, at: int) -> tuple[str, ...]:
    """Return the dotted name of what the call at an offset calls, or () if it is not a plain name.

    Walks back over the instructions that pushed the arguments, to the one that pushed the callee.
    """
    import dis  # seldom needed, and slow to import

    before = [i for i in dis.get_instructions(code) if i.offset <= at]
    if not before or not before[-1].opname.startswith("CALL"):
        return ()
    arguments = before.pop().arg or 0
    if before and before[-1].opname == "PRECALL":  # Python 3.11 splits a call in two
        before.pop()
    while before and (arguments > 0 or before[-1].opname in ("PUSH_NULL", "KW_NAMES")):
        pushed = before.pop()
        arguments -= dis.stack_effect(pushed.opcode, pushed.arg, jump=False) if arguments > 0 else 0
    names: list[str] = []
    while before and before[-1].opname in ("LOAD_METHOD", "LOAD_ATTR"):
        names.insert(0, before.pop().argval)
    loads = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_DEREF")
    if before and before[-1].opname.startswith(loads):
        return (before[-1].argval, *names)
    return ()
