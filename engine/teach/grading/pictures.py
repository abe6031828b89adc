"""A student's numbers beside the right ones, on the same graph."""

from __future__ import annotations

from engine.teach.side_by_side import side_by_side
from engine.teach.trial.graphs import Graph, Numbers, built
from engine.value import Value

MOST_STEPS = 8  # more cannot be read side by side


def picture_of(graph: Graph, got: Numbers) -> str:
    """Return the picture of a graph with a student's numbers, and with the right ones.

    Args:
        graph: the graph.
        got: the student's numbers.

    Returns:
        SVG; "" for a graph that is too large.
    """
    if len(graph.steps) > MOST_STEPS or not graph.steps:
        return ""
    nodes = built(graph, Value)
    for k, (node, grad) in enumerate(zip(nodes, graph.right.grads, strict=True)):
        node.label, node.grad = graph.name(k), grad or 0.0
    roots = dict.fromkeys([*(n for n in graph.passes if n >= 0), graph.root])
    pairs = zip(nodes, zip(got.data, got.grads, strict=True), strict=True)
    seen = {id(node): numbers for node, numbers in pairs}
    return side_by_side([nodes[n] for n in roots], seen, titles=("yours", "right"))
