"""Makes the scene with one card for each scope: a neuron with a row for each weight, a loss."""

from __future__ import annotations

import re
from math import isfinite

from engine.draw.scene.aggregate import count_card, crowds, numbers_card, summed, total_of
from engine.draw.scene.caption import box_of, fading, layers_of, summary
from engine.draw.scene.fold_style import LAYER, MOST_CARDS, MOST_ROWS, NEURON, align_boxes, fitting
from engine.draw.scene.grouping import CROWD, Group, grouped, is_named
from engine.draw.scene.heat_cards import mean_size, plate, sheet, strip
from engine.draw.scene.model import (
    GROUP,
    HEAT,
    INPUT,
    OP,
    Arrow,
    Box,
    Card,
    Row,
    Scene,
)
from engine.draw.scene.unfolded import (
    add_card,
    constant_card,
    new_scene,
    notes_on_gradients,
    value_card,
)
from engine.scope import Tag
from engine.value import Value
from engine.words.names import one_line
from engine.words.numbers import number_text

_BIAS = re.compile(r"(?:^|\.)b(?:ias(?:es)?)?(?![^\W\d_])", re.IGNORECASE)


def folded_scene(root: Value, order: list[Value], *, form: str) -> Scene:
    """Return the scene with a card for each scope that `root` was made in.

    Args:
        root: what the picture is of.
        order: the nodes below it.
        form: NEURON for tables of numbers, HEAT for strips of colour, LAYER for one sheet a layer,
            "auto" for the first of these that is not too large.
    """
    # Results outside all scopes have a card each; of a million, better not make them first.
    lone = sum(node.op is not None and not is_named(node.scope) for node in order)
    groups, homes = grouped(order, fold_untagged=lone > MOST_CARDS)
    if lone <= MOST_CARDS < len(groups):
        groups, homes = grouped(order, fold_untagged=True)
    if form == "auto":
        form = fitting(groups)
    folder = Folder(new_scene(root, order), order, groups, homes, form=form)
    scene = folder.scene
    folder.join()
    folder.feed_constants()
    scene.arrows = sorted(
        folder.arrows.values(), key=lambda a: (a.head, a.head_row or 0, a.operand, a.tail)
    )
    if form != LAYER:
        scene.boxes = folder.boxes()
    align_boxes(scene)
    if not root.label:
        scene.title = scene.cards[folder.card[id(homes[id(root)])]].title or scene.title
    folder.find_places()
    # Colours compare the parts of the network: a seed of 1 beside them would make all of them pale.
    cards = [card for card in scene.cards if card.kind == HEAT] or scene.cards
    grads = [row.grad for card in cards for row in card.rows if row.grad is not None]
    scene.strongest = max((abs(grad) for grad in grads if isfinite(grad)), default=0.0)
    tables = sum(card.kind in (GROUP, HEAT) for card in scene.cards)
    scene.summary = summary(groups, order, tables)
    if scene.known:
        scene.notes += fading(groups)
        scene.notes += notes_on_gradients(root, order)
    return scene


class Folder:
    """What is known while a folded scene is made.

    Args:
        scene: to be filled.
        order: the graph's nodes, each after its inputs.
        groups: what shares a card.
        homes: the group of each value, by id.
        form: NEURON, HEAT or LAYER.

    Attributes:
        card: the index of each group's card, by id.
        row: the number of each leaf among those of its group, by id.
        shown: the row that shows a value, by the value's id.
        arrows: by the cards and rows that they join.
        flows: the gradients that flow back along each arrow, by id.
    """

    def __init__(
        self,
        scene: Scene,
        order: list[Value],
        groups: list[Group],
        homes: dict[int, Group],
        *,
        form: str,
    ) -> None:
        self.scene = scene
        self.order = order
        self.groups = groups
        self.homes = homes
        self.form = form
        self.row: dict[int, int] = {}
        self.shown: dict[int, Row] = {}
        self.arrows: dict[tuple[int, int | None, int, int | None], Arrow] = {}
        self.flows: dict[int, tuple[Arrow, list[float]]] = {}
        self.card: dict[int, int] = {}
        if form == LAYER:
            for tag, some in layers_of(groups):
                self.share(some, self.sheet_of(tag, some))
        if form != NEURON:
            for inputs in crowds(order, groups, homes):
                rows = [self.total(group.leaves) for group in inputs]
                title = f"{len(rows):,} inputs"
                self.share(inputs, plate(title, title, rows, count=rows[0].count))
        for group in groups:
            if id(group) not in self.card:
                self.share([group], self.card_of(group))

    def share(self, groups: list[Group], card: Card) -> None:
        """Add a card that some groups share."""
        index = add_card(self.scene, card)
        self.card.update((id(group), index) for group in groups)

    def total(self, values: list[Value], name: str = "") -> Row:
        """Return the row of one or several values, and note that it shows them."""
        row = summed(values, known=self.scene.known)
        row.name = name or row.name
        self.shown.update((id(value), row) for value in values)
        return row

    def sheet_of(self, tag: Tag, groups: list[Group]) -> Card:
        """Return the card of a layer."""
        lines = [
            [*self.cells_of(group), self.total(group.outputs or group.ops[-1:])]
            for group in groups
            if group.leaves or len(groups) == 1
        ]
        lines = lines or [[self.total(group.outputs)] for group in groups if group.outputs]
        count = max(line[-1].count for line in lines)
        return sheet(
            one_line(tag.name),
            one_line(tag.note),
            lines,
            parts="neuron" if re.fullmatch(r"n\d+|neuron.*", groups[0].title) else "part",
            count=count,
        )

    def card_of(self, group: Group) -> Card:
        """Return the card of a group."""
        if group.single:
            value = (group.ops or group.leaves)[0]
            card = value_card(value, known=self.scene.known)
            self.shown[id(value)] = card.rows[0]
            return card
        if not group.ops:
            row = self.total(group.leaves)
            return Card(INPUT, group.title, "", [row], row.tip, row.count)
        result = self.total(group.outputs)
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
        if self.form != NEURON:
            return strip(group.title, tip, self.cells_of(group), result, count=result.count)
        rows = self.rows_of(group)
        footnote = f"and {', '.join(others)}" if others else ""
        return Card(GROUP, group.title, note, [*rows, result], tip, result.count, footnote)

    def leaves_of(self, group: Group) -> list[Value]:
        """Return the leaves of a group, biases last."""
        return sorted(group.leaves, key=lambda leaf: bool(_BIAS.search(one_line(leaf.label))))

    def cells_of(self, group: Group) -> list[Row]:
        """Return a row for each leaf of a group, to be drawn as cells."""
        leaves = self.leaves_of(group)
        self.row.update((id(leaf), i) for i, leaf in enumerate(leaves))
        return [self.total([leaf], one_line(leaf.label) or "leaf") for leaf in leaves]

    def rows_of(self, group: Group) -> list[Row]:
        """Return a row for each leaf of a group; of many, the last one counts the rest."""
        leaves = self.leaves_of(group)
        shown = leaves if len(leaves) <= MOST_ROWS else leaves[: MOST_ROWS - 1]
        rows = [self.total([leaf], one_line(leaf.label) or "leaf") for leaf in shown]
        if len(leaves) > len(shown):
            rest = len(leaves) - len(shown)
            rows.append(Row(f"{rest:,} more", None, None, f"{rest:,} more leaves"))
        for i, leaf in enumerate(leaves):
            self.row[id(leaf)] = min(i, len(rows) - 1)
        return rows

    def find_places(self) -> None:
        """Note in the scene where each value is shown, and on which card it is at home."""
        at: dict[int, tuple[int, int, int]] = {}
        for c, card in enumerate(self.scene.cards):
            for r, row in enumerate(card.rows):
                waiting, part = [row], 0
                while waiting:
                    one = waiting.pop()
                    at[id(one)] = (c, r, part)
                    waiting += one.merged or ()
                    part += 1
        for value, row in self.shown.items():
            if id(row) in at:
                self.scene.places[value] = at[id(row)]
        for node in self.order:
            self.scene.homes[id(node)] = self.card[id(self.homes[id(node)])]

    def end(self, value: Value) -> tuple[int, int | None]:
        """Return the card and the row where a value stands."""
        card = self.card[id(self.homes[id(value)])]
        return card, self.row.get(id(value), len(self.scene.cards[card].rows) - 1)

    def join(self) -> None:
        """Add an arrow wherever a value goes into another group."""
        borrowed = {id(group): {id(x) for x in group.borrowed} for group in self.groups}
        for node in self.order:
            home = self.homes[id(node)]
            for i, (x, local) in enumerate(zip(node.inputs, node.local_derivatives, strict=True)):
                if not isinstance(x, Value):
                    if home.single:
                        tail = add_card(self.scene, constant_card(x))
                        self.arrow((tail, None), (self.card[id(home)], None), i)
                    continue
                if self.card[id(self.homes[id(x)])] == self.card[id(home)]:
                    continue
                if x.op is None and id(x) in borrowed[id(home)]:
                    continue
                arrow = self.arrow(self.end(x), self.entry(node, i), i)
                self.scene.uses[id(node), i] = arrow
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
        # Only a table has its rows below each other, for arrows to meet.
        ends = [(c, r if self.scene.cards[c].kind == GROUP else None) for c, r in (tail, head)]
        key = (*ends[0], *ends[1])
        if key not in self.arrows:
            self.arrows[key] = Arrow(key[0], key[2], key[1], key[3], operand=i)
        return self.arrows[key]

    def feed_constants(self) -> None:
        """Draw the plain numbers that weights are multiplied with, once for each box."""
        # By group, card and row: in a layer's sheet several neurons share a card.
        met: dict[tuple[int, int, int | None], list[float]] = {}
        boxes: dict[int, object] = {}
        for node in self.order:
            home = self.homes[id(node)]
            if home.single or len(node.inputs) != 2:
                continue
            for i, x in enumerate(node.inputs):
                if isinstance(x, Value) or (entry := self.entry(node, i))[1] is None:
                    continue
                met.setdefault((id(home), *entry), []).append(x)
                boxes[id(home)] = box_of(home) or home
        columns: dict[tuple[object, tuple[float, ...]], list[tuple[int, int | None]]] = {}
        for (home_id, card, row), numbers in met.items():
            columns.setdefault((boxes[home_id], tuple(numbers)), []).append((card, row))
        together: dict[object, list[tuple[float, ...]]] = {}
        for box, column in columns:
            together.setdefault(box, []).append(column)
        for box, some in together.items():
            # More numbers than one can follow into a picture of colours are counted there.
            crowd = self.form != NEURON and len(some) > CROWD
            shared = add_card(self.scene, count_card(some)) if crowd else None
            for column in some:
                tail = add_card(self.scene, numbers_card(column)) if shared is None else shared
                for head in columns[box, column]:
                    self.arrow((tail, None), head, 0)

    def boxes(self) -> list[Box]:
        """Return the boxes: scopes that hold cards, and no scopes with boxes of their own."""
        boxes = []
        for tag, groups in layers_of(self.groups):
            cards = list(dict.fromkeys(self.card[id(group)] for group in groups))
            rows = [
                self.shown[id(leaf)]
                for group in groups
                for leaf in group.leaves
                if id(leaf) in self.shown
            ]
            size = mean_size(rows)
            text = f"mean |grad| {number_text(size, digits=2)}" if size is not None else ""
            boxes.append(Box(one_line(tag.name), one_line(tag.note), cards, text))
        return boxes
