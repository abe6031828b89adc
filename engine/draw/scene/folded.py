"""The folded scene: one card per scope, such as a neuron or a loss, and the arrows between them."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.aggregate import count_card, numbers_card, total_of
from engine.draw.scene.caption import caption
from engine.draw.scene.cards.card import HeatCard
from engine.draw.scene.cards.table_card import TableCard
from engine.draw.scene.fold_style import LAYER, MOST_CARDS, NEURON, align_boxes, fold_style
from engine.draw.scene.group_cards import GroupCards
from engine.draw.scene.grouping import CROWD, Group, grouped, is_named
from engine.draw.scene.heat_cards import mean_size
from engine.draw.scene.layers import box_of, layers_of
from engine.draw.scene.model import Arrow, Box, Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.notes import notes_on_fading, notes_on_gradients
from engine.draw.scene.unfolded import HIDDEN, add_card, constant_card, new_scene
from engine.ops import MUL
from engine.value import Opaque, Value
from engine.words.numbers import number_text

End = tuple[int, int | None]  # of an arrow: a card, and an entry on it or None


def folded_scene(graph: NamedGraph, *, style: str) -> Scene:
    """Return the scene with one card per scope of a graph.

    Args:
        graph: what the picture is of.
        style: NEURON for tables of numbers, HEAT for strips of colour, LAYER for one sheet per
            layer, "auto" for the first of these that is not too large.
    """
    # Results outside all scopes have a card each; of a million, better not make them first.
    lone = sum(node.op is not None and not is_named(node.scope) for node in graph.order)
    groups, homes = grouped(graph, fold_untagged=lone > MOST_CARDS)
    if lone <= MOST_CARDS < len(groups):
        groups, homes = grouped(graph, fold_untagged=True)
    if style == "auto":
        style = fold_style(groups)
    scene = new_scene(graph)
    cards = GroupCards(graph, scene, groups, homes, style=style)
    scene.arrows = FoldedArrows(graph, scene, groups, cards).in_order()
    if style != LAYER:
        scene.boxes = boxes(graph, groups, cards)
    align_boxes(scene)
    scene.title = ", ".join(
        graph.label(root) or scene.cards[scene.card_of[id(root)]].title or scene.title
        for root in graph.roots
    )
    cards.note_positions()
    # Colours compare the parts of the network: next to a seed of 1 all of them would be pale.
    heat = [card for card in scene.cards if isinstance(card, HeatCard)]
    entries = [entry for card in heat or scene.cards for entry in card.entries]
    grads = [abs(entry.grad) for entry in entries if entry.grad is not None]
    scene.strongest = max(filter(isfinite, grads), default=0.0)
    n_tables = len(heat) + sum(isinstance(card, TableCard) for card in scene.cards)
    scene.summary = caption(graph, groups, n_tables)
    if scene.known:
        scene.notes += notes_on_fading(graph, groups)
        scene.notes += notes_on_gradients(graph)
    return scene


class FoldedArrows:
    """The arrows between the cards of groups; one arrow for all uses between the same two ends.

    Args:
        graph: what the picture is of.
        scene: what the constants that feed the cards are added to.
        groups: the values that share a card.
        cards: the cards of the groups.
    """

    def __init__(
        self, graph: NamedGraph, scene: Scene, groups: list[Group], cards: GroupCards
    ) -> None:
        self.graph = graph
        self.scene = scene
        self.groups = groups
        self.cards = cards
        self.arrows: dict[tuple[End, End], Arrow] = {}
        self._join()
        self._feed_constants()

    def in_order(self) -> list[Arrow]:
        """Return the arrows by the card they enter and, there, from top to bottom."""
        return sorted(
            self.arrows.values(), key=lambda a: (a.head, a.head_entry or 0, a.operand, a.tail)
        )

    def _join(self) -> None:
        """Add an arrow wherever a value goes into another group."""
        homes, card_of = self.cards.homes, self.scene.card_of
        borrowed = {id(group): {id(x) for x in group.borrowed} for group in self.groups}
        flows: dict[int, tuple[Arrow, list[float]]] = {}
        for node in self.graph.order:
            home = homes[id(node)]
            for i, (x, local) in enumerate(zip(node.inputs, node.local_derivatives, strict=True)):
                if not isinstance(x, Value):
                    if home.single:
                        tail = add_card(self.scene, constant_card(x))
                        self._arrow((tail, None), (card_of[id(node)], None), i)
                    continue
                if homes[id(x)] is home or card_of[id(x)] == card_of[id(node)]:
                    continue
                if x.op is None and id(x) in borrowed[id(home)]:
                    continue
                arrow = self._arrow(self._exit(x), self._entry(node, i), i)
                self.scene.uses[id(node), i] = arrow
                arrow.hidden = arrow.hidden or isinstance(node, Opaque)
                if local is not None and self.scene.known:
                    flows.setdefault(id(arrow), (arrow, []))[1].append(local * node.grad)
        for arrow, terms in flows.values():
            if arrow.hidden:  # a part of what flows here is not known
                continue
            arrow.gradient = total = total_of(terms)
            if total == 0 and any(terms):
                arrow.gradient, arrow.tip = None, f"the gradients of {len(terms):,} uses cancel out"

        for arrow in self.arrows.values():
            if arrow.hidden:
                arrow.tip = HIDDEN

    def _feed_constants(self) -> None:
        """Draw the plain numbers that weights are multiplied with, once per box.

        Not those that a leaf is raised to, or that are added to it: a card does not say what is
        done with its leaves, and the reader takes a number that enters one for an input.
        """
        # By group, card and entry: in a layer's sheet several neurons share a card.
        met: dict[tuple[int, int, int | None], list[float]] = {}
        boxes: dict[int, object] = {}
        for node in self.graph.order:
            home = self.cards.homes[id(node)]
            if home.single or node.op is not MUL:
                continue
            for i, x in enumerate(node.inputs):
                if isinstance(x, Value) or (entry := self._entry(node, i))[1] is None:
                    continue
                met.setdefault((id(home), *entry), []).append(x)
                boxes[id(home)] = box_of(home) or home
        columns: dict[tuple[object, tuple[float, ...]], list[End]] = {}
        for (home_id, card, index), numbers in met.items():
            columns.setdefault((boxes[home_id], tuple(numbers)), []).append((card, index))
        together: dict[object, list[tuple[float, ...]]] = {}
        for box, column in columns:
            together.setdefault(box, []).append(column)
        for box, some in together.items():
            # More numbers than one can follow into a picture of colours are counted there.
            crowd = self.cards.style != NEURON and len(some) > CROWD
            shared = add_card(self.scene, count_card(some)) if crowd else None
            for column in some:
                tail = add_card(self.scene, numbers_card(column)) if shared is None else shared
                for head in columns[box, column]:
                    self._arrow((tail, None), head, 0)

    def _exit(self, value: Value) -> End:
        """Return the card and the entry that a value leaves."""
        card = self.scene.card_of[id(value)]
        last = len(self.scene.cards[card].entries) - 1
        return card, self.cards.entry_index.get(id(value), last)

    def _entry(self, node: Value, operand: int) -> End:
        """Return the card and entry that an operand of `node` enters: that of its partner."""
        card = self.scene.card_of[id(node)]
        partner = node.inputs[1 - operand] if len(node.inputs) == 2 else None
        homes = self.cards.homes
        if isinstance(partner, Value) and homes[id(partner)] is homes[id(node)]:
            return card, self.cards.entry_index.get(id(partner))
        return card, None

    def _arrow(self, tail: End, head: End, operand: int) -> Arrow:
        """Return the arrow between two ends, a new one if there is none yet."""
        tail, head = self._meeting(tail), self._meeting(head)
        if (tail, head) not in self.arrows:
            self.arrows[tail, head] = Arrow(tail[0], head[0], tail[1], head[1], operand=operand)
        return self.arrows[tail, head]

    def _meeting(self, end: End) -> End:
        """Return an end without its entry on cards that arrows meet anywhere on their side."""
        card, index = end
        return end if self.scene.cards[card].entry_middle(index) is not None else (card, None)


def boxes(graph: NamedGraph, groups: list[Group], cards: GroupCards) -> list[Box]:
    """Return the boxes: scopes that hold cards, but not scopes with boxes of their own."""
    found = []
    for tag, members in layers_of(groups):
        entries = [
            cards.shown[id(leaf)]
            for group in members
            for leaf in group.leaves
            if id(leaf) in cards.shown
        ]
        size = mean_size(entries)
        text = f"mean |grad| {number_text(size, digits=2)}" if size is not None else ""
        inside = list(dict.fromkeys(cards.index[id(group)] for group in members))
        found.append(Box(graph.title(tag), graph.note(tag), inside, text))
    return found
