"""Walks over a computation graph; knows nodes only by their `inputs`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.value import Value


def nodes(*roots: Value) -> list[Value]:
    """Return everything that `roots` were made from, and the roots, each after its inputs.

    The order depends only on the graph, so that the same graph always draws alike.
    """
    seen: set[int] = set()  # ids of nodes whose inputs have been pushed
    placed: set[int] = set()
    order: list[Value] = []
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


def leaves(*roots: Value) -> list[Value]:
    """Return the nodes below `roots` that no operation made."""
    return [node for node in nodes(*roots) if node.op is None]
