"""Finds the weighted sums of layers in a tape, which has an operation for each weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import engine
from nn.export.recorded import Recorded, units
from nn.layers import Neuron


@dataclass(frozen=True)
class Sum:
    """The weighted sum of one neuron for one call.

    Attributes:
        out: its step.
        inputs: the steps of what is weighted.
        inside: the steps of the products and sums in it, itself included.
    """

    out: int
    inputs: tuple[int, ...]
    inside: frozenset[int]


@dataclass(frozen=True)
class Layer:
    """Neurons that are written as one layer.

    Attributes:
        path: where the layer is in the model, or the neuron if it is one alone.
        weights: the steps of their weights, neuron by neuron.
        biases: the steps of their biases, or None.
        calls: the sums of each call, neuron by neuron.
    """

    path: str
    weights: list[list[int]]
    biases: list[int] | None
    calls: list[tuple[Sum, ...]]


def layers_in(found: Recorded, users: Sequence[Sequence[int]]) -> list[Layer]:
    """Return the layers whose weights are used in weighted sums of theirs and nowhere else.

    Args:
        found: what was recorded.
        users: the steps that use each step.
    """
    step_of = {id(p): i for i, p in zip(found.tape.leaves, found.tape.parameters, strict=True)}
    layers: list[Layer] = []
    taken: set[int] = set()
    for path, neurons in units(found.model):
        parts = [(path, neurons), *((f"{path}.neurons.{i}", [x]) for i, x in enumerate(neurons))]
        for place, some in parts[:1] if len(neurons) == 1 else parts:
            layer = layer_of(place, some, step_of, found.tape, users)
            own = set() if layer is None else {i for row in layer.weights for i in row}
            own |= set() if layer is None or layer.biases is None else set(layer.biases)
            if layer is not None and not own & taken:
                layers.append(layer)
                taken |= own
                if len(some) == len(neurons):
                    break
    return layers


def layer_of(
    path: str,
    neurons: Sequence[Neuron],
    step_of: dict[int, int],
    tape: engine.Tape,
    users: Sequence[Sequence[int]],
) -> Layer | None:
    """Return neurons as a layer, or None if they cannot be one."""
    values = [[*x.weights, *([] if x.bias is None else [x.bias])] for x in neurons]
    kinds = {(len(x.weights), x.bias is None) for x in neurons}
    parameters = [[step_of.get(id(v), -1) for v in row] for row in values]
    everything = [i for row in parameters for i in row]
    if len(kinds) > 1 or -1 in everything or len(set(everything)) < len(everything):
        return None
    ((n, no_bias),) = kinds
    weights = [row[:n] for row in parameters]
    biases = None if no_bias else [row[n] for row in parameters]
    sums = [
        sums_of(row, None if biases is None else biases[j], tape, users)
        for j, row in enumerate(weights)
    ]
    if len({len(calls) for calls in sums}) > 1:
        return None
    calls = list(zip(*sums, strict=True))
    inside = {i for call in calls for each in call for i in each.inside}
    own = set(everything)
    alike = all(len({each.inputs for each in call}) == 1 for call in calls)
    if not alike or any(set(users[i]) - inside for i in own):
        return None
    if any(own & set(call[0].inputs) for call in calls):
        return None
    return Layer(path, weights, biases, calls)


def sums_of(
    weights: Sequence[int], bias: int | None, tape: engine.Tape, users: Sequence[Sequence[int]]
) -> list[Sum]:
    """Return the weighted sums of a neuron: bias + w1·x1 + w2·x2 + …, in the order of its calls."""
    results = set(tape.results)

    def next_after(step: int) -> int | None:
        """Return the sum that is the one use of a step."""
        if len(users[step]) != 1 or step in results:
            return None
        (user,) = users[step]
        return user if tape.ops[user].name == "add" else None

    def weighted(product: int, weight: int) -> bool:
        return tape.ops[product].name == "mul" and tape.args[product][0] == weight

    found = []
    for first in users[weights[0]]:
        if not weighted(first, weights[0]):
            continue
        inputs, inside, total = [tape.args[first][1]], [first], first
        if bias is not None:
            after = next_after(first)
            if after is None or tape.args[after] != (bias, first):
                continue
            inside.append(total := after)
        for weight in weights[1:]:
            after = next_after(total)
            if after is None or tape.args[after][0] != total:
                break
            product = tape.args[after][1]
            if not weighted(product, weight) or next_after(product) != after:
                break
            inputs.append(tape.args[product][1])
            inside += [product, after]
            total = after
        else:
            found.append(Sum(total, tuple(inputs), frozenset(inside)))
    return found
