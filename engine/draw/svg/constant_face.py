"""The face of the card of a plain number: nothing but the number."""

from __future__ import annotations

from engine.draw.scene.cards.card import NUMBER_SIZE
from engine.draw.scene.cards.constant_card import ConstantCard
from engine.draw.svg import colours
from engine.draw.svg.elements import background, border, text_element


def constant_face(card: ConstantCard, strongest: float) -> list[str]:
    """Return the inside of the card of a plain number."""
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
