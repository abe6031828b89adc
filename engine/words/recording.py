"""The numbers that a graph was computed with, where some have been changed since."""

from __future__ import annotations

from collections.abc import Sequence

from engine.guards.stale import described, same, stale_uses
from engine.origin import epoch_of
from engine.table.evaluate import ieee_functions
from engine.value import Value
from engine.words.numbers import UNKNOWN, number_text


class Recording:
    """The numbers of a graph as they were when it was computed.

    Args:
        order: the nodes of the graph.

    Attributes:
        changed: the numbers that were changed after use, or after they were computed, each with
            what it was; None where that has been forgotten.
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self.changed: dict[Value, float | None] = {}
        self._used: dict[tuple[int, int], float | None] = {}  # by the ids of a result and an input
        results = [node for node in order if node.op is not None]
        by_hand = [node for node in results if node.changed_at() > epoch_of(node._origin)]
        self._made = {id(node): node.number_at(epoch_of(node._origin)) for node in by_hand}
        stale: dict[int, Value] = {}
        for out, x, number in stale_uses(results):
            stale[id(out)] = out
            self._used[id(out), id(x)] = number
        for out in stale.values():
            self._forget_what_does_not_fit(out)
        for node in by_hand:
            made = self._made[id(node)]
            if made is None or not same(made, node.data):
                self.changed[node] = made
        for out in stale.values():
            for y in out.inputs:
                if isinstance(y, Value) and (id(out), id(y)) in self._used:
                    self.changed.setdefault(y, self._used[id(out), id(y)])

    def number(self, node: Value) -> float | None:
        """Return the number that a node had when it was computed or, of a leaf, first used.

        None if it has been forgotten.
        """
        return self.changed.get(node, node.data)

    def used(self, out: Value, x: Value | float) -> float | None:
        """Return the number of `x` that `out` was computed from, or None if it was forgotten."""
        if not isinstance(x, Value):
            return x
        return self._used.get((id(out), id(x)), x.data)

    @property
    def note(self) -> str:
        """That the graph is stale, which number was changed and what is shown; "" if none was."""
        if not self.changed:
            return ""
        dots = f", {UNKNOWN} where they are forgotten" if None in self.changed.values() else ""
        what = described(self.changed, written=number_text)
        return f"this graph is stale: {what}; shown are the numbers of the recording{dots}"

    def _forget_what_does_not_fit(self, out: Value) -> None:
        """Forget the inputs of a result that do not give its number.

        A file keeps that numbers were changed, but not whether before or after they were used.
        """
        made, row = self._made.get(id(out), out.data), out.op
        numbers = [self.used(out, x) for x in out.inputs]
        known = [x for x in numbers if x is not None]
        if row is None or not row.slopes or len(known) < len(numbers):
            return
        a, b, *_ = [*known[-len(row.slopes) :], 0.0]
        if made is None or not same(ieee_functions(row)[0](a, b, known[0], None), made):
            for x in out.inputs:
                if isinstance(x, Value) and (id(out), id(x)) in self._used:
                    self._used[id(out), id(x)] = None
