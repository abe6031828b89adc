"""All wrong engines: of one operation, of one move, in other styles, and with two faults at once.

Slopes and results are those of the table, changed; moves are pieces of an engine, replaced. Each mutant
carries the names, of `engine.teach.faults`, by which a checker may tell what is wrong: mostly one, and more
where different mistakes have the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.engine.teach.engines import Engine
from tests.engine.teach.mutant import Mutant
from tests.engine.teach.wrong_moves import MOVES, move_mutants
from tests.engine.teach.wrong_operations import operation_mutants
from tests.engine.teach.wrong_styles import replaced_mutants

# Moves that hide no slope of another operation: both faults can be told.
APART = (
    "= for +=",
    "zeroes all",
    "reversed forgotten",
    "breadth first",
    "order by data",
    "visited forgotten",
    "visited by data",
    "visited a default argument",
    "only the last operation",
    "stops at depth 2",
    "inputs deduplicated",
    "+= changes the Value",
    "no __radd__",
    "no __rsub__ and no __rtruediv__",
    "__rsub__ as __sub__",
    "__rtruediv__ as __truediv__",
)
PAIRS = 64


def pair_mutants() -> Iterator[Mutant]:
    """Yield engines with a wrong operation and a wrong move."""
    rng = Random(16)
    moves = [change for change in MOVES if change.name in APART]
    wrong = [
        m
        for m in operation_mutants()
        if m.name.split(":")[0] not in ("add", "sub", "mul", "div", "neg")
    ]
    made: set[str] = set()
    while len(made) < PAIRS:
        first, second = rng.choice(wrong), moves[len(made) % len(moves)]
        new = second.into(first.engine) if isinstance(first.engine, Engine) else None
        name = f"{first.name}, and {second.name}"
        if new is not None and name not in made:
            made.add(name)
            yield Mutant(name, (*first.faults, second.names), new, first.right)


def mutants() -> list[Mutant]:
    """Return all of them."""
    return [*operation_mutants(), *move_mutants(), *replaced_mutants(), *pair_mutants()]
