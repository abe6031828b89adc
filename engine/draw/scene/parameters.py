"""Which leaves a picture shows as parameters: by their labels, unless they are given."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from engine.value import Value

# A word of its own, alone or followed by anything but a letter, also at the end of a dotted path:
# w, w1, W_2, weight, weights.3; b, b1, bias, layers.0.bias.
_WEIGHT = re.compile(r"(?:^|\.)(?:w|weights?)(?![^\W\d_])", re.IGNORECASE)
_BIAS = re.compile(r"(?:^|\.)b(?:ias(?:es)?)?(?![^\W\d_])", re.IGNORECASE)
_LETTER_B = re.compile(r"b(?![^\W\d_])", re.IGNORECASE)


def parameters_by_label(order: Collection[Value], labels: Mapping[int, str]) -> set[int]:
    """Return the ids of the leaves whose labels are those of weights or biases.

    The letter b alone does not make a leaf a bias: a and b are also the names of any two inputs.
    It counts where the graph has a weight too, or where the leaf belongs to a named scope.

    Args:
        order: the nodes of a graph.
        labels: those that have one, by id.
    """
    leaves = {
        id(node): labels[id(node)] for node in order if id(node) in labels and node.op is None
    }
    weights = {leaf for leaf, label in leaves.items() if _WEIGHT.search(label)}
    biases = {leaf for leaf, label in leaves.items() if _BIAS.search(label)}
    doubtful = set() if weights else {leaf for leaf in biases if _LETTER_B.match(leaves[leaf])}
    return weights | biases - (doubtful - in_scopes(order) if doubtful else doubtful)


def in_scopes(order: Iterable[Value]) -> set[int]:
    """Return the ids of what was made or is used inside a named scope."""
    found: set[int] = set()
    for node in order:
        if node.scope is not None and node.scope.name:
            found.update((id(node), *map(id, node.inputs)))
    return found


def is_bias_label(label: str) -> bool:
    """Return whether a label is that of a bias, which is shown after the weights."""
    return _BIAS.search(label) is not None
