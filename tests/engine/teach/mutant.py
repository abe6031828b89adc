"""What is wrong with a mutant: the names of faults, and a change that puts one into an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tests.engine.teach.engines import Engine

Names = frozenset[str]
Into = Callable[[Engine], "Engine | None"]


def told(*names: str) -> Names:
    """Return the names that a fault may be told by."""
    return frozenset(names)


@dataclass(frozen=True)
class Mutant:
    """A wrong engine.

    Attributes:
        name: what was changed, and in which style.
        faults: for each of its faults, the names by which it may be told.
        engine: the engine, or its text.
        right: a right engine of the same operations.
    """

    name: str
    faults: tuple[Names, ...]
    engine: Engine | str
    right: Engine

    def __str__(self) -> str:
        return str(self.engine)


class Change(NamedTuple):
    """A fault that can be put into an engine; None where its style does not have that piece."""

    name: str
    names: Names
    into: Into


OVERWRITES = told("overwrites gradient")
CHAIN = told("chain rule forgotten")
NO_ORDER = told("no topological order")
NAIVE = told("naive recursion")
TWICE = told("visits twice")
TWO_OR_NAIVE = told("visits twice", "naive recursion")
EARLY = told("stops early")
ZEROES = told("zeroes leaves")
REMEMBERS = told("remembers earlier passes")
BY_VALUE = told("visited by value")
SAME_OPERAND = told("same operand twice")
CHANGES = told("changes data")
MISSING = told("missing gradient")
WRONG = told("wrong gradient")
MISPLACED = told("step on the wrong node", "missing gradient")
