"""The card of one value: a header, its data, its grad."""

from __future__ import annotations

from dataclasses import dataclass

from engine.draw.scene.cards.card import MOST_WIDTH, NUMBER_SIZE, Card, even
from engine.draw.text import text_width

OP, PARAMETER, INPUT = "op", "parameter", "input"  # roles: what the colour of its header shows
LEAST_VALUE_WIDTH, VALUE_HEIGHT, VALUE_LINE = 96.0, 62.0, 20.0  # px


@dataclass(slots=True, kw_only=True)
class ValueCard(Card):
    """The card of one value, or of several that are shown as one.

    Attributes:
        role: OP, PARAMETER or INPUT.
        captions: the names of its two numbers.
    """

    role: str
    captions: tuple[str, str] = ("data", "grad")

    def measure(self) -> None:
        """Make the card as wide as its header and its numbers, within limits."""
        wide = max(LEAST_VALUE_WIDTH, min(MOST_WIDTH, self.heading_width()))
        for name, text in self.printed_lines():
            wide = max(wide, text_width(name, 10) + text_width(text, NUMBER_SIZE) + 20)
        self.width, self.height = even(wide), VALUE_HEIGHT

    @property
    def name(self) -> str:
        """A leaf's label is its title; the label of a result comes after its op."""
        return self.label if self.role == OP else self.title

    def printed_lines(self) -> list[tuple[str, str]]:
        """Return the two lines below the header: a name and a number."""
        entry = self.entries[0]
        return list(zip(self.captions, (entry.data_text(), entry.grad_text()), strict=True))

    def show_changes(self) -> None:
        """Print the change of data in place of grad."""
        self.captions = ("data", "change")
