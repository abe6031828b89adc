"""Summary of a network, layer by layer: weights, biases, and the nodes and bytes per sample."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine import Value, leaves, nodes

Model = Callable[[Sequence[float]], Value | Sequence[Value]]
ELSEWHERE = "elsewhere"  # what a model records outside all scopes
COLUMNS = ("layer", "size", "activation", "weights", "biases", "parameters", "nodes", "bytes")


class Part(NamedTuple):
    """A row before it is measured: a layer, or a whole model."""

    name: str
    size: str
    activation: str
    weights: int
    biases: int


class Summary:
    """A table of a model's layers; prints aligned.

    Attributes:
        rows: one for each layer: name, size, activation, weights, biases, parameters, and what one
            sample's forward and backward pass records: graph nodes, and bytes.
        total: the sums.
        note: what else there is to say, or "".
    """

    def __init__(self, rows: list[tuple[str | int, ...]], note: str = "") -> None:
        self.rows = rows
        self.note = note
        sums = [sum(int(row[i]) for row in rows) for i in range(3, len(COLUMNS))]
        self.total = dict(zip(COLUMNS[3:], sums, strict=True))

    def __str__(self) -> str:
        last: tuple[str | int, ...] = ("total", "", "", *self.total.values())
        table = [COLUMNS, *([f"{x:,}" if isinstance(x, int) else x for x in row]
                            for row in (*self.rows, last))]  # fmt: skip
        widths = [max(len(row[i]) for row in table) for i in range(len(COLUMNS))]
        lines = [
            "  ".join(
                x.ljust(width) if i < 3 else x.rjust(width)
                for i, (x, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in table
        ]
        return "\n".join([*(line.rstrip() for line in lines), *filter(None, [self.note])])

    __repr__ = __str__


def summarise(
    model: Model, sample: Sequence[float], parts: Sequence[Part], *, note: str = ""
) -> Summary:
    """Return the summary of a model, measured by recording one sample.

    Args:
        model: takes the sample, returns one Value or several.
        sample: shape (n_inputs,).
        parts: one row each; where there are several, what is recorded is assigned to them by the
            name of the outermost scope around it.
        note: what else there is to say.
    """
    answer = model(sample)
    outputs = [answer] if isinstance(answer, Value) else answer
    recorded = [node for node in nodes(*outputs) if node.op is not None]
    count: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    shared = {id(x) for x in sample}
    shared |= {id(leaf.data) for leaf in leaves(*outputs)}
    for node in recorded:
        scope = node.scope.path[0].name if node.scope is not None else ELSEWHERE
        name = scope if len(parts) > 1 else parts[0].name
        count[name] += 1
        cost[name] += bytes_of(node, shared)
    others = set(count) - {part.name for part in parts}
    rest = [Part(name, "", "", 0, 0) for name in sorted(others)]
    return Summary(
        [
            (*part, part.weights + part.biases, count[part.name], cost[part.name])
            for part in (*parts, *rest)
        ],
        note,
    )


def bytes_of(node: Value, shared: set[int]) -> int:
    """Return the bytes of a node, and of the floats that are in no other node counted before.

    The gradient is counted as a float of its own, which it is after a backward pass.
    """
    total = sys.getsizeof(node) + sys.getsizeof(0.5)
    for number in (node.data, *node.local_derivatives):
        if number is not None and number not in (0.0, 1.0, -1.0) and id(number) not in shared:
            shared.add(id(number))
            total += sys.getsizeof(number)
    return total
