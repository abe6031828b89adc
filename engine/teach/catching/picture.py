"""Draws the graph of an expression twice: with the numbers of the right and of the wrong engine."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw.layout.placement import Placement
from engine.draw.picture import laid_out
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.unfolded import unfolded_scene
from engine.draw.svg import colours
from engine.draw.svg.document import MARGIN, document, layer, painted
from engine.draw.svg.elements import px, text_element
from engine.teach.catching.program import Numbers, differ
from engine.value import Value

TITLE_SIZE, TITLE_HEIGHT = 13.0, 26.0  # of the heading of each graph, px
BETWEEN, MOST_WIDE = 48.0, 1000.0  # the gap between the graphs; wider ones are one above the other


def beside(
    root: Value, order: Sequence[Value], right: Sequence[Numbers], wrong: Sequence[Numbers]
) -> str:
    """Return the two graphs as one SVG, with a thick border around cards that differ.

    Args:
        root: the expression, recorded.
        order: its nodes.
        right: the data and grad of each, in the right engine.
        wrong: the same in the wrong one.
    """
    scene = unfolded_scene(NamedGraph(root))
    scene.notes.clear()
    grads = [grad for numbers in (right, wrong) for _, grad in numbers]
    scene.strongest = max(map(abs, grads))
    placement = laid_out(scene, "LR", "builtin")
    wide, high = placement.size
    fill_in(scene, order, right, right)
    parts = titled("right engine", scene, placement, 0, 0)
    fill_in(scene, order, wrong, right)
    stacked = 2 * wide + BETWEEN > MOST_WIDE
    across, down = (0.0, high + TITLE_HEIGHT + BETWEEN / 2) if stacked else (wide + BETWEEN, 0.0)
    parts += titled("wrong engine", scene, placement, across, down)
    size = (across + wide + 2 * MARGIN, down + high + TITLE_HEIGHT + 2 * MARGIN)
    return document(
        f"gradient graph of {scene.title}, in two engines", parts, -MARGIN, -MARGIN, *size
    )


def fill_in(
    scene: Scene, order: Sequence[Value], numbers: Sequence[Numbers], right: Sequence[Numbers]
) -> None:
    """Put the numbers of an engine into the cards."""
    for node, (data, grad), expected in zip(order, numbers, right, strict=True):
        card = scene.cards[scene.card_of[id(node)]]
        card.entries[-1].data, card.entries[-1].grad = data, grad
        card.focus = differ((data, grad), expected)
    for arrow in scene.arrows:
        arrow.local, arrow.gradient = None, None  # what a wrong engine passes on is not recorded


def titled(title: str, scene: Scene, placement: Placement, across: float, down: float) -> list[str]:
    """Return a graph as SVG under its title, moved by px."""
    middle = placement.size[0] / 2
    heading = text_element(
        middle, TITLE_SIZE, title, TITLE_SIZE, colours.CAPTION, "middle", bold=True
    )
    layers = map(layer, painted(scene, placement, sideways=True))
    return [
        f'<g transform="translate({px(across)},{px(down)})">{heading}',
        f'<g transform="translate(0,{px(TITLE_HEIGHT)})">',
        *layers,
        "</g></g>",
    ]
