"""The unfolded scene: one card per value, and one arrow per use of it."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.cards.card import Card
from engine.draw.scene.cards.constant_card import ConstantCard
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.value_card import INPUT, OP, PARAMETER, ValueCard
from engine.draw.scene.model import Arrow, Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.scene.notes import notes_on_changes, notes_on_gradients, notes_on_non_finite
from engine.guards.domain import where_made
from engine.value import Opaque, Value
from engine.words.numbers import number_text

HIDDEN = "its slopes are hidden in a function"


def unfolded_scene(graph: NamedGraph) -> Scene:
    """Return the scene of every value in a graph, one card each."""
    scene = new_scene(graph)
    index: dict[int, int] = {}
    for node in graph.order:
        constants = {
            position: add_card(scene, constant_card(x))
            for position, x in enumerate(node.inputs)
            if not isinstance(x, Value)
        }
        head = add_card(scene, value_card(graph, node, known=scene.known))
        index[id(node)] = head
        scene.shown_at[id(node)] = (head, 0, 0)
        scene.card_of[id(node)] = head
        for position, (x, local) in enumerate(
            zip(node.inputs, node.local_derivatives, strict=True)
        ):
            tail = index[id(x)] if isinstance(x, Value) else constants[position]
            arrow = Arrow(tail, head, operand=position, local=local)
            if local is not None and isinstance(x, Value):
                arrow.gradient = local * node.grad if scene.known else None
                arrow.tip = arrow_tip(graph, x, node, local, known=scene.known)
            elif isinstance(node, Opaque):
                arrow.hidden, arrow.tip = True, HIDDEN
            scene.arrows.append(arrow)
            scene.uses[id(node), position] = arrow
    for arrows in paths_of(scene).values():
        for arrow in arrows:
            arrow.shared = len(arrows) > 1
    if scene.known:
        scene.notes += notes_on_gradients(graph)
    explain_sums(scene)
    return scene


def new_scene(graph: NamedGraph) -> Scene:
    """Return a scene of a graph, with no cards in it yet."""
    scene = Scene(", ".join(graph.name(root) or "the result" for root in graph.roots))
    scene.known = any(node.grad != 0 for node in graph.order)
    scene.strongest = max((abs(n.grad) for n in graph.order if isfinite(n.grad)), default=0.0)
    if not scene.known:
        scene.notes.append("backward() has not run: no gradients yet")
    scene.notes += notes_on_changes(graph)
    scene.notes += notes_on_non_finite(graph)
    return scene


def add_card(scene: Scene, card: Card) -> int:
    """Add a card to the scene and return its index."""
    scene.cards.append(card)
    return len(scene.cards) - 1


def value_card(graph: NamedGraph, node: Value, *, known: bool) -> Card:
    """Return the card of one value."""
    label = graph.label(node)
    entry = Entry(label, graph.data(node), node.grad if known else None)
    tip = f"{graph.name(node) or 'leaf'}: {graph.data_tip(node)}" + (
        f", grad {node.grad!r}" if known else ""
    )
    if node.op is not None:
        tip += f"; made by {node.op.name}{where_made(node)}"
        if isinstance(node, Opaque):
            tip += f", by hand: {HIDDEN}"
        return ValueCard(node.op.symbol, label, [entry], tip, role=OP)
    role = PARAMETER if graph.is_parameter(node) else INPUT
    return ValueCard(label or "leaf", "", [entry], tip, role=role)


def constant_card(x: float) -> ConstantCard:
    """Return the card of a plain number."""
    tip = f"the constant {x!r}: no gradient goes there"
    return ConstantCard("", "", [Entry("", x, None)], tip)


def arrow_tip(graph: NamedGraph, x: Value, out: Value, local: float, *, known: bool) -> str:
    """Return the chain rule for one use of `x`, in numbers."""
    result, name = graph.name(out), graph.name(x) or "leaf"
    tip = f"∂({result})/∂({name}) = {number_text(local)}"
    if known:
        tip += (
            f"; times the grad of {result}: {number_text(local)} × {number_text(out.grad)}"
            f" = {number_text(local * out.grad, signed=True)}"
        )
    return tip


def paths_of(scene: Scene) -> dict[int, list[Arrow]]:
    """Return the arrows that carry a gradient back to each card."""
    paths: dict[int, list[Arrow]] = {}
    for arrow in scene.arrows:
        if arrow.local is not None or arrow.hidden:
            paths.setdefault(arrow.tail, []).append(arrow)
    return paths


def explain_sums(scene: Scene) -> None:
    """Add the terms of its grad to the tip of each card whose value is used several times."""
    for tail, arrows in paths_of(scene).items():
        if len(arrows) > 1 and scene.known:
            terms = " ".join(number_text(arrow.gradient, signed=True) for arrow in arrows)
            scene.cards[tail].tip += f"; the paths bring {terms}"
