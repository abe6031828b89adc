"""What a file says of an MLP: its schema, its size, and what keeps a network out of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nn.saved.schema import COUNT, FLAG, LINE, SHARE, whole

OWN = "your own "  # begins what is said of an activation that no file can hold
NEURON = {"n_inputs": COUNT, "activation": LINE, "bias": FLAG}
LAYER = {**NEURON, "n_outputs": COUNT, "name": LINE, "neurons?": [NEURON]}
NETWORK = {
    "n_inputs": COUNT,
    "layer_sizes": [COUNT],
    "activation": LINE,
    "output": LINE,
    "bias": FLAG,
    "init": LINE,
    "layers?": [LAYER],  # where they are not as the rest says
    "dropout?": SHARE,  # after each hidden layer
    "inserted?": [{"at": whole(0), "rate": SHARE}],  # dropout among the layers
}


def layers_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the config of each layer that the arguments of `MLP` stand for."""
    sizes = config["layer_sizes"]
    return [
        {
            "n_inputs": n,
            "activation": config["output" if i == len(sizes) else "activation"],
            "bias": config["bias"],
            "n_outputs": m,
            "name": f"layer {i}",
        }
        for i, (n, m) in enumerate(zip([config["n_inputs"], *sizes], sizes, strict=False), start=1)
    ]


def parameters_in(config: Mapping[str, Any]) -> int:
    """Return how many parameters a network has, without building it."""
    return sum(
        (neuron["n_inputs"] + neuron["bias"]) * ("neurons" in layer or layer["n_outputs"])
        for layer in config.get("layers") or layers_of(config)
        for neuron in layer.get("neurons", [layer])
    )


def misfits(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the sizes of layers and neurons do not fit together."""
    layers = config.get("layers", [])
    wanted = [(layer["n_inputs"], layer["n_outputs"]) for layer in layers_of(config)]
    if layers and [(layer["n_inputs"], layer["n_outputs"]) for layer in layers] != wanted:
        yield "the layers must have the sizes that n_inputs and layer_sizes say"
    for i, layer in enumerate(layers):
        n_inputs, n_outputs = layer["n_inputs"], layer["n_outputs"]
        neurons = [neuron["n_inputs"] for neuron in layer.get("neurons", [])]
        if neurons and (len(neurons) != n_outputs or set(neurons) != {n_inputs}):
            yield f"layers[{i}] must have {n_outputs} neurons of {n_inputs} inputs"


def obstacles(config: Mapping[str, Any], n_values: int, others: Sequence[str]) -> Iterator[str]:
    """Yield what keeps a file from holding a network, each with what to do.

    Args:
        config: of the network.
        n_values: how many weights and biases of its layers are Values.
        others: the names of other parameters.
    """
    yield from misfits(config)
    described = [("the network", config)]
    for i, layer in enumerate(config.get("layers") or layers_of(config)):
        described.append((f"layers[{i}]", layer))
        for j, neuron in enumerate(layer.get("neurons", [])):
            described.append((f"layers[{i}].neurons[{j}]", neuron))
    for place, part in described:
        if "class" in part:
            yield (
                f"{place} is a {part['class']}, which nn.load cannot build; make the network a "
                "class of your own, whose load(path) takes what save wrote"
            )
        if part["activation"].startswith(OWN):
            name = part["activation"].split()[2]
            yield (
                f"{place} has a function of your own as activation, {name}, which a file cannot "
                'hold; make it with engine.define("my_activation", formula, slope), or keep '
                "state_dict()"
            )
    if others:
        yield (
            f"{others[0]} is not a weight or bias of a layer, and nn.load would leave it out; make "
            "the network a class of your own"
        )
    if n_values != parameters_in(config):
        yield (
            f"its layers have {parameters_in(config)} weights and biases, of which {n_values} are "
            "leaves; make each one a Value that no operation made: Value(number)"
        )
