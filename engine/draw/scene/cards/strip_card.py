"""The card of a neuron as a strip: its name, a cell of colour per parameter, its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.draw.scene.cards.card import (
    CELL_SIZE,
    CELLS_GAP,
    MOST_WIDTH,
    ColumnCard,
    HeatCard,
    cell_width,
)
from engine.draw.text import text_width

STRIP, STRIP_RESULT = 26.0, 50.0  # the height of a strip, and the width of its result, px


@dataclass(slots=True)
class StripCard(HeatCard, ColumnCard):
    """The card of a neuron whose gradients are coloured cells instead of numbers."""

    digits: ClassVar[int] = 2

    def measure(self) -> None:
        """Make the strip as wide as its title, its cells and its result."""
        names = min(MOST_WIDTH, text_width(self.title, CELL_SIZE, bold=True) + 13)
        self.height = STRIP
        cells = self.cell_width * (len(self.entries) - 1)
        self.widen((names, cells + CELLS_GAP, STRIP_RESULT))

    @property
    def cell_width(self) -> float:
        """The width of a cell, px."""
        return cell_width(len(self.entries) - 1)
