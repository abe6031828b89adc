"""Refuses Python's own ways to read a number: its truth, its text, ==, int(), as a key."""

from __future__ import annotations

import sys
from collections.abc import Callable

from engine.compile.record import cures
from engine.compile.record.refusal import only_shows, refusal
from engine.guards.math_calls import ADVICE
from engine.value import Value, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

DECIDING = "deciding by {} (if, while, and, or, not, max, …)"
INTEGERS = "integer arithmetic (&, |, ^, ~, <<, >>) with {}"
FLOAT = "float() of {}"
REFUSED = (
    ("__bool__", DECIDING, cures.WHERE),
    ("__eq__ __ne__", "== of {}", cures.EQUAL),
    ("__float__ __complex__", FLOAT, cures.LOOK),
    ("__int__ __trunc__", "int() of {}", f"{cures.TAKE}; as a number, use {ADVICE['trunc']}"),
    ("__index__", "{} as an index or a count", cures.TAKE),
    ("__floor__", "floor() of {}", f"use {ADVICE['floor']}"),
    ("__ceil__", "ceil() of {}", f"use {ADVICE['ceil']}"),
    ("__round__", "round() of {}", f"use {ADVICE['round']}"),
    ("__floordiv__ __rfloordiv__", "// with {}", "use (a - a % b) / b, whose slope is 0"),
    ("__divmod__ __rdivmod__", "divmod() with {}", "use (a - a % b) / b and a % b"),
    ("__and__ __rand__ __or__ __ror__ __xor__ __rxor__", INTEGERS, "compare it with a number"),
    ("__lshift__ __rlshift__ __rshift__ __rrshift__", INTEGERS, "multiply by a power of 2"),
    ("__invert__", INTEGERS, "use 1 - condition for the opposite of a comparison"),
)


def refuse_all(kind: type[Value], refused: tuple[tuple[str, str, str], ...]) -> None:
    """Give a class methods that refuse.

    Args:
        kind: the class.
        refused: names of methods; what they would do, with {} for the number; what to do instead.
    """
    for names, what, instead in refused:
        for name in names.split():
            setattr(kind, name, refusing(what, instead))


def refusing(what: str, instead: str) -> Callable[..., NoReturn]:
    """Return a method that refuses, whatever it is given."""

    def refuse(self: Value, *_: object) -> NoReturn:
        raise cures.unreadable(what.format(described(self)), instead)

    return refuse


def described(node: Value) -> str:
    """Return what a Value is to the user, and its name."""
    kind: str = getattr(type(node), "described_as", "Value")
    return f"{kind} {node.label!r}" if node.label else kind


def shown(node: Value, text: str) -> str:
    """Return the text of a Value, if nothing is decided by it.

    Raises:
        RecordingError: a function is being recorded, and neither we nor a debugger asks.
    """
    # Two frames up: who called what calls this.
    if current().recorder is not None and not only_shows(sys._getframe(2)):
        raise cures.unreadable(f"the text of {described(node)}", cures.LOOK)
    return text


def record_comparison(symbol: str, a: Value, b: Value | float) -> bool:
    """Return a condition in place of a bool; `where` takes both."""
    recorder = current().recorder
    if recorder is None:
        raise refusal("comparing a recorded Value after its recording", "look at program.graph")
    condition: bool = recorder.compared(symbol, a, b)  # type: ignore[assignment]
    return condition
