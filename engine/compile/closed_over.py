"""Finds the plain numbers that a function uses from outside, which a recording would freeze."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import CodeType

PLAIN = (int, float, str, type(None))


def numbers_from_outside(fn: object) -> Callable[[], tuple[object, ...]]:
    """Return a function that looks up the numbers that `fn` takes from outside.

    Those are numbers in closures, globals and its own object; a program records anew when one of
    them has changed. What it does not find are numbers inside
    other objects, such as `settings["rate"]`, and those of functions that `fn` calls.
    """
    looks: list[Callable[[], object]] = []
    function: object = fn
    if isinstance(fn, partial):
        looks.append(lambda: tuple(x for x in (*fn.args, *fn.keywords.values()) if plain(x)))
        function = fn.func
    owner = getattr(function, "__self__", None)
    function = getattr(function, "__func__", function)
    if not hasattr(function, "__code__"):  # an object that can be called
        owner, function = function, vars(type(function)).get("__call__")
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType):
        cells = getattr(function, "__closure__", None) or ()
        spaces = (getattr(function, "__globals__", {}), getattr(owner, "__dict__", {}))
        names = used_names(code)
        looks += [partial(cell_contents, cell) for cell in cells if plain(cell_contents(cell))]
        looks += [
            partial(space.get, name)
            for space in spaces
            for name in names
            if plain(space.get(name)) and name in space
        ]
    return lambda: tuple([look() for look in looks])


def plain(x: object) -> bool:
    """Tell whether a recording would freeze `x`: it is a number or a word."""
    return isinstance(x, PLAIN)


def cell_contents(cell: object) -> object:
    """Return what a closure holds, or None if it has not been set yet."""
    try:
        return cell.cell_contents  # type: ignore[attr-defined]
    except ValueError:
        return None


def used_names(code: CodeType) -> list[str]:
    """Return the names that code and the functions inside it look up."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += used_names(constant)
    return names
