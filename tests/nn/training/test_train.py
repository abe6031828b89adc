"""fit: what it learns, keeps, resumes and refuses."""

import csv
import math
import threading

import numpy as np
import pytest

import nn
from engine import Value
from nn.progress import progress_bar
from nn.training.fit import latest

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]


def trained(epochs: int = 5, **settings):
    """Return a small network, and its history, after some epochs."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=2)
    settings.setdefault("optimizer", nn.Adam(model.parameters(), learning_rate=0.05))
    settings = {"loss": nn.hinge, "batch_size": 8, "progress": False, **settings}
    return model, nn.fit(model, X, y, epochs=epochs, **settings)


def test_training_lowers_the_loss_and_learns_the_classes() -> None:
    model, history = trained(epochs=60)
    assert history.loss[-1] < 0.3 * history.loss[0]
    assert nn.accuracy(model, X, y) >= 0.9
    assert history.stopped == "epochs"


def test_history_has_a_number_for_each_epoch() -> None:
    _, history = trained(epochs=3)
    for name in ("loss", "validation_loss", "metric", "validation_metric", "learning_rate"):
        assert len(getattr(history, name)) == len(history) == 3
    assert history.metric_name == "accuracy"


def test_same_seed_gives_the_same_bits() -> None:
    assert trained(seed=3)[0].state_dict() == trained(seed=3)[0].state_dict()
    assert trained(seed=3)[0].state_dict() != trained(seed=4)[0].state_dict()


def test_every_sample_is_used_in_every_epoch_the_short_batch_too() -> None:
    seen: list[int] = []

    def counting(predictions, targets):
        seen.append(len(targets))
        return nn.hinge(predictions, targets)

    trained(epochs=2, loss=counting, validation=0, compiled=False)  # which calls it every time
    assert seen == [8, 8, 4, 8, 8, 4]


def test_model_is_left_with_the_weights_of_its_best_epoch() -> None:
    model, history = trained(epochs=30)
    best = min(history.validation_loss)
    assert history.validation_loss[history.best_epoch - 1] == best
    again, _ = trained(epochs=history.best_epoch)
    assert again.state_dict() == model.state_dict()


def test_patience_stops_a_run_that_no_longer_improves() -> None:
    _, history = trained(epochs=200, patience=3)
    assert history.stopped == "patience"
    assert len(history) == history.best_epoch + 3 < 200


def test_validation_may_be_samples_of_your_own() -> None:
    _, history = trained(epochs=2, validation=(np.array([[0.0, 0.0]]), np.array([-1])))
    assert len(history.validation_loss) == 2


def test_penalty_makes_weights_smaller() -> None:
    def size(model) -> float:
        return sum(w.data**2 for n in model.layers[0].neurons for w in n.weights)

    plain, _ = trained(epochs=30, validation=0)
    bounded, _ = trained(epochs=30, validation=0, penalty=lambda model: nn.l2(model, 0.1))
    assert size(bounded) < 0.5 * size(plain)


def test_on_step_is_called_after_each_step() -> None:
    steps: list[nn.Step] = []
    trained(epochs=2, on_step=steps.append)
    assert [(s.step, s.epoch) for s in steps] == [(1, 0), (2, 0), (3, 1), (4, 1)]
    assert all(math.isfinite(s.loss) for s in steps)


def test_regression_is_measured_by_r_squared() -> None:
    model = nn.MLP(1, [1], seed=0)
    rows, targets = [[x / 10] for x in range(20)], [3 * x / 10 - 1 for x in range(20)]
    history = nn.fit(
        model,
        rows,
        targets,
        loss=nn.mean_squared_error,
        optimizer=nn.Adam(model.parameters(), learning_rate=0.1),
        epochs=100,
        progress=False,
    )
    assert history.metric_name == "R²"
    assert history.validation_metric[-1] > 0.99


def test_several_classes_are_learned_with_cross_entropy() -> None:
    rows = [[a + i / 50, -a + i / 40] for a in (-1.0, 0.0, 1.0) for i in range(6)]
    classes = [c for c in range(3) for _ in range(6)]
    model = nn.MLP(2, [3], seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
    nn.fit(model, rows, classes, loss=nn.cross_entropy, optimizer=optimizer, epochs=80,
           validation=0, progress=False)  # fmt: skip
    assert nn.accuracy(model, rows, classes) == 1.0


def stop_at(step: int, error: BaseException):
    def on_step(info: nn.Step) -> None:
        if info.step == step:
            raise error

    return on_step


def test_ctrl_c_returns_the_history_so_far_and_the_best_weights() -> None:
    model, history = trained(epochs=50, on_step=stop_at(7, KeyboardInterrupt()))
    assert history.stopped == "interrupted"
    assert len(history) == 3
    again, _ = trained(epochs=history.best_epoch)
    assert again.state_dict() == model.state_dict()


def test_checkpoint_resumes_to_the_same_bits(tmp_path) -> None:
    path = tmp_path / "run.json"
    whole_model, whole = trained(epochs=6)
    with pytest.raises(RuntimeError, match="power cut"):
        trained(epochs=6, checkpoint=path, on_step=stop_at(8, RuntimeError("power cut")))
    model, history = trained(epochs=6, checkpoint=path)
    assert model.state_dict() == whole_model.state_dict()
    assert history.loss == whole.loss
    assert history.validation_metric == whole.validation_metric


def test_finished_run_can_be_taken_further(tmp_path) -> None:
    whole, _ = trained(epochs=6)
    trained(epochs=2, checkpoint=tmp_path / "run.json")
    further, history = trained(epochs=6, checkpoint=tmp_path / "run.json")
    assert further.state_dict() == whole.state_dict()
    assert len(history) == 6


def test_run_that_diverges_stops_with_a_remedy() -> None:
    model = nn.MLP(2, [1], seed=0)
    with pytest.warns(
        RuntimeWarning, match="training stopped: loss is (inf|nan).*smaller learning"
    ):
        nn.fit(model, [[1e6 * a, b] for a, b in X], y, loss=nn.mean_squared_error,
               optimizer=nn.SGD(model.parameters(), learning_rate=1e6), epochs=50,
               progress=False)  # fmt: skip
    assert all(math.isfinite(p.data) for p in model.parameters())


def test_history_is_written_as_csv(tmp_path) -> None:
    _, history = trained(epochs=2)
    history.to_csv(tmp_path / "history.csv")
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["validation_loss"]) for row in rows] == history.validation_loss


def test_history_reads_well() -> None:
    _, history = trained(epochs=2)
    assert repr(history).startswith("History(2 epochs, best ")


def test_progress_bar_shows_loss_and_metric(capsys) -> None:
    trained(epochs=2, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown
    assert "loss 0." in shown
    assert "accuracy" in shown


def test_loss_of_a_diverged_run_is_shown_without_its_300_digits() -> None:
    history = nn.History("accuracy")
    history.loss, history.metric = [1e300], [-1e7]
    assert latest(history) == "loss 1e+300, accuracy -1e+07"
    history.loss, history.metric = [0.12345], [0.5]
    assert latest(history) == "loss 0.1235, accuracy 0.500"


def test_prediction_records_no_graph_and_touches_no_gradient() -> None:
    model = nn.MLP(2, [3, 2], seed=0)
    outputs = nn.predict(model, X[:2])
    assert [len(row) for row in outputs] == [2, 2]
    assert outputs[0] == [v.data for v in model(X[0])]


def test_accuracy_reads_both_ways_of_naming_two_classes() -> None:
    model, _ = trained(epochs=30)
    assert nn.accuracy(model, X, y) == nn.accuracy(model, X, [int(t > 0) for t in y])


@pytest.mark.parametrize(
    ("outputs", "label", "wording"),
    [
        (1, 7, "accuracy needs classes -1 and 1, or 0 and 1 .* got 7 for sample 1"),
        (3, 3, "accuracy needs classes from 0 for a model of 3 outputs, got 3 for sample 1"),
    ],
)
def test_accuracy_refuses_classes_that_the_model_has_not_got(outputs, label, wording) -> None:
    with pytest.raises(ValueError, match=wording):
        nn.accuracy(nn.MLP(2, [outputs], seed=0), X[:2], [1, label])


OTHER = nn.MLP(2, [1])
ONE = nn.MLP(2, [1], seed=0)


def attempt(**changes):
    settings = {
        "X": X,
        "y": y,
        "loss": nn.hinge,
        "optimizer": nn.SGD(ONE.parameters(), learning_rate=0.1),
        "epochs": 1,
        "progress": False,
        **changes,
    }
    return nn.fit(ONE, settings.pop("X"), settings.pop("y"), **settings)


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"y": y[:-1]}, "X has 20 samples and y has 19 targets"),
        ({"X": [], "y": []}, "there must be at least one sample, got empty data"),
        ({"X": [[1, 2], [3]], "y": [1, 1]}, "sample 0 has 2, sample 1 has 1"),
        ({"X": [[1, 2], [3, math.nan]], "y": [1, 1]}, "X has nan in sample 1, feature 1"),
        ({"X": np.array([[1, 2], [np.inf, 0]]), "y": [1, 1]}, "X has inf in sample 1, feature 0"),
        ({"X": [1.0, 2.0], "y": [1, 1]}, r"X must be a table.*\[\[x\] for x in X\]"),
        ({"y": [math.nan] * 20, "loss": nn.mean_squared_error}, "y has nan for sample 0"),
        ({"X": [[1.0]] * 20}, r"Layer\(2 → 1, linear\) takes 2 inputs, got 1"),
        ({"y": [0] * 20}, "hinge needs targets -1 or 1, got 0"),
        ({"y": [*y[:17], 2, 1, 1]}, "hinge needs targets -1 or 1, got 2 for sample 17"),
        ({"validation": 1.0}, "validation must be a share from 0 to below 1"),
        ({"validation": 0.001}, "leaves 0 to validate on"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"epochs": -1}, "epochs must be at least 0, got -1"),
        ({"patience": 0}, "patience must be at least 1 epoch"),
        ({"patience": 3, "validation": 0}, "patience needs validation samples"),
        (
            {"optimizer": nn.SGD(OTHER.parameters(), learning_rate=0.1)},
            "the optimizer moves no parameter of this model",
        ),
    ],
)
def test_bad_data_and_settings_are_refused_in_words(changes, wording) -> None:
    before = ONE.state_dict()
    with pytest.raises(ValueError, match=wording):
        attempt(**changes)
    assert ONE.state_dict() == before


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"X": [[0, 1], ["red", 1]], "y": [1, 1]}, "X must hold numbers only; sample 1 has 'red'"),
        ({"X": [["1.0", 1.0]], "y": [1]}, "sample 0 has '1.0'; turn text into numbers first"),
        ({"X": [[1, None]], "y": [1]}, "sample 0 has None"),
        ({"X": np.zeros((1, 2, 2)), "y": [1]}, "give one flat list per sample"),
        (
            {"y": ["a"] * 20},
            "y must hold numbers only; sample 0 has 'a'; number the classes from 0",
        ),
        ({"y": [*y[:19], None]}, "y must hold numbers only; sample 19 has None"),
        ({"epochs": 1.5}, r"epochs must be a whole number, got 1\.5"),
        ({"batch_size": "8"}, "batch_size must be a whole number, got '8'"),
    ],
)
def test_text_and_gaps_in_the_data_are_refused_in_words(changes, wording) -> None:
    with pytest.raises(TypeError, match=wording):
        attempt(**changes)


def test_no_epochs_leave_the_model_as_it_was() -> None:
    before = ONE.state_dict()
    assert len(attempt(epochs=0)) == 0
    assert ONE.state_dict() == before


def test_own_module_can_be_trained() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.weight, self.bias = Value(0.0, "w"), Value(0.0, "b")

        def __call__(self, x):
            return self.weight * x[0] + self.bias

    line = Line()
    nn.fit(line, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], loss=nn.mean_squared_error,
           optimizer=nn.Adam(line.parameters(), learning_rate=0.1), epochs=400, validation=0,
           progress=False)  # fmt: skip
    assert line.weight.data == pytest.approx(2.0, abs=1e-2)
    assert line.bias.data == pytest.approx(1.0, abs=1e-2)


def test_progress_bar_starts_no_thread(capsys) -> None:
    before = threading.enumerate()
    bar = progress_bar(10, done=0, unit="step", shown=True)
    during = threading.enumerate()
    bar.close()
    assert during == before


# ---- validation samples that are also trained on ----

SHARED = "validation samples are among the training samples"


@pytest.mark.parametrize("n", [2, 20])
def test_validation_samples_that_are_trained_on_are_told(n) -> None:
    others = [[a + 100.0, b] for a, b in X[: 20 - n]]
    held_back = X[:n] + others[: 20 - n], y
    with pytest.warns(RuntimeWarning, match=f"{n} of 20 {SHARED}"):
        trained(validation=held_back)


@pytest.mark.parametrize(
    "held_back",
    [
        ([[a + 0.05, b] for a, b in X], y),
        (X[:1] + [[a + 0.05, b] for a, b in X[1:]], y),
        (X, [-target for target in y]),
    ],
    ids=["others", "one by chance", "other targets"],
)
def test_other_validation_samples_are_silent(held_back) -> None:
    trained(epochs=1, validation=held_back)


@pytest.mark.parametrize("n_features", [2, 4])
def test_truth_table_as_its_own_validation_is_silent(n_features) -> None:
    rows = [[float(i >> k & 1) for k in range(n_features)] for i in range(2**n_features)]
    parity = [2 * (sum(row) % 2) - 1 for row in rows]
    model = nn.MLP(n_features, [4, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    settings = {"loss": nn.hinge, "optimizer": optimizer, "epochs": 1, "progress": False}
    nn.fit(model, rows, parity, validation=(rows, parity), **settings)


def test_small_whole_numbers_that_come_up_again_are_silent() -> None:
    rows = [[float(i % 7), float(i % 5)] for i in range(60)]
    targets = [float(a * b) for a, b in rows]
    model = nn.MLP(2, [4, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.001)
    settings = {"loss": nn.mean_squared_error, "optimizer": optimizer, "epochs": 1}
    held_back = rows[:20], targets[:20]
    nn.fit(model, rows[20:], targets[20:], validation=held_back, progress=False, **settings)


@pytest.mark.parametrize("compiled", [False, "auto"])
@pytest.mark.filterwarnings("ignore:training eagerly")
def test_loss_that_returns_a_plain_number_is_refused(compiled) -> None:
    def loss(outputs, targets):
        return sum((a.data - t) ** 2 for a, t in zip(outputs, targets, strict=True))

    with pytest.raises(TypeError, match="a loss must return a Value, got"):
        trained(loss=loss, compiled=compiled)
