"""What is done with a student's class, beside its code: a graph is built, its numbers are read."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from engine.teach.isolate.guard import PROJECT, BorrowedEngineError, our_engines
from engine.teach.trial.graphs import ZERO, applied
from engine.value import Value

OTHER_ENGINES = ("torch", "jax", "tensorflow", "autograd", "micrograd", "tinygrad", "sympy")


def number(x: Any) -> float | None:
    """Return a number of the student's, a NumPy scalar or a Value in which it is; or None."""
    for _ in range(2):
        if isinstance(x, (str, bytes, type)) or callable(x) or x is None:
            return None
        try:
            return float.__float__(float(x))
        except (TypeError, ValueError, OverflowError):
            x = getattr(x, "data", None)
    return None


def numbers(student: Any, values: Any) -> object:
    """Return data and grad of new Values, and the types of what is no number."""
    nodes = [student(x) for x in values]
    found: dict[str, object] = {}
    for name in ("data", "grad"):
        found[name] = [read(x, name) for x in nodes]
        missing = not hasattr(nodes[0], name)
        found[f"{name} is"] = "" if missing else type(getattr(nodes[0], name)).__name__
    return found


def probe(student: Any, argument: Any) -> object:
    """Build a graph with a student's class, run its passes, and return the numbers of its nodes.

    Args:
        student: the class.
        argument: a graph as plain data.

    Returns:
        The numbers before, data and grads after; or what is missing, and in which step.
    """
    leaves, steps, passes = argument
    with ours_refused():
        nodes = [student(x) for x in leaves]
        data = [read(x, "data") for x in nodes]
        grads = [read(x, "grad") for x in nodes]
        changed: set[int] = set()
        for action in [*passes, None]:
            # What is not needed yet is made after the pass, as in a training loop.
            needed = len(leaves) + len(steps) - 1 if action is None else action
            while len(nodes) <= needed:
                row, operands = steps[len(nodes) - len(leaves)]
                result = applied(row, [nodes[x] if type(x) is int else x[0] for x in operands])
                if result is None or type(result) in (float, int, bool, str, tuple, list):
                    return {"step": len(nodes) - len(leaves), "kind": type(result).__name__}
                check_type(type(result))
                nodes.append(result)
                data.append(read(result, "data"))
            changed |= {k for k, x in enumerate(nodes) if read(x, "data") != data[k] == data[k]}
            if action == ZERO:
                for x in nodes:
                    x.grad = 0.0
            elif action is not None:
                nodes[action].backward()
        return {
            "data": data,
            "before": grads,
            "changed": sorted(changed),
            "after": [read(x, "data") for x in nodes],
            "grads": [read(x, "grad") for x in nodes],
        }


def read(x: Any, name: str) -> float | None:
    """Return an attribute as a number, or None where there is none."""
    return number(getattr(x, name, None))


def count_lines(student: Any, argument: Any) -> object:
    """Return how many lines of Python the backward pass of a graph runs."""
    leaves, steps, _ = argument
    nodes = [student(x) for x in leaves]
    for row, operands in steps:
        nodes.append(applied(row, [nodes[x] if type(x) is int else x[0] for x in operands]))
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        nodes[-1].backward()
    finally:
        sys.settrace(before)
    return lines


def in_place(student: Any, argument: Any) -> object:
    """Return the numbers of a, b and c after `c = a; c += b`, or with another sign."""
    name, x, y = argument
    with ours_refused():
        a, b = student(x), student(y)
        c = getattr(a, name)(b)
        data = [read(v, "data") for v in (a, b, c)]
        c.backward()
        return {"data": data, "grads": [read(v, "grad") for v in (a, b, c)]}


def describe(student: Any, _: object) -> object:
    """Return what a class has: its name, its methods, where they are, and whose they are."""
    if not issubclass(type(student), type):
        kind = (
            "a module"
            if isinstance(student, ModuleType)
            else f"an object of type {type(student).__name__}"
        )
        return {"not a class": kind}
    mro = [cls for cls in type.mro(student) if cls is not object]
    methods: dict[str, object] = {}
    for cls in reversed(mro):
        methods |= type.__getattribute__(cls, "__dict__")
    borrowed = [name for name in map(borrowed_from, [*mro, *methods.values()]) if name]
    from engine.teach.trial.lines import lines_of

    lines = lines_of({name: f for name, f in methods.items() if isinstance(f, FunctionType)})
    return {
        "name": type.__dict__["__name__"].__get__(student),
        "methods": [name for name, f in methods.items() if is_written(f)],
        "borrowed": borrowed[0] if borrowed else "",
        "lines": lines,
        "recursive": "backward" in names_inside(methods.get("backward")),
    }


def is_written(thing: object) -> bool:
    """Return whether something of a class is a method that does more than say it is unfinished."""
    stub = names_inside(thing) in ({"NotImplementedError"}, {"NotImplemented"})
    return not stub and (callable(thing) or hasattr(thing, "__func__"))


def names_inside(thing: object) -> set[str]:
    """Return the names that a function uses; none if it is not a function."""
    return set(names_of(thing.__code__)) if isinstance(thing, FunctionType) else set()


def check_type(cls: type) -> None:
    """Raise BorrowedEngineError if a result is of somebody else's class."""
    for base in type.mro(cls):
        if name := borrowed_from(base):
            raise BorrowedEngineError(name)


def borrowed_from(thing: object) -> str:
    """Return from which engine a class or function is or takes something, or ""."""
    if isinstance(thing, type):
        return engine_of(type.__getattribute__(thing, "__module__"))
    if not isinstance(thing, FunctionType):
        return ""
    if thing.__code__.co_filename.startswith(str(PROJECT / "engine")):
        return "engine"
    for name in names_of(thing.__code__):
        used = thing.__globals__.get(name)
        module = used.__name__ if isinstance(used, ModuleType) else ""
        if module or isinstance(used, (type, FunctionType)):
            found = engine_of(module or inspect.unwrap(used).__module__)  # type: ignore[arg-type]
            if found and found != "engine":  # ours is refused when it runs
                return found
    return ""


def engine_of(module: object) -> str:
    """Return the name of the engine that a module is part of, or ""."""
    root = str(module).split(".")[0]
    if root == "engine":
        return root if getattr(sys.modules.get("engine"), "Value", None) is Value else ""
    return root if root in OTHER_ENGINES else ""


def names_of(code: CodeType) -> Iterator[str]:
    """Yield the names that a function uses, and those of functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_of(constant)


@contextmanager
def ours_refused() -> Iterator[None]:
    """Let no engine of ours work inside."""

    def refuse(*_: object, **__: object) -> Any:
        raise BorrowedEngineError("engine")

    saved = [
        (cls, name, f)
        for cls in our_engines()
        for name, f in vars(cls).items()
        if isinstance(f, FunctionType)
    ]
    for cls, name, _ in saved:
        setattr(cls, name, refuse)
    try:
        yield
    finally:
        for cls, name, f in saved:
            setattr(cls, name, f)


TASKS = MappingProxyType(
    {
        "describe": describe,
        "numbers": numbers,
        "graph": probe,
        "count": count_lines,
        "in place": in_place,
    }
)


# Bound here, where a student's program that gives the name to another table does not reach it.
def run(student: Any, argument: Any, tasks: Mapping[str, Any] = TASKS) -> object:
    """Do what an argument asks for by the name that it begins with."""
    name, rest = argument
    return tasks[name](student, rest)
