"""Walks over a computation graph in topological order; knows nodes only by their `inputs`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from engine.origin import Node

    N = TypeVar("N", bound=Node)


def nodes(*roots: N) -> list[N]:
    """Return everything that `roots` were made from, and the roots, in topological order.

    Each node comes after its inputs. The order depends only on the graph, so that the same graph
    is always drawn alike. `backward()` has a walk of its own, `engine.value.topological_order`,
    which leaves marks in the nodes; this one keeps a set of those in the order so far: it changes
    nothing, takes several roots, includes the leaves and follows every input.
    """
    order: list[N] = []
    placed: set[N] = set()
    stack = list(reversed(roots))  # nodes to visit, and below each its user, to visit once more
    push, pop, note, place = stack.append, stack.pop, order.append, placed.add
    while stack:
        node = pop()
        if node in placed:
            continue
        if node._has_two_inputs:  # without a tuple of the inputs: 4 times as fast
            a, b = node._a, node._b
            if a is not None and a in placed:
                a = None
            if b is not None and b not in placed:
                push(node)
                push(b)
                if a is not None:
                    push(a)
                continue
            if a is not None:
                push(node)
                push(a)
                continue
        else:
            waiting = [x for x in node.inputs if not isinstance(x, float) and x not in placed]
            if waiting:
                push(node)
                stack += reversed(waiting)
                continue
        place(node)
        note(node)
    return order


def leaves(*roots: N) -> list[N]:
    """Return the leaves below `roots`: the nodes that no operation made."""
    return [node for node in nodes(*roots) if node.op is None]
