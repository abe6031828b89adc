"""Two states of the same graph in one picture: what a step of the optimiser has changed."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.cards.card import Card
from engine.draw.scene.fold_style import align_boxes
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.notes import notes_on_changes, notes_on_non_finite
from engine.value import Opaque, Value
from engine.words.numbers import number_text


def check_alike(after: NamedGraph, before: NamedGraph) -> None:
    """Raise if two graphs were not made in the same way.

    Args:
        after: one graph.
        before: the other.

    Raises:
        ValueError: they differ in an op, or in their size; the message names the first difference.
    """
    sizes = len(after.order), len(before.order)
    if sizes[0] != sizes[1] or len(after.roots) != len(before.roots):
        raise ValueError(
            f"compare needs two graphs that were made in the same way, got {sizes[0]:,} nodes "
            f"and {sizes[1]:,}; compare the same loss of the same samples, before and after"
        )
    for one, other in zip(after.order, before.order, strict=True):
        if one.op is not other.op and not is_same_by_hand(one, other):
            what = [str(node.op) if node.op else "a leaf" for node in (one, other)]
            raise ValueError(
                "compare needs two graphs that were made in the same way; where one has "
                f"{what[0]} ({after.name(one) or 'no label'}), the other has {what[1]} "
                f"({before.name(other) or 'no label'})"
            )


def is_same_by_hand(one: Value, other: Value) -> bool:
    """Return whether two results were made by hand, under the same name, from as many inputs."""
    both = isinstance(one, Opaque) and isinstance(other, Opaque)
    return both and str(one.op) == str(other.op) and len(one.inputs) == len(other.inputs)


def show_changes(scene: Scene, before: Scene, graph: NamedGraph, earlier: NamedGraph) -> None:
    """Turn a scene into one that shows how data has changed since `before`, in place of grad.

    Args:
        scene: to be changed.
        before: the same graph as it was.
        graph: the graph as it is now.
        earlier: the graph of `before`.

    Raises:
        ValueError: the two do not have the same cards.
    """
    shapes = [[len(card.entries) for card in some.cards] for some in (scene, before)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "compare needs two graphs that look alike when drawn, got "
            f"{len(shapes[0]):,} cards and {len(shapes[1]):,}; give leaves the same labels in both"
        )
    for card, old in zip(scene.cards, before.cards, strict=True):
        if card.carries_gradient:
            change(card, old)
    for arrow in scene.arrows:
        arrow.local = arrow.gradient = None
        arrow.tip = ""
    for box in scene.boxes:
        box.size = ""
    align_boxes(scene)
    entries = [x for card in scene.cards if card.carries_gradient for x in card.entries]
    changes = [abs(x.grad) for x in entries if x.grad is not None and isfinite(x.grad)]
    scene.strongest = max(changes, default=0.0)
    scene.compared = scene.known = True
    scene.notes = [
        *headlines(scene, graph, earlier),
        *notes_on_changes(graph),
        *(f"what it is compared with: {note}" for note in notes_on_changes(earlier)),
        *notes_on_non_finite(graph),
    ]


def change(card: Card, old: Card) -> None:
    """Make a card show each number before and after, and the change."""
    card.show_changes()
    for entry, was in zip(card.entries, old.entries, strict=True):
        if entry.merged and was.merged:
            parts = [
                (new.data - past.data, new.name)
                for new, past in zip(entry.merged, was.merged, strict=True)
                if new.data is not None and past.data is not None
            ]
            entry.grad, name = max(parts, key=lambda part: abs(part[0]), default=(None, ""))
            entry.tip = f"the largest change among {len(parts)}, of {name}"
            continue
        if entry.data is None or was.data is None:
            continue
        entry.before, entry.grad, entry.cancelled = was.data, entry.data - was.data, 0.0
        entry.tip = f"{entry.name}: {was.data!r} before, {entry.data!r} after"
        if was.grad is not None:
            entry.tip += f"; grad before {was.grad!r}"
    card.tip = card.entries[-1].tip if len(card.entries) == 1 else card.tip
    card.measure()


def headlines(scene: Scene, graph: NamedGraph, earlier: NamedGraph) -> list[str]:
    """Return what happened to each result."""
    names = map(graph.name, graph.roots) if len(graph.roots) > 1 else [scene.title]
    pairs = zip(earlier.roots, graph.roots, strict=True)
    numbers = [(number_text(earlier.data(was)), number_text(graph.data(now))) for was, now in pairs]
    cards = [card for card in scene.cards if card.carries_gradient]
    same = "" if any(entry.grad for card in cards for entry in card.entries) else ": no change"
    return [
        f"{name}: {was} before, {now} after{same}"
        for name, (was, now) in zip(names, numbers, strict=True)
    ]
