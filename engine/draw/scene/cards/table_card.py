"""The card of a group as a table: a line per parameter, then its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.draw.scene.cards.card import CELL_SIZE, HEADER, MOST_WIDTH, ColumnCard
from engine.draw.text import text_width

TABLE_HEAD, TABLE_LINE = 15.0, 17.0  # the height of the line of captions, and of an entry, px


@dataclass(slots=True, kw_only=True)
class TableCard(ColumnCard):
    """The card of a group, such as a neuron, with its numbers.

    Attributes:
        footnote: a last line in small print, or "".
        captions: what is above its two columns of numbers.
    """

    digits: ClassVar[int] = 3

    footnote: str = ""
    captions: tuple[str, str] = ("data", "grad")

    def measure(self) -> None:
        """Make each column as wide as what is printed in it, within limits."""
        names = max(text_width(entry.name, CELL_SIZE, bold=True) for entry in self.entries)
        data = max(text_width(entry.data_text(self.digits), CELL_SIZE) for entry in self.entries)
        grads = max(text_width(entry.grad_text(self.digits), CELL_SIZE) for entry in self.entries)
        self.height = table_height(len(self.entries)) + (TABLE_HEAD if self.footnote else 0)
        names = max(min(90.0, names) + 14, self.heading_width() - data - grads - 26)
        self.widen((min(names, MOST_WIDTH), max(30.0, data) + 12, max(30.0, grads) + 14))

    def entry_middle(self, index: int | None) -> float:
        """Return the middle of the line of an entry, or of the header."""
        if index is None:
            return HEADER / 2
        return HEADER + TABLE_HEAD + TABLE_LINE * (index + 0.5)

    def show_changes(self) -> None:
        """Print the change of data in place of grad."""
        self.captions, self.footnote = ("data", "change"), ""


def table_height(n_entries: int) -> float:
    """Return the height of a table without a footnote, px."""
    return HEADER + TABLE_HEAD + TABLE_LINE * n_entries
