"""The card of a plain number, to which no gradient flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.draw.scene.cards.card import NUMBER_SIZE, Card, even
from engine.draw.text import text_width

LEAST_CONSTANT_WIDTH, CONSTANT_HEIGHT = 26.0, 24.0  # px


@dataclass(slots=True)
class ConstantCard(Card):
    """The card of a plain number, of one per sample, or, by its title, of many."""

    carries_gradient: ClassVar[bool] = False
    next_to_its_use: ClassVar[bool] = True

    def measure(self) -> None:
        """Make the card as wide as its number."""
        wide = text_width(" ".join(self.heading).strip(), NUMBER_SIZE) + 14
        self.width, self.height = even(max(LEAST_CONSTANT_WIDTH, wide)), CONSTANT_HEIGHT

    @property
    def heading(self) -> tuple[str, str]:
        """The number, and how many samples it has one for."""
        text = self.title or self.entries[0].data_text()
        return (text, f"×{self.count:,}" if self.count > 1 else "")
