"""The forward and the backward pass as steps, in the order in which the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from engine.draw.scene.aggregate import total_of
from engine.draw.scene.model import Scene
from engine.value import Value
from engine.words.gates import made_of
from engine.words.names import cut
from engine.words.numbers import number_text
from engine.words.recording import Recording

START, FORWARD_STEP, SEED, BACKWARD_STEP = "start", "forward", "seed", "backward"
MOST_TERMS = 3  # numbers that one caption goes through; of more it gives the count

# Words, and whether they are printed bold.
Caption = list[tuple[str, bool]]
Cell = tuple[int, int]  # a card, and an entry on it
# For each cell, the grad so far of each value that it shows: by part of a merged entry, and by id.
Running = dict[Cell, dict[int, dict[int, float]]]


class PassStep:
    """One step of a pass.

    Attributes:
        phase: START, FORWARD_STEP, SEED or BACKWARD_STEP.
        card: the card that it is about, or -1.
        caption: what happens, with the numbers.
        arrows: the arrows it goes along.
        grads: what the grad of each cell that it adds to is afterwards.
        completed: cards whose grad has all its terms from here on.
    """

    __slots__ = ("arrows", "caption", "card", "completed", "grads", "phase")

    def __init__(self, phase: str, card: int, caption: Caption, arrows: Sequence[int]) -> None:
        self.phase = phase
        self.card = card
        self.caption = caption
        self.arrows = list(arrows)
        self.grads: dict[Cell, float] = {}
        self.completed: list[int] = []

    @property
    def text(self) -> str:
        """The caption without its bold print."""
        return "".join(words for words, _ in self.caption)


class Passes:
    """Both passes through a graph, step by step, on the cards of a scene.

    Args:
        root: the result; backward() must have run from it, and from nothing else.
        order: the nodes below it, each after its inputs.
        scene: what shows them.
        names: of the nodes in captions, by id.

    Attributes:
        steps: the start, a step per op forward, the seed, a step per op backward.
        results: the cells that show results, unknown until the forward pass comes to them.
    """

    def __init__(
        self, root: Value, order: list[Value], scene: Scene, names: dict[int, str]
    ) -> None:
        self.recording = Recording(order)
        self.root = root
        self.scene = scene
        self.names = names
        self.ops: dict[int, list[Value]] = {}
        self.results: set[Cell] = set()
        for node in order:
            if node.op is not None:
                self.ops.setdefault(scene.card_of[id(node)], []).append(node)
                if id(node) in scene.shown_at:
                    self.results.add(scene.shown_at[id(node)][:2])
        self.entering: dict[int, list[int]] = {}
        for i, arrow in enumerate(scene.arrows):
            self.entering.setdefault(arrow.head, []).append(i)
        forward = in_turn(self.ops, order, scene)
        start: Caption = [("start", True), ("   leaves have data, every grad is 0", False)]
        self.steps = [PassStep(START, -1, start, ())]
        self.steps += [self.forward(card) for card in forward]
        running: Running = {}
        self.steps.append(self.seed(running))
        self.steps += [self.backward(card, running) for card in reversed(forward)]
        last = {cell[0]: step for step in self.steps for cell in step.grads if self.asks(cell)}
        for card, step in last.items():
            step.completed.append(card)

    def asks(self, cell: Cell) -> bool:
        """Return whether a cell holds the gradient that its card is known for: its last entry."""
        return cell[1] == len(self.scene.cards[cell[0]].entries) - 1

    def forward(self, card: int) -> PassStep:
        """Return the step that computes a card's result."""
        node = self.ops[card][-1]
        if len(self.ops[card]) == 1:
            made, result = made_of(node, self.names, self.recording).rsplit(" = ", 1)
            words = f"   {made} = "
        else:
            name, entry = self.card_name(card), self.scene.cards[card].entries[-1]
            words = f"   {name}: {len(self.ops[card]):,} ops, out = "
            result = entry.data_text()
        caption: Caption = [("forward", True), (words, False), (result, True)]
        return PassStep(FORWARD_STEP, card, caption, self.entering.get(card, ()))

    def seed(self, running: Running) -> PassStep:
        """Return the step that the backward pass begins with."""
        card = self.scene.card_of[id(self.root)]
        name = self.card_name(card)
        caption: Caption = [("backward", True), (f"   seed: {name}.grad = ", False), ("1", True)]
        step = PassStep(SEED, card, caption, ())
        self.add(self.root, 1.0, running, step)
        self.settle(step, running)
        return step

    def backward(self, card: int, running: Running) -> PassStep:
        """Return the step that passes a card's gradient on to its inputs."""
        arrows = [
            i
            for i in self.entering.get(card, ())
            if self.scene.cards[self.scene.arrows[i].tail].carries_gradient
        ]
        step = PassStep(BACKWARD_STEP, card, [], arrows)
        terms: list[tuple[str, float, float]] = []
        for node in reversed(self.ops[card]):
            grad = node.grad
            for x, local in zip(node.inputs, node.local_derivatives, strict=True):
                if isinstance(x, Value) and local is not None:
                    self.add(x, local * grad, running, step)
                    if len(self.ops[card]) == 1:
                        terms.append((self.names[id(x)], local, grad))
        self.settle(step, running)
        step.caption = [("backward", True), *self.terms(terms)]
        if not terms:
            step.caption += self.passed_on(card, step)
        return step

    def terms(self, terms: Sequence[tuple[str, float, float]]) -> Caption:
        """Return `x.grad += local × grad = contribution` for each input."""
        words: Caption = []
        for name, local, grad in terms:
            made = f"{number_text(local, digits=3)} × {number_text(grad, digits=3)}"
            words.append((f"   {name}.grad += {made} = ", False))
            words.append((number_text(local * grad, signed=True, digits=3), True))
        return words

    def passed_on(self, card: int, step: PassStep) -> Caption:
        """Return what a folded card's gradient reaches."""
        entries = self.scene.cards[card].entries
        own = sorted(
            (e, g) for (c, e), g in step.grads.items() if c == card and e < len(entries) - 1
        )
        others = sorted({c for c, _ in step.grads if c != card})
        words: Caption = [(f"   {self.card_name(card)}: ", False)]
        if len(own) > MOST_TERMS:
            words.append((f"{len(own):,} parameters get their grad", False))
        for i, (e, g) in enumerate(own if len(own) <= MOST_TERMS else ()):
            words.append((f"{', ' if i else ''}{entries[e].name}.grad = ", False))
            words.append((number_text(g, signed=True, digits=3), True))
        if others:
            names = [self.card_name(c) for c in others]
            if len(names) > MOST_TERMS:
                names = [f"{len(names):,} cards before it"]
            words.append((f"{'; ' if own else ''}added to the grad of {', '.join(names)}", False))
        return words

    def add(self, x: Value, term: float, running: Running, step: PassStep) -> None:
        """Add a term to the grad of `x`, if a cell shows it."""
        if id(x) not in self.scene.shown_at:
            return
        card, entry, part = self.scene.shown_at[id(x)]
        parts = running.setdefault((card, entry), {})
        values = parts.setdefault(part, {})
        values[id(x)] = values.get(id(x), 0.0) + term
        step.grads[card, entry] = 0.0  # until the step has been through all its terms

    def settle(self, step: PassStep, running: Running) -> None:
        """Note what the cells that a step has added to hold after it."""
        for cell in step.grads:
            totals = [total_of(list(values.values())) for values in running[cell].values()]
            step.grads[cell] = max(totals, key=lambda g: (g != g, abs(g)))

    def card_name(self, card: int) -> str:
        """Return what to call a card: with its layer, if it is in a box."""
        for box in self.scene.boxes:
            if card in box.cards:
                return f"{box.title} {self.scene.cards[card].title}"
        shown, ops = self.scene.cards[card], self.ops.get(card, [])
        is_op = len(ops) == 1 and ops[0].op is not None and shown.title == ops[0].op.symbol
        return self.names[id(ops[0])] if is_op else cut(shown.title)

    def grads_after(self, k: int) -> dict[Cell, float]:
        """Return the grad of every cell that has been reached after step `k`."""
        grads: dict[Cell, float] = {}
        for step in self.steps[: k + 1]:
            grads.update(step.grads)
        return grads


def in_turn(cards: Iterable[int], order: Sequence[Value], scene: Scene) -> list[int]:
    """Return the cards with ops on them, each after those it is made from.

    Where groups feed each other, no such order exists; the one that began first goes first.
    """
    began: dict[int, int] = {}
    for i, node in enumerate(order):
        began.setdefault(scene.card_of[id(node)], i)
    waiting: dict[int, set[int]] = {card: set() for card in cards}
    feeds: dict[int, list[int]] = {}
    for arrow in scene.arrows:
        if arrow.tail in waiting and arrow.head in waiting and arrow.tail != arrow.head:
            waiting[arrow.head].add(arrow.tail)
            feeds.setdefault(arrow.tail, []).append(arrow.head)
    ready = [(began[card], card) for card, before in waiting.items() if not before]
    heapify(ready)
    turn: list[int] = []
    left = dict.fromkeys(waiting)
    while left:
        if not ready:
            heappush(ready, min((began[card], card) for card in left))
        _, card = heappop(ready)
        if card not in left:
            continue
        del left[card]
        turn.append(card)
        for head in feeds.get(card, ()):
            waiting[head].discard(card)
            if head in left and not waiting[head]:
                heappush(ready, (began[head], head))
    return turn
