"""The face of a strip: cells as blue or orange as the gradients they show, and the result."""

from __future__ import annotations

from engine.draw.scene.cards.card import CELL_SIZE
from engine.draw.scene.cards.strip_card import STRIP, STRIP_RESULT, StripCard
from engine.draw.svg import colours
from engine.draw.svg.elements import RADIUS, background, border, cell, px, text_element, tip_of
from engine.draw.text import fit_text


def strip_face(card: StripCard, strongest: float) -> list[str]:
    """Return the inside of a strip: its name, a cell per parameter, the grad of its result."""
    names, _, _ = card.columns
    wide, r = card.cell_width, RADIUS
    title = fit_text(card.title, names - 10, CELL_SIZE, bold=True)
    parts = [
        background(card),
        text_element(6, STRIP / 2 + 4, title, CELL_SIZE, colours.MUTED, bold=True),
    ]
    *cells, result = card.entries
    for i, entry in enumerate(cells):
        parts.append(cell(entry, names + i * wide, 4, wide, STRIP - 8, strongest))
    left, right = card.width - STRIP_RESULT, card.width
    grad = card.grad_text(len(cells), result)
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
