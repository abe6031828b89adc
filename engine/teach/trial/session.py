"""Tries a student's class on the battery, round after round, and keeps what was seen."""

from __future__ import annotations

import time
from collections.abc import Iterable
from random import SystemRandom
from typing import Any

from engine.teach.isolate.guard import refuse_ours
from engine.teach.isolate.observation import DIED, HANGS, NOT_REACHED, Failure, Observation
from engine.teach.isolate.observe import observe
from engine.teach.isolate.submission import Submission
from engine.teach.trial import battery
from engine.teach.trial.evidence import SINGLE, Evidence, is_single
from engine.teach.trial.graphs import Graph

NUMBERS = (0.1, -3.5, 2, 1e6)  # of which Values are made first
RESERVE = 0.15  # the share of the time that is kept for naming faults and drawing
SHORT, LONG, DEEP = 5, 10, 1500


class Session:
    """One check of one class.

    Attributes:
        evidence: what was seen of graphs.
        has_backward: whether there is a backward pass to try.
    """

    def __init__(self, submission: Submission, name: str, seconds: float) -> None:
        self.evidence = Evidence()
        self.has_backward = True
        self._submission = submission
        self._name = name
        self._end = time.monotonic() + seconds * (1 - RESERVE)

    def late(self) -> bool:
        """Return whether the time for rounds is over."""
        return time.monotonic() > self._end

    def describe(self) -> Observation:
        """Return what the class has."""
        return self._run([["describe", None]])[0]

    def numbers(self) -> Observation:
        """Return what Values of a few numbers have."""
        seen = self._run([["numbers", list(NUMBERS)]])[0]
        value = seen.value
        if isinstance(value, dict) and isinstance(value.get("data"), list):
            data: Any = value["data"]
            if is_single(data[0]):
                self.evidence.tolerance = SINGLE
        return seen

    def broken_backward(self, methods: set[str]) -> tuple[Graph, Failure] | None:
        """Return where backward() fails of itself, whatever the operation; then go on without it.

        So that what was right before it was written stays right.
        """
        rows = [row for row in battery.ALL if battery.method(row) in methods][:2]
        graphs = [battery.alone(row)[0] for row in rows]
        failures = [seen.error for seen in self._run([*map(self._argument, graphs)])]
        first = failures[0] if failures else None
        if first is None or None in failures or NOT_REACHED in [f.kind for f in failures if f]:
            return None
        self.has_backward = False
        if all(seen.error is None for seen in self._run([*map(self._argument, graphs)])):
            return graphs[0], first
        self.has_backward = True
        return None

    def single_operations(self, methods: set[str]) -> dict[str, Observation]:
        """Try each operation alone; return what the operators that work in place do."""
        rows = [row for row in battery.ALL if battery.method(row) in methods]
        firsts = {row: battery.alone(row)[0] for row in rows}
        self.evidence.add(firsts.values(), self._run([*map(self._argument, firsts.values())]))
        graphs = []
        for row, first in firsts.items():
            failure = self.evidence.error(first)
            if failure is None or failure.kind not in (HANGS, DIED):  # others would cost too much
                graphs += battery.alone(row)[1:] + battery.constants(row)
                graphs += battery.reflections(row) + battery.of_values(row) + [battery.again(row)]
        names = [f"__i{name}__" for name in ("add", "sub", "mul", "truediv")]
        names = [name for name in names if name in methods and self.has_backward]
        in_place: list[list[object]] = [["in place", [name, 3.0, -5.0]] for name in names]
        seen = self._run([self._argument(g) for g in graphs] + in_place)
        self.evidence.add(graphs, seen[: len(graphs)])
        return dict(zip(names, seen[len(graphs) :], strict=True))

    def together(self, core: tuple[str, ...], others: Iterable[str]) -> list[Graph]:
        """Try operations together; return the graphs of the core, from which faults are named."""
        ours = list(dict.fromkeys([*battery.small(core), *battery.passes(core)]))
        ours.append(battery.line(core[0], 30))
        ours += battery.surprises(core, SystemRandom())
        rest = [g for row in others for g in battery.together(row, core)]
        both = core == ("add", "mul")
        second = [battery.SECOND, *battery.INFINITE] if both else []
        graphs = list(dict.fromkeys([*ours, *rest, *second]))
        self.evidence.add(graphs, self._run([*map(self._argument, graphs)]))
        return ours

    def extras(self, row: str) -> tuple[bool, bool, float]:
        """Return whether a second pass is right, a deep graph too, and how the work grows.

        The third is by how much more the pass has to do where there are 2^5 times as many paths, in
        twice as many operations.
        """
        deep = battery.chain(row, DEEP)
        ladders: list[list[object]] = [
            ["count", battery.ladder(row, n).plain] for n in (SHORT, LONG)
        ]
        seen = self._run([*ladders, self._argument(deep)])
        self.evidence.add([deep], seen[2:])
        counts = [o.value for o in seen[:2]]
        growth = 0.0
        if isinstance(counts[0], int) and counts[0] > 0:
            growth = counts[1] / counts[0] if isinstance(counts[1], int) else float("inf")
        right = self.evidence.right
        second = self.evidence.seen(battery.SECOND) and right(battery.SECOND)
        return second, right(deep), growth

    def _argument(self, graph: Graph) -> list[object]:
        leaves, steps, passes = graph.plain
        return ["graph", [leaves, steps, passes if self.has_backward else []]]

    def _run(self, arguments: list[list[object]]) -> list[Observation]:
        from engine.teach.trial.probing import run

        left = self._end - time.monotonic()
        if not arguments or left <= 0:
            return [Observation(error=Failure(NOT_REACHED)) for _ in arguments]
        return observe(
            self._submission, run, arguments, name=self._name, seconds=left, prepare=refuse_ours
        )
