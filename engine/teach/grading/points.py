"""Gives points: each part of the rubric by the graphs that show it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.ops import OPS
from engine.teach import faults
from engine.teach.finding import Finding, Item
from engine.teach.grading import rubric
from engine.teach.grading.rubric import MISSING, NOT_REACHED, RIGHT, WRONG, item, share_of, state_of
from engine.teach.naming.diagnosis import symbol
from engine.teach.trial import battery
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph

OPERATIONS = {
    rubric.PLUS: ("add",),
    rubric.TIMES: ("mul",),
    rubric.MINUS: ("sub", "neg"),
    rubric.OVER: ("div",),
    rubric.POWER: ("pow",),
}
# What is written next, in the order of the lesson.
LESSON = ("add", "mul", "backward", "relu", "neg", "sub", "pow", "div")
REFLECTED = (faults.MISSING_REFLECTED, faults.WRONG_REFLECTED)
SEEDS = (faults.SEED_NOT_SET, faults.WRONG_SEED, faults.GRAD_NOT_ZERO)


class Grading:
    """The points of a class.

    Args:
        evidence: what was seen.
        missing: the operations that are not written yet.
        findings: what is wrong.
        graphs: those of several operations.
        has_backward: whether gradients were looked at.
        without: the state of gradients where they were not.

    Attributes:
        items: the lines of the rubric.
    """

    def __init__(
        self,
        evidence: Evidence,
        missing: list[str],
        findings: list[Finding],
        graphs: list[Graph],
        *,
        has_backward: bool,
        without: str = MISSING,
    ) -> None:
        self._evidence = evidence
        self._missing = missing
        self._findings = findings
        self._has_backward = has_backward
        self._without = without
        told = {f.fault for f in findings}
        wrong_number = bool(told & {faults.CHANGES_DATA, faults.GRAD_NOT_ZERO})
        self.items = [item(rubric.NUMBER, WRONG if wrong_number else RIGHT)]
        self.items += [self._operations(part, rows) for part, rows in OPERATIONS.items()]
        self.items += [self._plain_numbers(), self._functions()]
        self.items += self._passes(graphs, told)
        if findings and all(part.state == RIGHT for part in self.items):
            self.items[-2] = item(rubric.ORDER, WRONG)

    def _operations(self, part: tuple[str, float], rows: tuple[str, ...]) -> Item:
        """Half of the points is for results, half for gradients."""
        if all(row in self._missing for row in rows):
            return item(part, MISSING)
        shares = [self._share(row) for row in rows]
        known = [share for share in shares if share is not None]
        share = sum(known) / len(rows)
        if not known:
            return item(part, NOT_REACHED)
        partly = any(row in self._missing for row in rows)
        return item(part, MISSING if partly and share < 1 else self._state(share), share)

    def _state(self, share: float) -> str:
        """Return the state of a part; gradients are not wrong where there is no backward()."""
        if share == 1:
            return RIGHT
        return self._without if share == 0.5 and not self._has_backward else WRONG

    def _share(self, row: str) -> float | None:
        """Return the share of an operation's points, or None if it could not be run."""
        if row in self._missing:
            return 0.0
        graphs = [g for g in battery.alone(row) if self._evidence.seen(g)]
        if not any(self._evidence.ran(g) for g in graphs):
            return 0.0 if any(f.operation == symbol(row) for f in self._findings) else None
        data = all(self._evidence.data_right(g) for g in graphs)
        grads = self._has_backward and all(self._evidence.grads_right(g) for g in graphs)
        blamed = any(
            f.operation == symbol(row) and f.fault not in REFLECTED for f in self._findings
        )
        if row in battery.LOOSE and not blamed:
            data = grads = True  # by another formula, which is right too
        return 0.5 * data + 0.5 * (data and grads and not blamed)

    def _plain_numbers(self) -> Item:
        """Half of the points is lost where numbers on the left are wrong."""
        rows = [row for row in battery.BINARY if row not in self._missing]
        graphs = [g for row in rows for g in battery.constants(row) if self._evidence.seen(g)]
        if not graphs:
            return item(rubric.PLAIN, MISSING if not rows else NOT_REACHED)
        check = self._evidence.right if self._has_backward else self._evidence.data_right
        rights = [check(g) if self._evidence.ran(g) else False for g in graphs]
        share = share_of(list(rights))
        if any(f.fault in REFLECTED for f in self._findings):
            share = min(share, 0.5)
        return item(rubric.PLAIN, RIGHT if share == 1 else WRONG, share)

    def _functions(self) -> Item:
        """Return the share of functions that are right; at least one activation is asked for."""
        basic = {row for rows in OPERATIONS.values() for row in rows}
        rows = [row for row in battery.ALL if row not in basic and row not in self._missing]
        if not any(row in battery.ACTIVATIONS for row in rows):
            return item(rubric.FUNCTIONS, MISSING)
        shares = [self._share(row) for row in rows]
        known = [share for share in shares if share is not None]
        if not known:
            return item(rubric.FUNCTIONS, NOT_REACHED)
        share = sum(known) / len(rows)
        return item(rubric.FUNCTIONS, self._state(share), share)

    def _passes(self, graphs: list[Graph], told: set[str]) -> list[Item]:
        """Return the parts about the backward pass."""
        parts = (rubric.START, rubric.CHAIN, rubric.SUMS, rubric.ORDER, rubric.LOSSES)
        if not self._has_backward:
            return [item(part, self._without) for part in parts]
        blamed = {f.operation for f in self._findings}
        clean = [g for g in graphs if not {symbol(row) for row in g.operations} & blamed]
        sorts = {part: [g for g in clean or graphs if part_of(g) == part] for part in parts[1:]}
        alone = (
            [g for row in OPS for g in battery.alone(row) if self._evidence.ran(g)]
            if graphs
            else []
        )
        start = state_of([not told & {*SEEDS}] if alone else [])
        items = [item(rubric.START, start)]
        for part in parts[1:]:
            seen = [g for g in sorts[part] if self._evidence.seen(g)]
            rights = [self._evidence.right(g) if self._judged(g) else None for g in seen]
            items.append(item(part, state_of(rights)))
        return items

    def _judged(self, graph: Graph) -> bool:
        """Return whether a graph was tried."""
        failure = self._evidence.error(graph)
        return failure is None or failure.kind != NOT_REACHED


def part_of(graph: Graph) -> tuple[str, float]:
    """Return which part of the rubric a graph of several operations shows."""
    if len(graph.passes) > 1:
        return rubric.LOSSES
    results = range(len(graph.leaves), graph.root)
    if any(graph.uses(n) > 1 for n in results):
        return rubric.ORDER
    if any(graph.uses(n) > 1 for n in range(len(graph.leaves))):
        return rubric.SUMS
    return rubric.CHAIN


def next_missing(missing: Iterable[str], *, has_backward: bool) -> str:
    """Return what to write next: a row, or "backward", or "" if all is there."""
    missing = set(missing)
    activation = not missing >= {*battery.ACTIVATIONS}
    for name in LESSON:
        there = {"backward": has_backward, "relu": activation}.get(name, name not in missing)
        if not there:
            return name
    return ""
