"""Draws the graph of a drill, with question marks where something is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.draw.picture import laid_out
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.value_card import ValueCard
from engine.draw.scene.model import Arrow
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.unfolded import unfolded_scene
from engine.draw.svg.description import described_as
from engine.draw.svg.document import MARGIN, document, layer, painted
from engine.teach.drills.blanks import Blank, data_blank, grad_blank, slope_blank
from engine.teach.drills.levels import GRAD
from engine.value import Value
from engine.words.numbers import number_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_WIDE = 760.0  # px; a wider graph is drawn from the top down
MOST_SMALL = 420  # px; of two pictures that fit beside each other on paper


@dataclass(slots=True)
class TextEntry(Entry):
    """An entry that prints texts.

    Attributes:
        texts: for data and grad.
    """

    texts: tuple[str, str] = ("", "")

    def data_text(self, digits: int = 4) -> str:
        """Return what is printed for data."""
        return self.texts[0]

    def grad_text(self, digits: int = 4) -> str:
        """Return what is printed for grad."""
        return self.texts[1]


@dataclass(slots=True)
class TextArrow(Arrow):
    """An arrow that prints a text as its local derivative."""

    text: str = ""

    @property
    def label(self) -> tuple[str, str]:
        """What is printed next to the arrow, and nothing for the path."""
        return (self.text, "")


def picture_of(
    order: Sequence[Value], blanks: Sequence[Blank], known: Callable[[Blank], bool], about: str
) -> str:
    """Return the graph of a drill as SVG.

    Args:
        order: its nodes, the result last.
        blanks: what is asked.
        known: whether to print the answer to a blank.
        about: the same in words, for screen readers.
    """
    root = order[-1]
    asked = {blank.name for blank in blanks}
    has_grads = any(blank.kind == GRAD for blank in blanks)

    def text(blank: Blank, *, given: bool) -> str:
        if blank.name in asked:
            return number_text(blank.right) if known(blank) else "?"
        return number_text(blank.right) if given else ""

    scene = unfolded_scene(NamedGraph(root, parameters=[]))
    scene.notes.clear()
    scene.known, scene.strongest = False, 0.0
    for node in order:
        card = scene.cards[scene.card_of[id(node)]]
        assert isinstance(card, ValueCard)
        data = text(data_blank(node), given=True)
        grad = text(grad_blank(node), given=has_grads and node is root)
        # A grad that is None would be printed faint.
        known_grad = 0.0 if grad else None
        card.entries = [TextEntry(node.label, node.data, known_grad, texts=(data, grad))]
        card.captions = ("data", "grad" if grad else "")
        card.tip = ""
        card.measure()
        for k, x in enumerate(node.inputs):
            if isinstance(x, Value):
                use = scene.uses[id(node), k]
                slope = text(slope_blank(node, k), given=False)
                shown = TextArrow(use.tail, use.head, operand=k, text=slope and f"×{slope}")
                scene.arrows[scene.arrows.index(use)] = shown
    placement = laid_out(scene, "LR", "builtin")  # without dot, which not everybody has
    sideways = placement.size[0] <= MOST_WIDE
    if not sideways:
        placement = laid_out(scene, "TB", "builtin")
    layers = map(layer, painted(scene, placement, sideways=sideways))
    wide, high = (size + 2 * MARGIN for size in placement.size)
    return document(
        f"gradient graph of {scene.title}",
        [described_as(about), *layers],
        -MARGIN,
        -MARGIN,
        wide,
        high,
    )


def form_of(svg: str) -> str:
    """Return "tall" for a picture that is higher than wide, "small" for two in a row, or "wide"."""
    wide, high = map(int, re.findall(r'(?:width|height)="(\d+)"', svg)[:2])
    return "tall" if high > wide else "small" if wide <= MOST_SMALL else "wide"
