"""What Python objects hold: attributes, closures, and the names that code reads."""

from __future__ import annotations

import dis
import sys
from functools import lru_cache
from types import CodeType, MemberDescriptorType

from engine.compile.record.refusal import is_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLAIN_NUMBERS = (bool, int, float)


class AttributesOf:
    """The attributes of an object as a dict: its own, those in slots, and those of its class."""

    def __init__(self, x: object) -> None:
        self.x = x
        self.own = getattr(x, "__dict__", {})
        self.kinds = type(x).__mro__[:-1]

    def keys(self) -> set[str]:
        """Return the names of the attributes."""
        return {*self.own, *(name for kind in self.kinds for name in vars(kind))}

    def __getitem__(self, name: str) -> object:
        if name in self.own:
            return self.own[name]
        for kind in self.kinds:
            if name in vars(kind):
                found = vars(kind)[name]
                # Other descriptors make something new each time, such as a bound method.
                return (
                    getattr(self.x, name, None)
                    if isinstance(found, MemberDescriptorType)
                    else found
                )
        raise KeyError(name)


def file_of(module: str) -> str | None:
    """Return where a module's code is; "" for one that was typed in, None for a built-in one."""
    return getattr(sys.modules.get(module), "__file__", None if module == "builtins" else "")


def is_users(module: str, file: str | None) -> bool:
    """Return whether a module is the user's own: not built in, and of no library."""
    return file is not None and not is_library(module, file)


def identity(x: object) -> object:
    """Return a key that changes when something does: a number itself, the id of anything else."""
    if is_scalar(x):
        x = x.item()  # type: ignore[attr-defined]
    if isinstance(x, (*PLAIN_NUMBERS, str)):
        return (type(x), x)  # True == 1, yet they are not the same
    return id(x)


def entry(container: Any, key: Any) -> object:
    """Return what is in a container under a key, or None if the key is gone."""
    try:
        return container[key]
    except LookupError:
        return None


def is_scalar(x: object) -> bool:
    """Return whether `x` is one number of NumPy's."""
    return hasattr(x, "dtype") and getattr(x, "shape", None) == ()


def contents(cell: object) -> object:
    """Return what a closure holds, or None if it has not been set yet."""
    try:
        return cell.cell_contents  # type: ignore[attr-defined]
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def named_instructions(code: CodeType) -> tuple[tuple[str, str], ...]:
    """Return the instructions that name something, in code and in the functions inside it."""
    found: list[tuple[str, str]] = []
    for instruction in dis.get_instructions(code):
        if isinstance(instruction.argval, str):
            found.append((instruction.opname, instruction.argval))
        elif isinstance(instruction.argval, CodeType):
            found += named_instructions(instruction.argval)
    return tuple(found)


def root(module: object) -> str:
    """Return the package of a module's name."""
    return str(module).split(".")[0]
