"""Two states of the same graph in one picture: what a step of the optimiser has changed."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.fold_style import align_boxes
from engine.draw.scene.model import CONSTANT, Card, Scene
from engine.draw.scene.unfolded import name_of, notes_on_non_finite
from engine.value import Value
from engine.words.numbers import number_text


def check_alike(after: list[Value], before: list[Value]) -> None:
    """Raise if two graphs were not made in the same way.

    Args:
        after: the nodes of one graph, each after its inputs.
        before: those of the other.

    Raises:
        ValueError: they differ in an op, or in their number; the message says where.
    """
    if len(after) != len(before):
        raise ValueError(
            f"compare needs two graphs that were made in the same way, got {len(after):,} nodes "
            f"and {len(before):,}; compare the same loss of the same samples, before and after"
        )
    for one, other in zip(after, before, strict=True):
        if one.op is not other.op:
            what = [str(node.op) if node.op else "a leaf" for node in (one, other)]
            raise ValueError(
                "compare needs two graphs that were made in the same way; where one has "
                f"{what[0]} ({name_of(one) or 'no label'}), the other has {what[1]} "
                f"({name_of(other) or 'no label'})"
            )


def show_changes(scene: Scene, before: Scene, order: list[Value]) -> None:
    """Turn a scene into one that shows how data has changed since `before`, in place of grad.

    Args:
        scene: to be changed.
        before: the same graph as it was.
        order: the nodes of the graph as it is.

    Raises:
        ValueError: the two do not have the same cards.
    """
    shapes = [[len(card.rows) for card in some.cards] for some in (scene, before)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "compare needs two graphs that look alike when drawn, got "
            f"{len(shapes[0]):,} cards and {len(shapes[1]):,}; give leaves the same labels in both"
        )
    for card, old in zip(scene.cards, before.cards, strict=True):
        if card.kind != CONSTANT:
            change(card, old)
    for arrow in scene.arrows:
        arrow.local = arrow.gradient = None
        arrow.tip = ""
    for box in scene.boxes:
        box.size = ""
    align_boxes(scene)
    rows = [row for card in scene.cards if card.kind != CONSTANT for row in card.rows]
    changes = [abs(row.grad) for row in rows if row.grad is not None and isfinite(row.grad)]
    scene.strongest = max(changes, default=0.0)
    scene.compared = scene.known = True
    scene.notes = [headline(scene, before), *notes_on_non_finite(order)]


def change(card: Card, old: Card) -> None:
    """Let a card show each number before and after, and the change."""
    card.captions = ("data", "change")
    card.footnote = ""
    for row, was in zip(card.rows, old.rows, strict=True):
        if row.merged and was.merged:
            parts = [
                (new.data - past.data, new.name)
                for new, past in zip(row.merged, was.merged, strict=True)
                if new.data is not None and past.data is not None
            ]
            row.grad, name = max(parts, key=lambda part: abs(part[0]), default=(None, ""))
            row.tip = f"the largest change among {len(parts)}, of {name}"
            continue
        if row.data is None or was.data is None:
            continue
        row.before, row.grad, row.cancelled = was.data, row.data - was.data, 0.0
        row.tip = f"{row.name}: {was.data!r} before, {row.data!r} after"
        if was.grad is not None:
            row.tip += f"; grad before {was.grad!r}"
    card.tip = card.rows[-1].tip if len(card.rows) == 1 else card.tip
    card.measure()


def headline(scene: Scene, before: Scene) -> str:
    """Return what happened to the result."""
    card = scene.cards[result_of(scene)]
    now, was = card.rows[-1], before.cards[result_of(scene)].rows[-1]
    text = f"{scene.title}: {number_text(was.data)} before, {number_text(now.data)} after"
    cards = [card for card in scene.cards if card.kind != CONSTANT]
    return text if any(row.grad for card in cards for row in card.rows) else f"{text}: no change"


def result_of(scene: Scene) -> int:
    """Return the card of what the picture is of: the last that no arrow leaves."""
    used = {arrow.tail for arrow in scene.arrows}
    return max(i for i, card in enumerate(scene.cards) if i not in used)
