"""Over- and underfitting: when the losses of epochs raise an alarm, and when they do not."""

from nn.monitor.epochs import Curves, Epoch, Finding, finding


def found(
    losses: list[tuple[float, float | None]], *, raised: tuple[str, ...] = (), moves: bool = True
) -> Finding | None:
    """Return what the last of these epochs shows; a constant prediction has a loss of 1."""
    curves = Curves()
    curves.baseline = 1.0
    for i, (loss, validation) in enumerate(losses):
        curves.add(Epoch(10 * (i + 1), loss, validation))
    return finding(curves, raised=raised, layers=["layer 1"], moves=moves)


MEMORISED: list[tuple[float, float | None]] = [
    (0.5 - 0.05 * i, 0.5 + 0.06 * (i - 1)) for i in range(8)
]
STUCK: list[tuple[float, float | None]] = [(0.99, None)] * 8


def test_rising_validation_loss_is_overfitting_since_the_best_epoch() -> None:
    result = found(MEMORISED)
    assert result is not None
    assert (result.suspicion.kind, result.since) == ("overfitting", 10)


def test_single_high_validation_loss_is_not_overfitting() -> None:
    losses = [(0.5 - 0.05 * i, 0.3 + 0.01 * (i % 3)) for i in range(7)]
    assert found([*losses, (0.1, 0.9)]) is None
    assert found([*losses, (0.1, 0.9), (0.1, 0.32), (0.1, 0.9)]) is None
    assert found([*losses, (0.1, 0.9), (0.1, 0.32), (0.1, 0.9), (0.1, 0.9)]) is not None


def test_network_that_has_learned_nothing_does_not_overfit() -> None:
    high = [(loss + 0.6, None if v is None else v + 0.6) for loss, v in MEMORISED[:6]]
    assert found(high) is None


def test_learning_rate_that_is_too_high_explains_a_rising_loss() -> None:
    assert found(MEMORISED, raised=("learning_rate_too_high",)) is None


def test_flat_training_loss_is_underfitting_with_advice() -> None:
    result = found(STUCK)
    assert result is not None
    assert result.suspicion == (
        "underfitting",
        "layer 1",
        None,
        "the training loss has stayed at 0.99 for 8 epochs; the best constant prediction has a "
        "loss of 1",
    )
    assert result.advice == (
        "add a hidden layer: without one the network can only draw a straight line"
    )


def test_any_other_alarm_or_tiny_steps_explain_underfitting() -> None:
    assert found(STUCK, raised=("dead",)) is None
    assert found(STUCK, moves=False) is None
