"""Sets the stage for a pass in motion: a copy of the graph, laid out once, and its steps."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from copy import copy, deepcopy
from dataclasses import replace

from engine.draw.layout.placement import Placement
from engine.draw.motion.passes import BACKWARD_STEP, FORWARD_STEP, Passes
from engine.draw.picture import check_choices, checked_value, is_unfolded, laid_out, scene_of
from engine.draw.scene.cards.card import Card
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.fold_style import MOST_CARDS
from engine.draw.scene.model import (
    BACKWARD,
    FORWARD,
    WAITING,
    Scene,
)
from engine.draw.scene.named_graph import NamedGraph
from engine.errors import NonFiniteWarning, StaleGraphWarning
from engine.graph import nodes
from engine.origin import unhooked
from engine.tag import one_line
from engine.value import Opaque, Value
from engine.words.names import names_of

MOST_STEPS = 30  # to describe


class Stage:
    """What a pass in motion is drawn from.

    Attributes:
        graph: a copy of the graph, with labels on all it shows.
        scene: all that is shown, with the gradients of one backward pass from `root`.
        placement: where it is, in every frame.
        passes: the steps.
        direction: "LR" or "TB".
    """

    def __init__(
        self, graph: NamedGraph, scene: Scene, placement: Placement, passes: Passes, direction: str
    ) -> None:
        self.graph = graph
        self.scene = scene
        self.placement = placement
        self.passes = passes
        self.direction = direction

    @property
    def description(self) -> str:
        """What happens, in words for those who cannot see it; of many steps only the last ones."""
        texts = [step.text for step in self.passes.steps]
        more = len(texts) - MOST_STEPS
        steps = [*([f"{more:,} steps before"] if more > 0 else []), *texts[-MOST_STEPS:]]
        note = self.graph.recording.note
        title = f"gradient graph of {self.scene.title}. "
        return title + (f"{note}. " if note else "") + "; ".join(steps)

    def at(self, k: int) -> Scene:
        """Return the scene after step `k`."""
        step = self.passes.steps[k]
        grads = self.passes.grads_after(k)
        before = self.passes.steps[: k + 1]
        computed = {s.card for s in before if s.phase == FORWARD_STEP}
        sent = {i for s in before if s.phase == BACKWARD_STEP for i in s.arrows}
        scene = copy(self.scene)
        scene.boxes = [replace(box, size="") for box in scene.boxes]
        scene.cards = [
            self.card_at(i, card, grads, known=i in computed, focus=i == step.card)
            for i, card in enumerate(self.scene.cards)
        ]
        states = [("" if i in sent else WAITING) for i in range(len(scene.arrows))]
        for i in step.arrows:
            states[i] = FORWARD if step.phase == FORWARD_STEP else BACKWARD
        scene.arrows = [
            replace(arrow, state=state, tip="")
            for arrow, state in zip(self.scene.arrows, states, strict=True)
        ]
        return scene

    def bare(self) -> Scene:
        """Return the whole scene without tooltips."""
        scene = copy(self.scene)
        scene.cards = [copy(card) for card in self.scene.cards]
        for card in scene.cards:
            card.tip = ""
            card.entries = [replace(entry, tip="") for entry in card.entries]
        scene.arrows = [replace(arrow, tip="") for arrow in self.scene.arrows]
        return scene

    def card_at(
        self, i: int, card: Card, grads: dict[tuple[int, int], float], *, known: bool, focus: bool
    ) -> Card:
        """Return a card as it is while a pass is under way."""
        shown = copy(card)  # not a new card, which would be measured again, and jump
        shown.focus, shown.tip = focus, ""
        shown.entries = [
            self.entry_at((i, e), entry, grads.get((i, e), 0.0), known=known)
            for e, entry in enumerate(card.entries)
        ]
        return shown

    def entry_at(self, cell: tuple[int, int], entry: Entry, grad: float, *, known: bool) -> Entry:
        """Return an entry with what is known of it so far."""
        hidden = cell in self.passes.results and not known
        no_grad = entry.grad is None or not self.scene.cards[cell[0]].carries_gradient
        return replace(
            entry,
            data=None if hidden else entry.data,
            grad=None if no_grad else grad,
            asked=hidden,
            cancelled=0.0,
            tip="",
        )


def staged(
    name: str,
    root: Value,
    *,
    direction: str,
    layout: str,
    fold: str,
    parameters: Collection[Value] | None,
) -> Stage:
    """Return the stage for a pass through the graph of `root`, whose own `.grad` stay as they are.

    Args:
        name: who asks, for the error texts.
        root: the result.
        direction: as for `draw`.
        layout: as for `draw`.
        fold: as for `draw`.
        parameters: as for `draw`.

    Raises:
        TypeError: `root` is not a Value.
        ValueError: an unknown choice, a leaf, a graph with too many cards to follow, or with a
            result that was made by hand.
    """
    checked_value(name, root)
    check_choices(direction=direction, layout=layout, fold=fold)
    if root.op is None:
        raise ValueError(
            f"{name} shows a pass through recorded operations, got a leaf (data = {root.data}); "
            "compute something from it first"
        )
    refuse_results_made_by_hand(name, root)
    # On a copy: this pass does not depend on whether and how often backward() has run.
    given = None if parameters is None else NamedGraph(root, parameters=parameters)
    copied = deepcopy(root)
    order = nodes(copied)
    for node in order:
        node.grad = 0.0
    with unhooked(None), warnings.catch_warnings():
        # The picture shows inf and nan plainly, names where they begin, and what was changed.
        for category in (NonFiniteWarning, StaleGraphWarning):
            warnings.simplefilter("ignore", category)
        copied.backward()
    names = names_of(order)
    unfolded = is_unfolded(order, fold, most_plain=MOST_CARDS)
    if unfolded:
        for node in order:
            node.label = node.label or names[id(node)]
    graph = NamedGraph(copied, parameters=None if given is None else given.parameters_of(order))
    scene = scene_of(graph, fold, most_plain=MOST_CARDS)
    if len(scene.cards) > MOST_CARDS and not unfolded:
        raise too_many(name, len(scene.cards), "a smaller part, such as one sample")
    if len(scene.cards) > 2 * MOST_CARDS:
        raise too_many(name, len(scene.cards), "fold='auto', or a smaller part")
    placement = laid_out(scene, direction, layout)
    return Stage(graph, scene, placement, Passes(copied, order, scene, names), direction)


def refuse_results_made_by_hand(name: str, root: Value) -> None:
    """Raise ValueError if the slopes of an operation are hidden in a function."""
    for node in nodes(root):
        if isinstance(node, Opaque):
            called = f"{node.op} ({one_line(node.label)})" if node.label else f"{node.op}"
            raise ValueError(
                f"{name} shows how each gradient is made from local derivatives, and those of "
                f"{called}, made by hand, are hidden in a function; define the operation with "
                "engine.define, or look at the gradients with draw"
            )


def too_many(name: str, n: int, remedy: str) -> ValueError:
    """Return the error for more cards than a reader can follow."""
    return ValueError(
        f"{name} moves at most {MOST_CARDS} cards that a reader can follow, this graph has {n:,}; "
        f"pass {remedy}"
    )
