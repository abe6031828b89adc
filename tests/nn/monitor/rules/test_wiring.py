"""Mistakes in a training loop are told by name, and loops that are right are left in peace."""

import random

import pytest

import nn
from tests.benchmarks.loops import LOOPS, Due, alarms_of
from tests.networks import moons, train

# What a growing graph does besides.
stale = pytest.mark.filterwarnings("ignore:this graph is stale")
# What an optimiser and the engine say of a mistake themselves; of a loop that is right, nothing.
TOLD = [
    "zero_grad.. was called",
    "optimizer.step.. finds no gradient",
    "the gradients of this step have",
    "the graph grows by",
    "`p -= …` makes a new Value",
]
told = [pytest.mark.filterwarnings(f"ignore:{text}") for text in TOLD]
EACH = [pytest.param(due, marks=told if due.kind else (), id=due.run.__name__) for due in LOOPS]


@stale
@pytest.mark.parametrize("due", EACH)
@pytest.mark.parametrize("seed", [1, 3])
def test_loop_raises_the_alarm_that_is_due_and_no_other(due: Due, seed: int) -> None:
    kinds = {alarm.kind for alarm, _ in alarms_of(due, seed)}
    assert kinds == (set() if due.kind is None else {due.kind})


@stale
@pytest.mark.parametrize("due", [each for each in EACH if each.values[0].kind])
def test_mistake_is_told_within_a_handful_of_steps(due: Due) -> None:
    began = 12 if due.run.__name__ == "exchanged" else 0
    assert alarms_of(due, 1)[0].at - began <= 10


def test_layer_made_after_the_optimizer_is_named() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
    sgd = nn.SGD(model.parameters(), learning_rate=0.1)
    model.layers[1] = nn.Layer(8, 8, activation="tanh", rng=random.Random(1), name="layer 2")
    with pytest.warns(RuntimeWarning, match="make a new optimizer"):
        monitor = train_with_warnings(model, X, y, sgd)
    assert [(a.kind, a.layer) for a in monitor.alarms] == [("replaced", "layer 2")]


def train_with_warnings(model: nn.MLP, X, y, optimizer: nn.SGD) -> nn.Monitor:
    monitor = nn.Monitor(model)
    nn.fit(model, X, y, loss=nn.hinge, optimizer=optimizer, epochs=3, batch_size=20, progress=False,
           monitor=monitor)  # fmt: skip
    return monitor


def test_activation_exchanged_in_mid_run_is_told_and_used() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 1], activation="tanh", seed=0)
    monitor = nn.Monitor(model)
    other = nn.Layer(2, 8, activation="relu", rng=random.Random(0))

    def exchange(info: nn.Step) -> None:
        if info.step == 30:
            for neuron, new in zip(model.layers[0].neurons, other.neurons, strict=True):
                neuron.activation, neuron._activate = new.activation, new._activate

    nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
           epochs=10, batch_size=20, progress=False, monitor=monitor, on_step=exchange)  # fmt: skip
    assert [(a.kind, a.layer) for a in monitor.alarms] == [("replaced", "layer 1")]
    assert 30 < monitor.alarms[0].step <= 55
    assert monitor.statistics("activations")[0].min >= 0.0  # those of relu


def test_weights_that_the_optimizer_does_not_move_are_told() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [8, 1], activation="tanh", seed=0)
    biases = [p for name, p in model.named_parameters() if "bias" in name]
    (alarm,) = train(model, X, y, optimizer=nn.SGD(biases, learning_rate=0.1), epochs=3).alarms
    assert alarm.kind == "stuck_weights"
