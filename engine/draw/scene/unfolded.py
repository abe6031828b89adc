"""Makes the scene with one card for each value, and an arrow for each use of it."""

from __future__ import annotations

import re
from math import isclose, isfinite

from engine.draw.scene.model import CONSTANT, INPUT, OP, PARAMETER, Arrow, Card, Row, Scene
from engine.graph import nodes
from engine.value import Value
from engine.words.names import one_line
from engine.words.numbers import number_text

# Labels that mark a leaf as a parameter: w, w1, W_2, weight, weights.3, b, bias, layers.0.bias …
_PARAMETER = re.compile(r"(?:^|\.)(?:w|b|weights?|bias(?:es)?)(?![^\W\d_])", re.IGNORECASE)


def unfolded_scene(root: Value) -> Scene:
    """Return the scene of every value that `root` is made from, one card each."""
    order = nodes(root)
    scene = new_scene(root, order)
    index: dict[int, int] = {}
    for node in order:
        constants = {
            position: add_card(scene, constant_card(x))
            for position, x in enumerate(node.inputs)
            if not isinstance(x, Value)
        }
        head = add_card(scene, value_card(node, known=scene.known))
        index[id(node)] = head
        scene.places[id(node)] = (head, 0, 0)
        scene.homes[id(node)] = head
        for position, (x, local) in enumerate(
            zip(node.inputs, node.local_derivatives, strict=True)
        ):
            tail = index[id(x)] if isinstance(x, Value) else constants[position]
            arrow = Arrow(tail, head, operand=position, local=local)
            if local is not None and isinstance(x, Value):
                arrow.gradient = local * node.grad if scene.known else None
                arrow.tip = arrow_tip(x, node, local, known=scene.known)
            scene.arrows.append(arrow)
            scene.uses[id(node), position] = arrow
    for arrows in paths_of(scene).values():
        for arrow in arrows:
            arrow.shared = len(arrows) > 1
    if scene.known:
        scene.notes += notes_on_gradients(root, order)
    explain_sums(scene)
    return scene


def new_scene(root: Value, order: list[Value]) -> Scene:
    """Return a scene of `order`, the nodes below `root`, with no cards in it yet."""
    scene = Scene(name_of(root) or "the result")
    scene.known = any(node.grad != 0 for node in order)
    scene.strongest = max((abs(n.grad) for n in order if isfinite(n.grad)), default=0.0)
    if not scene.known:
        scene.notes.append("backward() has not run: no gradients yet")
    scene.notes += notes_on_non_finite(order)
    return scene


def add_card(scene: Scene, card: Card) -> int:
    """Add a card to the scene and return its index."""
    scene.cards.append(card)
    return len(scene.cards) - 1


def is_parameter(label: str) -> bool:
    """Tell whether a leaf of that label is drawn as a parameter.

    A convention: w, b, weight or bias, alone or followed by anything but a letter (w1, w_out,
    bias2), also at the end of a dotted path (layers.0.bias).
    """
    return _PARAMETER.search(label) is not None


def value_card(node: Value, *, known: bool) -> Card:
    """Return the card of one value."""
    label = one_line(node.label)
    row = Row(label, node.data, node.grad if known else None)
    tip = f"{label or symbol_of(node)}: data {node.data!r}" + (
        f", grad {node.grad!r}" if known else ""
    )
    if node.op is not None:
        return Card(OP, node.op.symbol, label, [row], f"{tip}; made by {node.op.name}")
    kind = PARAMETER if is_parameter(label) else INPUT
    return Card(kind, label or "leaf", "", [row], tip)


def constant_card(x: float) -> Card:
    """Return the card of a plain number."""
    return Card(CONSTANT, "", "", [Row("", x, None)], f"the constant {x!r}: no gradient goes there")


def symbol_of(node: Value) -> str:
    """Return what to call a node that has no label."""
    return "leaf" if node.op is None else node.op.symbol


def name_of(node: Value) -> str:
    """Return a node's label, or what its op is called, or ""."""
    return one_line(node.label) or ("" if node.op is None else node.op.symbol)


def arrow_tip(x: Value, out: Value, local: float, *, known: bool) -> str:
    """Return the chain rule for one use of `x`, in numbers."""
    result, name = name_of(out), name_of(x) or "leaf"
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
        if arrow.local is not None:
            paths.setdefault(arrow.tail, []).append(arrow)
    return paths


def explain_sums(scene: Scene) -> None:
    """Say on each card whose value is used several times what its grad is the sum of."""
    for tail, arrows in paths_of(scene).items():
        if len(arrows) > 1 and scene.known:
            terms = " ".join(number_text(arrow.gradient, signed=True) for arrow in arrows)
            scene.cards[tail].tip += f"; the paths bring {terms}"


def notes_on_non_finite(order: list[Value]) -> list[str]:
    """Return a note that names the first number that is inf or nan, if there is one."""
    for node in order:
        if not isfinite(node.data):
            made = "a leaf" if node.op is None else f"made by {node.op.name}"
            return [f"first non-finite number: {name_of(node) or 'leaf'} = {node.data}, {made}"]
    return []


def notes_on_gradients(root: Value, order: list[Value]) -> list[str]:
    """Return notes on gradients that do not come from `root` alone.

    Leaves add up the gradients of several backward passes, and a part of a larger graph gets
    gradients from the rest of it: then the paths drawn do not add up to the number on the card.
    """
    if root.op is not None and root.grad == 0:
        name = name_of(root)
        return [
            f"{name}.grad is 0: backward() has not run from {name}, so grads come from elsewhere"
        ]
    found: dict[int, float] = {}
    sizes: dict[int, float] = {}
    for node in order:
        for x, local in zip(node.inputs, node.local_derivatives, strict=True):
            if isinstance(x, Value) and local is not None:
                step = local * node.grad
                found[id(x)] = found.get(id(x), 0.0) + step
                sizes[id(x)] = sizes.get(id(x), 0.0) + abs(step)
    odd = [
        name_of(node) or "a leaf"
        for node in order
        if node is not root
        and isfinite(node.grad)
        and isfinite(sizes.get(id(node), 0.0))
        and not isclose(
            node.grad, found.get(id(node), 0.0), rel_tol=1e-6, abs_tol=1e-9 * sizes.get(id(node), 0)
        )
    ]
    if not odd:
        return []
    names = ", ".join(odd[:4]) + (f" and {len(odd) - 4} more" if len(odd) > 4 else "")
    return [
        f"grad of {names}: not the sum of the paths drawn; it holds other backward() passes too, "
        "or was zeroed since"
    ]
