"""Parameters by name; saving and loading them."""

import json

import pytest

import nn
from engine import Value
from nn.module import Module
from nn.parameters import is_bias, owned_parameters, weights_of


class Nested(Module):
    """Parameters in every kind of container, one of them twice."""

    def __init__(self) -> None:
        self.scale = Value(3.0)
        self.rows = [[Value(1.0), Value(2.0)], (Value(4.0),)]
        self.named = {"a": nn.Neuron(1, init="zeros"), "again": self.scale}
        self._cache = Value(0.0)
        self.count = 7


def test_parameters_of_an_mlp_are_named_by_their_path() -> None:
    names = [name for name, _ in nn.MLP(2, [4, 1]).named_parameters()]
    assert names[0] == "layers.0.neurons.0.weights.0"
    assert "layers.0.neurons.3.weights.1" in names
    assert names[-1] == "layers.1.neurons.0.bias"
    assert len(names) == 2 * 4 + 4 + 4 + 1


def test_parameters_are_found_in_lists_tuples_and_dictionaries_once_each() -> None:
    assert [name for name, _ in Nested().named_parameters()] == [
        "scale",
        "rows.0.0",
        "rows.0.1",
        "rows.1.0",
        "named.a.weights.0",
        "named.a.bias",
    ]


def test_weights_are_the_parameters_that_are_not_biases() -> None:
    model = nn.MLP(3, [5, 2])
    assert len(weights_of(model)) == 3 * 5 + 5 * 2
    assert len(model.parameters()) == 3 * 5 + 5 + 5 * 2 + 2


@pytest.mark.parametrize("attribute", ["bias", "biases.3", "b", "b1", "b_out", "parameters.b.0"])
def test_attribute_named_b_or_bias_is_a_bias(attribute: str) -> None:
    assert is_bias(attribute)


@pytest.mark.parametrize("attribute", ["weights.0", "w", "beta", "base", "B", "embedding.3"])
def test_attribute_of_another_name_is_a_weight(attribute: str) -> None:
    assert not is_bias(attribute)


def test_only_names_below_the_owner_say_what_a_bias_is() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            self.bias_net = nn.Neuron(1, name="n")

    found = [(found.path, found.is_bias) for found in owned_parameters(Outer())]
    assert found == [("bias_net.weights.0", False), ("bias_net.bias", True)]


def test_parameter_names_the_innermost_module_that_holds_it() -> None:
    model = nn.MLP(1, [2, 1])
    owners = {found.path: found.owner for found in owned_parameters(model)}
    assert owners["layers.0.neurons.1.weights.0"] is model.layers[0].neurons[1]


def test_penalty_leaves_a_bias_named_b_out_and_the_summary_counts_it() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.w, self.b = Value(2.0, "w"), Value(3.0, "b")

        def __call__(self, x: list[float]) -> Value:
            return self.w * x[0] + self.b

    line = Line()
    assert nn.l2(line, 1.0).data == 4.0
    assert nn.l1(line, 1.0).data == 2.0
    assert line.summary([1.0]).total["biases"] == 1


def test_zero_grad_sets_every_gradient_to_zero() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


def test_saved_model_comes_back_to_the_last_bit(tmp_path) -> None:
    model = nn.MLP(2, [5, 3], activation="tanh", output="sigmoid", bias=False, seed=4)
    model.save(tmp_path / "model.json", metadata={"classes": ["a", "b", "c"]})
    again = nn.load(tmp_path / "model.json")
    assert again.state_dict() == model.state_dict()
    assert nn.predict(again, [[0.1, -0.2]]) == nn.predict(model, [[0.1, -0.2]])
    assert again.metadata == {"classes": ["a", "b", "c"]}


def test_model_that_is_not_an_mlp_is_loaded_into_one_like_it(tmp_path) -> None:
    model = Nested()
    model.scale.data = 0.1 + 0.2
    model.save(tmp_path / "nested.json")
    other = Nested()
    other.load(tmp_path / "nested.json")
    assert other.scale.data == 0.1 + 0.2
    with pytest.raises(ValueError, match=r"holds a Nested, which nn.load cannot build"):
        nn.load(tmp_path / "nested.json")


def test_file_cut_short_is_named_as_such(tmp_path) -> None:
    path = tmp_path / "model.json"
    nn.MLP(2, [1]).save(path)
    path.write_text(path.read_text()[:-40])
    with pytest.raises(ValueError, match=r"model.json is not a whole glassgrad model file: .*"):
        nn.load(path)


def test_file_of_another_version_is_refused(tmp_path) -> None:
    path = tmp_path / "model.json"
    nn.MLP(2, [1]).save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 9}))
    with pytest.raises(ValueError, match="is version 9 of a glassgrad model file"):
        nn.load(path)


def test_another_json_file_is_refused(tmp_path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[1, 2]")
    with pytest.raises(ValueError, match="is not a glassgrad model file"):
        nn.load(path)


def test_model_of_another_shape_is_refused_and_nothing_changes(tmp_path) -> None:
    nn.MLP(2, [4, 1]).save(tmp_path / "model.json")
    model = nn.MLP(2, [3, 1], seed=1)
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"config.layer_sizes\[0\] is 4 there and 3 here"):
        model.load(tmp_path / "model.json")
    assert model.state_dict() == before


def test_state_that_is_not_a_number_is_refused_and_nothing_changes() -> None:
    model = nn.Neuron(1, init="zeros")
    with pytest.raises(TypeError, match="needs one real number"):
        model.load_state_dict({"weights.0": 1.0, "bias": "much"})
    assert model.state_dict() == {"weights.0": 0.0, "bias": 0.0}


def test_missing_folder_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*gone'; make it first"):
        nn.MLP(2, [1]).save(tmp_path / "gone" / "model.json")


def test_folder_that_may_not_be_written_to_is_named(tmp_path, monkeypatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("engine.files.os.open", forbidden)
    wording = r"cannot write .*model.json: Permission denied; choose a folder that you may"
    with pytest.raises(PermissionError, match=wording):
        nn.MLP(2, [1]).save(tmp_path / "model.json")


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch) -> None:
    path = tmp_path / "model.json"
    nn.MLP(2, [1], seed=0).save(path)
    before = path.read_text()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.files.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        nn.MLP(2, [1], seed=1).save(path)
    assert path.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.json"]
