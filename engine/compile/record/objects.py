"""What Python objects hold: attributes, closures, and the names that code reads."""

from __future__ import annotations

import dis
import sys
from collections import Counter
from functools import lru_cache
from types import CodeType
from typing import Any

from engine.compile.record.refusal import is_library

ATOMS = (bool, int, float, complex, str, bytes, type(None))  # compared by what they are
# What follows LOAD_ or STORE_ in the names of instructions.
KINDS = {
    "GLOBAL": "global",
    "NAME": "global",
    "DEREF": "cell",
    "ATTR": "attribute",
    "METHOD": "attribute",
    "CONST": "attribute",
}


def attributes(x: object) -> dict[str, object] | None:
    """Return an object's own attributes if it may have any, without calling its `__getattr__`."""
    try:
        return object.__getattribute__(x, "__dict__")  # type: ignore[no-any-return]
    except AttributeError:
        return None


def users_classes(kind: type) -> list[type]:
    """Return which of a class and those it is derived from are the user's."""
    return [k for k in kind.__mro__ if is_users(k.__module__, file_of(k.__module__))]


def file_of(module: str) -> str | None:
    """Return where a module's code is; "" for one that was typed in, None for a built-in one."""
    return getattr(sys.modules.get(module), "__file__", None if module == "builtins" else "")


def is_users(module: str, file: str | None) -> bool:
    """Return whether a module is the user's own: not built in, and of no library."""
    return file is not None and not is_library(module, file)


def is_atom(x: object) -> bool:
    """Return whether `x` is a number or a text; objects may refuse `isinstance`."""
    return issubclass(type(x), ATOMS)


def same(a: object, b: object) -> bool:
    """Return whether two objects are one, or equal numbers or texts of one type."""
    # True == 1, yet they are not the same.
    return a is b or (type(a) is type(b) and is_atom(a) and a == b)


def contents(cell: Any) -> object:
    """Return what a closure holds, or None if it has not been set yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def names_read(code: CodeType) -> Counter[tuple[str, str]]:
    """Return how often code, and the functions inside it, read what has a name.

    Returns:
        A count per kind ("global", "cell" or "attribute"; texts may name an attribute) and name. A
        read that serves an update in place (`n += 1`) does not count.
    """
    found = Counter[tuple[str, str]]()
    updates = False
    for op in dis.get_instructions(code):
        action, _, what = op.opname.partition("_")
        if isinstance(op.argval, CodeType):
            found += names_read(op.argval)
        elif action == "LOAD" and what in KINDS and isinstance(op.argval, str):
            found[KINDS[what], op.argval] += 1
        elif action == "STORE" and what in KINDS and updates:
            found[KINDS[what], op.argval] -= 1
        if action in ("INPLACE", "BINARY", "STORE"):
            updates = action == "INPLACE" or op.argrepr.endswith("=")
    return found


def root(module: object) -> str:
    """Return the package of a module's name."""
    return str(module).split(".")[0]
