"""Puts many numbers into one entry or card: the mean of their data, the sum of their grad."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw.scene.cards.constant_card import ConstantCard
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.grouping import CROWD, Group
from engine.draw.scene.layers import box_of
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.unfolded import constant_card
from engine.value import Value
from engine.words.numbers import number_text


def total_of(gradients: list[float]) -> float:
    """Return a sum, or 0 where only rounding is left of gradients that cancel out."""
    total = sum(gradients)
    return 0.0 if abs(total) <= 1e-13 * sum(map(abs, gradients)) else total


def summed(graph: NamedGraph, values: list[Value], *, known: bool) -> Entry:
    """Return the entry of one value; or of several, with the mean of data and the sum of grad."""
    grad = total_of([value.grad for value in values]) if known else None
    if len(values) == 1:
        name = graph.label(values[0]) or "out"
        tip = f"{name}: {graph.data_tip(values[0])}"
        tip += f", grad {values[0].grad!r}" if known else ""
        return Entry("out", graph.data(values[0]), grad, tip)
    numbers = [x for x in map(graph.data, values) if x is not None]
    mean = sum(numbers) / len(numbers) if len(numbers) == len(values) else None
    tip = f"{len(values):,} values: the mean of their data" + (
        " and the sum of their grad" if known else ""
    )
    entry = Entry("out", mean, grad, tip, count=len(values))
    if grad == 0 and any(value.grad for value in values):
        entry.cancelled = sum(abs(value.grad) for value in values) / len(values)
        entry.tip += f"; gradients of mean size {number_text(entry.cancelled)} that cancel out"
    return entry


def numbers_card(numbers: Sequence[float]) -> ConstantCard:
    """Return the card of a plain number, or of one per sample."""
    if len(numbers) == 1:
        return constant_card(numbers[0])
    some = ", ".join(number_text(x) for x in numbers[:8]) + (", …" if len(numbers) > 8 else "")
    mean = Entry("", sum(numbers) / len(numbers), None, count=len(numbers))
    return ConstantCard("", "", [mean], f"{len(numbers):,} numbers: {some}", len(numbers))


def count_card(columns: Sequence[Sequence[float]]) -> ConstantCard:
    """Return the card of many plain inputs, each with one number per sample."""
    title = f"{len(columns):,} inputs"
    nothing = Entry("", None, None)
    return ConstantCard(title, "", [nothing], f"{title}, plain numbers", len(columns[0]))


def crowds(order: list[Value], groups: list[Group], homes: dict[int, Group]) -> list[list[Group]]:
    """Return the inputs with the same consumers, where there are too many for a card each."""
    users: dict[int, set[int]] = {}
    for node in order:
        for x in node.inputs:
            if isinstance(x, Value) and x.op is None:
                home = homes[id(node)]
                consumer = box_of(home) or home
                users.setdefault(id(homes[id(x)]), set()).add(id(consumer))
    alike: dict[tuple[frozenset[int], int], list[Group]] = {}
    for group in groups:
        if not group.ops:
            key = (frozenset(users.get(id(group), ())), len(group.leaves))
            alike.setdefault(key, []).append(group)
    return [some for some in alike.values() if len(some) > CROWD]
