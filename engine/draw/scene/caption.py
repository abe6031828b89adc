"""The caption of a folded picture: what it shows, and how much it hides."""

from __future__ import annotations

import re

from engine.draw.scene.grouping import Group
from engine.draw.scene.layers import layers_of
from engine.draw.scene.named_graph import NamedGraph


def caption(graph: NamedGraph, groups: list[Group], tables: int) -> str:
    """Return what a folded picture shows, and how much it hides.

    Args:
        graph: what the picture is of.
        groups: the values that share a card.
        tables: how many cards hold several numbers.
    """
    layers = layers_of(groups)
    inside = {id(group): group for _, some in layers for group in some}.values()
    parameters = sum(map(graph.is_parameter, graph.order))
    are_layers = all(tag.name.lower().startswith("layer") for tag, _ in layers)
    are_neurons = all(re.fullmatch(r"n\d+|neuron.*", group.title) for group in inside)
    counts = [
        (len(layers), "layer" if are_layers else "group"),
        (len(inside) or tables, "neuron" if inside and are_neurons else "part"),
        (parameters, "parameter"),
        (len(graph.order), "node"),
    ]
    words = [f"{n:,} {what}{'s' if n > 1 else ''}" for n, what in counts if n]
    times = {len(group.outputs) for group in inside if group.leaves}
    if len(times) == 1 and (n := times.pop()) > 1:
        words.append(f"a stacked card was computed {n:,} times: the mean of data, the sum of grad")
    return " · ".join(words)
