"""Which weight or bias belongs to which neuron and layer, in the order of a model's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import is_
from typing import Any, NamedTuple

import engine
from engine import Value
from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.monitor.arrays import NDArray, np
from nn.parameters import Parameter, is_part, owned_parameters

Index = NDArray[np.intp]


class Owner(NamedTuple):
    """What holds parameters: a neuron, or another Module with parameters of its own."""

    layer: str
    neuron: str | None
    module: Module


class NeuronLayer(NamedTuple):
    """A layer of neurons.

    Attributes:
        name: of the layer.
        neurons: the indices of its neurons among all neurons.
        neuron_names: such as "n1".
        activation: of its neurons.
    """

    name: str
    neurons: list[int]
    neuron_names: list[str]
    activation: str

    @property
    def indices(self) -> slice | list[int]:
        """The indices of its neurons; if adjacent, a slice, which reads without copying."""
        first, last = self.neurons[0], self.neurons[-1]
        adjacent = last - first + 1 == len(self.neurons)
        return slice(first, last + 1) if adjacent else self.neurons


class Groups(NamedTuple):
    """Indices of parameters, group after group.

    Attributes:
        indices: of the parameters, those of a group one after the other.
        starts: where in `indices` each group begins.
        owners: for each group, the number of its owner or of its layer.
    """

    indices: Index
    starts: Index
    owners: Index


class ParameterGroups:
    """The parameters of a model, by neuron and by layer.

    Attributes:
        model: the model.
        names: of the parameters, as `named_parameters` gives them.
        parameters: the Values.
        owners: neurons, and other Modules that hold parameters, in order.
        layers: the names of the layers, in order.
        owner_of: for each parameter, the number of its owner.
        layer_of: for each owner, the number of its layer.
        biases: for each parameter, whether it is a bias.

    Raises:
        ValueError: the model has no parameters.
        TypeError: it is not a Module.
    """

    def __init__(self, model: Module) -> None:
        if not isinstance(model, Module):
            raise TypeError(f"Monitor watches an nn.Module such as nn.MLP, got {model!r}")
        self.model = model
        parameters = owned_parameters(model)
        if not parameters:
            raise ValueError(
                f"Monitor needs a model with parameters to watch, and {model!r} has none"
            )
        self.names = [parameter.path for parameter in parameters]
        self.parameters = [parameter.value for parameter in parameters]
        self.owners: list[Owner] = []
        numbers: dict[int, int] = {}
        modules: dict[int, Module] = {}
        for parameter in parameters:
            modules |= {id(module): module for _, module in parameter.around}
            if id(parameter.owner) not in numbers:
                numbers[id(parameter.owner)] = len(self.owners)
                self.owners.append(owner_of(parameter))
        self.layers = list(dict.fromkeys(owner.layer for owner in self.owners))
        self.owner_of: Index = np.array([numbers[id(parameter.owner)] for parameter in parameters])
        self.layer_of: Index = np.array([self.layers.index(owner.layer) for owner in self.owners])
        self.biases = np.array([parameter.is_bias for parameter in parameters])
        self._mix: NDArray[np.float64] | None = None
        self._arrays: Any = None
        self._groups: dict[tuple[bool | None, bool], Groups] = {}
        self._by_neuron: dict[str, list[Index]] = {}
        self.neurons = [owner.module for owner in self.owners if isinstance(owner.module, Neuron)]
        # As they are now, so that changes can be noticed.
        self._held = [
            (module, name, list(thing) if isinstance(thing, list) else [thing])
            for module in modules.values()
            for name, thing in vars(module).items()
            if not name.startswith("_")
            and (thing is None or isinstance(thing, list) or is_part(thing))
        ]
        self._activations = [(neuron, neuron._activate) for neuron in self.neurons]

    def changed(self) -> bool:
        """Return whether parameters, neurons or layers have been added, removed or exchanged."""
        for module, name, before in self._held:
            thing = vars(module).get(name)
            now = thing if isinstance(thing, list) else [thing]
            # Quick for what is as it was; an activation that is kept is another one each time.
            same = len(before) == len(now) and all(map(is_, before, now))
            if not same and [*map(id, parts_in(before))] != [*map(id, parts_in(now))]:
                return True
        return any(neuron._activate is not kept for neuron, kept in self._activations)

    def with_owners(self) -> list[tuple[Value, Owner]]:
        """Return each parameter with its owner."""
        owners = [self.owners[i] for i in self.owner_of.tolist()]
        return list(zip(self.parameters, owners, strict=True))

    def groups_of(self, layer: str) -> list[Index]:
        """Return the indices of the parameters of each neuron of a layer."""
        if layer not in self._by_neuron:
            groups = self.select(of_biases=None, by_layer=False)
            parts = np.split(groups.indices, groups.starts[1:])
            for owner, indices in zip(groups.owners.tolist(), parts, strict=True):
                if self.owners[owner].neuron is not None:
                    self._by_neuron.setdefault(self.owners[owner].layer, []).append(indices)
        return self._by_neuron.get(layer, [])

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return data and gradients of the parameters: views, where a program keeps them."""
        if self._arrays is None:
            self._arrays = engine.live_arrays(self.parameters)
        if self._arrays is not None:
            return self._arrays.data, self._arrays.grad
        numbers = np.array([(p.data, p.grad) for p in self.parameters])
        return numbers[:, 0], numbers[:, 1]

    def select(self, *, of_biases: bool | None, by_layer: bool) -> Groups:
        """Return weights, biases or both, by owner or by layer; empty groups are left out.

        Args:
            of_biases: True for biases, False for weights, None for both.
            by_layer: group by layer instead of owner.
        """
        kept = self._groups.get((of_biases, by_layer))
        if kept is not None:
            return kept
        wanted = np.ones(len(self.names), bool) if of_biases is None else self.biases == of_biases
        indices = np.flatnonzero(wanted)
        owners = self.owner_of[indices]
        keys = self.layer_of[owners] if by_layer else owners
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        groups = Groups(indices[order], starts, found)
        self._groups[of_biases, by_layer] = groups
        return groups

    def may_be_symmetric(self, data: NDArray[np.float64]) -> bool:
        """Return whether two neurons of a layer may have equal parameters: a quick first test."""
        if self._mix is None:
            groups = self.select(of_biases=None, by_layer=False)
            sizes = np.diff([*groups.starts, len(groups.indices)])
            # A factor for each position in a neuron, so that equal parameters give equal sums.
            self._mix = np.concatenate([np.sin(1.0 + np.arange(n)) for n in sizes])
            self._layers_of_sums = self.layer_of[groups.owners]
        groups = self._groups[None, False]
        sums = np.add.reduceat(data[groups.indices] * self._mix, groups.starts)
        order = np.lexsort((sums, self._layers_of_sums))
        same = (np.diff(sums[order]) == 0) & (np.diff(self._layers_of_sums[order]) == 0)
        return bool(same.any())

    @cached_property
    def neuron_layers(self) -> list[NeuronLayer]:
        """The layers of neurons, in order."""
        found: dict[str, NeuronLayer] = {}
        owners = [owner for owner in self.owners if isinstance(owner.module, Neuron)]
        for i, owner in enumerate(owners):
            assert isinstance(owner.module, Neuron)
            new = NeuronLayer(owner.layer, [], [], owner.module.activation)
            layer = found.setdefault(owner.layer, new)
            layer.neurons.append(i)
            layer.neuron_names.append(owner.neuron or "")
        return list(found.values())

    @property
    def is_stack(self) -> bool:
        """Whether the model is a plain MLP, whose forward pass is known."""
        return type(self.model) is MLP and all(
            type(layer) is Layer and all(type(neuron) is Neuron for neuron in layer.neurons)
            for layer in self.model.layers
        )


def parts_in(things: Sequence[object]) -> list[object]:
    """Return the parameters and modules in a list, and in the lists in it."""
    found: list[object] = []
    for x in things:
        found += parts_in(x) if isinstance(x, list) else [x] * is_part(x)
    return found


def owner_of(parameter: Parameter) -> Owner:
    """Return the owner of a parameter, with the name of the layer that it is in."""
    path, module = parameter.around[-1]
    for where, outer in reversed(parameter.around):
        if isinstance(outer, Layer):
            # Two networks in one model both have a "layer 1".
            layer = f"{where.rpartition('layers.')[0]}{outer.name}"
            return Owner(layer, neuron_name(path) if isinstance(module, Neuron) else None, module)
    return Owner(path or type(module).__name__, None, module)


def neuron_name(path: str) -> str:
    """Return the name of the neuron at a path, as in pictures: "layers.0.neurons.2" is n3."""
    last = path.rpartition(".")[2]
    return f"n{int(last) + 1}" if last.isdigit() else last
