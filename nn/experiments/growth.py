"""How the cost of a network grows with its width and depth: parameters, nodes, bytes, seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from engine import Value
from nn.layers import MLP
from nn.other_names import says_how


class Cost(NamedTuple):
    """The cost of one sample's forward and backward pass.

    Attributes:
        width: neurons in each hidden layer.
        depth: hidden layers.
        parameters: weights and biases.
        nodes: operations recorded.
        bytes: taken by those nodes.
        seconds: taken by both passes in eager mode; the fastest of several.
    """

    width: int
    depth: int
    parameters: int
    nodes: int
    bytes: int
    seconds: float


@says_how("nn.growth(widths=(4, 8), depths=(1, 2))")
def growth(
    *,
    widths: Sequence[int] = (4, 8, 16, 32, 64),
    depths: Sequence[int] = (1, 2, 4),
    n_inputs: int = 2,
    activation: str = "tanh",
    repeats: int = 5,
) -> list[Cost]:
    """Build a network of every width and depth, measure each, and return the costs.

    Args:
        widths: neurons per hidden layer.
        depths: numbers of hidden layers.
        n_inputs: number of inputs of the network, which has one output.
        activation: of the hidden layers.
        repeats: how often to time each.

    Raises:
        ValueError: there are no widths or depths, or one of them is below 1.

    Example:
        >>> import nn
        >>> for cost in nn.growth(widths=(4, 8), depths=(1,)):
        ...     print(cost.width, cost.parameters, cost.nodes)
        4 17 28
        8 33 56
    """
    if not widths or not depths or repeats < 1:
        raise ValueError(
            f"growth needs widths, depths and repeats of at least 1, got {widths!r}, {depths!r}, "
            f"{repeats!r}"
        )
    found = []
    rng = Random(0)
    sample = [rng.uniform(-1, 1) for _ in range(n_inputs)]
    for depth in depths:
        for width in widths:
            model = MLP(n_inputs, [width] * depth + [1], activation=activation, seed=0)
            total = model.summary(sample).total
            times = []
            for _ in range(repeats):
                start = time.perf_counter()
                out = model(sample)
                assert isinstance(out, Value)
                out.backward()
                times.append(time.perf_counter() - start)
            found.append(
                Cost(width, depth, total["parameters"], total["nodes"], total["bytes"], min(times))
            )
    return found
