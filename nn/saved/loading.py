"""Loads the network that `save` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from nn.decision import Decision
from nn.dropout import Dropout
from nn.layers import MLP, Layer, Neuron
from nn.saved.json_file import read_json
from nn.saved.model_file import MODEL, check_operations
from nn.saved.network import NETWORK, misfits, parameters_in
from nn.saved.schema import faults


def load(path: str | Path) -> MLP:
    """Return the network that `save` wrote, with the metadata saved with it in `.metadata`.

    It evaluates: dropout is off until `fit` or `train()` turns it on.

    Raises:
        FileNotFoundError: the file does not exist.
        OSError: it cannot be read.
        ValueError: the file is cut short or damaged, of another version, or not of an MLP; or its
            activation was made by `engine.define`, and is not defined so here.
    """
    content = read_json(path, MODEL)
    config, tied, parameters = content["config"], content.get("tied", {}), content["parameters"]
    if content["class"] != "MLP" or config is None or "class" in config:
        raise ValueError(
            f"{path} holds a {content['class']}, which nn.load cannot build; "
            "build it yourself and call its load(path)"
        )
    # All of it before anything is built: a few digits can ask for more than the machine has.
    for fault in chain(faults(config, NETWORK, "config"), misfits(config)):
        raise ValueError(f"{path}: {fault}; {MODEL.remedy}")
    if parameters_in(config) != len(parameters) + len(tied):
        raise ValueError(
            f"{path}: config is of {parameters_in(config):,} parameters, but the file has "
            f"{len(parameters) + len(tied):,}; {MODEL.remedy}"
        )
    check_operations(content, path)
    try:
        model = built(config)
        tie(model, tied)
        model.load_state_dict(parameters)
        model._decision = decision_in(content, model.sizes[-1])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not describe an MLP: {error}; {MODEL.remedy}") from None
    model.metadata, model._columns = content["metadata"], content.get("columns")
    if model._columns is not None and len(model._columns) != model.n_inputs:
        raise ValueError(
            f"{path}: columns must have {model.n_inputs} names, one per input, has "
            f"{len(model._columns)}; {MODEL.remedy}"
        )
    return model.eval()


def decision_in(content: Mapping[str, Any], n_outputs: int) -> Decision | None:
    """Return how the outputs of a network become classes, if its file says so.

    Raises:
        ValueError: it is of another number of outputs.
    """
    found = Decision.from_dict(content.get("decision"))
    if found is not None and n_outputs != (len(found.labels) if found.threshold is None else 1):
        raise ValueError(
            f"decision has {len(found.labels)} labels, which {n_outputs} outputs do not fit"
        )
    return found


def built(config: Mapping[str, Any]) -> MLP:
    """Return a network of this shape, whose numbers mean nothing yet."""
    arguments = dict(config)
    layers, inserted = arguments.pop("layers", []), arguments.pop("inserted", [])
    model = MLP(**arguments)
    model._without_seed = False
    for i, described in enumerate(layers):
        arguments = dict(described)
        neurons = arguments.pop("neurons", [])
        model.layers[i] = Layer(**arguments)
        for j, neuron in enumerate(neurons):
            model.layers[i].neurons[j] = Neuron(**neuron, name=f"n{j + 1}")
    for dropout in inserted:
        model.layers.insert(dropout["at"], Dropout(dropout["rate"]))  # type: ignore[arg-type]
    return model


def tie(model: MLP, tied: Mapping[str, str]) -> None:
    """Make one Value of parameters that were one.

    Raises:
        ValueError: a path is not of a parameter of this network.
    """
    there = dict(model.named_parameters())
    for path, first in tied.items():
        if path not in there or first not in there or first in tied:
            raise ValueError(f"it cannot tie {path} to {first}")
        layer, neuron = (int(number) for number in path.split(".")[1:4:2])
        owner = model.layers[layer].neurons[neuron]
        if path.endswith(".bias"):
            owner.bias = there[first]
        else:
            owner.weights[int(path.rpartition(".")[2])] = there[first]
