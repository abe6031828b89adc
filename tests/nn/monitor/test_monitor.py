"""The monitor: what it measures is what NumPy says, what it keeps is bounded, what it refuses."""

import math
import re

import numpy as np
import pytest

import engine
import nn
from engine import Value
from tests.networks import moons, train


def watched(*, compiled=True, epochs=3, every=1, activation="tanh", **settings):
    X, y = moons(0)
    model = nn.MLP(2, [4, 3, 1], activation=activation, seed=0)
    return train(model, X, y, epochs=epochs, every=every, compiled=compiled, **settings)


def numbers(monitor, layer: int, what: str) -> np.ndarray:
    """Return weights or biases of a layer by the plainest code."""
    neurons = monitor.model.layers[layer].neurons
    if what == "biases":
        return np.array([n.bias.data for n in neurons])
    return np.array([w.data for n in neurons for w in n.weights])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("what", ["weights", "biases"])
def test_statistics_of_a_layer_are_those_of_numpy(compiled: bool, what: str) -> None:
    # Without validation the last epoch's weights stay, which are those of the last look.
    monitor = watched(compiled=compiled, validation=0)
    for i, row in enumerate(monitor.statistics(what)):
        x = numbers(monitor, i, what)
        assert row.layer == f"layer {i + 1}"
        assert row.mean == pytest.approx(x.mean(), rel=1e-5, abs=1e-7)
        assert row.std == pytest.approx(x.std(), rel=1e-5, abs=1e-7)
        assert (row.min, row.max) == pytest.approx((x.min(), x.max()), rel=1e-6)
        assert row.norm == pytest.approx(np.linalg.norm(x), rel=1e-5)
        assert sum(row.histogram[0]) == len(x)


def test_compiled_and_eager_training_are_seen_alike() -> None:
    one, other = watched(compiled=True), watched(compiled=False)
    for what in ("weights", "biases", "gradients", "activations"):
        for a, b in zip(one.statistics(what), other.statistics(what), strict=True):
            assert a.mean == pytest.approx(b.mean, rel=1e-4, abs=1e-6)
            assert a.norm == pytest.approx(b.norm, rel=1e-4, abs=1e-6)


def test_activations_are_what_the_neurons_say() -> None:
    X, _ = moons(0, 30)
    model = nn.MLP(2, [4, 3, 1], activation="sigmoid", seed=0)
    monitor = nn.Monitor(model, X)
    monitor.step(1.0)
    with engine.no_grad():
        said = [[v.data for v in model.layers[0].outputs(x)] for x in X.tolist()]
    found = monitor.statistics("activations", by="neuron")
    assert [row.mean for row in found[:4]] == pytest.approx(np.mean(said, axis=0), rel=1e-6)
    assert [row.neuron for row in found[:4]] == ["n1", "n2", "n3", "n4"]


class Twin(nn.Module):
    """Two networks and a number of its own, called in another order than they are kept in."""

    def __init__(self) -> None:
        self.scale = Value(2.0, "scale")
        self.b = nn.MLP(2, [3, 1], activation="tanh", seed=1)
        self.a = nn.MLP(2, [2, 2], activation="tanh", seed=2)

    def __call__(self, x):
        return self.b(self.a(x)) * self.scale


@pytest.mark.parametrize("compiled", [True, False])
def test_any_module_of_neurons_is_watched(compiled: bool) -> None:
    X, y = moons(0)
    monitor = train(Twin(), X, y, epochs=2, compiled=compiled)
    assert monitor.layers == ["Twin", "b.layer 1", "b.layer 2", "a.layer 1", "a.layer 2"]
    rows = monitor.statistics("activations")
    assert [row.layer for row in rows] == monitor.layers[1:]
    assert all(0 < row.norm < math.inf for row in rows)
    assert monitor.statistics("weights")[0].norm == pytest.approx(2.0, abs=0.5)


def test_module_without_neurons_is_watched_too() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.weight, self.bias = Value(0.5), Value(0.0)

        def __call__(self, x):
            return self.weight * x[0] + self.bias

    X, y = moons(0)
    monitor = train(Line(), X, y, epochs=2)
    assert [row.layer for row in monitor.statistics("weights")] == ["Line"]


def test_update_ratio_of_plain_descent_is_rate_times_gradient_over_weight() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [4, 3, 1], activation="tanh", seed=0)
    monitor = train(model, X, y, epochs=15, optimizer=nn.SGD(model.parameters(), learning_rate=0.1))
    assert len(monitor.looks) >= 8
    for look in monitor.looks:  # those with steps between them too
        assert look.data - look.before == pytest.approx(-0.1 * look.grad, abs=1e-6)


def test_saturation_is_the_share_of_flat_activations() -> None:
    X = [[float(x)] for x in range(-10, 11)]
    model = nn.MLP(1, [1, 1], activation="tanh", init="zeros")
    model.layers[0].neurons[0].weights[0].data = 1.0
    monitor = nn.Monitor(model, X)
    monitor.step(1.0)
    flat = sum(abs(math.tanh(x)) > 0.97 for (x,) in X) / len(X)
    assert monitor.statistics("activations")[0].saturation == pytest.approx(flat)


def test_statistics_of_an_earlier_step_are_kept() -> None:
    monitor = watched()
    steps, norms = monitor.over_time("weights", "norm")
    assert steps == list(range(1, 25))
    assert monitor.statistics(step=7)[1].norm == norms["layer 2"][6] != norms["layer 2"][7]


def test_what_is_kept_is_bounded_however_long_the_run() -> None:
    X, _ = moons(0)
    monitor = nn.Monitor(nn.MLP(2, [16, 16, 1], seed=0), X, every=1)
    sizes = []
    for n in (500, 1_500):
        for _ in range(n):
            monitor.step(1.0)
        monitor.epoch(0.5, 0.5)
        sizes.append(sum(look.nbytes for look in monitor.looks))
    assert len(monitor.looks) <= 256
    assert max(sizes) < 8e6
    steps = [look.step for look in monitor.looks]
    gaps = {b - a for a, b in zip(steps, steps[1:], strict=False)}
    assert steps[0] == 1
    assert len(gaps) == 1  # still evenly spaced
    for _ in range(1_500):
        monitor.epoch(0.5, 0.5)
    assert len(monitor.record.curves.epochs) <= 512


def test_watching_changes_no_bit_of_the_training() -> None:
    X, y = moons(0)
    for compiled in (True, False):
        bits = []
        for monitored in (True, False):
            model = nn.MLP(2, [4, 3, 1], seed=0)
            nn.fit(model, X, y, loss=nn.hinge, epochs=2, progress=False, compiled=compiled,
                   optimizer=nn.Adam(model.parameters()),
                   monitor=nn.Monitor(model, every=1) if monitored else None)  # fmt: skip
            bits.append(model.state_dict())
        assert bits[0] == bits[1]


def test_monitor_reads_well() -> None:
    monitor = nn.Monitor(nn.MLP(2, [4, 1]))
    assert repr(monitor) == "Monitor(MLP(2 → 4 → 1): 0 steps; no alarm)"


# ---- pictures ----


@pytest.mark.parametrize("what", ["weights", "biases", "gradients", "activations"])
def test_histograms_have_a_panel_for_each_layer(what: str) -> None:
    figure = watched().plot.histograms(what)
    assert [axes.get_ylabel() for axes in figure.axes] == ["layer 1", "layer 2", "layer 3"]


def test_gradient_flow_has_a_line_for_each_layer() -> None:
    (axes,) = watched().plot.gradient_flow().axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "layer 1",
        "layer 2",
        "layer 3",
    ]
    assert axes.get_yscale() == "log"


def test_update_ratio_has_its_target() -> None:
    (axes,) = watched().plot.update_ratios().axes
    assert any(list(line.get_ydata()) == [1e-3, 1e-3] for line in axes.lines)


def test_activation_map_has_a_row_for_each_neuron() -> None:
    axes = watched().plot.activations().axes[0]
    assert axes.collections[0].get_array().shape == (8, 24)


def test_weight_paths_end_where_the_weights_are() -> None:
    monitor = watched(validation=0)
    (axes,) = monitor.plot.weight_paths("layer 2").axes
    ends = sorted(line.get_ydata()[-1] for line in axes.lines)
    assert ends == pytest.approx(sorted(numbers(monitor, 1, "weights")), rel=1e-5)


def test_learning_curves_show_both_losses() -> None:
    (axes,) = watched().plot.learning_curves().axes
    assert [text.get_text() for text in axes.get_legend().get_texts()][:2] == [
        "training",
        "validation",
    ]


def test_alarm_is_marked_where_it_began() -> None:
    X, y = moons(0)
    monitor = train(nn.MLP(2, [4, 1], init="zeros"), X, y, epochs=2)
    figures = [*monitor.plot.all().values(), monitor.plot.alarms()]
    assert len(figures) == 8
    for figure in figures[:-1]:
        axes = figure.axes[0]
        assert any("symmetric (layer 1)" in text.get_text() for text in axes.texts)
    assert figures[-1].axes[0].collections


def test_figures_show_themselves_in_a_notebook() -> None:
    assert watched().plot.gradient_flow()._repr_png_().startswith(b"\x89PNG")


def test_report_is_one_page_that_asks_for_nothing_else(tmp_path) -> None:
    X, y = moons(0)
    monitor = train(nn.MLP(2, [4, 1], init="zeros"), X, y, epochs=2)
    text = monitor.report(tmp_path / "run.html").read_text()
    assert text.count("<img") == 7
    assert set(re.findall(r'(?:src|href)="([^"]{5})', text)) == {"data:"}
    assert "<script" not in text
    assert "start with random weights" in text
    assert "layer 1, activations" in text


# ---- what it refuses ----


def test_model_without_parameters_is_refused() -> None:
    class Empty(nn.Module):
        pass

    with pytest.raises(
        ValueError, match=r"Monitor needs a model with parameters to watch, and .*Empty"
    ):
        nn.Monitor(Empty())


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Monitor watches an nn.Module such as nn.MLP, got 3"):
        nn.Monitor(3)


@pytest.mark.parametrize("change", ["neuron", "weight", "layer", "replaced"])
def test_model_changed_in_shape_is_refused(change: str) -> None:
    model = nn.MLP(2, [4, 1], seed=0)
    monitor = nn.Monitor(model)
    monitor.step(1.0)
    if change == "neuron":
        model.layers[0].neurons.append(nn.Neuron(2))
    elif change == "weight":
        model.layers[0].neurons[0].weights.append(Value(1.0))
    elif change == "layer":
        model.layers.append(nn.Layer(1, 1))
    else:
        model.layers = [nn.Layer(2, 5), nn.Layer(5, 1)]
    with pytest.raises(
        ValueError,
        match=r"changed since the monitor was made: it had 17 parameters and now has \d+ .*make a new Monitor",
    ):
        monitor.step(1.0)


def test_monitor_of_another_model_is_refused() -> None:
    X, y = moons(0)
    model = nn.MLP(2, [1], seed=0)
    with pytest.raises(
        ValueError,
        match=r"the monitor watches another model, MLP\(2 → 4 → 1\); make one of this model",
    ):
        nn.fit(model, X, y, loss=nn.hinge, epochs=1, optimizer=nn.Adam(model.parameters()),
               progress=False, monitor=nn.Monitor(nn.MLP(2, [4, 1])))  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "wording"),
    [
        (lambda m: nn.Monitor(m.model, every=0), "every must be at least 1 step, got 0"),
        (lambda m: m.statistics(), "has not seen a step yet; give it to fit"),
        (lambda m: m.plot.gradient_flow(), "has not seen a step yet"),
        (lambda m: m.report("x.html"), "has not seen a step yet"),
        (lambda m: m.plot.learning_curves(), "no epoch has ended yet"),
        (lambda m: m.plot.alarms(), "there is no alarm to draw"),
    ],
)
def test_too_early_questions_are_answered_in_words(ask, wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        ask(nn.Monitor(nn.MLP(2, [4, 1])))


@pytest.mark.parametrize(
    ("ask", "wording"),
    [
        (lambda m: m.statistics("moods"), "statistics are of weights, biases, .* got 'moods'"),
        (
            lambda m: m.statistics(by="hour"),
            "statistics are by layer, neuron, parameter; got 'hour'",
        ),
        (
            lambda m: m.statistics("activations"),
            r"no activations were recorded: .*nn.Monitor\(model, X\)",
        ),
        (lambda m: m.plot.activations(), "no activations were recorded"),
        (lambda m: m.plot.histograms("activations"), "no activations were recorded"),
        (lambda m: m.plot.histograms("moods"), "histograms are of weights, .* got 'moods'"),
        (
            lambda m: m.plot.weight_paths("layer 9"),
            "there is no layer 'layer 9' with weights; there are layer 1",
        ),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, wording: str) -> None:
    monitor = nn.Monitor(nn.MLP(2, [4, 1]))
    monitor.step(1.0)
    with pytest.raises(ValueError, match=wording):
        ask(monitor)


def test_report_in_a_folder_that_is_not_there_says_so(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*make it first"):
        watched().report(tmp_path / "nowhere" / "run.html")


def test_report_on_a_full_disk_says_so_and_keeps_the_old_one(tmp_path, monkeypatch) -> None:
    path = tmp_path / "run.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.files.os.fsync", full)
    with pytest.raises(
        OSError,
        match=r"cannot write the report run.html: No space left .*; choose another folder, or free some space",
    ):
        watched().report(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.html"]
