"""Ctrl-C: wherever it comes, the history, the weights and the model that is left fit together."""

import signal
import sys
import time

import pytest

import nn
from nn.training import fit
from nn.training.interruption import STOP, stoppable, undisturbed
from tests.networks import moons

COLUMNS = ("loss", "validation_loss", "metric", "validation_metric", "learning_rate")


class AtLine:
    """A trace function that raises KeyboardInterrupt at the n-th line of an epoch's bookkeeping."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, frame, event, argument):
        inside = frame.f_code.co_name in ("go_through", "judge")
        return self.line if inside and frame.f_code.co_filename == fit.__file__ else None

    def line(self, frame, event, argument):
        self.n -= event == "line"
        if self.n == 0:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self.line


def trained(n: int) -> tuple[nn.MLP, nn.History, list[dict[str, float]]]:
    """Train with an interrupt at the n-th line; return also the weights after each epoch."""
    X, y = moons(0)
    model, weights = nn.MLP(2, [2, 1], seed=0), []
    monitor = nn.Monitor(model)
    watched, monitor.epoch = monitor.epoch, lambda *losses: (
        weights.append(model.state_dict()), watched(*losses))[1]  # fmt: skip
    before = sys.gettrace()
    sys.settrace(AtLine(n))
    try:
        history = nn.fit(model, X[:20], y[:20], loss="hinge", optimizer=nn.Adam, epochs=3,
                         batch_size=10, compiled=False, monitor=monitor, progress=False)  # fmt: skip
    finally:
        sys.settrace(before)
    return model, history, weights


def test_ctrl_c_between_any_two_lines_leaves_whole_epochs_and_the_best_weights() -> None:
    stops = set()
    for n in range(1, 200, 3):
        model, history, weights = trained(n)
        assert {len(getattr(history, column)) for column in COLUMNS} == {len(history)}
        stops.add((history.stopped, len(history)))
        if history.best_epoch is not None:
            best = min(history.validation_loss)
            assert history.validation_loss.index(best) + 1 == history.best_epoch
            assert model.state_dict() == weights[history.best_epoch - 1]
    assert stops >= {("interrupted", 0), ("interrupted", 1), ("interrupted", 2), ("epochs", 3)}


def test_ctrl_c_waits_until_a_block_is_done() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), undisturbed():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_second_signal_just_after_the_first_belongs_to_it(number, code) -> None:
    before = signal.getsignal(number)
    with stoppable():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)
        assert STOP.code == code
    assert signal.getsignal(number) == before


def test_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as of a program run with nohup or &
    try:
        with stoppable():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


class Dropped:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_while_an_object_is_freed_is_not_lost(capfd) -> None:
    with pytest.raises(KeyboardInterrupt), stoppable():  # noqa: PT012
        thing = Dropped()
        del thing
        while True:
            time.sleep(0.001)
    assert capfd.readouterr().err == ""
