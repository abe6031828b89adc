"""Paints a card of any kind at its place."""

from __future__ import annotations

from engine.draw.scene.model import CONSTANT, GROUP, HEAT, STACK, Card
from engine.draw.svg import colours
from engine.draw.svg.draw_heat import sheet_face, strip_face
from engine.draw.svg.faces import RADIUS, constant_face, px, table_face, value_face
from engine.draw.text import escape_xml


def face(card: Card, x: float, y: float, strongest: float) -> str:
    """Return a card as SVG.

    Args:
        card: what to draw.
        x: its left edge, px.
        y: its top edge, px.
        strongest: the gradient against which colours are measured.
    """
    inside = {CONSTANT: constant_face, GROUP: table_face}.get(card.kind, value_face)
    if card.kind == HEAT:
        inside = sheet_face if card.sheet else strip_face
    tip = f"<title>{escape_xml(card.tip)}</title>" if card.tip else ""
    return (
        f'<g transform="translate({px(x)},{px(y)})">{tip}{_stack(card)}'
        + "".join(inside(card, strongest))
        + "</g>"
    )


def _stack(card: Card) -> str:
    """Return the cards that stand out behind one that was computed several times."""
    return "".join(
        f'<rect x="{px(d)}" y="{px(d)}" width="{px(card.width)}" height="{px(card.height)}" '
        f'rx="{RADIUS}" fill="{colours.PAPER}" stroke="{colours.LINE}" stroke-width="1.2"/>'
        for d in ((STACK * 2, STACK) if card.count > 1 else ())
    )
