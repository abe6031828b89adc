"""Which leaves a picture shows as parameters: by their labels, where nobody says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.value import Value

# A word of its own, alone or followed by anything but a letter, also at the end of a dotted path:
# w, w1, W_2, weight, weights.3; b, b1, bias, layers.0.bias.
_WEIGHT = re.compile(r"(?:^|\.)(?:w|weights?)(?![^\W\d_])", re.IGNORECASE)
_BIAS = re.compile(r"(?:^|\.)b(?:ias(?:es)?)?(?![^\W\d_])", re.IGNORECASE)
_LETTER_B = re.compile(r"b(?![^\W\d_])", re.IGNORECASE)


def parameters_by_label(order: Iterable[Value], labels: Mapping[int, str]) -> set[int]:
    """Return the ids of the leaves whose labels are those of weights or biases.

    The letter b alone does not make a leaf a bias: a and b are also the names of any two inputs.
    It counts where the graph has a weight too, or where the leaf belongs to a named scope.

    Args:
        order: the nodes of a graph.
        labels: those that have one, by id.
    """
    weights: set[int] = set()
    biases: set[int] = set()
    doubtful: set[int] = set()
    scoped: set[int] = set()
    for node in order:
        label = labels.get(id(node), "")
        if node.op is not None:
            if node.scope is not None and node.scope.name:
                scoped.update(id(x) for x in node.inputs)
        elif _WEIGHT.search(label):
            weights.add(id(node))
        elif _LETTER_B.match(label):
            doubtful.add(id(node))
            if node.scope is not None and node.scope.name:
                scoped.add(id(node))
        elif _BIAS.search(label):
            biases.add(id(node))
    return weights | biases | (doubtful if weights else doubtful & scoped)


def is_bias_label(label: str) -> bool:
    """Return whether a label is that of a bias, which is shown after the weights."""
    return _BIAS.search(label) is not None
