"""Finds the plain numbers that a function uses from outside, which a recording would freeze."""

from __future__ import annotations

from types import CodeType


def closed_over(fn: object) -> tuple[tuple[str, object], ...]:
    """Return the numbers that `fn` takes from closures, globals, defaults and its own object.

    A program records anew when one of them has changed. What it does not find are numbers inside
    other objects, such as `settings["rate"]`, and those of functions that `fn` calls.
    """
    method = getattr(fn, "__func__", fn)
    function = method if hasattr(method, "__code__") else getattr(type(fn), "__call__", None)
    code = getattr(function, "__code__", None)
    if code is None:
        return ()
    found: list[tuple[str, object]] = []
    names = used_names(code)
    cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=False)
    for name, cell in cells:
        try:
            found.append((name, cell.cell_contents))
        except ValueError:  # not set yet
            continue
    space = getattr(function, "__globals__", {})
    found += [(name, space[name]) for name in names if name in space]
    found += [("default", x) for x in getattr(function, "__defaults__", None) or ()]
    found += [*(getattr(function, "__kwdefaults__", None) or {}).items()]
    owner = getattr(fn, "__self__", None if fn is function else fn)
    own = getattr(owner, "__dict__", {})
    found += [(name, own[name]) for name in names if name in own]
    return tuple((name, x) for name, x in found if isinstance(x, (int, float, str)))


def used_names(code: CodeType) -> list[str]:
    """Return the names that code and the functions inside it look up."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += used_names(constant)
    return names
