"""Walks over a computation graph in topological order; knows nodes only by their `inputs`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    from typing_extensions import Self

    from engine.ops import Op

    class Node(Protocol):
        """What the modules that come before `Value` know of it."""

        data: float
        grad: float
        op: Op | None
        _a: Self | None
        _da: float
        _b: Self | None
        _db: float

        @property
        def label(self) -> str:
            """Its name, or ""."""

        @property
        def inputs(self) -> tuple[Self | float, ...]:
            """What it was made from, in order."""

    N = TypeVar("N", bound=Node)


def nodes(*roots: N) -> list[N]:
    """Return everything that `roots` were made from, and the roots, in topological order.

    Each node comes after its inputs. The order depends only on the graph, so that the same graph
    is always drawn alike. `backward()` has a faster walk, `engine.value.topological_order`, which
    leaves marks in the nodes; this one keeps the ids of those it has seen, so that it changes
    nothing, takes several roots, finds the leaves in their places and follows every input.
    """
    seen: set[int] = set()  # ids of nodes whose inputs have been pushed
    placed: set[int] = set()
    order: list[N] = []
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        if id(node) not in seen:
            seen.add(id(node))
            stack += [
                x
                for x in reversed(node.inputs)
                if not isinstance(x, (int, float)) and id(x) not in seen
            ]
        else:
            stack.pop()
            if id(node) not in placed:
                placed.add(id(node))
                order.append(node)
    return order


def leaves(*roots: N) -> list[N]:
    """Return the nodes below `roots` that no operation made."""
    return [node for node in nodes(*roots) if node.op is None]
