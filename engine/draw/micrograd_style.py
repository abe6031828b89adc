"""Draws a graph as micrograd's notebook does, for those who come from there."""

from __future__ import annotations

import graphviz

from engine.draw.picture import DIRECTIONS, record_text
from engine.graph import nodes
from engine.tag import one_line
from engine.value import Value
from engine.words.numbers import UNKNOWN
from engine.words.recording import Recording


def records_of(root: Value, format: str, rankdir: str) -> graphviz.Digraph:  # noqa: A002
    """Return the graph, as `engine.draw_dot` describes it."""
    if rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir must be one of {', '.join(DIRECTIONS)}, got {rankdir!r}")
    order = nodes(root)
    recording = Recording(order)
    note = {"label": graphviz.escape(recording.note)} if recording.note else {}
    graph = graphviz.Digraph(format=format, graph_attr={"rankdir": rankdir, **note})
    index = {id(node): i for i, node in enumerate(order)}
    for i, node in enumerate(order):
        number = recording.number(node)
        data = UNKNOWN if number is None else f"{number:.4f}"
        label = f"{record_text(one_line(node.label))} | " if node.label else ""
        graph.node(
            str(i),
            label=f"{{ {label}data {data} | grad {node.grad:.4f} }}",
            shape="record",
        )
        if node.op is None:
            continue
        graph.node(f"{i}op", label=graphviz.escape(node.op.symbol))
        graph.edge(f"{i}op", str(i))
        for k, x in enumerate(node.inputs):
            if isinstance(x, Value):
                graph.edge(str(index[id(x)]), f"{i}op")
            else:
                graph.node(f"{i}in{k}", label=f"{{ data {x:.4f} }}", shape="record")
                graph.edge(f"{i}in{k}", f"{i}op")
    return graph
