"""The face of a sheet: a header, and a line of coloured cells per neuron."""

from __future__ import annotations

from engine.draw.scene.cards.card import CELL, CELLS_GAP, FOOTNOTE_SIZE, HEADER
from engine.draw.scene.cards.sheet_card import SHEET_PAD, SheetCard
from engine.draw.svg import colours
from engine.draw.svg.elements import DARK, background, border, cell, header, text_element


def sheet_face(card: SheetCard, strongest: float) -> list[str]:
    """Return the inside of a sheet: a header, a line of cells per neuron, their mean size."""
    wide, high = card.cell_width, card.line_height
    parts = [background(card), *header(card, *DARK)]
    used = card.cells_width + (CELLS_GAP + CELL if card.has_results else 0)
    left, y, at = (card.width - used) / 2, HEADER + SHEET_PAD, 0
    for length in card.lengths:
        line = card.entries[at : at + length]
        at += length
        for i, entry in enumerate(line):
            is_result = card.has_results and i == length - 1
            x = left + (card.cells_width + CELLS_GAP if is_result else i * wide)
            parts.append(cell(entry, x, y, CELL if is_result else wide, high, strongest))
        y += high
    if card.footnote:
        parts.append(
            text_element(
                card.width / 2,
                card.height - 6,
                card.footnote,
                FOOTNOTE_SIZE,
                colours.MUTED,
                "middle",
            )
        )
    parts.append(border(card))
    return parts
