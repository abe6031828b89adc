"""What a student's engine made of the graphs, and whether that is right."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from engine.teach.isolate.observation import NOT_REACHED, Failure, Observation
from engine.teach.trial.graphs import Graph
from engine.teach.trial.trust import trusted

DOUBLE, SINGLE = 1e-9, 1e-5  # how far off a number may be, relative to its size


class Evidence:
    """Observations by graph.

    Attributes:
        tolerance: how far off a number may be, relative to its size.
    """

    def __init__(self) -> None:
        self._seen: dict[Graph, Observation] = {}
        self.tolerance = DOUBLE

    def add(self, graphs: Iterable[Graph], observations: Iterable[Observation]) -> None:
        """Note what came of graphs."""
        for graph, observation in zip(graphs, observations, strict=True):
            self._seen[graph] = trusted(graph, observation)

    def graphs(self) -> list[Graph]:
        """Return the graphs of which there are numbers, the smallest first."""
        ran = [g for g in self._seen if self.ran(g)]
        return sorted(ran, key=lambda g: (len(g.passes), len(g.steps)))

    def seen(self, graph: Graph) -> bool:
        """Return whether there is an observation of a graph."""
        return graph in self._seen

    def late(self) -> bool:
        """Return whether there was no time for a graph."""
        errors = [observation.error for observation in self._seen.values()]
        return any(error is not None and error.kind == NOT_REACHED for error in errors)

    def error(self, graph: Graph) -> Failure | None:
        """Return why there are no numbers of a graph, or None."""
        return self._seen[graph].error

    def value(self, graph: Graph) -> dict[str, Any]:
        """Return what was read of a graph; empty if there are no numbers."""
        value = self._seen[graph].value if graph in self._seen else None
        return value if isinstance(value, dict) and "grads" in value else {}

    def problem(self, graph: Graph) -> dict[str, Any]:
        """Return which step gave no Value; empty if each did."""
        value = self._seen[graph].value
        return value if isinstance(value, dict) and "step" in value else {}

    def ran(self, graph: Graph) -> bool:
        """Return whether there are numbers of a graph."""
        return bool(self.value(graph))

    def begun(self, graph: Graph) -> list[int]:
        """Return the leaves whose gradient was not 0 when they were new."""
        before = self.value(graph).get("before", ())
        return [k for k, grad in enumerate(before) if grad]

    def data_right(self, graph: Graph, loose: float = 0.0) -> bool:
        """Return whether all data are right."""
        data = self.value(graph).get("data", ())
        return self.all_close(data, graph.right.data, loose)

    def changed(self, graph: Graph) -> list[int]:
        """Return the nodes whose data have changed after they were made."""
        value = self.value(graph)
        if not value:
            return []
        pairs = zip(value["data"], value["after"], strict=True)
        moved = [k for k, (x, y) in enumerate(pairs) if x != y and x == x]
        return sorted({*moved, *value["changed"]})

    def leaves(self, graph: Graph) -> list[float | None]:
        """Return the gradients of the leaves."""
        grads = self.value(graph).get("grads", ())
        return [grads[k] for k in range(len(graph.leaves))] if grads else []

    def grads_right(self, graph: Graph, loose: float = 0.0) -> bool:
        """Return whether the gradients of the leaves are right, and none of a result is wrong.

        An engine need not keep those of results: then they are 0 or None.
        """
        if not self.all_close(self.leaves(graph), graph.right.grads[: len(graph.leaves)], loose):
            return False
        if len(graph.passes) > 1:
            return True
        pairs = list(zip(self.value(graph)["grads"], graph.right.grads, strict=True))
        return all(
            not got or self.close(got, right, loose) for got, right in pairs[len(graph.leaves) :]
        )

    def right(self, graph: Graph) -> bool:
        """Return whether all of a graph is right."""
        return self.ran(graph) and self.data_right(graph) and self.grads_right(graph)

    def close(self, got: float | None, right: float | None, loose: float = 0.0) -> bool:
        """Return whether a number is right."""
        if got is None or right is None:
            # No gradient has arrived: that is 0.
            return (got or 0.0) == 0.0 and (right or 0.0) == 0.0
        if got == right:
            return True
        return abs(got - right) <= max(self.tolerance, loose) * (1.0 + abs(right))

    def all_close(
        self, got: Iterable[float | None], right: Iterable[float | None], loose: float = 0.0
    ) -> bool:
        """Return whether two lists of numbers are the same."""
        got, right = list(got), list(right)
        return len(got) == len(right) and all(
            self.close(x, y, loose) for x, y in zip(got, right, strict=True)
        )


def is_single(x: float | None) -> bool:
    """Return whether 0.1 became a number of 32 bits."""
    return x is not None and x != 0.1 and x == struct.unpack("f", struct.pack("f", 0.1))[0]
