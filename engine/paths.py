"""The paths from a result back to one number: how many there are, and the strongest of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.value import Opaque, Value


class Path:
    """One way from a result back to a number.

    Attributes:
        nodes: what it passes, the result first.
        slopes: the local derivative of each step; None where it is hidden in a function, since the
            result was made by hand.
        product: of the slopes, the path's share of the gradient; None if one of them is hidden.
    """

    __slots__ = ("nodes", "product", "slopes")

    def __init__(
        self, nodes: Sequence[Value], slopes: Sequence[float | None], product: float | None
    ) -> None:
        self.nodes = tuple(nodes)
        self.slopes = tuple(slopes)
        self.product = product

    def __repr__(self) -> str:
        return f"Path of {len(self.slopes)} steps, product {self.product}"


def steps(node: Value) -> list[tuple[Value, float | None]]:
    """Return the inputs of a node that a gradient flows to, and the local derivatives.

    They are None where the node was made by hand.
    """
    hidden = isinstance(node, Opaque)
    return [
        (x, slope)
        for x, slope in zip(node.inputs, node.local_derivatives, strict=True)
        if isinstance(x, Value) and (hidden or slope is not None)
    ]


def through(slope: float | None, product: float | None) -> float | None:
    """Return a slope times a product; None if one of them is not known."""
    return None if slope is None or product is None else slope * product


def count_paths(order: Sequence[Value], wrt: Value) -> int:
    """Return how many paths lead from the last of `order` to `wrt`."""
    count = {id(wrt): 1}
    for node in order:
        if node is not wrt and (n := sum(count.get(id(x), 0) for x, _ in steps(node))):
            count[id(node)] = n
    return count.get(id(order[-1]), 0)


# A path under construction: its product, and its first step: the next node, the slope, and the
# number of the rest. A number, since freeing paths that hold one another would be recursion.
Chain = tuple["float | None", "tuple[Value, float | None, int] | None"]


def strongest_paths(order: Sequence[Value], wrt: Value, *, most: int) -> list[Path]:
    """Return the paths from the last of `order` to `wrt`, the strongest if there are many.

    A path cannot be among the strongest from a node if what is left of it is not among the
    strongest from the next one, so it is enough to keep `most` paths for each node on the way.

    Args:
        order: the graph's nodes, each after its inputs.
        wrt: where the paths end.
        most: how many to return; if there are not more, all of them, in the order of the graph.
    """
    uses: dict[int, int] = {}
    for node in order:
        for x, _ in steps(node):
            uses[id(x)] = uses.get(id(x), 0) + 1
    chains: list[Chain] = [(1.0, None)]
    best: dict[int, Sequence[int]] = {id(wrt): [0]}
    for node in order:
        found: list[Chain] = []
        for x, slope in steps(node):
            found += [
                (through(slope, chains[rest][0]), (x, slope, rest)) for rest in best.get(id(x), ())
            ]
            uses[id(x)] -= 1
            if not uses[id(x)]:
                best.pop(id(x), None)
        if node is wrt or not found:
            continue
        if len(found) > most:
            # What is not known or nan is the strongest of all: it must not be left out.
            strength = [(p is None, p != p, abs(p or 0.0)) for p, _ in found]
            kept = sorted(range(len(found)), key=strength.__getitem__, reverse=True)[:most]
            found = [found[i] for i in sorted(kept)]
        best[id(node)] = range(len(chains), len(chains) + len(found))
        chains += found
    return [walked(order[-1], chains, number) for number in best.get(id(order[-1]), ())]


def walked(root: Value, chains: Sequence[Chain], number: int) -> Path:
    """Return the chain of that number as a path."""
    product, step = chains[number]
    on_the_way = [root]
    slopes: list[float | None] = []
    while step is not None:
        x, slope, rest = step
        on_the_way.append(x)
        slopes.append(slope)
        step = chains[rest][1]
    return Path(on_the_way, slopes, product)
