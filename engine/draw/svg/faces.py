"""Draws a card of any kind at its position: the register of faces.

The player relies on the order of elements: each line of numbers is a <g> directly inside the card's
own, with the background of its grad before its texts; the border is the card's last <rect>.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.draw.scene.cards.card import Card
from engine.draw.scene.cards.constant_card import ConstantCard
from engine.draw.scene.cards.sheet_card import SheetCard
from engine.draw.scene.cards.strip_card import StripCard
from engine.draw.scene.cards.table_card import TableCard
from engine.draw.scene.cards.value_card import ValueCard
from engine.draw.svg import colours
from engine.draw.svg.constant_face import constant_face
from engine.draw.svg.elements import RADIUS, px
from engine.draw.svg.sheet_face import sheet_face
from engine.draw.svg.strip_face import strip_face
from engine.draw.svg.table_face import table_face
from engine.draw.svg.value_face import value_face
from engine.draw.text import escape_xml

STACK = 4.0  # how far the cards of a stack stick out behind each other, px

# What draws the inside of a card, given the gradient that colours are measured against.
FACES: dict[type[Card], Callable[..., list[str]]] = {
    ConstantCard: constant_face,
    SheetCard: sheet_face,
    StripCard: strip_face,
    TableCard: table_face,
    ValueCard: value_face,
}


def card_element(card: Card, x: float, y: float, strongest: float) -> str:
    """Return a card as SVG.

    Args:
        card: what to draw.
        x: its left edge, px.
        y: its top edge, px.
        strongest: the gradient that colours are measured against.
    """
    tip = f"<title>{escape_xml(card.tip)}</title>" if card.tip else ""
    return (
        f'<g transform="translate({px(x)},{px(y)})">{tip}{_stack(card)}'
        + "".join(FACES[type(card)](card, strongest))
        + "</g>"
    )


def _stack(card: Card) -> str:
    """Return the cards that stick out behind one that was computed several times."""
    return "".join(
        f'<rect x="{px(d)}" y="{px(d)}" width="{px(card.width)}" height="{px(card.height)}" '
        f'rx="{RADIUS}" fill="{colours.PAPER}" stroke="{colours.LINE}" stroke-width="1.2"/>'
        for d in ((STACK * 2, STACK) if card.count > 1 else ())
    )
