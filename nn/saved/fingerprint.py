"""Fingerprints: short texts that differ for different data, settings, and functions.

A function is known by what it does, not by its name, since every lambda is called `<lambda>`: by
its bytecode, its defaults, and all that it takes from around it. Two processes that run the same
file on the same Python agree about it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import warnings
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from engine import Operation, Value

# Code in these folders is known by its name.
LIBRARIES = tuple(
    f"{Path(str(folder)).resolve()}{os.sep}"
    for folder in (
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *(Path(str(sys.modules[name].__file__)).parent for name in ("engine", "nn")),
    )
)
# What a class has whatever it does; some of it in an order that changes from run to run.
OF_EVERY_CLASS = (
    *("__module__", "__doc__", "__dict__", "__weakref__", "__firstlineno__"),
    *("__static_attributes__", "__annotations__", "__annotations_cache__", "__annotate_func__"),
)
NUMBERS = {int, float}
PLAIN = (type(None), bool, int, float, complex, str, bytes, type(...), range)


def fingerprint(*things: object, parameters: Collection[Value] = ()) -> str:
    """Return a short text that differs for different things.

    Args:
        things: data, settings, functions, objects.
        parameters: Values whose numbers do not count, since training moves them.
    """
    moving = {id(value) for value in parameters}
    found, stack = hashlib.sha256(), list(things)
    seen: dict[int, tuple[int, object]] = {}  # the object too, so that no other gets its id
    while stack:
        thing = stack.pop()
        token, parts = taken_apart(thing, moving)
        if parts and id(thing) in seen:
            token, parts = f"again {seen[id(thing)][0]}", []
        elif parts and not isinstance(thing, (tuple, CodeType)):
            # Constants, which Python shares or not as it likes, are looked into again.
            seen[id(thing)] = (len(seen), thing)
        found.update(f"{token} {len(parts)};".encode(errors="surrogatepass"))
        stack += parts
    return found.hexdigest()[:16]


def name_of(thing: object) -> str:
    """Return what a message calls a setting, such as "0.02", "nn.losses.hinge" or "<lambda>"."""
    if isinstance(thing, (*PLAIN, tuple, list)):
        return ascii(thing)[:100]
    whole = getattr(thing, "__qualname__", None) or type(thing).__qualname__
    return str(whole).rpartition("<locals>.")[2]


def taken_apart(thing: Any, moving: Collection[int]) -> tuple[str, list[Any]]:
    """Return what a thing is in itself, and what it is made of."""
    kind = type(thing).__qualname__
    if isinstance(thing, PLAIN):
        return f"{kind} {thing!r}", []
    if isinstance(thing, (tuple, list)):
        at_once = NUMBERS.issuperset(map(type, thing))  # a sample of many
        return (f"{kind} {thing!r}", []) if at_once else (kind, list(thing))
    if isinstance(thing, (set, frozenset)):
        return f"{kind} {sorted(map(repr, thing))}", []
    if isinstance(thing, dict):
        return kind, [x for pair in thing.items() for x in pair]
    if isinstance(thing, Value):
        return ("parameter" if id(thing) in moving else f"Value {thing.data!r}"), []
    if isinstance(thing, Operation):
        return kind, [thing.definition]
    if isinstance(thing, partial):
        return kind, [thing.func, thing.args, thing.keywords]
    if isinstance(thing, MethodType):
        return kind, [thing.__func__, thing.__self__]
    if isinstance(thing, ModuleType):
        return f"{kind} {thing.__name__}", []
    if isinstance(thing, BuiltinFunctionType):  # such as math.exp, or the method of a list
        return f"{kind} {thing.__qualname__}", [thing.__self__]
    if isinstance(thing, FunctionType):
        return of_function(thing)
    if isinstance(thing, CodeType):
        return f"{kind} {thing.co_code!r} {thing.co_names} {thing.co_flags}", list(thing.co_consts)
    if isinstance(thing, type):
        whole = f"{kind} {thing.__module__}.{thing.__qualname__}"
        own = [x for name, x in vars(thing).items() if name not in OF_EVERY_CLASS]
        return whole, [] if is_library(file_of(thing.__module__)) else [*own, *thing.__bases__]
    if isinstance(thing, property):
        return kind, [thing.fget]
    if hasattr(thing, "__wrapped__"):  # a static method, or a function with a cache
        return kind, [thing.__wrapped__]
    if hasattr(thing, "tobytes") and hasattr(thing, "dtype") and thing.dtype != object:
        return f"{kind} {thing.dtype} {thing.shape} {thing.tobytes()!r}", []
    if isinstance(thing, Random) or type(thing).__module__.startswith("numpy.random"):
        return kind, []  # goes on as the run does
    return "object", [type(thing), state_of(thing)]


def state_of(thing: object) -> object:
    """Return what a copy of an object keeps of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python will not copy one day
            reduced = thing.__reduce_ex__(2)
    except Exception:  # whatever a class of anybody's raises
        reduced = (vars(thing),) if hasattr(thing, "__dict__") else ()
    if isinstance(reduced, str):
        return reduced
    parts = [list(part) if isinstance(part, Iterator) else part for part in reduced]
    # `training` is a mode, which `fit` sets.
    return [
        {name: x for name, x in part.items() if name != "training"}
        if isinstance(part, dict)
        else part
        for part in parts
    ]


def of_function(function: FunctionType) -> tuple[str, list[Any]]:
    """Return what a function written in Python is in itself, and what it is made of."""
    code = function.__code__
    around = [cell.cell_contents for cell in function.__closure__ or () if not is_empty(cell)]
    parts = [function.__defaults__, function.__kwdefaults__, around]
    if is_library(code.co_filename):
        return f"function {function.__module__}.{function.__qualname__}", parts
    return "function", [*parts, code, list(globals_of(function))]


def globals_of(function: FunctionType) -> Iterable[object]:
    """Yield the globals that a function reads, and what it reads of modules of one's own."""
    import dis

    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for instruction in dis.get_instructions(code):
            name = instruction.argval
            if "GLOBAL" in instruction.opname and name in function.__globals__:
                thing = function.__globals__[name]
                yield thing
                if isinstance(thing, ModuleType) and not is_library(file_of(thing.__name__)):
                    yield [vars(thing)[n] for n in code.co_names if n in vars(thing)]


def is_empty(cell: Any) -> bool:
    """Return whether a variable around a function has no value yet."""
    try:
        return bool(cell.cell_contents is cell)
    except ValueError:
        return True


def file_of(module: str) -> str:
    """Return the file of a module; an empty text for a notebook or the program itself."""
    found = sys.modules.get(module) if module != "__main__" else None
    built_in = module in sys.builtin_module_names
    return "<frozen>" if built_in else str(getattr(found, "__file__", None) or "")


@cache
def is_library(file: str) -> bool:
    """Return whether a file is of Python, of an installed package, or of this one."""
    return file.startswith("<frozen") or os.path.realpath(file or os.sep).startswith(LIBRARIES)
