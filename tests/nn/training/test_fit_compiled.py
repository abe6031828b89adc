"""Tests of `nn.fit` and `nn.predict` on compiled models."""

from __future__ import annotations

import io

import numpy as np
import pytest

import engine
import nn
from engine import Value
from tests.moons import moons
from tests.random_programs import assert_same


@pytest.mark.parametrize("loss", ["hinge", "binary_cross_entropy", "mean_squared_error", "own"])
def test_fit_follows_the_same_path_compiled_or_eager(loss: str) -> None:
    X, y = moons(40)
    y = (y > 0).astype(float) if loss == "binary_cross_entropy" else y

    def own(predictions, targets):  # not a mean over samples
        return sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True))

    runs = []
    for compiled in (True, False):
        model = nn.MLP(2, [6, 1], seed=0)
        history = nn.fit(
            model,
            X,
            y,
            loss=own if loss == "own" else getattr(nn, loss),
            optimizer=nn.Adam(model.parameters(), learning_rate=0.02),
            epochs=25,
            batch_size=9,
            penalty=nn.l2,
            progress=False,
            compiled=compiled,
        )
        weights = [p.data for p in model.parameters()]
        runs.append([*history.loss, *history.metric, *history.validation_loss, *weights])
    assert_same(*runs, tolerance=1e-9)


def test_fit_trains_several_classes_compiled() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) + np.repeat([[0, 3], [3, 0], [-3, -3]], 20, axis=0)
    y = np.repeat([0, 1, 2], 20)
    model = nn.MLP(2, [8, 3], seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    history = nn.fit(
        model, X, y, loss=nn.cross_entropy, optimizer=optimizer, epochs=15, progress=False,
        compiled=True,
    )  # fmt: skip
    assert history.metric[-1] > 0.9


def test_fit_falls_back_to_the_eager_engine_with_one_line() -> None:
    class Deciding(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x[0] if x[0] > 0 else self.w * 2.0

    model = Deciding()
    settings = {
        "loss": nn.mean_squared_error,
        "optimizer": nn.SGD(model.parameters(), learning_rate=0.1),
        "epochs": 2,
        "progress": False,
    }
    X, y = [[1.0], [-1.0], [0.5], [2.0], [0.1]], [1.0, 2.0, 0.5, 2.0, 0.1]
    with pytest.warns(RuntimeWarning, match="training eagerly.*deciding by a comparison"):
        history = nn.fit(model, X, y, **settings)
    assert len(history) == 2
    with pytest.raises(engine.RecordingError):
        nn.fit(model, X, y, **settings, compiled=True)
    with pytest.raises(ValueError, match='compiled must be True, False or "auto"'):
        nn.fit(model, X, y, **settings, compiled="yes")


@pytest.mark.parametrize("sizes", [[4, 1], [4, 3]])
def test_many_predictions_of_a_compiled_model_are_those_of_the_model(sizes: list[int]) -> None:
    model = nn.MLP(2, sizes, seed=0)
    X, _ = moons(100)
    nn.predict(model, X)
    assert type(model.parameters()[0]) is Value  # a model trained by hand is left as it is
    engine.compile(lambda x: sum(nn.metrics.outputs_of(model(x))))([0.1, 0.2])
    found = nn.predict(model, X)
    for row, output in zip(X, found, strict=True):
        answer = nn.metrics.plain(model(row))
        assert output == pytest.approx(answer, rel=1e-12)
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        nn.predict(model, [[1.0, 2.0, 3.0]] * 100)


class Scaled(nn.Module):
    """A network whose outputs are multiplied by a number that a program cannot watch."""

    def __init__(self) -> None:
        self.inner, self.file = nn.MLP(2, [4, 1], activation="tanh", seed=0), io.StringIO("1.0")
        self.dropout = nn.Dropout(0.25, seed=0)

    def scale_by(self, text: str) -> None:
        self.file.seek(0)
        self.file.write(text)

    def __call__(self, x):
        return self.inner(self.dropout(x)) * float(self.file.getvalue())


def run_of_scaled(
    change_at: int, *, monitored: bool = False, **settings: object
) -> tuple[nn.History, list[float], nn.Adam]:
    """Train while the number changes after a step; return the history, weights and optimiser."""
    model = Scaled()
    X, y = moons(40)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)

    def change(step: nn.Step) -> None:
        if step.step == change_at:
            model.scale_by("3.0")

    history = nn.fit(
        model, X, y, loss=nn.hinge, optimizer=optimizer, epochs=12, batch_size=8, on_step=change,
        validation=0.0, progress=False, monitor=nn.Monitor(model) if monitored else None,
        **settings,
    )  # fmt: skip
    return history, [p.data for p in model.parameters()], optimizer


# The end of an audited epoch; a step in the next; after fewer audits; the last step of all.
@pytest.mark.parametrize(("change_at", "epoch"), [(7, 1), (20, 1), (43, 8), (60, 8)])
def test_fit_goes_back_and_on_eagerly_after_a_change_around_the_model(
    change_at: int, epoch: int
) -> None:
    with pytest.warns(RuntimeWarning, match=rf"goes back to the end of epoch {epoch} ") as caught:
        history, weights, optimizer = run_of_scaled(change_at)
    assert [w.filename for w in caught] == [__file__]
    assert "no longer does what was recorded" in str(caught[0].message)
    assert "\n" not in str(caught[0].message)
    assert optimizer.steps == 12 * 5
    assert {len(column) for column in (history.loss, history.metric, history.learning_rate)} == {12}
    # Exactly what the eager engine makes of a change after that epoch.
    wanted, weights_wanted, _ = run_of_scaled(epoch * 5, compiled=False)
    assert_same([*history.loss, *weights], [*wanted.loss, *weights_wanted], tolerance=1e-9)


def test_a_monitor_whose_program_is_stale_as_well_sends_nobody_back_again() -> None:
    with pytest.warns(RuntimeWarning) as caught:
        history, weights, _ = run_of_scaled(20, monitored=True)
    assert ["goes back to the end of epoch 1 " in str(w.message) for w in caught] == [True]
    wanted, weights_wanted, _ = run_of_scaled(5, compiled=False)
    assert_same([*history.loss, *weights], [*wanted.loss, *weights_wanted], tolerance=1e-9)


def test_a_stale_program_of_the_users_own_is_not_that_of_fit() -> None:
    model = Scaled()
    program = engine.compile(model, audit="always")

    def look(step: nn.Step) -> None:
        program([1.0, 2.0])
        if step.step == 6:
            model.scale_by("3.0")

    X, y = moons(40)
    with pytest.raises(engine.StaleProgramError):
        nn.fit(
            model, X, y, loss=nn.hinge, optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
            epochs=2, on_step=look, batch_size=8, compiled=False, validation=0.0, progress=False,
        )  # fmt: skip


def test_fit_without_audits_goes_on_with_what_was_recorded() -> None:
    history, weights, _ = run_of_scaled(12, audit=False)
    wanted, weights_wanted, _ = run_of_scaled(-1, compiled=False)
    assert_same([*history.loss, *weights], [*wanted.loss, *weights_wanted], tolerance=1e-9)


def test_fit_that_always_audits_notices_at_the_next_step() -> None:
    with pytest.warns(RuntimeWarning, match="goes back to the end of epoch 1 and on eagerly"):
        run_of_scaled(13, audit="always")


def test_audits_of_fit_change_no_number() -> None:
    with_audits, without = (run_of_scaled(-1, audit=audit) for audit in (True, False))
    assert with_audits[1] == without[1]
    assert with_audits[0].loss == without[0].loss


def test_fit_refuses_another_audit() -> None:
    with pytest.raises(ValueError, match='audit must be True, False or "always", got 3'):
        run_of_scaled(-1, audit=3)
