"""A picture of a gradient graph: as SVG, PNG or DOT, in a notebook or in a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence

from engine.draw.drawing import Drawing
from engine.draw.layout.layered import ALWAYS, IF_CROSSED, NEVER, layered_layout
from engine.draw.layout.placement import Placement
from engine.draw.scene.cards.card import Card, HeatCard
from engine.draw.scene.compare import check_alike, show_changes
from engine.draw.scene.fold_style import MOST_CARDS, MOST_PLAIN_CARDS
from engine.draw.scene.folded import folded_scene
from engine.draw.scene.grouping import is_named
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.unfolded import unfolded_scene
from engine.draw.svg.document import svg_of
from engine.draw.tikz import tikz_of
from engine.value import Value
from engine.words.numbers import number_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import graphviz

MOST_THINGS = 1500  # cards and entries; beyond this nothing in a picture can be found
DIRECTIONS, LAYOUTS = ("LR", "TB"), ("auto", "dot", "builtin")
FOLDS = ("auto", "none", "neuron", "heat", "layer")


class Picture(Drawing):
    """A drawn graph. A notebook displays it."""

    def __init__(self, graph: NamedGraph, scene: Scene, svg: str, direction: str) -> None:
        super().__init__(svg)
        self._graph = graph
        self._scene = scene
        self._direction = direction

    @property
    def dot(self) -> graphviz.Digraph:
        """The same graph as a graphviz.Digraph, to be drawn or changed with Graphviz."""
        import graphviz

        note = self._graph.recording.note
        graph = graphviz.Digraph(
            graph_attr={"rankdir": self._direction, **({"label": note} if note else {})},
            node_attr={"shape": "record", "fontname": "Helvetica"},
        )
        for i, card in enumerate(self._scene.cards):
            # In a record, dot drops a plain space after a letter beyond ASCII.
            fields = ["&#160;".join(record_text(part) for part in card.heading if part)]
            if card.carries_gradient:
                fields += map(record_text, card_fields(card))
            graph.node(str(i), label="{ " + " | ".join(fields) + " }")
        for arrow in self._scene.arrows:
            label = "\\n".join(filter(None, arrow.label))
            graph.edge(str(arrow.tail), str(arrow.head), label=label)
        return graph

    @property
    def tikz(self) -> str:
        """The picture as a document of LaTeX, which the class `standalone` compiles alone."""
        return tikz_of(self.svg)

    def _formats(self) -> dict[str, Callable[[], bytes]]:
        more: dict[str, Callable[[], bytes]] = {
            ".tex": lambda: self.tikz.encode(),
            ".dot": lambda: self.dot.source.encode(),
        }
        return super()._formats() | more

    def __repr__(self) -> str:
        graph, order = self._graph, self._graph.order
        lines = [f"Picture of {self._scene.title}: {len(order):,} nodes"]
        lines += filter(None, [graph.recording.note])
        for node in order if len(order) <= MOST_CARDS else ():
            name = " ".join(
                filter(None, ("leaf" if node.op is None else node.op.symbol, graph.name(node)))
            )
            grad = number_text(node.grad, signed=True) if self._scene.known else "·"
            lines.append(f"  {name:16} data {number_text(graph.data(node)):>10}   grad {grad:>10}")
        return "\n".join(lines)


def record_text(text: str) -> str:
    """Return `text` for a field of a Graphviz record, where some characters are special."""
    return "".join(f"\\{letter}" if letter in "\\{}|<>" else letter for letter in text)


def card_fields(card: Card) -> list[str]:
    """Return what a card says as fields of a Graphviz record: two per entry.

    Of a card of colours only the result: nobody reads thousands of fields, nor does dot draw them.
    """
    entries = card.entries[-1:] if isinstance(card, HeatCard) else card.entries
    fields = []
    for entry in entries:
        name = f"{entry.name} " if len(card.entries) > 1 else ""
        caption = "grad" if entry.before is None else "change"
        fields += [f"{name}data {entry.data_text()}", f"{name}{caption} {entry.grad_text()}"]
    return fields


def picture_of(
    root: Value | Sequence[Value],
    *,
    direction: str,
    layout: str,
    fold: str,
    compare: Value | Sequence[Value] | None,
    parameters: Collection[Value] | None,
) -> Picture:
    """Return a picture, as `engine.draw` describes it."""
    roots = results("draw", root)
    check_choices(direction=direction, layout=layout, fold=fold)
    graph = NamedGraph(*roots, parameters=parameters)
    scene = scene_of(graph, fold)
    if compare is not None:
        earlier = results("compare", compare)
        before = NamedGraph(*earlier)
        check_alike(graph, before)
        if parameters is not None:
            before = NamedGraph(*earlier, parameters=graph.parameters_of(before.order))
        show_changes(scene, scene_of(before, fold), graph, before)
    placement = laid_out(scene, direction, layout)
    return Picture(graph, scene, svg_of(scene, placement, direction=direction), direction)


def results(name: str, root: object) -> Sequence[Value]:
    """Return the results to draw: one, or those in a list.

    Raises:
        TypeError: one is not a Value.
        ValueError: the list is empty.
    """
    found = list(root) if isinstance(root, (list, tuple)) else [root]
    if not found:
        raise ValueError(f"{name} needs at least one Value, got none in a list")
    return [checked_value(name, x) for x in found]


def checked_value(name: str, root: object) -> Value:
    """Return `root`, or raise TypeError if it is not a Value."""
    if not isinstance(root, Value):
        raise TypeError(
            f"{name} needs a Value, got {type(root).__name__}; give the result itself, not its "
            ".data"
        )
    return root


def check_choices(*, direction: str, layout: str, fold: str) -> None:
    """Raise ValueError if a choice is unknown, or dot is missing for layout="dot"."""
    for option, given, choices in (
        ("direction", direction, DIRECTIONS),
        ("layout", layout, LAYOUTS),
        ("fold", fold, FOLDS),
    ):
        if given not in choices:
            raise ValueError(f"{option} must be one of {', '.join(choices)}, got {given!r}")
    if layout == "dot" and shutil.which("dot") is None:
        raise ValueError(
            'layout="dot" needs Graphviz, whose dot is not on PATH; install Graphviz, or pass '
            'layout="builtin"'
        )


def scene_of(graph: NamedGraph, fold: str, *, most_plain: int = MOST_PLAIN_CARDS) -> Scene:
    """Return what a picture of a graph shows.

    Args:
        graph: what the picture is of.
        fold: as for `engine.draw`.
        most_plain: as for `is_unfolded`.

    Raises:
        ValueError: that is more than a picture holds.
    """
    if is_unfolded(graph.order, fold, most_plain=most_plain):
        refuse_if_too_large(len(graph.order), "draw a smaller part, or pass fold='auto'")
        return unfolded_scene(graph)
    scene = folded_scene(graph, style=fold)
    things = sum(card.things for card in scene.cards)
    smaller = "" if fold in ("auto", "layer") else "pass fold='auto', "
    refuse_if_too_large(
        things, f"{smaller}draw a smaller part, such as one sample or one neuron, or make it "
        "inside with engine.scope(...), so that each scope becomes one card"
    )  # fmt: skip
    return scene


def is_unfolded(order: Sequence[Value], fold: str, *, most_plain: int) -> bool:
    """Return whether each value gets a card of its own.

    Args:
        order: the nodes of a graph.
        fold: as for `engine.draw`.
        most_plain: with "auto", cards of a graph none of which was made in a named scope.
    """
    if fold != "auto" or len(order) <= MOST_CARDS:
        return fold in ("auto", "none")
    return len(order) <= most_plain and not any(is_named(node.scope) for node in order)


def refuse_if_too_large(things: int, remedy: str) -> None:
    """Raise ValueError if there is more to draw than anybody can read."""
    if things > MOST_THINGS:
        raise ValueError(
            f"{things:,} things to draw are more than the {MOST_THINGS:,} that a picture can show; "
            f"{remedy}"
        )


def laid_out(scene: Scene, direction: str, layout: str) -> Placement:
    """Return where everything is; with "auto", the built-in layout replaces a dot that fails."""
    import subprocess

    ask_dot = {"dot": ALWAYS, "builtin": NEVER}.get(layout, IF_CROSSED)
    if layout == "auto" and shutil.which("dot") is None:
        ask_dot = NEVER
    try:
        return layered_layout(scene, direction=direction, ask_dot=ask_dot)
    except (subprocess.CalledProcessError, OSError, KeyError):
        if layout == "dot":
            raise
        return layered_layout(scene, direction=direction, ask_dot=NEVER)
