"""Over- and underfitting: when the losses of epochs raise an alarm, and when they do not."""

import pytest

import nn
from nn.monitor.alarm import Suspicion
from nn.monitor.curves import Curves, Epoch
from nn.monitor.rules.capacity import overfitting
from tests.networks import moons, train, xor


def found(losses: list[tuple[float, float | None]]) -> list[Suspicion]:
    """Return what the last of these epochs shows; a constant prediction has a loss of 1."""
    curves = Curves()
    curves.baseline = 1.0
    for i, (loss, validation) in enumerate(losses):
        curves.add(Epoch(10 * (i + 1), loss, validation))
    return list(overfitting(curves))


MEMORISED: list[tuple[float, float | None]] = [
    (0.5 - 0.03 * i, 0.5 + 0.06 * (i - 1)) for i in range(12)
]


def test_rising_validation_loss_is_overfitting() -> None:
    (suspicion,) = found(MEMORISED)
    assert suspicion.kind == "overfitting"
    assert suspicion.evidence.startswith("the validation loss rose from ")
    assert suspicion.shown is not None
    assert list(suspicion.shown.lines) == ["training loss", "validation loss"]


def test_single_high_or_low_validation_loss_is_not_overfitting() -> None:
    losses = [(0.5 - 0.02 * i, 0.3 + 0.01 * (i % 3)) for i in range(20)]
    assert found([*losses, (0.1, 0.9)]) == []
    assert found([losses[0], (0.49, 0.05), *losses[1:]]) == []


def test_validation_loss_that_jumps_as_far_as_it_rises_is_not_overfitting() -> None:
    losses = [(0.5 - 0.02 * i, 0.5 + 0.01 * i + 0.2 * (-1) ** i) for i in range(22)]
    assert found(losses) == []


def test_network_that_has_learned_nothing_does_not_overfit() -> None:
    assert found([(loss + 0.6, None if v is None else v + 0.6) for loss, v in MEMORISED]) == []


def test_no_hidden_layer_where_neighbours_predict_better_is_underfitting_with_advice() -> None:
    X, y = xor(0)
    model = nn.MLP(2, [1], seed=0)
    adam = nn.Adam(model.parameters(), learning_rate=0.1)
    (alarm,) = train(model, X, y, optimizer=adam, epochs=15).alarms
    assert (alarm.kind, alarm.layer) == ("underfitting", "layer 1")
    assert alarm.advice.startswith("add a hidden layer: ")
    assert "a vote of the nearest samples gets " in alarm.evidence


def test_rest_that_is_noise_is_not_underfitting() -> None:
    X, y = moons(0, noise=0.1)
    y = [-t if i % 3 == 0 else t for i, t in enumerate(y)]
    model = nn.MLP(2, [1], seed=0)
    adam = nn.Adam(model.parameters(), learning_rate=0.1)
    assert train(model, X, y, optimizer=adam, epochs=30).alarms == []


@pytest.mark.parametrize("seed", range(3))
def test_plateau_of_full_batches_is_not_underfitting_while_it_may_still_learn(seed: int) -> None:
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    model = nn.MLP(2, [8, 1], activation="tanh", seed=seed)
    monitor = nn.Monitor(model)
    nn.fit(model, X, [-1, 1, 1, -1], loss=nn.mean_squared_error, epochs=400, validation=0,
           optimizer=nn.SGD(model.parameters(), learning_rate=0.1), progress=False,
           monitor=monitor)  # fmt: skip
    assert monitor.alarms == []
