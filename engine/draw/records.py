"""Graphs as Graphviz records and as plain text: for restyling, for micrograd's users, for terminals."""

from __future__ import annotations

from engine.number import describe
from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import graphviz

    from engine.draw.scene import Arrow, Card, Scene


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:  # noqa: A002
    """Return the graph as micrograd's notebook draws it: a record a value, an ellipse an op.

    `engine.draw` draws it better; this one is for programs written for micrograd.

    Args:
        root: what to draw.
        format: what Graphviz renders to.
        rankdir: "LR" for left to right, "TB" for top to bottom.

    Raises:
        TypeError: `root` is not a Value.
        ValueError: `rankdir` is neither.
    """
    import graphviz

    from engine.graph import nodes

    if not isinstance(root, Value):
        raise TypeError(f"draw_dot needs the Value to draw, got {describe(root)}")
    if rankdir not in ("LR", "TB"):
        raise ValueError(f"rankdir must be 'LR' or 'TB', got {rankdir!r}")
    graph = graphviz.Digraph(format=format, graph_attr={"rankdir": rankdir})
    names: dict[int, str] = {}
    for i, node in enumerate(nodes(root)):
        name = names[id(node)] = str(i)
        label = f"{{ {escaped(node.label)} | data {node.data:.4f} | grad {node.grad:.4f} }}"
        graph.node(name, label=label, shape="record")
        if node.op is None:
            continue
        graph.node(f"{name} op", label=node.op.symbol)
        graph.edge(f"{name} op", name)
        for k, x in enumerate(node.inputs):
            if isinstance(x, Value):
                graph.edge(names[id(x)], f"{name} op")
            else:
                graph.node(f"{name} {k}", label=f"{{ {x:.4f} }}", shape="record")
                graph.edge(f"{name} {k}", f"{name} op")
    return graph


def escaped(text: object) -> str:
    """Return a text as it stands in a record's label."""
    from engine.draw.text import one_line

    safe = one_line(text).replace("&", "&amp;")
    return "".join(f"\\{letter}" if letter in "\\{}|<>" else letter for letter in safe)


def digraph_of(scene: Scene, direction: str) -> graphviz.Digraph:
    """Return a scene as a graph of records, for Graphviz."""
    import graphviz

    from engine.draw import ink
    from engine.draw.scene import CONSTANT, GROUP, PARAMETER

    graph = graphviz.Digraph(
        graph_attr={"rankdir": direction, "bgcolor": "transparent", "ranksep": "0.7"},
        node_attr={
            "shape": "record",
            "style": "filled,rounded",
            "fillcolor": ink.PAPER,
            "color": ink.LINE,
            "fontname": "Helvetica,Arial,sans-serif",
            "fontsize": "11",
        },
        edge_attr={"fontname": "Helvetica,Arial,sans-serif", "fontsize": "10"},
    )
    for note in scene.notes:
        graph.body.append(f"\t// {note}\n")
    names = names_of(scene)
    boxed = {card for box in scene.boxes for card in box.cards}

    def add(to: graphviz.Digraph, i: int) -> None:
        card = scene.cards[i]
        style = {"fillcolor": ink.fill(card.rows[-1].grad, scene.strongest)}
        if card.kind in (PARAMETER, GROUP):
            style.update(color="#424a53", penwidth="2")
        if card.kind == GROUP:
            style["fillcolor"] = ink.PAPER
        if card.kind == CONSTANT:
            style["fontcolor"] = ink.MUTED
        to.node(names[i], label=record(card), **style)

    for b, box in enumerate(scene.boxes):
        with graph.subgraph(name=f"cluster_{b}") as cluster:
            cluster.attr(label=f"{escaped(box.title)}  {escaped(box.note)}", color=ink.LINE)
            for i in box.cards:
                add(cluster, i)
    for i in range(len(scene.cards)):
        if i not in boxed:
            add(graph, i)
    for arrow in scene.arrows:
        style = {
            "color": ink.line_colour(arrow.gradient, scene.strongest),
            "penwidth": f"{ink.line_width(arrow.gradient, scene.strongest):.1f}",
        }
        if arrow.gradient == 0:
            style["style"] = "dashed"
        if arrow.label[0]:
            style["label"] = "\\n".join(filter(None, arrow.label))
        graph.edge(*ends(arrow, names), **style)
    return graph


def names_of(scene: Scene) -> list[str]:
    """Return a name for each card: its label where that is a plain one and the only such."""
    labels = [card.rows[0].name if len(card.rows) == 1 else "" for card in scene.cards]
    return [
        label if label.isidentifier() and labels.count(label) == 1 and label != "out" else str(i)
        for i, label in enumerate(labels)
    ]


def record(card: Card) -> str:
    """Return the label of a card's record."""
    from engine.draw.scene import CELL_DIGITS, CONSTANT, GROUP

    if card.kind == CONSTANT:
        return escaped(" ".join(card.heading))
    title = escaped(" ".join(card.heading))
    if card.kind != GROUP:
        return "{" + "|".join([title, *(f"{a} {b}" for a, b in card.value_rows())]) + "}"
    rows = [
        f"{{<r{i}>{escaped(row.name)}|{row.data_text(CELL_DIGITS)}|"
        f"<o{i}>{row.grad_text(CELL_DIGITS)}}}"
        for i, row in enumerate(card.rows)
    ]
    return "{" + "|".join([title, *rows]) + "}"


def ends(arrow: Arrow, names: list[str]) -> tuple[str, str]:
    """Return the names of an arrow's ends, with the rows that it joins."""
    tail, head = names[arrow.tail], names[arrow.head]
    if arrow.tail_row is not None:
        tail += f":o{arrow.tail_row}:e"
    if arrow.head_row is not None:
        head += f":r{arrow.head_row}:w"
    return tail, head


def text_of(scene: Scene) -> str:
    """Return a scene as lines of text."""
    from engine.draw.ink import number_text
    from engine.draw.scene import CONSTANT

    cards = [card for card in scene.cards if card.kind != CONSTANT]
    lines = [f"picture of {scene.title}: {len(cards)} card{'s' if len(cards) != 1 else ''}"]
    terms: dict[int, str] = {}
    for arrow in scene.arrows:
        if arrow.label[1]:
            term = number_text(arrow.gradient, signed=True)
            terms[arrow.tail] = f"{terms.get(arrow.tail, '')} {term}"
    rows = []
    for i, card in enumerate(scene.cards if len(cards) <= 60 else ()):
        if card.kind == CONSTANT:
            continue
        name = " ".join(filter(None, card.heading))
        for row in card.rows:
            label = f"{name} {row.name}" if len(card.rows) > 1 else name
            total = f"   ={terms[i]}" if i in terms else ""
            rows.append((label, f"data {row.data_text()}", f"grad {row.grad_text()}{total}"))
    wide = [max(len(row[k]) for row in rows) for k in (0, 1)] if rows else [0, 0]
    for name, data, grad in rows:
        lines.append(f"  {name:{wide[0]}}   {data:{wide[1]}}   {grad}")
    return "\n".join([*lines, *(f"  {note}" for note in scene.notes)])
