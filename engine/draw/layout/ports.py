"""Ports: where on the sides of its two cards each arrow is attached."""

from __future__ import annotations

from engine.draw.scene.cards.card import Card
from engine.draw.scene.model import Scene

FAN = 26.0  # between arrows attached to the same side of a card, px


def head_offsets(scene: Scene, *, sideways: bool) -> list[float]:
    """Return how far from the middle of its card's side each arrow enters, px."""
    offsets = [0.0] * len(scene.arrows)
    entering: dict[int, list[int]] = {}
    for i, arrow in enumerate(scene.arrows):
        card = scene.cards[arrow.head]
        middle = card.entry_middle(arrow.head_entry)
        if sideways and middle is not None:
            offsets[i] = middle - card.height / 2
        else:
            entering.setdefault(arrow.head, []).append(i)
    for head, arrows in entering.items():
        arrows.sort(key=lambda i: (scene.arrows[i].head_entry or 0, scene.arrows[i].operand))
        for k, i in enumerate(arrows):
            offsets[i] = fan(k, len(arrows), scene.cards[head], sideways=sideways)
    return offsets


def tail_offsets(scene: Scene, leaving: dict[int, list[int]], *, sideways: bool) -> list[float]:
    """Return how far from the middle of its card's side each arrow leaves, px.

    Args:
        scene: what is laid out.
        leaving: for each card the arrows that leave it, in the order of their next slots.
        sideways: arrows go right, not down.
    """
    offsets = [0.0] * len(scene.arrows)
    labelled = any(arrow.label[0] for arrow in scene.arrows)
    for arrows in leaving.values():
        for k, i in enumerate(arrows):
            arrow = scene.arrows[i]
            card = scene.cards[arrow.tail]
            middle = card.entry_middle(arrow.tail_entry)
            if sideways and middle is not None:
                offsets[i] = middle - card.height / 2
            elif labelled:
                offsets[i] = fan(k, len(arrows), card, sideways=sideways)
    return offsets


def fan(k: int, n: int, card: Card, *, sideways: bool) -> float:
    """Return where the k-th of n arrows is attached to a side, from the side's middle."""
    room = (card.height if sideways else card.width) - 16
    return (k - (n - 1) / 2) * min(FAN, max(0.0, room) / max(1, n - 1))
