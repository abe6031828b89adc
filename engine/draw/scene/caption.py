"""Says in words what a folded picture shows, what it hides, and where gradients fade."""

from __future__ import annotations

import re
from math import isfinite

from engine.draw.scene.grouping import Group
from engine.scope import Tag
from engine.value import Value
from engine.words.names import one_line

FADED = 100.0  # gradients so many times smaller than in another layer are worth a word


def box_of(group: Group) -> Tag | None:
    """Return the scope around a group's own, or None."""
    parent = group.tag.parent if group.tag is not None else None
    return parent if parent is not None and parent.name else None


def layers_of(groups: list[Group]) -> list[tuple[Tag, list[Group]]]:
    """Return the scopes that hold groups, and no scopes that hold groups themselves."""
    tags = [group.tag for group in groups if group.tag is not None]
    around = {outer: None for group in groups if (outer := box_of(group))}
    # A scope that holds another box would overlap it.
    for outer in list(around):
        if outer.parent is not None:
            around.pop(outer.parent, None)
    inside: dict[Tag, list[Group]] = {tag: [] for tag in around}
    for group in groups if tags else ():
        for tag in (group.tag, box_of(group)):
            if tag in inside:
                inside[tag].append(group)
    return list(inside.items())


def summary(groups: list[Group], order: list[Value], tables: int) -> str:
    """Return what the picture holds, and how much it hides.

    Args:
        groups: what shares a card.
        order: the graph's nodes.
        tables: how many cards hold several numbers.
    """
    layers = layers_of(groups)
    inside = {id(group): group for _, some in layers for group in some}.values()
    parameters = sum(len(group.leaves) for group in groups if group.ops)
    are_layers = all(tag.name.lower().startswith("layer") for tag, _ in layers)
    are_neurons = all(re.fullmatch(r"n\d+|neuron.*", group.title) for group in inside)
    counts = [
        (len(layers), "layer" if are_layers else "group"),
        (len(inside) or tables, "neuron" if inside and are_neurons else "part"),
        (parameters, "parameter"),
        (len(order), "node"),
    ]
    words = [f"{n:,} {what}{'s' if n > 1 else ''}" for n, what in counts if n]
    times = {len(group.outputs) for group in inside if group.leaves}
    if len(times) == 1 and (n := times.pop()) > 1:
        words.append(f"a stacked card was computed {n:,} times: the mean of data, the sum of grad")
    return " · ".join(words)


def fading(groups: list[Group]) -> list[str]:
    """Return a note where the gradients of one layer are far smaller than those of another."""
    sizes = []
    for tag, some in layers_of(groups):
        grads = [abs(leaf.grad) for group in some for leaf in group.leaves]
        if grads and isfinite(sum(grads)):
            sizes.append((sum(grads) / len(grads), one_line(tag.name)))
    if len(sizes) < 2:
        return []
    (least, faint), (most, strong) = min(sizes), max(sizes)
    if most == 0 or least * FADED > most:
        return []
    if least == 0:
        return [f"no gradient reaches {faint}"]
    times = f"{most / least:,.0f}"
    return [f"gradients fade: in {faint} they are {times} × smaller than in {strong}"]
