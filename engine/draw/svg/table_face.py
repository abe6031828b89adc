"""The face of a table: a header, captions, a line per entry, a footnote."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.cards.card import CELL_SIZE, FOOTNOTE_SIZE, HEADER
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.table_card import TABLE_HEAD, TABLE_LINE, TableCard
from engine.draw.svg import colours
from engine.draw.svg.elements import DARK, RADIUS, background, border, header, px, text_element
from engine.draw.text import escape_xml, fit_text


def table_face(card: TableCard, strongest: float) -> list[str]:
    """Return the inside of the card of a group, a line per entry."""
    names, data, _ = card.columns
    parts = [background(card), *header(card, *DARK)]
    y = HEADER
    for text, right in zip(card.captions, (names + data, card.width), strict=True):
        parts.append(text_element(right - 6, y + 11, text, FOOTNOTE_SIZE, colours.MUTED, "end"))
    for i, entry in enumerate(card.entries):
        y = HEADER + TABLE_HEAD + i * TABLE_LINE
        parts += _line(card, entry, y, strongest, last=i == len(card.entries) - 1)
    if card.footnote:
        parts.append(text_element(6, card.height - 4, card.footnote, FOOTNOTE_SIZE, colours.MUTED))
    parts.append(border(card))
    return parts


def _line(card: TableCard, entry: Entry, y: float, strongest: float, *, last: bool) -> list[str]:
    """Return one line of a table; the last one is the result."""
    names, data, grad = card.columns
    wide, r = card.width, RADIUS
    parts = [f"<g><title>{escape_xml(entry.tip)}</title>" if entry.tip else "<g>"]
    if entry.data is not None and not isfinite(entry.data):
        parts.append(
            f'<rect x="{px(names)}" y="{px(y)}" width="{px(data)}" height="{px(TABLE_LINE)}" '
            f'fill="{colours.ALARM}"/>'
        )
    bottom = y + TABLE_LINE
    rounded = last and not card.footnote
    colour = colours.fill(entry.grad, strongest)
    if rounded:
        parts.append(
            f'<path d="M{px(names + data)},{px(y)}H{px(wide)}V{px(bottom - r)}A{r},{r} 0 0 1 '
            f'{px(wide - r)},{px(bottom)}H{px(names + data)}z" fill="{colour}"/>'
        )
    else:
        parts.append(
            f'<rect x="{px(names + data)}" y="{px(y)}" width="{px(grad)}" '
            f'height="{px(TABLE_LINE)}" fill="{colour}"/>'
        )
    if last and len(card.entries) > 1:
        parts.append(f'<path d="M0,{px(y)}H{px(wide)}" stroke="{colours.LINE}" stroke-width=".8"/>')
    name = fit_text(entry.name, names - 8, CELL_SIZE, bold=last)
    parts += [
        text_element(
            6, y + 12.5, name, CELL_SIZE, colours.TEXT if last else colours.MUTED, bold=last
        ),
        text_element(
            names + data - 6, y + 12.5, entry.data_text(card.digits), CELL_SIZE, colours.TEXT, "end"
        ),
        text_element(
            wide - 6,
            y + 12.5,
            entry.grad_text(card.digits),
            CELL_SIZE,
            colours.TEXT if entry.grad is not None else colours.MUTED,
            "end",
        ),
        "</g>",
    ]
    return parts
