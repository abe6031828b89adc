"""Draws the face of each card as SVG: a header, and data and grad below it.

The player finds its way by the order of things here: each row of numbers is a <g> right below the
card's own, with the ground of its grad before its texts; the border is the card's last <rect>.
"""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.model import (
    CELL_DIGITS,
    CELL_SIZE,
    GROUP,
    HEADER,
    HEAT,
    INPUT,
    NAME_SIZE,
    NUMBER_SIZE,
    OP,
    PARAMETER,
    ROW,
    TABLE_HEAD,
    TABLE_ROW,
    Card,
    Row,
)
from engine.draw.svg import colours
from engine.draw.text import escape_xml, fit_text, text_width

RADIUS = 6
_HEADERS = {  # background and ink
    OP: ("#eaeef2", colours.TEXT),
    PARAMETER: ("#424a53", "#ffffff"),
    GROUP: ("#424a53", "#ffffff"),
    HEAT: ("#424a53", "#ffffff"),
    INPUT: (colours.PAPER, colours.TEXT),
}
SMALL = 10.0


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
    """Return the white ground of a card."""
    return (
        f'<rect width="{px(card.width)}" height="{px(card.height)}" rx="{RADIUS}" '
        f'fill="{colours.PAPER}"/>'
    )


def header(card: Card) -> list[str]:
    """Return the top of a card: a band with rounded corners, and its text."""
    back, colour = _HEADERS[card.kind]
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
    if card.kind == INPUT and title == "leaf":
        colour = colours.MUTED
    parts.append(
        text_element(wide / 2, 15.5, title, NAME_SIZE, colour, "middle", bold=True, extra=extra)
    )
    return parts


def value_face(card: Card, strongest: float) -> list[str]:
    """Return what stands on the card of one value."""
    row = card.rows[0]
    wide, high, r = card.width, card.height, RADIUS
    middle = HEADER + ROW
    (data, data_text), (grad, grad_text) = card.value_rows()
    parts = [background(card), *header(card), "<g>"]
    if row.data is not None and not isfinite(row.data):
        parts.append(
            f'<path d="M0,{px(HEADER)}H{px(wide)}V{px(middle)}H0z" fill="{colours.ALARM}"/>'
        )
    colour = colours.fill(row.grad, strongest)
    if colour != colours.PAPER:
        parts.append(
            f'<path d="M0,{px(middle)}H{px(wide)}V{px(high - r)}A{r},{r} 0 0 1 {px(wide - r)},'
            f'{px(high)}H{r}A{r},{r} 0 0 1 0,{px(high - r)}z" fill="{colour}"/>'
        )
    parts += [
        text_element(6, HEADER + 14, data, SMALL, colours.MUTED),
        text_element(wide - 6, HEADER + 14.5, data_text, NUMBER_SIZE, colours.TEXT, "end"),
        text_element(
            6, middle + 14, grad, SMALL, colours.MUTED if row.grad is None else colours.TEXT
        ),
        text_element(
            wide - 6,
            middle + 14.5,
            grad_text,
            NUMBER_SIZE,
            colours.MUTED if row.grad is None else colours.TEXT,
            "end",
        ),
        "</g>",
        border(card),
    ]
    return parts


def constant_face(card: Card, strongest: float) -> list[str]:
    """Return what stands on the card of a plain number."""
    return [
        background(card),
        border(card),
        text_element(
            card.width / 2,
            16.5,
            " ".join(card.heading).strip(),
            NUMBER_SIZE,
            colours.MUTED,
            "middle",
        ),
    ]


def table_face(card: Card, strongest: float) -> list[str]:
    """Return what stands on the card of a group, a row a number."""
    names, data, _ = card.columns
    parts = [background(card), *header(card)]
    y = HEADER
    for text, right in zip(card.captions, (names + data, card.width), strict=True):
        parts.append(text_element(right - 6, y + 11, text, 9, colours.MUTED, "end"))
    for i, row in enumerate(card.rows):
        parts += _cells(
            card, row, HEADER + TABLE_HEAD + i * TABLE_ROW, strongest, last=i == len(card.rows) - 1
        )
    if card.footnote:
        parts.append(text_element(6, card.height - 4, card.footnote, 9, colours.MUTED))
    parts.append(border(card))
    return parts


def _cells(card: Card, row: Row, y: float, strongest: float, *, last: bool) -> list[str]:
    """Return one row of a table; the last one is the result."""
    names, data, grad = card.columns
    wide, r = card.width, RADIUS
    parts = [f"<g><title>{escape_xml(row.tip)}</title>" if row.tip else "<g>"]
    if row.data is not None and not isfinite(row.data):
        parts.append(
            f'<rect x="{px(names)}" y="{px(y)}" width="{px(data)}" height="{px(TABLE_ROW)}" '
            f'fill="{colours.ALARM}"/>'
        )
    bottom = y + TABLE_ROW
    rounded = last and not card.footnote
    colour = colours.fill(row.grad, strongest)
    if rounded:
        parts.append(
            f'<path d="M{px(names + data)},{px(y)}H{px(wide)}V{px(bottom - r)}A{r},{r} 0 0 1 '
            f'{px(wide - r)},{px(bottom)}H{px(names + data)}z" fill="{colour}"/>'
        )
    else:
        parts.append(
            f'<rect x="{px(names + data)}" y="{px(y)}" width="{px(grad)}" '
            f'height="{px(TABLE_ROW)}" fill="{colour}"/>'
        )
    if last and len(card.rows) > 1:
        parts.append(f'<path d="M0,{px(y)}H{px(wide)}" stroke="{colours.LINE}" stroke-width=".8"/>')
    name = fit_text(row.name, names - 8, CELL_SIZE, bold=last)
    parts += [
        text_element(
            6, y + 12.5, name, CELL_SIZE, colours.TEXT if last else colours.MUTED, bold=last
        ),
        text_element(
            names + data - 6, y + 12.5, row.data_text(CELL_DIGITS), CELL_SIZE, colours.TEXT, "end"
        ),
        text_element(
            wide - 6,
            y + 12.5,
            row.grad_text(CELL_DIGITS),
            CELL_SIZE,
            colours.TEXT if row.grad is not None else colours.MUTED,
            "end",
        ),
        "</g>",
    ]
    return parts
