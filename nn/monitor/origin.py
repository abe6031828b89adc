"""Finds the operation that produced the first inf or nan of a computation."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import engine
from engine import Value
from nn.monitor.alarm import Suspicion
from nn.monitor.parameter_groups import ParameterGroups

HUGE = 1e6  # a parameter


def find_origin(compute: Callable[[], Value], parameters: ParameterGroups) -> Suspicion:
    """Compute a loss again, and return where it stops being finite.

    Args:
        compute: returns the loss.
        parameters: of the model.
    """
    for parameter, owner in parameters.with_owners():
        if not isfinite(parameter.data):
            text = f"a parameter is {parameter.data}"
            return Suspicion("non_finite", owner.layer, owner.neuron, text)
    try:
        root = compute()
    except engine.DomainError as error:
        return Suspicion("non_finite", None, None, f"the forward pass failed: {error}")
    found = first_non_finite(root) or overflowing(root, parameters)
    if found.layer is None or found.layer == "loss":  # where numbers became so large
        value, owner = max(parameters.with_owners(), key=lambda pair: abs(pair[0].data))
        if abs(value.data) > HUGE:
            found = found._replace(
                layer=owner.layer,
                neuron=owner.neuron,
                evidence=f"{found.evidence}; its largest parameter is {value.data:.3g}",
            )
    return found


def overflowing(root: Value, parameters: ParameterGroups) -> Suspicion:
    """Return where gradients stop being finite, though every number up to the loss is."""
    bad = [owner for p, owner in parameters.with_owners() if not isfinite(p.grad)]
    layer, neuron = bad[-1][:2] if bad else (None, None)
    return Suspicion(
        "non_finite",
        layer,
        neuron,
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
