"""What a student's engine is asked for, and the points of each part: ten in all."""

from __future__ import annotations

from collections.abc import Iterable

from engine.teach.finding import Item

RIGHT, WRONG, MISSING, NOT_REACHED = "right", "wrong", "missing", "not reached"

# What is asked for, its points, and what is next where it is missing.
NUMBER = ("a number with data and grad", 0.5)
PLUS = ("a + b", 1.0)
TIMES = ("a * b", 1.0)
MINUS = ("a - b, -a", 0.5)
OVER = ("a / b", 0.5)
POWER = ("a ** 3", 0.5)
PLAIN = ("plain numbers: a + 2", 1.0)
FUNCTIONS = ("relu, tanh, exp or the like", 1.0)
START = ("backward() begins with 1 at the result", 0.5)
CHAIN = ("gradients go through several operations", 1.0)
SUMS = ("a Value that is used twice adds up", 1.0)
ORDER = ("each node waits for its whole gradient", 1.0)
LOSSES = ("gradients of two results add up", 0.5)

ALL = (
    NUMBER, PLUS, TIMES, MINUS, OVER, POWER, PLAIN, FUNCTIONS, START, CHAIN, SUMS, ORDER, LOSSES,
)  # fmt: skip


def item(part: tuple[str, float], state: str, share: float | None = None) -> Item:
    """Return a line of the rubric."""
    name, total = part
    reached = share if share is not None else float(state == RIGHT)
    return Item(name, round(total * reached, 2), total, state)


def state_of(rights: Iterable[bool | None]) -> str:
    """Return the state of a part from what its graphs show; None where one was not reached.

    Those do not count: how many there are depends on how fast the machine is.
    """
    shown = [right for right in rights if right is not None]
    if not shown:
        return NOT_REACHED
    return RIGHT if all(shown) else WRONG


def share_of(rights: list[bool | None]) -> float:
    """Return the share of graphs that are right."""
    return sum(right is True for right in rights) / len(rights) if rights else 0.0
