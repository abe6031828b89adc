"""Pieces of SVG that faces are made of: text, a border, a header, a cell of colour."""

from __future__ import annotations

from engine.draw.scene.cards.card import HEADER, NAME_SIZE, Card
from engine.draw.scene.cards.entry import Entry
from engine.draw.svg import colours
from engine.draw.text import escape_xml, fit_text, text_width

RADIUS = 6  # of a card's corners, px
DARK = ("#424a53", "#ffffff")  # header and text of parameters and of groups
SEAM = 0.07  # share of a cell that is left white, to separate it from the next


def px(x: float) -> str:
    """Return a length as SVG prints it: to a tenth, without a needless .0."""
    text = f"{x:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def text_element(
    x: float,
    y: float,
    text: str,
    size: float,
    colour: str,
    anchor: str = "start",
    *,
    bold: bool = False,
    extra: str = "",
) -> str:
    """Return a text element; `extra` is more markup inside it."""
    return (
        f'<text x="{px(x)}" y="{px(y)}" font-size="{px(size)}" fill="{colour}"'
        + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (' font-weight="700"' if bold else "")
        + f">{escape_xml(text)}{extra}</text>"
    )


def border(card: Card) -> str:
    """Return the border of a card."""
    colour, wide = (colours.FOCUS, 3) if card.focus else (colours.LINE, 1.2)
    return (
        f'<rect width="{px(card.width)}" height="{px(card.height)}" rx="{RADIUS}" fill="none" '
        f'stroke="{colour}" stroke-width="{wide}"/>'
    )


def background(card: Card) -> str:
    """Return the white background of a card."""
    return (
        f'<rect width="{px(card.width)}" height="{px(card.height)}" rx="{RADIUS}" '
        f'fill="{colours.PAPER}"/>'
    )


def header(card: Card, back: str, colour: str) -> list[str]:
    """Return the top of a card: a band with rounded corners, and its heading.

    Args:
        card: whose heading to print.
        back: the colour of the band.
        colour: of the text.
    """
    wide, r = card.width, RADIUS
    parts = []
    if back != colours.PAPER:
        parts.append(
            f'<path d="M0,{px(HEADER)}V{r}A{r},{r} 0 0 1 {r},0H{px(wide - r)}'
            f'A{r},{r} 0 0 1 {px(wide)},{r}V{px(HEADER)}z" fill="{back}"/>'
        )
    parts.append(
        f'<path d="M0,{px(HEADER)}H{px(wide)}" stroke="{colours.LINE}" stroke-width=".8"/>'
    )
    title, label = card.heading
    room = wide - 12
    title = fit_text(title, room, NAME_SIZE, bold=True)
    left = room - text_width(title, NAME_SIZE, bold=True) - 5
    extra = ""
    if label:
        label = fit_text(label, left, NAME_SIZE)
        extra = f'<tspan font-style="italic" font-weight="400" dx="5">{escape_xml(label)}</tspan>'
    parts.append(
        text_element(wide / 2, 15.5, title, NAME_SIZE, colour, "middle", bold=True, extra=extra)
    )
    return parts


def cell(entry: Entry, x: float, y: float, wide: float, high: float, strongest: float) -> str:
    """Return a cell; where gradients are 0 or unknown it is grey or hollow, never left out."""
    colour = colours.fill(entry.grad, strongest)
    if entry.grad == 0:
        colour = colours.CANCELLED if entry.cancelled else colours.NOTHING
    wide, high = wide * (1 - SEAM), high * (1 - SEAM)
    edge = f' stroke="{colours.LINE}" stroke-width=".5"' if entry.grad is None else ""
    return (
        f"<g>{tip_of(entry)}"
        f'<rect x="{px(x)}" y="{px(y)}" width="{px(wide)}" height="{px(high)}" '
        f'fill="{colour}"{edge}/></g>'
    )


def tip_of(entry: Entry) -> str:
    """Return what is shown when the mouse rests on a cell, or ""."""
    return f"<title>{escape_xml(entry.tip)}</title>" if entry.tip else ""
