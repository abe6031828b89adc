"""Makes the scene with one card for each scope: a neuron with a row for each weight, a loss."""

from __future__ import annotations

import re
from math import isfinite

from engine.draw.cards import add_card, constant_card, new_scene, notes_on_gradients, value_card
from engine.draw.grouping import Group, grouped, is_named
from engine.draw.ink import number_text
from engine.draw.scene import CONSTANT, GROUP, INPUT, OP, Arrow, Box, Card, Row, Scene
from engine.draw.text import one_line
from engine.graph import nodes
from engine.scope import Tag
from engine.value import Value

MOST_ROWS = 40
_BIAS = re.compile(r"(?:^|\.)b(?:ias(?:es)?)?(?![^\W\d_])", re.IGNORECASE)


def scene_of_groups(root: Value, *, fold_untagged: bool) -> Scene:
    """Return the scene with a card for each scope that `root` was made in.

    Args:
        root: what the picture is of.
        fold_untagged: let results made outside any scope share cards too.
    """
    order = nodes(root)
    folder = Folder(new_scene(root, order), order, fold_untagged=fold_untagged)
    scene = folder.scene
    folder.join()
    folder.feed_constants()
    scene.arrows = sorted(
        folder.arrows.values(), key=lambda a: (a.head, a.head_row or 0, a.operand, a.tail)
    )
    scene.boxes = folder.boxes()
    for box in scene.boxes:
        align([scene.cards[card] for card in box.cards if scene.cards[card].kind == GROUP])
    grads = [row.grad for card in scene.cards for row in card.rows if row.grad is not None]
    scene.strongest = max((abs(grad) for grad in grads if isfinite(grad)), default=0.0)
    scene.notes.append(folder.summary())
    if scene.known:
        scene.notes += notes_on_gradients(root, order)
    return scene


class Folder:
    """What is known while a folded scene is made.

    Args:
        scene: to be filled.
        order: the graph's nodes, each after its inputs.
        fold_untagged: let results made outside any scope share cards too.

    Attributes:
        groups: what shares a card.
        homes: the group of each value, by id.
        card: the index of each group's card, by id.
        row: the row of each leaf that stands in a table, by id.
        arrows: by the cards and rows that they join.
        flows: the gradients that flow back along each arrow, by id.
    """

    def __init__(self, scene: Scene, order: list[Value], *, fold_untagged: bool) -> None:
        self.scene = scene
        self.order = order
        self.groups, self.homes = grouped(order, fold_untagged=fold_untagged)
        self.row: dict[int, int] = {}
        self.arrows: dict[tuple[int, int | None, int, int | None], Arrow] = {}
        self.flows: dict[int, tuple[Arrow, list[float]]] = {}
        self.card = {id(group): add_card(scene, self.card_of(group)) for group in self.groups}

    def card_of(self, group: Group) -> Card:
        """Return the card of a group."""
        known = self.scene.known
        if group.single:
            return value_card((group.ops or group.leaves)[0], known=known)
        if not group.ops:
            row = summed(group.leaves, known=known)
            return Card(INPUT, group.title, "", [row], row.tip, row.count)
        result = summed(group.outputs, known=known)
        tip = f"{group.title}: {len(group.ops):,} ops; {result.tip}"
        note = "" if is_named(box_of(group)) else group.note
        others = [
            f"{len(some):,} {what}{'s' if len(some) > 1 else ''}"
            for some, what in ((group.borrowed, "parameter"), (group.hidden, "input"))
            if some
        ]
        if not group.leaves:
            note = " ".join([note, *(f"of {other}" for other in others)]).strip()
            return Card(OP, group.title, note, [result], tip, result.count)
        rows = self.rows_of(group)
        footnote = f"and {', '.join(others)}" if others else ""
        return Card(GROUP, group.title, note, [*rows, result], tip, result.count, footnote)

    def rows_of(self, group: Group) -> list[Row]:
        """Return a row for each leaf of a group, biases last."""
        leaves = sorted(group.leaves, key=lambda leaf: bool(_BIAS.search(one_line(leaf.label))))
        shown = leaves if len(leaves) <= MOST_ROWS else leaves[: MOST_ROWS - 1]
        rows = []
        for leaf in shown:
            row = summed([leaf], known=self.scene.known)
            row.name = one_line(leaf.label) or "leaf"
            rows.append(row)
        if len(leaves) > len(shown):
            rest = len(leaves) - len(shown)
            rows.append(Row(f"{rest:,} more", None, None, f"{rest:,} more leaves"))
        for i, leaf in enumerate(leaves):
            self.row[id(leaf)] = min(i, len(rows) - 1)
        return rows

    def end(self, value: Value) -> tuple[int, int | None]:
        """Return the card and the row where a value stands."""
        card = self.card[id(self.homes[id(value)])]
        if self.scene.cards[card].kind != GROUP:
            return card, None
        return card, self.row.get(id(value), len(self.scene.cards[card].rows) - 1)

    def join(self) -> None:
        """Add an arrow wherever a value goes into another group."""
        for node in self.order:
            home = self.homes[id(node)]
            for i, (x, local) in enumerate(zip(node.inputs, node.local_derivatives, strict=True)):
                if not isinstance(x, Value):
                    if home.single:
                        tail = add_card(self.scene, constant_card(x))
                        self.arrow((tail, None), (self.card[id(home)], None), i)
                    continue
                if self.homes[id(x)] is home or (x.op is None and x in home.borrowed):
                    continue
                arrow = self.arrow(self.end(x), self.entry(node, i), i)
                if local is not None and self.scene.known:
                    self.flows.setdefault(id(arrow), (arrow, []))[1].append(local * node.grad)
        for arrow, flows in self.flows.values():
            arrow.gradient = total = total_of(flows)
            if total == 0 and any(flows):
                arrow.gradient, arrow.tip = None, f"the gradients of {len(flows):,} uses cancel out"

    def entry(self, node: Value, operand: int) -> tuple[int, int | None]:
        """Return the card and row that an operand of `node` enters: the row it is paired with."""
        home = self.homes[id(node)]
        card = self.card[id(home)]
        partner = node.inputs[1 - operand] if len(node.inputs) == 2 else None
        if isinstance(partner, Value) and self.homes[id(partner)] is home:
            return card, self.row.get(id(partner))
        return card, None

    def arrow(self, tail: tuple[int, int | None], head: tuple[int, int | None], i: int) -> Arrow:
        """Return the arrow between two ends, a new one if there is none yet."""
        key = (*tail, *head)
        if key not in self.arrows:
            self.arrows[key] = Arrow(tail[0], head[0], tail[1], head[1], operand=i)
        return self.arrows[key]

    def feed_constants(self) -> None:
        """Draw the plain numbers that weights are multiplied with, once for each box."""
        met: dict[tuple[int, int | None], list[float]] = {}
        boxes: dict[tuple[int, int | None], object] = {}
        for node in self.order:
            home = self.homes[id(node)]
            if home.single or len(node.inputs) != 2:
                continue
            for i, x in enumerate(node.inputs):
                if isinstance(x, Value) or (entry := self.entry(node, i))[1] is None:
                    continue
                met.setdefault(entry, []).append(x)
                boxes[entry] = box_of(home) or home
        cards: dict[tuple[object, tuple[float, ...]], int] = {}
        for entry, numbers in met.items():
            key = (boxes[entry], tuple(numbers))
            if key not in cards:
                cards[key] = add_card(self.scene, numbers_card(numbers))
            self.arrow((cards[key], None), entry, 0)

    def boxes(self) -> list[Box]:
        """Return the boxes: scopes that hold cards, and no scopes with boxes of their own."""
        tags = [group.tag for group in self.groups if group.tag is not None]
        around = {id(outer): outer for tag in tags if (outer := tag.parent) and is_named(outer)}
        # A scope that holds another box would overlap it.
        for outer in list(around.values()):
            if outer.parent is not None:
                around.pop(id(outer.parent), None)
        boxes = {
            key: Box(one_line(tag.name), one_line(tag.note), []) for key, tag in around.items()
        }
        for group in self.groups:
            for tag in (group.tag, group.tag and group.tag.parent):
                if id(tag) in boxes:
                    boxes[id(tag)].cards.append(self.card[id(group)])
        return list(boxes.values())

    def summary(self) -> str:
        """Return what the picture holds, and how much it hides."""
        inside = {card for box in self.scene.boxes for card in box.cards}
        names = [group.title for group in self.groups if self.card[id(group)] in inside]
        tables = sum(card.kind == GROUP for card in self.scene.cards)
        parameters = sum(len(group.leaves) for group in self.groups if group.ops)
        layers = all(box.title.lower().startswith("layer") for box in self.scene.boxes)
        neurons = all(re.fullmatch(r"n\d+|neuron.*", name) for name in names)
        counts = [
            (len(self.scene.boxes), "layer" if layers else "group"),
            (len(names) or tables, "neuron" if names and neurons else "part"),
            (parameters, "parameter"),
            (len(self.order), "node"),
        ]
        return " · ".join(f"{n:,} {what}{'s' if n > 1 else ''}" for n, what in counts if n)


def total_of(gradients: list[float]) -> float:
    """Return a sum, without the dust that rounding leaves where gradients cancel out."""
    total = sum(gradients)
    return 0.0 if abs(total) <= 1e-13 * sum(map(abs, gradients)) else total


def summed(values: list[Value], *, known: bool) -> Row:
    """Return the row of one value; or of several, with the mean of data and the sum of grad."""
    grad = total_of([value.grad for value in values]) if known else None
    if len(values) == 1:
        name = one_line(values[0].label) or "out"
        tip = f"{name}: data {values[0].data!r}" + (f", grad {values[0].grad!r}" if known else "")
        return Row("out", values[0].data, grad, tip)
    mean = sum(value.data for value in values) / len(values)
    tip = f"{len(values):,} values: the mean of their data" + (
        " and the sum of their grad" if known else ""
    )
    return Row("out", mean, grad, tip, count=len(values))


def align(tables: list[Card]) -> None:
    """Give tables that stand together the same columns."""
    widest = [max(table.columns[i] for table in tables) for i in range(3)] if tables else []
    for table in tables:
        table.widen((widest[0], widest[1], widest[2]))


def numbers_card(numbers: list[float]) -> Card:
    """Return the card of a plain number, or of one for each sample."""
    if len(numbers) == 1:
        return constant_card(numbers[0])
    some = ", ".join(number_text(x) for x in numbers[:8]) + (", …" if len(numbers) > 8 else "")
    row = Row("", sum(numbers) / len(numbers), None, count=len(numbers))
    return Card(CONSTANT, "", "", [row], f"{len(numbers):,} numbers: {some}", len(numbers))


def box_of(group: Group) -> Tag | None:
    """Return the scope around a group's own, or None."""
    parent = group.tag.parent if group.tag is not None else None
    return parent if is_named(parent) else None
