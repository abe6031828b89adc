"""An activation made by `engine.define`: in networks, in model files, in checkpoints and monitors."""

import copy
import json
import pickle
from pathlib import Path

import pytest

import engine
import nn

np = pytest.importorskip("numpy")

SWISH = ("swish", "a / (1 + exp(-a))", "(1 + exp(-a) + a * exp(-a)) / (1 + exp(-a)) ** 2")


@pytest.fixture
def swish() -> engine.Operation:
    return engine.define(*SWISH)


def fitted(model: nn.MLP, X: object, y: object, **options: object) -> None:
    """Train a network."""
    nn.fit(
        model,
        X,
        y,
        loss=nn.mean_squared_error,
        optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
        progress=False,
        **options,
    )


def test_network_takes_it_by_name_and_as_a_function(swish: engine.Operation) -> None:
    by_name = nn.MLP(2, [3, 1], activation="swish", seed=0)
    by_itself = nn.MLP(2, [3, 1], activation=swish, seed=0)
    assert by_name.layers[0].activation == by_itself.layers[0].activation == "swish"
    assert by_name([0.5, -1.0]).data == by_itself([0.5, -1.0]).data
    assert "swish" in [str(node.op) for node in engine.nodes(by_name([0.5, -1.0]))]


def test_network_may_use_one_with_a_domain() -> None:
    root = engine.define("root", "sqrt(a)", "0.5 / out", domain="a >= 0", smooth="a > 0")
    neuron = nn.Neuron(1, activation="root")
    neuron.weights[0].data = 1.0
    assert neuron([4.0]).data == 2.0
    with pytest.raises(engine.DomainError, match=r"root\(a\) needs a >= 0"):
        neuron([-4.0])
    assert nn.Neuron(1, activation=root).activation == "root"


def test_unknown_activation_is_refused_with_those_defined_in_the_list(
    swish: engine.Operation,
) -> None:
    with pytest.raises(ValueError, match=r"must be one of linear, .*, gelu, swish, or a function"):
        nn.MLP(2, [3, 1], activation="cube")


def test_network_is_trained_with_it(swish: engine.Operation) -> None:
    X, y = nn.data.moons(40, seed=0)
    results = []
    for compiled in (True, False):
        model = nn.MLP(2, [4, 1], activation="swish", seed=0)
        fitted(model, X, y, epochs=2, compiled=compiled)
        results.append([p.data for p in model.parameters()])
    assert results[0] == pytest.approx(results[1], rel=1e-12)


@pytest.fixture
def saved(swish: engine.Operation, tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    nn.MLP(2, [3, 1], activation=swish, seed=0).save(path)
    return path


def test_model_file_has_the_definition_and_is_loaded_where_it_is_the_same(
    swish: engine.Operation, saved: Path
) -> None:
    assert json.loads(saved.read_text())["operations"] == [
        {"name": "swish", "forward": SWISH[1], "slopes": [SWISH[2]]}
    ]
    expected = nn.MLP(2, [3, 1], activation=swish, seed=0)([0.5, -1.0]).data
    assert nn.load(saved)([0.5, -1.0]).data == expected


def test_model_file_of_another_definition_is_refused(saved: Path) -> None:
    engine.define("swish", "a * a", "2 * a")
    wording = (
        r"model\.json was saved with an operation of your own: swish is .* a \* a, here; run this "
        r'first: engine\.define\("swish", "a / \(1 \+ exp\(-a\)\)", '
    )
    with pytest.raises(ValueError, match=wording):
        nn.load(saved)
    with pytest.raises(ValueError, match=wording):
        nn.MLP(2, [3, 1]).load(saved)


def test_text_in_a_model_file_is_not_evaluated(saved: Path) -> None:
    content = json.loads(saved.read_text())
    content["config"]["activation"] = "tame"
    content["operations"] = [{"name": "tame", "forward": '"); boom(("', "slopes": ["1"]}]
    content["checksum"] = "edited by hand"
    saved.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="run this first: ") as caught:
        nn.load(saved)
    line = str(caught.value).split("run this first: ")[1]
    assert line == """engine.define("tame", '"); boom(("', "1")"""
    content["operations"][0][");"] = "x"
    saved.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"operations\[0\]\['\);'\] must not be there"):
        nn.load(saved)


def test_copy_of_a_network_keeps_its_operation_and_a_pickle_refuses_another(
    swish: engine.Operation,
) -> None:
    model = nn.MLP(2, [3, 1], activation="swish", seed=0)
    kept = pickle.dumps(model)
    assert pickle.loads(kept)([0.5, -1.0]).data == model([0.5, -1.0]).data
    engine.define("swish", "a * a", "2 * a")
    assert copy.deepcopy(model)([0.5, -1.0]).data == model([0.5, -1.0]).data
    with pytest.raises(ValueError, match=r"run this first: engine\.define"):
        pickle.loads(kept)


def test_checkpoint_of_another_definition_is_of_another_run(
    swish: engine.Operation, tmp_path: Path
) -> None:
    X, y = nn.data.moons(20, seed=0)

    def train(epochs: int) -> None:
        model = nn.MLP(2, [2, 1], activation="swish", seed=0)
        fitted(model, X, y, epochs=epochs, checkpoint=tmp_path / "run.json")

    train(1)
    train(2)
    engine.define("swish", "a * a", "2 * a")
    with pytest.raises(ValueError, match="is of another run: its model is"):
        train(3)


def test_monitor_shows_the_operation_of_the_network_not_a_later_one_of_its_name(
    swish: engine.Operation,
) -> None:
    X, y = nn.data.moons(20, seed=0)
    model = nn.MLP(2, [2, 1], activation="swish", seed=0)
    engine.define("swish", "a * a", "2 * a")
    monitor = nn.Monitor(model, X=X)
    fitted(model, X, y, epochs=1, monitor=monitor)
    found = monitor.record.look_at().activations.activation[:2]
    expected = [[neuron(x).data for x in X] for neuron in model.layers[0].neurons]
    assert np.allclose(found, expected, rtol=1e-6)
