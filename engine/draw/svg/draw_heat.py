"""Draws the face of a heat card: cells as blue or orange as the gradients they stand for."""

from __future__ import annotations

from engine.draw.scene.model import (
    CELL,
    CELL_SIZE,
    CELLS_GAP,
    HEADER,
    SHEET_PAD,
    STRIP,
    STRIP_RESULT,
    Card,
    Row,
)
from engine.draw.svg import colours
from engine.draw.svg.faces import RADIUS, background, border, header, px, text_element
from engine.draw.text import escape_xml, fit_text

SEAM = 0.07  # share of a cell that is paper, to tell it from the next


def strip_face(card: Card, strongest: float) -> list[str]:
    """Return what stands on a strip: its name, a cell a parameter, and the grad of its result."""
    names, _, _ = card.columns
    wide, r = card.cell_width, RADIUS
    title = fit_text(card.title, names - 10, CELL_SIZE, bold=True)
    parts = [
        background(card),
        text_element(6, STRIP / 2 + 4, title, CELL_SIZE, colours.MUTED, bold=True),
    ]
    *cells, result = card.rows
    for i, row in enumerate(cells):
        parts.append(_cell(row, names + i * wide, 4, wide, STRIP - 8, strongest))
    left, right = card.width - STRIP_RESULT, card.width
    grad = result.grad_text(2).removeprefix("sum ")
    colour = colours.TEXT if result.grad is not None else colours.MUTED
    ground = colours.CANCELLED if result.cancelled else colours.fill(result.grad, strongest)
    parts += [
        f"<g>{tip_of(result)}",
        f'<path d="M{px(left)},0H{px(right - r)}A{r},{r} 0 0 1 {px(right)},{r}V{px(STRIP - r)}'
        f'A{r},{r} 0 0 1 {px(right - r)},{px(STRIP)}H{px(left)}z" '
        f'fill="{ground}"/>',
        text_element(right - 6, STRIP / 2 + 4, grad, CELL_SIZE, colour, "end"),
        "</g>",
        border(card),
    ]
    return parts


def sheet_face(card: Card, strongest: float) -> list[str]:
    """Return what stands on a sheet: a header, a line of cells for each part, their mean size."""
    wide, high = card.cell_width, card.line_height
    parts = [background(card), *header(card)]
    cells_wide = wide * (max(card.lines) - card.results)
    used = cells_wide + (CELLS_GAP + CELL if card.results else 0)
    left, y, at = (card.width - used) / 2, HEADER + SHEET_PAD, 0
    for length in card.lines:
        line = card.rows[at : at + length]
        at += length
        for i, row in enumerate(line):
            is_result = card.results and i == length - 1
            x = left + (cells_wide + CELLS_GAP if is_result else i * wide)
            parts.append(_cell(row, x, y, CELL if is_result else wide, high, strongest))
        y += high
    if card.footnote:
        parts.append(
            text_element(card.width / 2, card.height - 6, card.footnote, 9, colours.MUTED, "middle")
        )
    parts.append(border(card))
    return parts


def _cell(row: Row, x: float, y: float, wide: float, high: float, strongest: float) -> str:
    """Return a cell; where gradients are 0 or unknown it is grey or hollow, never left out."""
    colour = colours.fill(row.grad, strongest)
    if row.grad == 0:
        colour = colours.CANCELLED if row.cancelled else colours.NOTHING
    wide, high = wide * (1 - SEAM), high * (1 - SEAM)
    edge = f' stroke="{colours.LINE}" stroke-width=".5"' if row.grad is None else ""
    return (
        f"<g>{tip_of(row)}"
        f'<rect x="{px(x)}" y="{px(y)}" width="{px(wide)}" height="{px(high)}" '
        f'fill="{colour}"{edge}/></g>'
    )


def tip_of(row: Row) -> str:
    """Return what shows when the mouse rests on a cell, if there is something to say."""
    return f"<title>{escape_xml(row.tip)}</title>" if row.tip else ""
