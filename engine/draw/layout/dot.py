"""Asks Graphviz's dot for the order of the slots in each column."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.draw.layout.crossings import Link


def order_by_dot(
    columns: Sequence[Sequence[int]],
    links: Sequence[Link],
    across: Sequence[float],
    boxes: Sequence[Sequence[int]],
) -> list[list[int]]:
    """Return the columns in the order that dot gives them.

    All links join neighbouring columns, so that dot, which keeps the sum of their lengths small,
    has no choice but to use the columns as its ranks.

    Args:
        columns: the slots of each column.
        links: between neighbouring columns.
        across: the size of each slot across the columns, px.
        boxes: slots that must stay together.

    Raises:
        graphviz.ExecutableNotFound: dot is not on PATH.
        graphviz.CalledProcessError: dot failed.
    """
    import graphviz

    graph = graphviz.Digraph(
        graph_attr={"nodesep": "0.15", "ranksep": "0.5", "splines": "false"},
        node_attr={"shape": "plain"},
    )
    ports: dict[int, list[float]] = {}
    for a, b, at in links:
        ports.setdefault(a, []).append(0.0)
        ports.setdefault(b, []).append(at)
    boxed = {slot for box in boxes for slot in box}
    for i, box in enumerate(boxes):
        with graph.subgraph(name=f"cluster_{i}") as cluster:
            for slot in box:
                cluster.node(str(slot), label=outline(across[slot], ports.get(slot, [])))
    for column in columns:
        for slot in column:
            if slot not in boxed:
                graph.node(str(slot), label=outline(across[slot], ports.get(slot, [])))
    for a, b, at in links:
        graph.edge(f"{a}:p{port(0.0)}", f"{b}:p{port(at)}")
    drawn = json.loads(graph.pipe(format="json0", encoding="utf-8", quiet=True))
    positions = {
        int(node["name"]): float(node["pos"].split(",")[0])
        for node in drawn["objects"]
        if "pos" in node
    }
    return [sorted(column, key=positions.__getitem__) for column in columns]


def port(at: float) -> int:
    """Return the number of the cell to which a link is attached."""
    return round((at + 1) * 10)


def outline(wide: float, attached: Sequence[float]) -> str:
    """Return an HTML-like label of the slot's width with cells to attach links to."""
    # A slot that nothing is attached to still has one cell, which gives it its width.
    ends = sorted({port(at) for at in attached} or {port(0.0)})
    borders = [0.0]
    borders += [(a + b) / 40 * wide for a, b in zip(ends, ends[1:], strict=False)]
    borders.append(max(wide, 1.0))
    cells = "".join(
        f'<TD FIXEDSIZE="TRUE" WIDTH="{max(1, round(right - left))}" HEIGHT="20" '
        f'PORT="p{end}"></TD>'
        for end, left, right in zip(ends, borders[:-1], borders[1:], strict=True)
    )
    bare = 'BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"'
    return f"<<TABLE {bare}><TR>{cells}</TR></TABLE>>"
