"""Finds the operation that produced the first inf or nan of a computation."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import engine
from engine import Value
from nn.monitor.alarm import Suspicion


def find_origin(compute: Callable[[], Value]) -> Suspicion:
    """Compute a loss again, and return where it stops being finite.

    Args:
        compute: returns the loss.
    """
    try:
        root = compute()
    except engine.DomainError as error:
        return Suspicion("non_finite", None, None, f"the forward pass failed: {error}")
    return first_non_finite(root) or Suspicion(
        "non_finite",
        None,
        None,
        f"every number up to the loss of {root.data:.3g} is finite, but the gradients, which are "
        "products of local derivatives, are not",
    )


def first_non_finite(root: Value) -> Suspicion | None:
    """Return the first node that is inf or nan, or has such a local derivative.

    Args:
        root: what was computed, such as a loss.

    Returns:
        None if every number and every local derivative is finite.
    """
    for node in engine.nodes(root):
        slopes = [slope for slope in node.local_derivatives if slope is not None]
        bad = [x for x in (node.data, *slopes) if not isfinite(x)]
        if not bad:
            continue
        layer, neuron = location_of(node)
        if node.op is None:
            evidence = f"an input is {bad[0]}"
        else:
            what = "" if not isfinite(node.data) else "a local derivative of "
            inputs = ", ".join(f"{data_of(x):.3g}" for x in node.inputs)
            evidence = f"{node.op} was the first to give {what}{bad[0]}, from {inputs}"
        name = f" (node {node.label!r})" if node.label else ""
        return Suspicion("non_finite", layer, neuron, f"{evidence}{name}")
    return None


def location_of(node: Value) -> tuple[str | None, str | None]:
    """Return the layer and the neuron that made a node, if its scope names them."""
    path = [tag.name for tag in node.scope.path] if node.scope is not None else []
    return (path[0] if path else None), (path[1] if len(path) > 1 else None)


def data_of(x: Value | float) -> float:
    """Return the number of a node, or the number itself."""
    return x.data if isinstance(x, Value) else x
