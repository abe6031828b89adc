"""Makes the cards of a folded picture, and knows which entry shows which value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.draw.scene.aggregate import crowds, summed
from engine.draw.scene.cards.card import Card
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.table_card import TableCard
from engine.draw.scene.cards.value_card import INPUT, OP, ValueCard
from engine.draw.scene.fold_style import LAYER, MOST_TABLE_LINES, NEURON
from engine.draw.scene.grouping import Group, Homes, is_named
from engine.draw.scene.heat_cards import input_sheet, sheet, strip
from engine.draw.scene.layers import box_of, layers_of
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.unfolded import add_card, value_card
from engine.tag import Tag
from engine.value import Value


class GroupCards:
    """The cards of groups, added to a scene.

    Args:
        graph: what the picture is of.
        scene: to be filled.
        groups: the values that share a card.
        homes: the group of each value, by id.
        style: NEURON, HEAT or LAYER.

    Attributes:
        index: the index of each group's card, by id.
        entry_index: the number of each leaf among those of its group, by id.
        shown: the entry that shows a value, by the value's id.
    """

    def __init__(
        self,
        graph: NamedGraph,
        scene: Scene,
        groups: Sequence[Group],
        homes: Homes,
        *,
        style: str,
    ) -> None:
        self.graph = graph
        self.scene = scene
        self.homes = homes
        self.style = style
        self.index: dict[int, int] = {}
        self.entry_index: dict[int, int] = {}
        self.shown: dict[int, Entry] = {}
        if style == LAYER:
            for tag, members in layers_of(list(groups)):
                self._share(members, self._sheet_of(tag, members))
        if style != NEURON:
            for inputs in crowds(graph.order, list(groups), homes):
                entries = [self._total(group.leaves) for group in inputs]
                title = f"{len(entries):,} inputs"
                self._share(inputs, input_sheet(title, title, entries, count=entries[0].count))
        for group in groups:
            if id(group) not in self.index:
                self._share([group], self._card_of(group))
        scene.card_of = {id(node): self.index[id(homes[id(node)])] for node in graph.order}

    def note_positions(self) -> None:
        """Note in the scene where each value is shown."""
        at: dict[int, tuple[int, int, int]] = {}
        for c, card in enumerate(self.scene.cards):
            for e, entry in enumerate(card.entries):
                waiting, part = [entry], 0
                while waiting:
                    one = waiting.pop()
                    at[id(one)] = (c, e, part)
                    waiting += one.merged or ()
                    part += 1
        for value, entry in self.shown.items():
            if id(entry) in at:
                self.scene.shown_at[value] = at[id(entry)]

    def _share(self, groups: Sequence[Group], card: Card) -> None:
        """Add a card that some groups share."""
        index = add_card(self.scene, card)
        self.index.update((id(group), index) for group in groups)

    def _total(self, values: list[Value], name: str = "") -> Entry:
        """Return the entry of one or several values, and note that it shows them."""
        entry = summed(self.graph, values, known=self.scene.known)
        entry.name = name or entry.name
        self.shown.update((id(value), entry) for value in values)
        return entry

    def _sheet_of(self, tag: Tag, groups: list[Group]) -> Card:
        """Return the card of a layer."""
        lines = [
            [*self._cells_of(group), self._total(group.outputs or group.ops[-1:])]
            for group in groups
            if group.leaves or len(groups) == 1
        ]
        lines = lines or [[self._total(group.outputs)] for group in groups if group.outputs]
        return sheet(
            self.graph.title(tag),
            self.graph.note(tag),
            lines,
            parts="neuron" if re.fullmatch(r"n\d+|neuron.*", groups[0].title) else "part",
            count=max(line[-1].count for line in lines),
        )

    def _card_of(self, group: Group) -> Card:
        """Return the card of a group."""
        if group.single:
            value = (group.ops or group.leaves)[0]
            card = value_card(self.graph, value, known=self.scene.known)
            self.shown[id(value)] = card.entries[0]
            return card
        if not group.ops:
            entry = self._total(group.leaves)
            return ValueCard(group.title, "", [entry], entry.tip, entry.count, role=INPUT)
        result = self._total(group.outputs)
        tip = f"{group.title}: {len(group.ops):,} ops; {result.tip}"
        note = "" if is_named(box_of(group)) else group.note
        others = [
            f"{len(some):,} {what}{'s' if len(some) > 1 else ''}"
            for some, what in ((group.borrowed, "parameter"), (group.hidden, "input"))
            if some
        ]
        if not group.leaves:
            note = " ".join([note, *(f"of {other}" for other in others)]).strip()
            return ValueCard(group.title, note, [result], tip, result.count, role=OP)
        if self.style != NEURON:
            return strip(group.title, tip, self._cells_of(group), result, count=result.count)
        entries = [*self._lines_of(group), result]
        footnote = f"and {', '.join(others)}" if others else ""
        return TableCard(group.title, note, entries, tip, result.count, footnote=footnote)

    def _leaves_of(self, group: Group) -> list[Value]:
        """Return the leaves of a group, biases last."""
        return sorted(group.leaves, key=self.graph.is_bias)

    def _cells_of(self, group: Group) -> list[Entry]:
        """Return an entry per leaf of a group, to be drawn as cells."""
        leaves = self._leaves_of(group)
        self.entry_index.update((id(leaf), i) for i, leaf in enumerate(leaves))
        return [self._total([leaf], self.graph.label(leaf) or "leaf") for leaf in leaves]

    def _lines_of(self, group: Group) -> list[Entry]:
        """Return an entry per leaf of a group; of many, the last one counts the rest."""
        leaves = self._leaves_of(group)
        printed = leaves if len(leaves) <= MOST_TABLE_LINES else leaves[: MOST_TABLE_LINES - 1]
        entries = [self._total([leaf], self.graph.label(leaf) or "leaf") for leaf in printed]
        if len(leaves) > len(printed):
            rest = len(leaves) - len(printed)
            entries.append(Entry(f"{rest:,} more", None, None, f"{rest:,} more leaves"))
        for i, leaf in enumerate(leaves):
            self.entry_index[id(leaf)] = min(i, len(entries) - 1)
        return entries
