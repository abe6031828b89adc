"""Ports: where on the sides of its two cards each arrow is attached."""

from __future__ import annotations

from engine.draw.scene.model import GROUP, Card, Scene

FAN = 26.0  # between arrows attached to the same side of a card, px


def head_offsets(scene: Scene, *, sideways: bool) -> list[float]:
    """Return how far from the middle of its card's side each arrow enters, px."""
    offsets = [0.0] * len(scene.arrows)
    entering: dict[int, list[int]] = {}
    for i, arrow in enumerate(scene.arrows):
        card = scene.cards[arrow.head]
        if sideways and card.kind == GROUP:
            offsets[i] = row_offset(card, arrow.head_row)
        else:
            entering.setdefault(arrow.head, []).append(i)
    for head, arrows in entering.items():
        arrows.sort(key=lambda i: (scene.arrows[i].head_row or 0, scene.arrows[i].operand))
        for k, i in enumerate(arrows):
            offsets[i] = fan(k, len(arrows), scene.cards[head], sideways=sideways)
    return offsets


def tail_offsets(scene: Scene, leaving: dict[int, list[int]], *, sideways: bool) -> list[float]:
    """Return how far from the middle of its card's side each arrow leaves, px.

    Args:
        scene: what is laid out.
        leaving: for each card the arrows that leave it, in the order in which they go on.
        sideways: arrows go right, not down.
    """
    offsets = [0.0] * len(scene.arrows)
    labelled = any(arrow.label[0] for arrow in scene.arrows)
    for arrows in leaving.values():
        for k, i in enumerate(arrows):
            arrow = scene.arrows[i]
            card = scene.cards[arrow.tail]
            if sideways and card.kind == GROUP:
                offsets[i] = row_offset(card, arrow.tail_row)
            elif labelled:
                offsets[i] = fan(k, len(arrows), card, sideways=sideways)
    return offsets


def row_offset(card: Card, row: int | None) -> float:
    """Return how far from the middle of a table a row lies; without a row, its header."""
    return (11.0 if row is None else card.row_middle(row)) - card.height / 2


def fan(k: int, n: int, card: Card, *, sideways: bool) -> float:
    """Return where the k-th of n arrows is attached to a side, from the side's middle."""
    room = (card.height if sideways else card.width) - 16
    return (k - (n - 1) / 2) * min(FAN, max(0.0, room) / max(1, n - 1))
