"""A checkpoint is resumed by the run that wrote it, whole, or refused in a line."""

import json
import math
from pathlib import Path
from random import Random

import numpy as np
import pytest

import engine
import nn
from engine import Value

X, Y = nn.data.moons(24, noise=0.1, seed=0)


def own_loss(predictions, targets) -> Value:
    return sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True)) / len(targets)


class Own(nn.Module):
    def __init__(self, power: int) -> None:
        self.power, self.inner = power, nn.MLP(2, [1], seed=0)

    def __call__(self, x):
        return self.inner(x) ** self.power


def run(
    path: Path, *, model=None, rule=nn.Adam, rate=0.02, rows=X, targets=Y, **options
) -> nn.History:
    """Train a network for some epochs, with a checkpoint."""
    model = model or nn.MLP(2, [3, 1], activation="tanh", seed=0)
    settings = {"loss": nn.mean_squared_error, "epochs": 2, "batch_size": 8, "progress": False}
    optimizer = rule(model.parameters(), learning_rate=rate)
    return nn.fit(model, rows, targets, optimizer=optimizer, checkpoint=path, **settings | options)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    run(path)
    return path


def l2(strength: float):
    return lambda model: nn.l2(model, strength)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({}, {"seed": 9}, "its seed is 0, here 9"),
        ({}, {"batch_size": 9}, "its batch size is 8, here 9"),
        ({}, {"rate": 0.03}, "its learning rate is 0.02, here 0.03"),
        ({}, {"rule": nn.RMSProp}, "its optimizer is Adam, here RMSProp"),
        ({}, {"loss": nn.binary_cross_entropy}, "its loss is mean_squared_error, here binary_cross_entropy"),
        ({}, {"loss": own_loss}, "its loss is mean_squared_error, here own_loss"),
        ({}, {"penalty": nn.l2}, "its penalty is None, here l2"),
        ({"penalty": l2(0.1)}, {"penalty": l2(0.2)}, "its penalty is <lambda>, here another <lambda>"),
        ({"penalty": lambda m: nn.l2(m)}, {"penalty": lambda m: nn.l1(m)}, "its penalty is <lambda>"),
        ({"rate": nn.schedules.cosine(0.1, steps=9)}, {"rate": nn.schedules.cosine(0.1, steps=8)}, "its learning rate is cosine"),
        ({"rate": lambda t: 0.1}, {"rate": lambda t: 0.2}, "its learning rate is <lambda>"),
        ({}, {"rows": [[x + 1, y] for x, y in X]}, "its data is 19 × 2 and 5 × 2, here another"),
        ({}, {"rows": X[:-1], "targets": Y[:-1]}, "its data is 19 × 2 and 5 × 2, here 18 × 2 and 5 × 2"),
        ({}, {"validation": 0}, "its data is 19 × 2 and 5 × 2, here 24 × 2"),
        ({}, {"model": nn.MLP(2, [3, 1], seed=0)}, "its model is MLP, here another MLP"),
        ({}, {"model": nn.MLP(2, [3, 1], activation="tanh", output="tanh")}, "its model is"),
        ({}, {"model": nn.MLP(2, [3, 1], activation="tanh", bias=False)}, "its model is"),
        ({}, {"model": nn.MLP(2, [4, 1], activation="tanh")}, "its number of parameters is 13, here 17"),
        ({"model": nn.MLP(2, [3, 1], activation=lambda x: x.tanh())}, {"model": nn.MLP(2, [3, 1], activation=lambda x: x.relu())}, "its model is"),
        ({"model": Own(1)}, {"model": Own(2)}, "its model is Own"),
    ],
)  # fmt: skip
def test_checkpoint_of_another_run_is_refused_and_says_what_differs(
    first: dict, second: dict, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.json"
    for p in first.get("model", nn.Neuron(1)).parameters():
        p.data = 0.5
    run(path, **first)
    kept = path.read_bytes()
    with pytest.raises(ValueError, match=rf"run\.json is of another run: .*{why}"):
        run(path, **second)
    assert path.read_bytes() == kept


@pytest.mark.parametrize(
    "options",
    [
        {"penalty": l2(0.1)},
        {"loss": own_loss},
        {"rate": nn.schedules.warm_up(0.1, steps=4), "rule": nn.SGD},
        {"rate": lambda t: 0.1 / (t + 1)},
        {"validation": 0},
        {"validation": ([[a + 0.1, b] for a, b in X[:4]], Y[:4])},
    ],
)
def test_run_made_again_by_the_same_code_resumes(options: dict, tmp_path: Path) -> None:
    whole = run(tmp_path / "whole.json", epochs=4, **options)
    run(tmp_path / "run.json", epochs=2, **options)
    again = run(tmp_path / "run.json", epochs=4, **options)
    assert (again.loss, again.validation_loss) == (whole.loss, whole.validation_loss)


def test_function_made_anew_by_the_same_code_is_the_same(tmp_path: Path) -> None:
    for epochs in (1, 2):
        history = run(tmp_path / "run.json", epochs=epochs, penalty=l2(0.1), rate=lambda t: 0.1)
    assert len(history) == 2


def edited(path: Path, change) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content | {"checksum": "edited by hand"}))


def setting(*way: object, to: object):
    """Return a change of one place of a checkpoint."""

    def change(content) -> None:
        for step in way[:-1]:
            content = content[step]
        content[way[-1]] = to

    return change


def without(*way: object):
    def change(content) -> None:
        for step in way[:-1]:
            content = content[step]
        del content[way[-1]]

    return change


W = "layers.0.neurons.0.weights.0"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (setting("history", to={}), "history.loss is missing"),
        (without("history", "metric"), "history.metric is missing"),
        (setting("history", "loss", 0, to=None), r"history.loss\[0\] must be a number, got null"),
        (setting("history", "loss", to=[]), "history.validation_loss must have 0 numbers"),
        (without("history", "validation_loss", 1), "history.validation_loss must have 2 numbers"),
        (setting("history", "validation_loss", to=[]), "must be of one length"),
        (setting("history", "best_epoch", to=3), "history.best_epoch is 3, but there are 2 epochs"),
        (setting("optimizer", "steps", to=-1), "optimizer.steps must be a whole number from 0"),
        (setting("optimizer", "state", to=[]), r"optimizer.state must have lists of \[13, 13\]"),
        (without("optimizer", "state", 1, 4), r"must have lists of \[13, 13\] numbers, has \[13, 12\]"),
        (setting("optimizer", "state", 1, 4, to=-1.0), "for parameter 4, which no step leaves behind"),
        (setting("optimizer", "state", 1, 4, to=math.nan), r"optimizer.state\[1\]\[4\] must be a number"),
        (setting("model", W, to=math.nan), "must be a finite number, got nan"),
        (without("model", W), f"model.{W} is missing"),
        (setting("best", "x", to=1.0), "best.x is not of this model"),
        (setting("rng", 1, 3, to=-1), r"rng\[1\]\[3\] must be"),
        (without("rng", 1, 3), "rng must be what Random.getstate"),
        (setting("run", to={}), "is of another run"),
        (setting("run", "seed", "fingerprint", to="x"), "its seed is 0, here another 0"),
        (without("run"), "run is missing"),
    ],
)  # fmt: skip
def test_checkpoint_that_does_not_fit_is_refused_and_nothing_changes(
    change, why: str, checkpoint: Path
) -> None:
    edited(checkpoint, change)
    model = nn.MLP(2, [3, 1], activation="tanh", seed=5)
    before = model.state_dict()
    with pytest.raises(ValueError, match=rf"run\.json.*{why}.*; name another file, or delete this"):
        run(checkpoint, model=model, epochs=4)
    assert model.state_dict() == before


def test_checkpoint_edited_by_hand_is_resumed_where_it_says_so(checkpoint: Path) -> None:
    edited(checkpoint, setting("model", W, to=0.5))
    assert len(run(checkpoint, epochs=3)) == 3


def test_diverged_weights_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    rows = [[1e200 * a, b] for a, b in X]
    with pytest.warns(RuntimeWarning):
        run(path, rows=rows, rule=nn.SGD, rate=1e250, epochs=9, validation=0, compiled=False)
    for p in json.loads(path.read_text())["model"].values() if path.exists() else ():
        assert math.isfinite(p)


def test_redefined_operation_is_another_activation(tmp_path: Path) -> None:
    def fit() -> None:
        run(tmp_path / "run.json", model=nn.MLP(2, [3, 1], activation="cube", seed=0))

    engine.define("cube", "a ** 3", "3 * a * a")
    fit()
    engine.define("cube", "2 * a ** 3", "6 * a * a")
    with pytest.raises(ValueError, match="its model is"):
        fit()


def test_checkpoint_of_version_1_is_refused_since_it_does_not_say_its_settings(
    checkpoint: Path,
) -> None:
    edited(checkpoint, setting("version", to=1))
    with pytest.raises(
        ValueError, match="is version 1 of a glassgrad checkpoint file; this release"
    ):
        run(checkpoint)


def test_folder_in_the_place_of_a_checkpoint_is_refused_before_training(tmp_path: Path) -> None:
    steps: list[object] = []
    with pytest.raises(IsADirectoryError, match="is a folder; name the glassgrad checkpoint file"):
        run(tmp_path, on_step=steps.append)
    assert steps == []


def test_run_that_ran_out_of_patience_is_not_trained_on_when_it_is_resumed(tmp_path: Path) -> None:
    path, settings = tmp_path / "run.json", {"patience": 1, "epochs": 60, "rate": 0.5}
    first = run(path, **settings)
    assert first.stopped == "patience"
    again = run(path, **settings)
    assert (again.stopped, again.loss) == ("patience", first.loss)
    assert len(run(path, **settings | {"patience": 2})) > len(first)


def test_generator_of_numpy_cannot_be_in_a_checkpoint(tmp_path: Path) -> None:
    class Noisy(Own):
        def __init__(self) -> None:
            super().__init__(1)
            self.noise = np.random.default_rng(0)

    with pytest.raises(ValueError, match=r"state of Noisy.noise, .*random.Random instead"):
        run(tmp_path / "run.json", model=Noisy())


def test_parameters_in_another_order_are_refused(checkpoint: Path) -> None:
    def backwards(parameters, **settings) -> nn.Adam:
        return nn.Adam(parameters[::-1], **settings)

    with pytest.raises(ValueError, match="number of parameters is 13, here 13, of which 13 move"):
        run(checkpoint, rule=backwards)


def test_generators_in_a_list_resume_where_they_were(tmp_path: Path) -> None:
    class Noisy(Own):
        def __init__(self) -> None:
            super().__init__(1)
            self.noise = [Random(0)]

        def __call__(self, x):
            return super().__call__([number + self.noise[0].random() for number in x])

    run(tmp_path / "a.json", model=Noisy(), compiled=False)
    resumed = run(tmp_path / "a.json", model=Noisy(), compiled=False, epochs=4)
    straight = run(tmp_path / "b.json", model=Noisy(), compiled=False, epochs=4)
    assert resumed.loss == straight.loss
