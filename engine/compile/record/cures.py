"""What to write instead of a line that cannot be replayed, by what the line calls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from inspect import getattr_static
from types import CodeType, FrameType, FunctionType

from engine.compile.record.refusal import from_library, is_library, refusal, users_frame
from engine.errors import DomainError, RecordingError
from engine.guards.callee import Code, resolve
from engine.guards.math_calls import ADVICE
from engine.ops import OPS

WHERE = (
    "use relu, maximum, minimum or where(condition, x, y), or detach() for a number that needs no "
    "gradient"
)
SWITCH = f"{WHERE}; a switch belongs outside, for example in functools.partial"
COMBINE = "use where(condition, x, y) for if, & and | for and and or, 1 - condition for not"
ONE_OR_ZERO = "compute with it as it is: 1 or 0"
EQUAL = (
    "use where((x >= n) & (x <= n), a, b); for an accuracy, return the scores besides the loss "
    "(return loss, scores) and compare program.outputs after the call"
)
LOOK = (
    "return it besides the loss (return loss, scores) and read program.outputs after the call; to "
    "compute with it, use it as it is, or its detach()"
)
TAKE = (
    "use engine.take(values, index) to pick by it; a count belongs outside, for example in "
    "functools.partial"
)
_BY_NAME = {
    "max amax nanmax": "use engine.maximum(a, b); or engine.detached_maximum(values), through "
    "which no gradient flows, as a stable softmax needs it",
    "min amin nanmin": "use engine.minimum(a, b); or -engine.detached_maximum([-v for v in "
    "values]), through which no gradient flows",
    "sorted sort argsort argmax argmin median unique nlargest nsmallest bisect bisect_left "
    "bisect_right insort searchsorted": "sort outside, and pass what is sorted, or the indices for "
    "engine.take, as an argument",
    "any all": "count conditions, which are 1 or 0: where(sum(v > 0 for v in values) > 0, x, y)",
}
CURES = {name: cure for names, cure in _BY_NAME.items() for name in names.split()}
NESTED = ("<genexpr>", "<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>")
FAR = 300  # instructions: a statement has fewer


def unreadable(what: str, instead: str) -> RecordingError:
    """Return the refusal of a number that Python would read.

    Args:
        what: would read which number.
        instead: the cure, unless what the user's line calls has one of its own.
    """
    return refusal(what, next(cures(users_frame()), instead))


def cures(frame: FrameType | None) -> Iterator[str]:
    """Yield what to use instead of what a frame of the user's code is calling, inner calls first.

    What reads the number may itself be called, as is the lambda in `max(values, key=lambda …)`.
    """
    inner = ""
    while frame is not None and not from_library(frame):
        code = Code(frame.f_code)
        i = code.at(frame.f_lasti)
        calls = [i] if code.callee(i) is not None else []
        # A number that an `if` decides by is not an argument of the calls around it.
        reads = bool(calls) or code.instructions[i].opname.startswith("LOAD_")
        if inner in NESTED if inner else reads:
            calls += code.around(i, 0, min(i + FAR, len(code.instructions) - 1))
        for call in calls:
            names = code.callee_names(call)
            name = names[-1] if names else ""
            if name in CURES:
                yield CURES[name]
            elif call == i and name and resolve(names, frame) is getattr(math, name, math):
                if name in OPS:
                    yield f"use engine.{name}({', '.join(['value'] * len(OPS[name].slopes))})"
                elif name in ADVICE:
                    yield f"use {ADVICE[name]}"
        inner = frame.f_code.co_name
        frame = frame.f_back


def uncaught(error: DomainError | IndexError, fn: object) -> DomainError | IndexError:
    """Return an error of a replay; its text says so if the function looks as if it caught it."""
    if not catches_errors(fn):
        return error
    return type(error)(
        f"{error}; a replay cannot catch this error, though the function has a try or suppress: "
        "choose with engine.where instead, or call the function without compile"
    )


def catches_errors(fn: object) -> bool:
    """Return whether a function, or one of the user's own that it names, catches exceptions."""
    waiting, seen = [fn], set()
    while waiting:
        found = function_of(waiting.pop())
        if found is None or id(found.__code__) in seen:
            continue
        seen.add(id(found.__code__))
        if not is_library(str(found.__module__), found.__code__.co_filename):
            inside = [*parts(found.__code__)]
            if any(map(has_handler, inside)):
                return True
            names = {name for part in inside for name in part.co_names}
            waiting += [found.__globals__[name] for name in names & set(found.__globals__)]
        waiting += [cell.cell_contents for cell in found.__closure__ or ()]
    return False


def function_of(x: object) -> FunctionType | None:
    """Return the function of Python code that a call of `x` runs, if it is one."""
    x = getattr(x, "func", x)  # of a partial
    x = getattr(x, "__func__", x)  # of a method
    called = x if isinstance(x, FunctionType) else getattr_static(type(x), "__call__", None)
    return called if isinstance(called, FunctionType) else None


def parts(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those of the functions and comprehensions inside it."""
    yield code
    for x in code.co_consts:
        if isinstance(x, CodeType):
            yield from parts(x)


def has_handler(code: CodeType) -> bool:
    """Return whether code may go on after an exception."""
    from dis import get_instructions  # seldom needed, and slow to import

    names = [x.opname for x in get_instructions(code)]
    handlers = zip(names, [*names[1:], ""], strict=True)
    return "suppress" in code.co_names or any(
        name == "SETUP_FINALLY" or (name == "PUSH_EXC_INFO" and then != "WITH_EXCEPT_START")
        for name, then in handlers
    )
