"""The card of a whole layer as a sheet: a line of coloured cells per neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.draw.scene.cards.card import (
    CELL,
    CELLS_GAP,
    FOOTNOTE_SIZE,
    HEADER,
    MOST_WIDTH,
    HeatCard,
    cell_width,
    even,
)
from engine.draw.text import text_width

SHEET_PAD, FOOTNOTE_LINE = 8.0, 15.0  # around the cells, and the height of a footnote, px
LEAST_LINE, CELLS_HEIGHT = 4.0, 240.0  # a line of cells, and all of them together, px


@dataclass(slots=True, kw_only=True)
class SheetCard(HeatCard):
    """The card of a layer whose gradients are coloured cells, or of many inputs.

    Attributes:
        lengths: the number of entries in each line of cells, its result included.
        has_results: whether the last entry of each line is a result.
        footnote: a last line in small print, or "".
    """

    digits: ClassVar[int] = 2

    lengths: tuple[int, ...]
    has_results: bool = True
    footnote: str = ""

    def measure(self) -> None:
        """Make the sheet as large as its cells, its header and its footnote."""
        self.height = HEADER + SHEET_PAD * 2 + len(self.lengths) * self.line_height
        self.height += FOOTNOTE_LINE if self.footnote else 0
        cells = self.cells_width + (CELLS_GAP + CELL if self.has_results else 0) + 2 * SHEET_PAD
        footnote = text_width(self.footnote, FOOTNOTE_SIZE) + 12
        self.width = even(max(cells, footnote, min(MOST_WIDTH, self.heading_width())))

    @property
    def cell_width(self) -> float:
        """The width of a cell, px."""
        return cell_width(max(self.lengths) - self.has_results)

    @property
    def cells_width(self) -> float:
        """The width of the longest line of cells, without its result, px."""
        return self.cell_width * (max(self.lengths) - self.has_results)

    @property
    def line_height(self) -> float:
        """The height of a line of cells, px."""
        return max(LEAST_LINE, min(CELL, CELLS_HEIGHT / len(self.lengths)))

    def show_changes(self) -> None:
        """Print nothing of gradients."""
        self.footnote = ""
