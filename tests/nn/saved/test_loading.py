"""Saving and loading give the same network, or saving refuses."""

import json
from pathlib import Path

import pytest

import engine
import nn
from engine import Value

X = [[0.3, -0.7], [-1.5, 2.0], [0.0, 0.1]]


def mixed() -> nn.MLP:
    """Return a network whose layers and neurons are of many kinds."""
    model = nn.MLP(2, [3, 4, 1], seed=0)
    model.layers[0] = nn.Layer(2, 3, activation="tanh", bias=False, name="first")
    model.layers[1].neurons[2] = nn.Neuron(3, activation="sigmoid", bias=False)
    model.layers[1].neurons[0].bias = None
    return model


def tied() -> nn.MLP:
    """Return a network some of whose weights are one and the same."""
    model = nn.MLP(2, [2, 2, 1], seed=0)
    first, second, last = model.layers
    second.neurons[0].weights[1] = first.neurons[1].weights[0]
    second.neurons[1].bias = first.neurons[0].bias
    last.neurons[0].weights[1] = last.neurons[0].weights[0]
    return model


def shared() -> nn.MLP:
    """Return a network with the same layer twice."""
    model = nn.MLP(2, [2, 2, 1], seed=0)
    model.layers[1] = model.layers[0]
    return model


MODELS = {
    "sigmoid output": lambda: nn.MLP(2, [3, 2], activation="gelu", output="sigmoid", seed=1),
    "without bias": lambda: nn.MLP(2, [3, 1], bias=False, seed=1),
    "one layer": lambda: nn.MLP(2, [1], seed=1),
    "by function": lambda: nn.MLP(2, [3, 1], activation=engine.tanh, seed=1),
    "by method": lambda: nn.MLP(2, [3, 1], activation=Value.tanh, seed=1),
    "micrograd": lambda: nn.MLP(nin=2, nouts=[3, 1]),
    "mixed": mixed,
    "tied": tied,
    "shared": shared,
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_network_comes_back_with_the_same_outputs_and_gradients(make, tmp_path: Path) -> None:
    model, path = make(), tmp_path / "model.json"
    for p in model.parameters():
        p.data += 0.125  # biases begin at 0, where they would not be missed
    model.save(path)
    again = nn.load(path)
    assert nn.predict(again, X) == nn.predict(model, X)
    assert again.state_dict() == model.state_dict()
    for network in (model, again):
        nn.mean_squared_error([network(x) for x in X], [[1.0] * model.sizes[-1]] * 3).backward()
    assert [p.grad for p in again.parameters()] == [p.grad for p in model.parameters()]
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == path.read_text()
    same = make()
    same.load(path)
    assert nn.predict(same, X) == nn.predict(model, X)


def tanh(x: Value) -> Value:
    return engine.sin(x)


class OwnNeuron(nn.Neuron):
    def __call__(self, x):
        return super().__call__(x) * 2


class OwnLayer(nn.Layer):
    def outputs(self, x):
        return [out * 2 for out in super().outputs(x)]


def with_part(part: object, *, neuron: bool = False) -> nn.MLP:
    model = nn.MLP(2, [3, 1], seed=0)
    if neuron:
        model.layers[0].neurons[1] = part
    else:
        model.layers[0] = part
    return model


def changed(change) -> nn.MLP:
    model = nn.MLP(2, [3, 1], seed=0)
    change(model)
    return model


def set_scale(model: nn.MLP) -> None:
    model.scale = Value(2.0)


def set_outputs(model: nn.MLP) -> None:
    model.layers[0].outputs = lambda x: [Value(1.0)] * 3


def set_number(model: nn.MLP) -> None:
    model.layers[1].neurons[0].weights[2] = 0.5


def set_computed(model: nn.MLP) -> None:
    model.layers[1].neurons[0].weights[2] = model.layers[1].neurons[0].weights[1] * 2


REFUSED = [
    (lambda: nn.MLP(2, [3, 1], activation=tanh), r"a function of your own as activation, tanh, .*engine\.define"),
    (lambda: nn.MLP(2, [3, 1], activation=lambda x: x.tanh()), r"activation, <lambda>"),
    (lambda: nn.MLP(2, [3, 1], output=lambda x: x * x), r"layers\[1\] has a function of your own"),
    (lambda: nn.MLP(2, [3, 1], activation=engine.exp), r"activation, exp"),
    (lambda: with_part(nn.Neuron(2, activation=tanh), neuron=True), r"layers\[0\]\.neurons\[1\] has"),
    (lambda: with_part(OwnNeuron(2), neuron=True), r"layers\[0\]\.neurons\[1\] is a OwnNeuron, which"),
    (lambda: with_part(OwnLayer(2, 3)), r"layers\[0\] is a OwnLayer"),
    (lambda: changed(set_scale), r"scale is not a weight or bias of a layer"),
    (lambda: changed(set_outputs), r"layers\[0\] is a Layer with its own outputs"),
    (lambda: with_part(nn.Layer(2, 4)), r"the layers must have the sizes"),
    (lambda: changed(set_number), r"have 13 weights and biases, of which 12 are leaves"),
    (lambda: changed(set_computed), r"of which 12 are leaves; .*Value\(number\)"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "why"), REFUSED)
def test_network_that_a_file_cannot_hold_is_not_saved(make, why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"model\.json not written: .*{why}"):
        make().save(tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_nan_is_not_saved(tmp_path: Path) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    model.layers[0].neurons[1].bias.data = float("nan")
    wording = (
        r"not written: parameters\['layers.0.neurons.1.bias'\] must be a finite number, got nan"
    )
    with pytest.raises(ValueError, match=wording):
        model.save(tmp_path / "model.json")


def test_metadata_are_what_json_can_hold(tmp_path: Path) -> None:
    model = nn.MLP(2, [1], seed=0)
    with pytest.raises(TypeError, match=r"metadata must be what JSON can hold.* set is not JSON"):
        model.save(tmp_path / "model.json", metadata={"classes": {"a", "b"}})
    model.save(tmp_path / "model.json", metadata={"years": {2025: (1, 2)}})
    assert nn.load(tmp_path / "model.json").metadata == {"years": {"2025": [1, 2]}}


def test_subclass_with_its_own_forward_is_loaded_by_its_own_code_only(tmp_path: Path) -> None:
    class MLP(nn.MLP):
        def __call__(self, x):
            return super().__call__(x) * 2

    MLP(2, [3, 1], seed=0).save(tmp_path / "model.json")
    with pytest.raises(ValueError, match=r"holds a MLP, which nn\.load cannot build"):
        nn.load(tmp_path / "model.json")
    model = MLP(2, [3, 1], seed=1)
    model.load(tmp_path / "model.json")
    assert model(X[0]).data == MLP(2, [3, 1], seed=0)(X[0]).data
    with pytest.raises(ValueError, match=r"is of another model: config.class is "):
        nn.MLP(2, [3, 1]).load(tmp_path / "model.json")


class Pair(nn.Module):
    def __init__(self, **options: object) -> None:
        self.inner = {"a": nn.Layer(2, 2, **options), "b": [nn.Neuron(2)]}


@pytest.mark.parametrize(
    ("saved", "other", "why"),
    [
        (nn.MLP(2, [3, 1], activation="tanh"), nn.MLP(2, [3, 1]), "config.activation is 'tanh' there and 'relu' here"),
        (nn.MLP(2, [3, 1]), nn.MLP(2, [3, 1], output="tanh"), "config.output is 'linear' there"),
        (nn.Layer(2, 3), nn.Layer(2, 3, activation="tanh"), "config.activation is 'relu' there"),
        (nn.Neuron(2), nn.Neuron(2, bias=False), "config.bias is true there and false here"),
        (Pair(), Pair(activation="tanh"), r"parts.inner.a.activation is 'relu' there|parts\['inner.a'\].activation is 'relu' there"),
        (Pair(), nn.Layer(2, 3), "class is 'Pair' there and 'Layer' here"),
        (tied(), nn.MLP(2, [2, 2, 1]), "tied.* is 'layers.0.neurons.1.weights.0' there and null here"),
        (nn.Neuron(2, activation=tanh), nn.Neuron(2, activation="tanh"), "config.activation is 'your own tanh"),
        (nn.Neuron(2, activation=lambda x: x + 1), nn.Neuron(2, activation=lambda x: x + 2), "is 'your own <lambda>"),
    ],
)  # fmt: skip
def test_file_of_another_model_is_refused(saved, other, why: str, tmp_path: Path) -> None:
    saved.save(tmp_path / "model.json")
    before = other.state_dict()
    with pytest.raises(ValueError, match=rf"is of another model: .*({why})"):
        other.load(tmp_path / "model.json")
    assert other.state_dict() == before
    saved.load(tmp_path / "model.json")


def edit(path: Path, **changes: object) -> None:
    """Change a file as somebody who knows what he does."""
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "checksum": "edited by hand", **changes}))


NEURON = {"n_inputs": 2, "activation": "tanh", "bias": True}
LAYER = {**NEURON, "n_outputs": 3, "name": "a"}
LAST = {**NEURON, "n_inputs": 3, "n_outputs": 1, "name": "b"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"layer_sizes": [1_000_000_000, 3]}, "config is of 6,000,000,003 parameters, but the file has 13"),
        ({"layer_sizes": [3, 1, 10**12]}, "config is of 2,000,000,000,013 parameters"),
        ({"n_inputs": 10**30}, "config.n_inputs must be a whole number from 1"),
        ({"layer_sizes": []}, "config is of 0 parameters, but the file has 13"),
        ({"activation": "cube"}, "does not describe an MLP: activation must be one of linear"),
        ({"init": "x"}, "does not describe an MLP: init must be one of"),
        ({"layers": [LAYER, LAST], "layer_sizes": [10**9, 1]}, "layers must have the sizes that"),
        ({"layers": [LAYER | {"n_inputs": 10**9}, LAST]}, "layers must have the sizes that"),
        ({"layers": [LAYER]}, "layers must have the sizes that"),
        ({"layers": [LAYER | {"n_outputs": 10**15, "neurons": [NEURON] * 3}, LAST | {"n_inputs": 10**15}], "layer_sizes": [10**15, 1]}, r"layers\[0\] must have 1000000000000000 neurons"),
        ({"layers": [LAYER | {"neurons": [NEURON] * 2}, LAST]}, r"layers\[0\] must have 3 neurons of 2 inputs"),
        ({"layers": [LAYER | {"neurons": [NEURON | {"n_inputs": 3}] * 3}, LAST]}, r"layers\[0\] must have 3 neurons of 2 inputs"),
        ({"layers": [LAYER | {"class": "Own"}, LAST]}, r"config.layers\[0\].class must not be there"),
    ],
)  # fmt: skip
def test_impossible_shape_is_refused_before_anything_is_built(change, why, tmp_path) -> None:
    path = tmp_path / "model.json"
    model = nn.MLP(2, [3, 1], seed=0)
    model.save(path)
    edit(path, config={**model.config(), **change})
    with pytest.raises(ValueError, match=why):
        nn.load(path)


@pytest.mark.parametrize("tie", [["x", "y"], ["__class__.a", "layers.0.neurons.0.bias"]])
def test_tie_to_what_is_no_parameter_is_refused(tie, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    model = nn.MLP(2, [3, 1], seed=0)
    model.save(path)
    state = model.state_dict()
    del state["layers.1.neurons.0.bias"]
    edit(path, parameters=state, tied=dict([tie]))
    with pytest.raises(ValueError, match=f"it cannot tie {tie[0]} to {tie[1]}"):
        nn.load(path)


def test_file_of_version_1_still_loads(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    path.write_text(
        json.dumps(
            {
                "format": "glassgrad model",
                "version": 1,
                "class": "MLP",
                "config": {"n_inputs": 2, "layer_sizes": [3, 1], "activation": "tanh",
                           "output": "linear", "bias": True, "init": "auto"},
                "metadata": {},
                "parameters": model.state_dict(),
            }
        )
    )  # fmt: skip
    with pytest.warns(UserWarning, match="is of version 1, which has no checksum"):
        assert nn.predict(nn.load(path), X) == nn.predict(model, X)
    with (
        pytest.warns(UserWarning, match="version 1"),
        pytest.raises(ValueError, match=r"is of another model: config.activation"),
    ):
        nn.MLP(2, [3, 1]).load(path)


def test_weight_edited_by_hand_is_loaded_where_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    nn.MLP(2, [3, 1], seed=0).save(path)
    content = json.loads(path.read_text())
    content["parameters"]["layers.1.neurons.0.bias"] = 7
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match='if you edited it, write "checksum": "edited by hand"'):
        nn.load(path)
    edit(path)
    assert nn.load(path).layers[1].neurons[0].bias.data == 7.0
