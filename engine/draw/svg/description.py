"""What a picture says, as text for screen readers."""

from __future__ import annotations

from engine.draw.scene.cards.card import Card
from engine.draw.scene.model import Scene
from engine.draw.text import escape_xml

MOST_CARDS = 30


def description(scene: Scene) -> str:
    """Return the notes and what the cards say, the result first; of many cards only the last ones.

    Plain numbers come after all that carries a gradient.
    `engine.tree` says the same with formulas, and all of it.
    """
    layers = {card: box.title for box in scene.boxes for card in box.cards}
    cards, used = scene.cards, {arrow.tail for arrow in scene.arrows}
    turn = sorted(range(len(cards)), key=lambda i: (not cards[i].carries_gradient, i in used, -i))
    texts = [
        f"{layers[i]}, {text}" if i in layers else text
        for i in turn[:MOST_CARDS]
        if (text := card_text(cards[i], "change" if scene.compared else "grad"))
    ]
    lines = [
        f"Cards: {len(cards):,}, arrows: {len(scene.arrows):,}; the result first.",
        *(f"{text}." for text in filter(None, (scene.summary, *scene.notes, *texts))),
    ]
    if len(cards) > MOST_CARDS:
        lines.append(f"And {len(cards) - MOST_CARDS:,} more cards.")
    return "\n".join(lines)


def card_text(card: Card, what: str) -> str:
    """Return what a card says, with each line that it prints.

    Args:
        card: the card.
        what: its second numbers are: "grad" or "change".
    """
    printed = [
        f"{entry.name} data {entry.data_text(card.digits)}, {what} {text}"
        for i, entry in enumerate(card.entries)
        if (text := card.grad_text(i, entry))
    ]
    if len(printed) < 2:
        return card.tip or " ".join(card.heading).strip()
    return f"{' '.join(card.heading).strip()}: {'; '.join(printed)}"


def described_as(text: str) -> str:
    """Return a description as SVG."""
    return f"<desc>{escape_xml(text)}</desc>"
