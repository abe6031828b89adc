"""The rules: every failing network raises its alarm in the right layer, no healthy one does."""

import math
import re

import pytest

import engine
import nn
from engine import Value
from tests.networks import SICK, healthy, moons, sick, train

HANDFUL = 10  # steps


@pytest.mark.parametrize("name", SICK)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sick_network_is_recognised_by_kind_and_layer(name: str, seed: int) -> None:
    kind, layer = SICK[name]
    found = [(alarm.kind, alarm.layer) for alarm in sick(name, seed=seed).alarms]
    assert any(kind == k and layer in (None, where) for k, where in found), found


@pytest.mark.parametrize("name", [name for name, (kind, _) in SICK.items() if kind in (
    "vanishing", "saturated", "exploding", "symmetric", "learning_rate_too_high", "dead",
    "stuck_bias", "non_finite")])  # fmt: skip
def test_alarm_is_raised_within_a_handful_of_steps(name: str) -> None:
    kind, _ = SICK[name]
    alarm = next(alarm for alarm in sick(name).alarms if alarm.kind == kind)
    assert alarm.step <= HANDFUL


@pytest.mark.parametrize("name", ["zeros", "deep sigmoid", "one relu with a bias of -10"])
def test_eager_training_raises_the_same_alarms(name: str) -> None:
    def alarms(compiled: bool) -> list[tuple]:
        return [(a.kind, a.layer, a.neuron, a.step) for a in sick(name, compiled=compiled).alarms]

    assert alarms(False) == alarms(True)


@pytest.mark.parametrize("seed", range(20))
def test_healthy_network_raises_no_alarm(seed: int) -> None:
    monitor = healthy(seed)
    assert monitor.steps == 240
    assert monitor.alarms == []


def test_root_cause_is_reported_and_not_its_consequences() -> None:
    assert [alarm.kind for alarm in sick("learning rate 10").alarms] == ["learning_rate_too_high"]
    assert {alarm.kind for alarm in sick("zeros, relu").alarms} == {"symmetric"}


def test_alarm_names_a_single_neuron() -> None:
    assert sick("one relu with a bias of -10").alarms[0].neuron == "n3"
    assert sick("one tanh with a bias of 20").alarms[0].neuron == "n5"


def test_alarm_has_numbers_and_advice() -> None:
    for name in SICK:
        for alarm in sick(name).alarms:
            assert re.search(r"\d", alarm.evidence), alarm
            assert alarm.advice
            assert str(alarm).startswith(
                f"{alarm.name} in {alarm.location} since step {alarm.step}: "
            )


def test_first_non_finite_node_is_named_with_its_layer_and_operation() -> None:
    model = nn.MLP(2, [3, 1], activation=engine.exp, seed=0)
    model.layers[0].neurons[1].bias.data = 800.0
    X, y = moons(0)
    monitor = nn.Monitor(model)
    with pytest.warns(RuntimeWarning, match="training stopped"):
        nn.fit(model, X, y, loss=nn.mean_squared_error, epochs=1, progress=False, monitor=monitor,
               optimizer=nn.SGD(model.parameters(), learning_rate=0.1))  # fmt: skip
    (alarm,) = monitor.alarms
    assert (alarm.kind, alarm.layer, alarm.neuron, alarm.step) == ("non_finite", "layer 1", "n2", 1)
    assert re.match(r"exp was the first to give inf, from (79|80)\d", alarm.evidence)


def test_step_that_fails_in_the_middle_is_counted() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    monitor = nn.Monitor(model)

    def poison(info: nn.Step) -> None:
        if info.step == 12:
            model.layers[1].neurons[0].weights[1].data = 1e300

    with pytest.warns(RuntimeWarning, match="training stopped"):
        nn.fit(model, X, y, loss=nn.mean_squared_error, epochs=9, progress=False, monitor=monitor,
               optimizer=nn.SGD(model.parameters(), learning_rate=0.1), on_step=poison)  # fmt: skip
    alarm = monitor.alarms[-1]
    assert (alarm.kind, alarm.location, alarm.step) == ("non_finite", "layer 2, n1", 13)
    assert re.search(r"pow was the first to give -?inf, from -?\d.*e\+\d+, 2", alarm.evidence)
    assert alarm.evidence.endswith("its largest parameter is 1e+300")


def test_gradient_that_overflows_is_reported_though_the_loss_is_finite() -> None:
    w = Value(1e-200, "w")
    monitor = nn.Monitor(Holder(w))
    loss = (w * 1e200) * 1e200  # finite, and so is each slope, but not their product
    w.grad = math.inf
    (alarm,) = monitor.step(loss)
    assert (alarm.kind, alarm.layer, alarm.step) == ("non_finite", "Holder", 1)
    assert "but the gradients, which are products of local derivatives, are not" in alarm.evidence
    assert monitor.step(loss) == []  # once is enough


def test_nan_that_is_only_known_as_a_number_is_reported_too() -> None:
    (alarm,) = nn.Monitor(nn.MLP(2, [1])).step(math.nan)
    assert (alarm.kind, alarm.step) == ("non_finite", 1)
    assert "an input is nan" in alarm.evidence


class Holder(nn.Module):
    def __init__(self, *weights: Value) -> None:
        self.weights = list(weights)


def test_monitor_by_hand_raises_alarms_from_step() -> None:
    X, y = moons(0, 40)
    model = nn.MLP(2, [4, 1], init="zeros")
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    monitor = nn.Monitor(model, X)
    raised = []
    for _ in range(3):
        loss = nn.hinge([model(x) for x in X], y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        raised.append([alarm.kind for alarm in monitor.step(loss)])
    assert raised == [[], ["symmetric"], []]


def test_sickness_that_begins_in_the_middle_is_found_soon() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 8, 1], seed=0)
    monitor = nn.Monitor(model)

    def poison(info: nn.Step) -> None:
        if info.step == 120:
            model.layers[0].neurons[0].bias.data = -30.0

    nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.SGD(model.parameters(), learning_rate=0.05),
           epochs=30, batch_size=20, progress=False, monitor=monitor, on_step=poison)  # fmt: skip
    (alarm,) = monitor.alarms
    assert (alarm.kind, alarm.layer, alarm.neuron) == ("dead", "layer 1", "n1")
    assert 120 < alarm.step <= 150


def test_frozen_layer_raises_no_alarm() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
    last = [p for layer in model.layers[1:] for p in layer.parameters()]
    assert train(model, X, y, optimizer=nn.SGD(last, learning_rate=0.1), epochs=5).alarms == []


def test_warm_up_raises_no_alarm() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
    rate = nn.schedules.warm_up(0.1, steps=100_000)
    optimizer = nn.SGD(model.parameters(), learning_rate=rate)
    assert train(model, X, y, optimizer=optimizer, epochs=20).alarms == []


def test_alarm_shows_above_the_progress_bar_and_only_with_it(capsys) -> None:
    X, y = moons(0, 40)
    for progress in (True, False):
        model = nn.MLP(2, [4, 1], init="zeros")
        nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
               epochs=5, progress=progress, monitor=nn.Monitor(model))  # fmt: skip
        shown = capsys.readouterr()
        assert ("⚠ symmetric in layer 1 since step 1" in shown.err) == progress
        assert shown.out == ""
