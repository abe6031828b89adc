"""Settings as beginners type them: they work as meant, or the message says what to write."""

import math
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import engine
import nn
import nn.plots
from engine import Value
from nn import schedules

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]
NEW = [[a + 0.03, b] for a, b in X]


def net() -> nn.MLP:
    return nn.MLP(2, [3, 1], seed=0)


def adam(model: nn.Module) -> nn.Adam:
    return nn.Adam(model.parameters(), learning_rate=0.05)


def fitted(**changes: Any) -> nn.History:
    """Train for two epochs, with what is given in the place of what is right."""
    model = changes.pop("model", None) or net()
    given = {"X": X, "y": y, "loss": nn.hinge, "epochs": 2, "progress": False, **changes}
    given.setdefault("optimizer", adam(model) if isinstance(model, nn.Module) else None)
    return nn.fit(model, given.pop("X"), given.pop("y"), **given)


def same(first: nn.History, second: nn.History) -> bool:
    return first.loss == second.loss and first.validation_loss == second.validation_loss


# ---- what works as meant ----


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"validation": None}, {"validation": 0}),
        ({"validation": [NEW, y]}, {"validation": (NEW, y)}),
        ({"validation": (np.array(NEW), np.array(y))}, {"validation": (NEW, y)}),
        ({"validation": np.float64(0.2)}, {"validation": 0.2}),
        ({"loss": "hinge"}, {"loss": nn.hinge}),
        ({"loss": "MSE"}, {"loss": nn.mean_squared_error}),
        ({"loss": "mean_squared_error"}, {"loss": nn.mean_squared_error}),
        ({"loss": "MSELoss"}, {"loss": nn.mean_squared_error}),
        ({"optimizer": nn.Adam}, {"optimizer": "adam"}),
        ({"optimizer": "Adam"}, {"optimizer": nn.Adam}),
        (
            {"optimizer": lambda p: nn.SGD(p, learning_rate=0.1)},
            {"optimizer": lambda p: nn.SGD(p, learning_rate=np.float32(0.1))},
        ),
        ({"penalty": "l2"}, {"penalty": nn.l2}),
        ({"penalty": "L1"}, {"penalty": nn.l1}),
        ({"batch_size": 10**6}, {"batch_size": 16}),
        ({"epochs": np.int64(2)}, {"epochs": 2}),
        ({"seed": np.int32(3)}, {"seed": 3}),
    ],
)
def test_setting_works_as_meant(given: dict, meant: dict) -> None:
    if "SGD" in str(given) or callable(given.get("optimizer")):
        np.testing.assert_allclose(fitted(**given).loss, fitted(**meant).loss, rtol=1e-6)
    else:
        assert same(fitted(**given), fitted(**meant))


@pytest.mark.parametrize("name", ["bce", "binary-crossentropy", "log_loss", "BCEWithLogitsLoss"])
def test_loss_of_two_classes_has_many_names(name: str) -> None:
    targets = [max(t, 0) for t in y]
    given = fitted(loss=name, y=targets)
    assert same(given, fitted(loss=nn.binary_cross_entropy, y=targets))


@pytest.mark.parametrize("name", ["cross_entropy", "CrossEntropyLoss", "categorical_crossentropy"])
def test_loss_of_many_classes_has_many_names(name: str) -> None:
    model, other = nn.MLP(2, [3], seed=0), nn.MLP(2, [3], seed=0)
    targets = [i % 3 for i in range(20)]
    given = fitted(loss=name, y=targets, model=model)
    assert same(given, fitted(loss=nn.cross_entropy, y=targets, model=other))


def test_seed_of_none_is_drawn_from_random() -> None:
    import random

    random.seed(1)
    first = fitted(seed=None)
    random.seed(1)
    assert same(first, fitted(seed=None))
    assert not same(first, fitted(seed=None))


# ---- what is refused, with what to write ----

FIT = [
    ({"validation": "0.2"}, TypeError, "validation must be a share from 0 to below 1, or a pair"),
    ({"validation": True}, TypeError, "validation must be a share"),
    ({"validation": [X, y, y]}, ValueError, r"a pair \(X, y\), got 3 things"),
    ({"validation": [0.1, 0.2]}, ValueError, "a pair"),
    ({"validation": math.nan}, ValueError, "validation must be a share from 0 to below 1"),
    ({"validation": -0.1}, ValueError, "validation must be a share"),
    ({"validation": {"X": X}}, TypeError, r"validation must be a share.{0,150}$"),
    ({"loss": "huber"}, ValueError, "one of mean_squared_error, hinge, binary_cross_entropy, cro"),
    ({"loss": nn.l2}, TypeError, "l2 is a penalty; give it as penalty=nn.l2"),
    ({"loss": None}, TypeError, "loss must be a function of predictions and targets, such as"),
    ({"loss": Value(1.0)}, TypeError, "loss must be a function"),
    ({"optimizer": nn.SGD}, TypeError, r"SGD has no learning rate .*nn.SGD\(model.parameters\(\)"),
    ({"optimizer": "sgd"}, TypeError, "SGD has no learning rate of its own"),
    ({"optimizer": "adamax"}, ValueError, "one of sgd, rmsprop, adam, adamw, or made as nn.Adam"),
    ({"optimizer": None}, TypeError, r"made as nn.Adam\(model.parameters\(\), learning_rate=0.01"),
    ({"optimizer": 0.01}, TypeError, r"optimizer must be made as nn.Adam\(.*, got 0.01"),
    ({"optimizer": lambda p: p}, TypeError, "or be what makes one of a list of parameters"),
    ({"penalty": 0.01}, TypeError, r"penalty=lambda model: nn.l2\(model, 0.01\)"),
    ({"penalty": nn.l2(net())}, TypeError, "penalty must be a function of the model"),
    ({"penalty": "elastic"}, ValueError, "penalty must be l1, l2 or a function"),
    ({"epochs": 1.5}, TypeError, "epochs must be a whole number, got 1.5"),
    ({"epochs": True}, TypeError, "epochs must be a whole number, got True"),
    ({"epochs": "10"}, TypeError, "epochs must be a whole number"),
    ({"epochs": None}, TypeError, "epochs must be a whole number"),
    ({"epochs": -1}, ValueError, "epochs must be at least 0"),
    ({"batch_size": None}, TypeError, "batch_size must be a whole number, got None"),
    ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
    ({"batch_size": np.True_}, TypeError, "batch_size must be a whole number"),
    ({"patience": 0}, ValueError, "patience must be at least 1 epoch"),
    ({"patience": 2.5}, TypeError, "patience must be a whole number"),
    ({"patience": "no"}, TypeError, "patience must be a whole number"),
    ({"seed": "a"}, TypeError, "seed must be a whole number, got 'a'"),
    ({"seed": 1.5}, TypeError, "seed must be a whole number"),
    ({"seed": -1}, ValueError, "seed must be at least 0"),
    ({"on_step": print()}, None, ""),
    ({"on_step": 5}, TypeError, "on_step must be a function from a Step"),
    ({"checkpoint": True}, TypeError, "checkpoint must be the path of a file, got True"),
    ({"checkpoint": ""}, ValueError, "checkpoint must be the path of a file"),
    ({"monitor": True}, TypeError, r"monitor must be made for this model, nn.Monitor\(model\)"),
    ({"monitor": nn.Monitor}, TypeError, r"nn.Monitor\(model\)"),
    ({"monitor": nn.Monitor(net())}, ValueError, "the monitor watches another model"),
    ({"compiled": "yes"}, ValueError, 'compiled must be True, False or "auto"'),
    ({"threshold": "a"}, TypeError, "threshold must be a number"),
    ({"threshold": np.array([0.5])}, TypeError, "threshold must be a number, got array"),
    ({"model": nn.MLP}, TypeError, "needs a model, got the class MLP; make one first"),
    ({"model": X, "X": net()}, TypeError, "the model comes first"),
    (
        {"model": lambda x: x[0]},
        TypeError,
        r"an nn.Module.* got a function; .*class Net\(nn.Module",
    ),
    ({"X": y, "y": X}, ValueError, r"X and y look exchanged.*\(model, X, y\)"),
    ({"X": np.array(y), "y": np.array(X)}, ValueError, "X and y look exchanged"),
    ({"X": {(1.0, 2.0)}, "y": [1]}, TypeError, "X is a set, which has no order; use a list"),
    (
        {"y": ["a", "b"] * 10, "validation": (X, ["a", "c"] * 10)},
        ValueError,
        "validation has the class 'c' for sample 1, and y only a, b",
    ),
    ({"y": y[:-1]}, ValueError, "X has 20 samples and y has 19 targets"),
    ({"y": None}, TypeError, "y must be a list or an array, got None"),
    ({"X": net()}, TypeError, "X must be a list or an array"),
    ({"lr": 0.1}, TypeError, "there is no lr, only model, X, y, loss"),
    ({"validation_split": 0.2}, TypeError, "there is no validation_split, it is called validation"),
    ({"validation_data": (X, y)}, TypeError, "it is called validation"),
    ({"n_epochs": 5}, TypeError, "there is no n_epochs, it is called epochs"),
    ({"verbose": 0}, TypeError, "there is no verbose, it is called progress"),
    ({"callbacks": []}, TypeError, "it is called on_step"),
    ({"criterion": nn.hinge}, TypeError, "it is called loss"),
    ({"random_state": 1}, TypeError, "it is called seed"),
    ({"batchsize": 1}, TypeError, "it is called batch_size"),
    ({"pateince": 1}, TypeError, "there is no pateince, it is called patience"),
]


@pytest.mark.parametrize(("changes", "error", "wording"), FIT)
def test_fit_says_what_to_write(changes: dict, error: type[Exception] | None, wording: str) -> None:
    if error is None:
        fitted(**changes)
        return
    with pytest.raises(error, match=wording):
        fitted(**changes)


def p() -> list[Value]:
    parameter = Value(1.0)
    parameter.grad = 0.5
    return [parameter]


CALLS = {
    # an optimiser
    "nn.Adam(p(), lr=0.1)": "Adam: there is no lr, it is called learning_rate; write nn.Adam(model",
    "nn.SGD(p(), 0.1)": "SGD: too many positional arguments; write nn.SGD(model.parameters(), lea",
    "nn.SGD(p())": "SGD: missing a required argument: 'learning_rate'; write",
    "nn.Adam()": "missing a required argument: 'parameters'; write nn.Adam(model.parameters()",
    "nn.Adam(p(), eps=1)": "it is called epsilon",
    "nn.Adam(p(), beta1=1)": "it is called betas",
    "nn.RMSProp(p(), alpha=0.9)": "it is called decay",
    "nn.Adam(p(), learning_rate=math.inf)": "learning_rate must be finite, got inf",
    "nn.Adam(p(), learning_rate=math.nan)": "learning_rate must be above 0, got nan",
    "nn.Adam(p(), learning_rate=0)": "learning_rate must be above 0, got 0",
    "nn.Adam(p(), learning_rate=-0.1)": "learning_rate must be above 0, got -0.1",
    "nn.Adam(p(), learning_rate='0.1')": "learning_rate must be a number above 0, such as 0.01",
    "nn.Adam(p(), learning_rate=True)": "learning_rate must be a number above 0",
    "nn.Adam(p(), learning_rate=np.True_)": "learning_rate must be a number above 0",
    "nn.Adam(p(), learning_rate=None)": "learning_rate must be a number above 0",
    "nn.Adam(p(), learning_rate=np.array([0.1]))": "learning_rate must be a number above 0",
    "nn.Adam(p(), learning_rate=schedules.linear)": "call it, as in schedules.linear(0.1, steps=",
    "nn.Adam(p(), betas=0.9)": "betas must be two numbers, such as (0.9, 0.999), got 0.9",
    "nn.Adam(p(), betas=(0.9, 'a'))": "betas[1] must be a number from 0 to below 1, got 'a'",
    "nn.Adam(p(), epsilon='a')": "epsilon must be a number, 0 or more, got 'a'",
    "nn.SGD(p(), learning_rate=1, momentum='a')": "momentum must be a number from 0 to below 1",
    "nn.SGD(p(), learning_rate=1, momentum=True)": "momentum must be a number",
    "nn.SGD(p(), learning_rate=1, momentum=0.9, nesterov='yes')": "nesterov must be True or False",
    "nn.AdamW(p(), weight_decay=math.inf)": "weight_decay must be finite",
    "nn.Adam(p(), clip_norm='a')": "clip_norm must be a number above 0",
    "nn.Adam(p(), clipnorm=1)": "it is called clip_norm",
    "nn.Adam(net())": "pass model.parameters()",
    "nn.SGD(p(), learning_rate=lambda step: 'a').step()": "learning_rate(0) must be a number",
    "nn.SGD(p(), learning_rate=lambda step: -1).step()": "learning_rate(0) must be 0 or more",
    # a schedule
    "schedules.linear(0.1, 100)": "linear: too many positional arguments; write schedules.linear(",
    "schedules.cosine(0.1, T_max=100)": "there is no T_max, it is called steps",
    "schedules.step_decay(0.1, every=1.5)": "every must be a whole number, got 1.5",
    "schedules.step_decay(0.1, step_size=5)": "it is called every",
    "schedules.step_decay(0.1, every=5, gamma=0.5)": "it is called factor",
    "schedules.constant('0.1')": "learning_rate must be a number above 0",
    "schedules.warm_up(0.1)": "missing a required argument: 'steps'",
    "schedules.linear(math.inf, steps=3)": "must be finite",
    # a network
    "nn.MLP(2, 4, 1)": "MLP: too many positional arguments; write nn.MLP(2, [16, 16, 1], activat",
    "nn.MLP(2, [4, 1], 'relu')": "too many positional arguments; write nn.MLP(2, [16, 16, 1], act",
    "nn.MLP([2, 4, 1])": "missing a required argument: 'layer_sizes'; write nn.MLP(2, [16, 16, 1]",
    "nn.MLP([2, 4, 1], [1])": "n_inputs must be a whole number",
    "nn.MLP(2, 1)": "MLP needs a list of layer sizes",
    "nn.MLP(2, '16')": "MLP needs a list of layer sizes",
    "nn.MLP(2, [])": "MLP needs a list of layer sizes",
    "nn.MLP(2, [4.0, 1])": "layer_sizes[0] must be a whole number, got 4.0",
    "nn.MLP(2, [[4], 1])": "layer_sizes[0] must be a whole number",
    "nn.MLP(2, [0])": "layer_sizes[0] must be at least 1",
    "nn.MLP(True, [1])": "n_inputs must be a whole number",
    "nn.MLP(2, [1], seed='a')": "seed must be a whole number, got 'a'",
    "nn.MLP(2, [1], seed=1.0)": "seed must be a whole number",
    "nn.MLP(2, [1], random_state=1)": "there is no random_state, it is called seed",
    "nn.MLP(2, hidden_layer_sizes=[1])": "there is no hidden_layer_sizes, it is called layer_sizes",
    "nn.MLP(2, [1], bias='no')": "bias must be True or False, got 'no'",
    "nn.MLP(2, [1], bias=0.5)": "bias must be True or False",
    "nn.MLP(2, [1], use_bias=False)": "it is called bias",
    "nn.MLP(2, [1], init=3)": "init must be one of auto, zeros",
    "nn.MLP(2, [1], init=['he'])": "init must be one of auto, zeros",
    "nn.MLP(2, [1], activation='rleu')": "activation must be one of linear",
    "nn.MLP(2, [1], activation=None)": "activation must be one of linear",
    "nn.MLP(2, [1], activation=['relu'])": "activation must be one of linear",
    "nn.MLP(2, [1], activation='softmax')": "nn.cross_entropy applies it itself",
    "nn.MLP(2, [1], output='softmax')": "nn.cross_entropy applies it itself",
    "nn.MLP(2, [1], activation=str.upper)": "activation must be a function of a Value",
    "nn.MLP(2, [1], activation=math.tanh)": "activation must be a function of a Value",
    "nn.MLP(2, [1], activation=lambda x: 1.0)": "activation must be a function of a Value.*made 1.0, no Value",
    "nn.MLP(2, [1], activation=lambda: 1.0)": "activation must be a function of a Value",
    "nn.MLP(2, [1], output=nn.Neuron)": "activation must be a function of a Value",
    "nn.Neuron(2, rng=0)": "rng must be a random.Random, such as random.Random(0), got 0",
    "nn.Neuron(2, rng=np.random.default_rng(0))": "rng must be a random.Random",
    "nn.Layer(2, 3, seed=0)": "there is no seed, it is called rng",
    "nn.Layer(2)": "missing a required argument: 'n_outputs'; write nn.Layer(2, 3",
    "nn.Layer(2, 3, 'relu')": "too many positional arguments",
    "nn.Neuron(2, in_features=3)": "there is no in_features, it is called n_inputs",
    "nn.Dropout(p=0.5)": "there is no p, it is called rate; write nn.Dropout(0.5, seed=0)",
    "nn.Dropout(True)": "rate must be a number from 0 to below 1",
    "nn.MLP(2, [3, 1], dropout='a')": "dropout must be a number from 0 to below 1",
    "nn.MLP(2, [3, 1], dropout_rate=0.5)": "it is called dropout",
    "nn.Monitor()": "Monitor: missing a required argument: 'model'; write nn.Monitor(model)",
    "nn.Monitor(net(), freq=3)": "there is no freq, only model, X, y, loss, optimizer, every",
    "nn.sensitivity(net(), X, move='a')": "move must be a number above 0",
    "nn.loss_surface(net(), X, y, 'a', 'b', n=2.5)": "n must be a whole number, got 2.5",
    "nn.loss_surface(net())": "write nn.loss_surface(model, X, y, weight, bias, loss=nn.hinge)",
    # losses, metrics, data
    "nn.l2(0.01)": "an L2 penalty needs a model, got 0.01; .*nn.l2(model, 0.01)",
    "nn.l1(net(), '0.1')": "L1 strength must be a number, 0 or more",
    "nn.l2(net(), math.inf)": "L2 strength must be finite",
    "nn.hinge([1.0], [Value(1.0)])": "the predictions before the targets",
    "nn.accuracy(X, net(), y)": "X must be a list or an array",
    "nn.accuracy(net(), y, X)": "X and y look exchanged",
    "nn.accuracy(net(), X)": "missing a required argument: 'y'; write nn.accuracy(model, X, y)",
    "nn.predict(X, net())": "the model comes first",
    "nn.predict(nn.MLP, X)": "the model comes first",
    "nn.predict(net())": "missing a required argument: 'X'; write nn.predict(model, X)",
    "nn.clip_gradients_by_norm(net(), 1.0)": "pass model.parameters()",
    "nn.clip_gradients_by_norm(p(), clip_norm=1)": "it is called max_norm",
    "nn.data.moons(random_state=0)": "there is no random_state, it is called seed",
    "nn.data.moons(n=100)": "there is no n, it is called n_samples",
    "nn.data.moons(100, 0.1)": "too many positional arguments; write nn.data.moons(100, seed=0)",
    "nn.data.moons('100')": "n_samples must be a whole number",
    "nn.data.moons(seed='a')": "seed must be a whole number",
    "nn.data.moons(noise='a')": "noise must be a number, 0 or more",
    "nn.plots.decision_boundary(net(), y, X)": "X and y look exchanged",
    "nn.plots.confusion_matrix(net(), X, None)": "y must be a list or an array",
}


@pytest.mark.parametrize("call", CALLS)
def test_call_says_what_to_write(call: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        eval(call)
    for part in CALLS[call].split(".*"):
        assert part in str(caught.value)


def test_fit_without_targets_shows_a_whole_call() -> None:
    with pytest.raises(TypeError, match=r"missing .*'y'; write nn.fit\(model, X, y, loss=nn.hinge"):
        nn.fit(net(), X, loss=nn.hinge, optimizer=nn.Adam, epochs=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"too many positional arguments; write nn\.fit"):
        nn.fit(net(), X, y, nn.hinge)  # type: ignore[call-arg,misc]


# ---- what is set later ----

LATER = {
    "nn.Adam(p()).lr": "Adam has no lr to set; it is called learning_rate",
    "nn.SGD(p(), learning_rate=1).learningrate": "it is called learning_rate",
    "nn.SGD(p(), learning_rate=1).rate": "",
    "nn.Adam(p()).eps": "it is called epsilon",
    "nn.Adam(p()).colour": "Adam has no colour to set; only",
    "nn.Adam(p()).parameters": "keeps the parameters that it was made with; make a new one",
    "schedules.linear(0.1, steps=5).rate": "linear(0.1, steps=5, end=0.0) does not change",
    "schedules.constant(0.1).end": "constant(0.1) does not change",
    "net().activation": "MLP has no activation to set; ",
    "net().seed": "MLP has no seed to set",
    "net().bias": "MLP has no bias to set",
    "net().layers[0].weights": "Layer has no weights to set",
    "net().layers[0].neurons[0].weight": "Neuron has no weight to set; it is called weights",
    "net().layers[0].neurons[0].biases": "it is called bias",
    "nn.Monitor(net()).evry": "",
    "nn.Dropout(0.5).p": "Dropout has no p to set; it is called rate",
}


@pytest.mark.parametrize("setting", LATER)
def test_unknown_attribute_is_not_set_in_silence(setting: str) -> None:
    thing, _, name = setting.rpartition(".")
    with pytest.raises(AttributeError) as caught:
        setattr(eval(thing), name, 0.5)
    assert LATER[setting] in str(caught.value)


@pytest.mark.parametrize("rate", [math.inf, math.nan, 0, -1, "0.1", True, None, schedules.linear])
def test_learning_rate_that_is_set_later_is_checked_too(rate: Any) -> None:
    optimizer = nn.Adam(p(), learning_rate=0.1)
    with pytest.raises((TypeError, ValueError), match="learning_rate must be"):
        optimizer.learning_rate = rate
    assert optimizer.learning_rate == 0.1
    optimizer.learning_rate = 0.2
    assert optimizer.rate == 0.2
    with pytest.raises(ValueError, match="betas"):
        optimizer.betas = (0.9, 2.0)


def test_activation_that_is_set_later_is_the_one_that_is_used() -> None:
    model = nn.MLP(1, [2, 1], activation="relu", seed=0)
    other = nn.MLP(1, [2, 1], activation="tanh", seed=0)
    other.load_state_dict(model.state_dict())
    model.layers[0].activation = "tanh"
    assert model([0.3]).data == other([0.3]).data
    assert model.layers[0].neurons[1].activation == "tanh"
    assert "tanh" in str(model)
    with pytest.raises(ValueError, match="activation must be one of"):
        model.layers[0].activation = "rleu"


def test_bias_that_is_no_value_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"bias must be a Value or None, got 0.5; .*bias.data = 0.5"
    ):
        net().layers[0].neurons[0].bias = 0.5  # type: ignore[assignment]


def test_dropout_that_is_set_to_a_number_is_refused() -> None:
    with pytest.raises(TypeError, match=r"dropout must be an nn.Dropout or None, got 0.5"):
        net().dropout = 0.5  # type: ignore[assignment]


def test_model_and_optimiser_of_your_own_may_have_attributes_of_their_own() -> None:
    class Net(nn.MLP):
        def __init__(self) -> None:
            super().__init__(2, [1], seed=0)
            self.hidden = None

    model = Net()
    model.seen = 3

    class Own(nn.optim.Optimizer):
        def update(self, data, grad, state, rate, t):  # type: ignore[no-untyped-def]
            self.last = rate
            return data - rate * grad, state

    optimizer = Own(p(), learning_rate=0.5)
    optimizer.step()
    assert optimizer.last == 0.5
    with pytest.raises(AttributeError, match="Own has no lr to set; it is called learning_rate"):
        optimizer.lr = 0.1


def test_learned_activation_is_trained() -> None:
    class Slope(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(0.5, "slope")

        def __call__(self, x: Value) -> Value:
            return engine.relu(x) - self.slope * engine.relu(-x)

    model = nn.MLP(2, [3, 1], activation=Slope(), seed=0)
    assert len(model.parameters()) == 13 + 1
    fitted(model=model, optimizer=adam(model))
    assert model.state_dict()["layers.0.neurons.0.activate.slope"] != 0.5


@pytest.mark.parametrize("sizes", [np.array([3, 1]), (3, 1), range(3, 0, -2)])
def test_sizes_may_be_in_any_list(sizes: Any) -> None:
    assert nn.MLP(2, sizes).sizes == [2, 3, 1]


def test_bias_of_none_is_no_bias() -> None:
    assert nn.Neuron(2, bias=None).bias is None  # type: ignore[arg-type]


def test_rng_is_taken_as_it_is() -> None:
    first, second = (nn.Layer(2, 3, rng=Random(4)).state_dict() for _ in range(2))
    assert first == second


def test_checkpoint_may_be_any_path(tmp_path: Path) -> None:
    fitted(checkpoint=str(tmp_path / "a.json"))
    assert (tmp_path / "a.json").exists()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("Linear", "nn.Layer(2, 3, activation='linear')"),
        ("Parameter", "an engine.Value"),
        ("Softmax", "nn.cross_entropy"),
        ("BCEWithLogitsLoss", "nn.binary_cross_entropy"),
        ("functional", "engine.tanh"),
    ],
)
def test_class_of_another_library_is_answered_with_ours(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'") as caught:
        getattr(nn, name)
    assert instead in str(caught.value)


def test_name_that_nobody_has_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'nn' has no attribute 'Quux'$"):
        nn.Quux  # noqa: B018


def test_parameter_by_nearly_the_name_of_one_of_ours_is_not_added_in_silence() -> None:
    neuron = nn.Neuron(2)
    with pytest.raises(AttributeError, match="Neuron has no weight to set; it is called weights"):
        neuron.weight = Value(1.0)
    neuron.scale = Value(1.0)  # a part of one's own
    assert len(neuron.parameters()) == 4
