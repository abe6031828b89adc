"""Which weight and bias is of which neuron and layer, in the order of a model's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import Value
from nn.layers import MLP, Layer, Neuron
from nn.module import Module, is_bias

Index = NDArray[np.intp]


class Owner(NamedTuple):
    """What parameters belong to: a neuron, or another Module that holds them itself."""

    layer: str
    neuron: str | None
    module: Module


class Groups(NamedTuple):
    """Places in an array that belong together, group after group.

    Attributes:
        places: which numbers, those of a group one after the other.
        starts: where in `places` each group begins.
        owners: for each group the number of its owner, or of its layer.
    """

    places: Index
    starts: Index
    owners: Index


class Anatomy:
    """The parts of a model.

    Attributes:
        model: the model.
        names: of the parameters, as `named_parameters` gives them.
        parameters: the Values.
        owners: neurons, and other Modules that hold parameters, in order.
        layers: the names of the layers, in order.
        owner_of: for each parameter the number of its owner.
        layer_of: for each owner the number of its layer.
        biases: for each parameter whether it is one.

    Raises:
        ValueError: the model has no parameters.
        TypeError: it is no Module.
    """

    def __init__(self, model: Module) -> None:
        if not isinstance(model, Module):
            raise TypeError(f"Monitor watches an nn.Module such as nn.MLP, got {model!r}")
        self.model = model
        named = model.named_parameters()
        if not named:
            raise ValueError(
                f"Monitor needs a model with parameters to watch, and {model!r} has none"
            )
        self.names = [name for name, _ in named]
        self.parameters = [value for _, value in named]
        self._lists: list[tuple[Module, str, list[object], list[object]]] = []
        self.owners: list[Owner] = []
        owner_of: dict[int, int] = {}
        for owner in self._found(model, "", None):
            for value in vars_of(owner.module):
                owner_of.setdefault(id(value), len(self.owners))
            self.owners.append(owner)
        self.layers = list(dict.fromkeys(owner.layer for owner in self.owners))
        self.owner_of: Index = np.array([owner_of[id(p)] for p in self.parameters])
        self.layer_of: Index = np.array([self.layers.index(owner.layer) for owner in self.owners])
        self.biases = np.array([is_bias(name) for name in self.names])
        self._mix: NDArray[np.float64] | None = None
        self._groups: dict[tuple[bool | None, bool], Groups] = {}
        self.neurons = [owner.module for owner in self.owners if isinstance(owner.module, Neuron)]

    def _found(self, module: Module, path: str, layer: str | None) -> Iterator[Owner]:
        """Yield the owners inside a Module, and note its lists, to see later if they change."""
        if isinstance(module, Layer):
            # Two networks in a model both have a "layer 1".
            layer = f"{path.rpartition('layers.')[0]}{module.name}"
        if any(True for _ in vars_of(module)):
            place = path or type(module).__name__
            is_neuron = isinstance(module, Neuron)
            yield Owner(layer or place, neuron_name(path) if is_neuron and layer else None, module)
        for name, thing in vars(module).items():
            if name.startswith("_"):
                continue
            if isinstance(thing, list):
                self._lists.append((module, name, thing, list(thing)))
            for inner, where in modules_in(thing, f"{path}.{name}" if path else name):
                yield from self._found(inner, where, layer)

    def changed(self) -> bool:
        """Tell whether parameters, neurons or layers have come or gone."""
        return any(
            vars(module).get(name) is not kept or kept != before
            for module, name, kept, before in self._lists
        )

    def groups(self, *, of_biases: bool | None, by_layer: bool) -> Groups:
        """Return weights, biases or both, by owner or by layer; groups without any are left out."""
        kept = self._groups.get((of_biases, by_layer))
        if kept is not None:
            return kept
        wanted = np.ones(len(self.names), bool) if of_biases is None else self.biases == of_biases
        places = np.flatnonzero(wanted)
        owners = self.owner_of[places]
        keys = self.layer_of[owners] if by_layer else owners
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        groups = Groups(places[order], starts, found)
        self._groups[of_biases, by_layer] = groups
        return groups

    def some_alike(self, data: NDArray[np.float64]) -> bool:
        """Tell whether two neurons of a layer may have the same parameters: a quick first look."""
        if self._mix is None:
            groups = self.groups(of_biases=None, by_layer=False)
            sizes = np.diff([*groups.starts, len(groups.places)])
            # A number for each place in a neuron, so that the same parameters give the same sum.
            self._mix = np.concatenate([np.sin(1.0 + np.arange(n)) for n in sizes])
            self._layers_alike = self.layer_of[groups.owners]
        groups = self._groups[None, False]
        sums = np.add.reduceat(data[groups.places] * self._mix, groups.starts)
        order = np.lexsort((sums, self._layers_alike))
        same = (np.diff(sums[order]) == 0) & (np.diff(self._layers_alike[order]) == 0)
        return bool(same.any())

    @cached_property
    def neuron_layers(self) -> list[tuple[str, list[int], list[str], str]]:
        """Of each layer of neurons: name, places among the neurons, their names, and activation."""
        found: dict[str, tuple[list[int], list[str], str]] = {}
        owners = [owner for owner in self.owners if isinstance(owner.module, Neuron)]
        for i, owner in enumerate(owners):
            assert isinstance(owner.module, Neuron)
            rows, names, _ = found.setdefault(owner.layer, ([], [], owner.module.activation))
            rows.append(i)
            names.append(owner.neuron or "")
        return [(layer, *parts) for layer, parts in found.items()]

    @property
    def is_stack(self) -> bool:
        """Whether it is a plain network of layers, whose forward pass is known."""
        return type(self.model) is MLP and all(
            type(layer) is Layer and type(neuron) is Neuron
            for layer in self.model.layers
            for neuron in layer.neurons
        )


def modules_in(thing: object, path: str) -> Iterator[tuple[Module, str]]:
    """Yield the outermost Modules in an attribute, with their paths."""
    if isinstance(thing, Module):
        yield thing, path
    elif isinstance(thing, (list, tuple)):
        for i, x in enumerate(thing):
            yield from modules_in(x, f"{path}.{i}")
    elif isinstance(thing, dict):
        for key, x in thing.items():
            yield from modules_in(x, f"{path}.{key}")


def vars_of(module: Module) -> Iterator[Value]:
    """Yield the parameters that a Module holds itself, not in Modules inside it."""
    for name, thing in vars(module).items():
        if not name.startswith("_"):
            yield from values_in(thing)


def values_in(thing: object) -> Iterator[Value]:
    """Yield the Values in an attribute, those of Modules left out."""
    if isinstance(thing, Value):
        yield thing
    elif isinstance(thing, (list, tuple)):
        for x in thing:
            yield from values_in(x)
    elif isinstance(thing, dict):
        for x in thing.values():
            yield from values_in(x)


def neuron_name(path: str) -> str:
    """Return what pictures call the neuron at the end of a path: "layers.0.neurons.2" is n3."""
    last = path.rpartition(".")[2]
    return f"n{int(last) + 1}" if last.isdigit() else last
