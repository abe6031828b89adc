"""What a picture says, as text for screen readers."""

from __future__ import annotations

from engine.draw.scene.model import Scene

MOST_CARDS = 30


def description(scene: Scene) -> str:
    """Return what the cards say, the result first; of many cards only the last ones.

    `engine.tree` says the same with formulas, and all of it.
    """
    cards = [card.tip or " ".join(card.heading).strip() for card in reversed(scene.cards)]
    lines = [
        f"Cards: {len(scene.cards):,}, arrows: {len(scene.arrows):,}; the result first.",
        *(f"{text}." for text in cards[:MOST_CARDS] if text),
    ]
    if len(cards) > MOST_CARDS:
        lines.append(f"And {len(cards) - MOST_CARDS:,} more cards.")
    return "\n".join(lines)
