"""What a network is made of, and what one sample costs: weights, biases, nodes and bytes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from engine import Value, nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.layers import MLP

COLUMNS = ("layer", "size", "activation", "weights", "biases", "parameters", "nodes", "bytes")


class Summary:
    """A table of a network's layers; prints aligned.

    Attributes:
        rows: one for each layer: name, size, activation, weights, biases, parameters, and what one
            sample's forward and backward pass records: graph nodes, and bytes.
        total: the sums.
    """

    def __init__(self, rows: list[tuple[str | int, ...]]) -> None:
        self.rows = rows
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
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__


def summarise(model: MLP, sample: Sequence[float]) -> Summary:
    """Return the summary of a network, measured by recording one sample."""
    answer = model(sample)
    outputs = answer if isinstance(answer, list) else [answer]
    recorded = [node for node in nodes(*outputs) if node.op is not None]
    count: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    shared = {id(p.data) for p in model.parameters()} | {id(x) for x in sample}
    for node in recorded:
        layer = node.scope.path[0].name if node.scope is not None else ""
        count[layer] += 1
        cost[layer] += bytes_of(node, shared)
    rows: list[tuple[str | int, ...]] = []
    for part in model.layers:
        n_weights = sum(len(neuron.weights) for neuron in part.neurons)
        n_biases = len([neuron for neuron in part.neurons if neuron.bias is not None])
        rows.append(
            (
                part.name,
                f"{part.n_inputs} → {len(part.neurons)}",
                part.activation,
                n_weights,
                n_biases,
                n_weights + n_biases,
                count[part.name],
                cost[part.name],
            )
        )
    return Summary(rows)


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
