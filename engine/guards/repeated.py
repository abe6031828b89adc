"""Warns of mistakes that Python allows, such as a second backward pass of one result."""

from __future__ import annotations

import sys
import warnings

from engine.ops import ADD, SUB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import FrameType

    from engine.origin import Node

OFTEN = 3  # times that a graph must have grown by the same number of nodes


def warn_if_doubled(leaves: Collection[Node], before: Sequence[float], name: str) -> None:
    """Warn if a second backward pass of one result has doubled every gradient.

    Args:
        leaves: what the result was made from.
        before: their gradients before the pass, which are not all 0.
        name: of the result.
    """
    doubled = all(
        abs(leaf._grad - 2 * grad) <= 1e-9 * abs(leaf._grad)
        for leaf, grad in zip(leaves, before, strict=True)
    )
    if doubled:
        warnings.warn(
            f"backward() ran twice on {name}, and every gradient is now doubled, since "
            "gradients add up; call zero_grad() before the second time, or call it once",
            RuntimeWarning,
            stacklevel=3,
        )


class Growth:
    """By how much graphs grew from one backward pass to the next.

    Attributes:
        nodes: how many results the last graph had.
        step: by how many more it had than the one before.
        times: how often in a row it grew by as many.
    """

    __slots__ = ("nodes", "step", "times")

    def __init__(self) -> None:
        self.nodes = self.step = self.times = 0

    def note(
        self,
        results: Collection[Node],
        leaves: Collection[Node],
        before: Sequence[float],
    ) -> None:
        """Note the size of a graph; warn if it grows since a leaf is replaced in each step.

        That is `w = w - rate * w.grad`. Growing graphs alone prove nothing: here there is also a
        chain `w - number - number - …` that begins at a leaf with the gradient of earlier passes.

        Args:
            results: of operations, in topological order.
            leaves: of the graph.
            before: their gradients before the pass.
        """
        step = len(results) - self.nodes
        self.times = self.times + 1 if step == self.step > 0 else int(step > 0)
        self.nodes, self.step = len(results), step
        if self.times < OFTEN:
            return
        self.times = 0
        starts = {leaf: leaf for leaf, grad in zip(leaves, before, strict=True) if grad}
        lengths: dict[Node, int] = {}
        for node in results:
            start = starts.get(node._a) if node._a is not None else None
            if start is None or node._b is not None or node.op not in (ADD, SUB):
                continue
            starts[node] = start
            lengths[node] = length = lengths.get(node._a, 0) + 1  # type: ignore[arg-type]
            if length >= OFTEN:
                name = repr(start.label) if start.label else "a parameter"
                warnings.warn(
                    f"the graph grows by {step} with each backward pass: {name} is by now the "
                    f"result of many steps, since `w = w - rate * w.grad` makes a new Value; move "
                    "the number of the Value that you have: w.data -= rate * w.grad",
                    RuntimeWarning,
                    stacklevel=3,
                )
                return


def warn_of_new_value() -> None:
    """Warn that `p -= number` leaves a parameter with a gradient as it is."""
    warnings.warn(
        "`p -= …` makes a new Value and leaves the parameter p, which has a gradient, as it was; "
        "move its number: p.data -= …",
        RuntimeWarning,
        stacklevel=3,
    )


def warn_if_compared(caller: FrameType) -> None:
    """Warn of `a == b` with two Values of the same number, which are not the same Value.

    Only if `caller` itself compares: `in`, `list.index` and keys of dictionaries mean the Value.
    """
    from opcode import opmap  # seldom needed

    code, i = caller.f_code.co_code, caller.f_lasti
    while i > 0 and code[i] == 0:  # the cache of an instruction
        i -= 2
    if code[i] == opmap["COMPARE_OP"] and sys.implementation.name == "cpython":
        warnings.warn(
            "== asks whether two Values are the same Value, and these are two with the same "
            "number; write a.data == b.data to compare numbers, or a is b",
            RuntimeWarning,
            stacklevel=3,
        )
