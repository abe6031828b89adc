"""Slots of the layout: a place for each card, label and bend, in columns."""

from __future__ import annotations

from engine.draw.layout.ranks import ranks, without_cycles
from engine.draw.scene.model import CARD_GAP, CONSTANT, GROUP, Arrow, Card, Scene

LABEL_GAP, LINE_GAP = 3.0, 10.0  # across the columns, px
CLEARANCE = 3.0  # between a label and its line
BOX_PAD, BOX_TITLE, BOX_SIZE, BOX_TITLE_WIDE = 12.0, 24.0, 12.0, 78.0
FAN = 26.0  # between arrows fastened to the same side of a card, px


class Slots:
    """What stands in the columns of a picture, cards first, and what joins them.

    A slot has a place `along` (the way that arrows go, right or down) and one `across`. Its
    reference is the middle of a card, or where the line passes beside a label.

    Attributes:
        scene: what is placed.
        sideways: arrows go right, not down.
        ends: for each arrow the slots it joins, from an earlier column to a later one.
        turned: for each arrow whether `ends` are its head and its tail, to avoid a cycle.
        step: 2 if there are columns for labels between those for cards, else 1.
        column: for each slot the number of its column.
        along: the size of each slot along.
        before: the room each slot takes across, above (or left of) its reference.
        behind: the room it takes below (or right of) it.
        chains: for each arrow the slots between its ends.
        label_of: for each arrow with a label the slot of that label.
        box: for each slot the box it belongs to, or a negative number of its own.
    """

    def __init__(self, scene: Scene, *, sideways: bool) -> None:
        self.scene = scene
        self.sideways = sideways
        cards = scene.cards
        self.ends = [(arrow.tail, arrow.head) for arrow in scene.arrows]
        self.turned = without_cycles(len(cards), self.ends)
        for i, turned in enumerate(self.turned):
            if turned:
                self.ends[i] = self.ends[i][::-1]
        self.step = 2 if any(arrow.label[0] for arrow in scene.arrows) else 1
        self.column = [self.step * rank for rank in ranks(len(cards), self.ends)]
        if self.step == 2:  # a constant stands among the labels, right beside its op
            for i, card in enumerate(cards):
                self.column[i] += card.kind == CONSTANT
        self.along = [card.width if sideways else card.height for card in cards]
        self.before = [(card.height if sideways else card.width) / 2 for card in cards]
        self.behind = list(self.before)
        self.label_of: dict[int, int] = {}
        self.chains = [self._chain(i, arrow) for i, arrow in enumerate(scene.arrows)]
        self.labels = set(self.label_of.values())
        self.n_columns = max(self.column) + 1
        self.box = [-1 - slot for slot in range(len(self.column))]
        for b, box in enumerate(scene.boxes):
            for slot in box.cards:
                self.box[slot] = b

    def _chain(self, i: int, arrow: Arrow) -> list[int]:
        """Add a slot in each column between an arrow's ends."""
        tail, head = self.ends[i]
        chain = []
        for column in range(self.column[tail] + 1, self.column[head]):
            slot = len(self.column)
            chain.append(slot)
            self.column.append(column)
            wide, high = 0.0, 0.0
            # A label stands next to the card whose grad it adds to.
            if arrow.label[0] and i not in self.label_of and column % 2:
                self.label_of[i] = slot
                wide, high = arrow.label_size
            self.along.append(wide if self.sideways else high)
            # Text stands above a line that goes right, and right of one that goes down.
            text = (high if self.sideways else wide + 4) + CLEARANCE if wide else 1.0
            self.before.append(text if self.sideways else 1.0)
            self.behind.append(1.0 if self.sideways else text)
        return chain

    @property
    def n_cards(self) -> int:
        """How many of the slots are cards."""
        return len(self.scene.cards)

    @property
    def box_margins(self) -> tuple[float, float, float, float]:
        """The room a box takes around its cards: before, behind them across; then along."""
        if self.sideways:
            titles = BOX_TITLE + (BOX_SIZE if any(box.size for box in self.scene.boxes) else 0)
            return (BOX_PAD + titles, BOX_PAD, BOX_PAD, BOX_PAD)
        # Arrows come from above: a title at the left stays clear of them.
        return (BOX_PAD + BOX_TITLE_WIDE, BOX_PAD, BOX_PAD, BOX_PAD)

    def stops(self, i: int) -> list[int]:
        """Return the slots that an arrow passes, its cards included."""
        return [self.ends[i][0], *self.chains[i], self.ends[i][1]]

    def gap(self, a: int, b: int) -> float:
        """Return the least distance between the references of two neighbours in a column."""
        least = min(
            CARD_GAP if x < self.n_cards else LABEL_GAP if x in self.labels else LINE_GAP
            for x in (a, b)
        )
        apart = self.behind[a] + least + self.before[b]
        if self.box[a] != self.box[b]:
            before, behind, _, _ = self.box_margins
            apart += behind * (self.box[a] >= 0) + before * (self.box[b] >= 0)
        return apart

    def first_order(self) -> list[list[int]]:
        """Return the slots of each column as a walk back from the results meets them."""
        columns: list[list[int]] = [[] for _ in range(self.n_columns)]
        entering: list[list[int]] = [[] for _ in self.scene.cards]
        results = set(range(self.n_cards))
        for i, (tail, head) in enumerate(self.ends):
            entering[head].append(i)
            results.discard(tail)
        met = [False] * self.n_cards
        stack = [(card, -1) for card in sorted(results, reverse=True)]
        while stack:
            card, arrow = stack.pop()
            if arrow >= 0:
                for slot in self.chains[arrow]:
                    columns[self.column[slot]].append(slot)
            if not met[card]:
                met[card] = True
                columns[self.column[card]].append(card)
                stack += [(self.ends[i][0], i) for i in reversed(entering[card])]
        return columns


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
        scene: what is placed.
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
    """Return where the k-th of n arrows is fastened to a side, from the side's middle."""
    room = (card.height if sideways else card.width) - 16
    return (k - (n - 1) / 2) * min(FAN, max(0.0, room) / max(1, n - 1))
