"""Notes below a picture: numbers that are not finite, gradients from elsewhere, or that fade."""

from __future__ import annotations

from math import isclose, isfinite

from engine.draw.scene.grouping import Group
from engine.draw.scene.layers import layers_of
from engine.draw.scene.named_graph import NamedGraph
from engine.value import Opaque, Value

FADED = 100.0  # gradients this many times smaller than in another layer are worth a note


def notes_on_changes(graph: NamedGraph) -> list[str]:
    """Return a note where numbers have been changed since they were used."""
    return [graph.recording.note] if graph.recording.note else []


def notes_on_non_finite(graph: NamedGraph) -> list[str]:
    """Return a note that names the first number that is inf or nan, if there is one."""
    for node in graph.order:
        number = graph.data(node)
        if number is not None and not isfinite(number):
            made = "a leaf" if node.op is None else f"made by {node.op.name}"
            return [f"first non-finite number: {graph.name(node) or 'leaf'} = {number}, {made}"]
    return []


def notes_on_gradients(graph: NamedGraph) -> list[str]:
    """Return notes on gradients that do not come from the results drawn alone.

    Leaves add up the gradients of several backward passes, and a part of a larger graph gets
    gradients from the rest of it: then the paths drawn do not add up to the number on the card.
    """
    results = [root for root in graph.roots if root.op is not None]
    if results and not any(root.grad for root in results):
        name = graph.name(results[0])
        return [
            f"{name}.grad is 0: backward() has not run from {name}, so grads come from elsewhere"
        ]
    found: dict[int, float] = {}
    sizes: dict[int, float] = {}
    hidden: set[int] = set()  # what a function adds to is not known
    for node in graph.order:
        if isinstance(node, Opaque):
            hidden.update(map(id, node.inputs))
        for x, local in zip(node.inputs, node.local_derivatives, strict=True):
            if isinstance(x, Value) and local is not None:
                step = local * node.grad
                found[id(x)] = found.get(id(x), 0.0) + step
                sizes[id(x)] = sizes.get(id(x), 0.0) + abs(step)
    drawn = set(map(id, graph.roots))
    odd = [
        graph.name(node) or "a leaf"
        for node in graph.order
        if id(node) not in drawn
        and id(node) not in hidden
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
        f"grad of {names}: not the sum of the paths drawn; it includes other backward() passes, "
        "or was zeroed since"
    ]


def notes_on_fading(graph: NamedGraph, groups: list[Group]) -> list[str]:
    """Return a note where the gradients of one layer are far smaller than those of another."""
    sizes = []
    for tag, some in layers_of(groups):
        grads = [abs(leaf.grad) for group in some for leaf in group.leaves]
        if grads and isfinite(sum(grads)):
            sizes.append((sum(grads) / len(grads), graph.title(tag)))
    if len(sizes) < 2:
        return []
    (least, faint), (most, strong) = min(sizes), max(sizes)
    if most == 0 or least * FADED > most:
        return []
    if least == 0:
        return [f"no gradient reaches {faint}"]
    times = f"{most / least:,.0f}"
    return [f"gradients fade: in {faint} they are {times} × smaller than in {strong}"]
