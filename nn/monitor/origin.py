"""Finds where the first inf or nan of a computation comes from."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import engine
from engine import Value
from nn.monitor.rules import Suspicion


def origin_of(root: Value) -> Suspicion | None:
    """Return the first node that is inf or nan, and the operation that made it.

    Args:
        root: what was computed, such as a loss.

    Returns:
        None if every number and every slope is finite.
    """
    for node in engine.nodes(root):
        numbers = [node.data, *(slope for slope in node.local_derivatives if slope is not None)]
        bad = [x for x in numbers if not isfinite(x)]
        if bad:
            slope = "" if not isfinite(node.data) else "a slope of "
            name = f" (node {node.label!r})" if node.label else ""
            layer, neuron = place_of(node)
            came_in = ", ".join(f"{number(x):.3g}" for x in node.inputs)
            came = (
                f"{node.op} gave {slope}{bad[0]} from {came_in}"
                if node.op is not None
                else f"a number that came in is {bad[0]}"
            )
            return Suspicion("non_finite", layer, neuron, f"first of all, {came}{name}")
    return None


def found_by(compute: Callable[[], Value]) -> Suspicion:
    """Compute again, step by step, and return where it goes wrong.

    Args:
        compute: returns the loss.
    """
    try:
        root = compute()
    except engine.DomainError as error:
        return Suspicion("non_finite", None, None, f"first of all, {error}")
    found = origin_of(root)
    if found is not None:
        return found
    return Suspicion(
        "non_finite",
        None,
        None,
        f"every number up to the loss of {root.data:.3g} is finite, but products of slopes, which "
        "the gradients are, are not",
    )


def place_of(node: Value) -> tuple[str | None, str | None]:
    """Return the layer and the neuron that made a node, as far as its scope tells."""
    path = [tag.name for tag in node.scope.path] if node.scope is not None else []
    return (path[0] if path else None), (path[1] if len(path) > 1 else None)


def number(x: Value | float) -> float:
    """Return a node's number, or a number itself."""
    return x.data if isinstance(x, Value) else x
