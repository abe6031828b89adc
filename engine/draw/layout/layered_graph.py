"""A proper layered graph: a slot for each card, and for each column that an arrow crosses."""

from __future__ import annotations

from engine.draw.layout.layering import arrows_to_reverse, assign_layers
from engine.draw.scene.cards.card import CARD_GAP
from engine.draw.scene.model import Arrow, Scene

LABEL_GAP, LINE_GAP = 3.0, 10.0  # across the columns, px
CLEARANCE = 3.0  # between a label and its line
BOX_PAD, BOX_TITLE, BOX_SIZE, BOX_TITLE_WIDE = 12.0, 24.0, 12.0, 78.0


class LayeredGraph:
    """The slots of all columns, cards first, and what joins them.

    Between cards that are several columns apart an arrow has a slot in each column (a dummy node of
    the literature), so that every link joins neighbouring columns. A slot has a position `along`
    (the way that arrows go, right or down) and one `across`. Its reference point is the middle of a
    card, or where the line passes next to a label.

    Attributes:
        scene: what is laid out.
        sideways: arrows go right, not down.
        ends: for each arrow the slots it joins, from an earlier column to a later one.
        reversed: for each arrow whether `ends` are its head and its tail, to avoid a cycle.
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
        self.reversed = arrows_to_reverse(len(cards), self.ends)
        for i, is_reversed in enumerate(self.reversed):
            if is_reversed:
                self.ends[i] = self.ends[i][::-1]
        self.step = 2 if any(arrow.label[0] for arrow in scene.arrows) else 1
        self.column = [self.step * layer for layer in assign_layers(len(cards), self.ends)]
        if self.step == 2:  # a constant is among the labels, right next to its op
            for i, card in enumerate(cards):
                self.column[i] += card.next_to_its_use
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
            # A label is next to the card whose grad it adds to.
            if arrow.label[0] and i not in self.label_of and column % 2:
                self.label_of[i] = slot
                wide, high = arrow.label_size
            self.along.append(wide if self.sideways else high)
            # Text is above a line that goes right, and to the right of one that goes down.
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
        """Return the slots of each column in the order of a walk back from the results."""
        columns: list[list[int]] = [[] for _ in range(self.n_columns)]
        entering: list[list[int]] = [[] for _ in self.scene.cards]
        results = set(range(self.n_cards))
        for i, (tail, head) in enumerate(self.ends):
            entering[head].append(i)
            results.discard(tail)
        visited = [False] * self.n_cards
        stack = [(card, -1) for card in sorted(results, reverse=True)]
        while stack:
            card, arrow = stack.pop()
            if arrow >= 0:
                for slot in self.chains[arrow]:
                    columns[self.column[slot]].append(slot)
            if not visited[card]:
                visited[card] = True
                columns[self.column[card]].append(card)
                stack += [(self.ends[i][0], i) for i in reversed(entering[card])]
        return columns
