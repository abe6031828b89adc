"""The monitor: it measures what NumPy computes, its memory is bounded, and what it refuses."""

import math

import numpy as np
import pytest

import engine
import nn
from engine import Value
from nn.monitor.statistic import histogram
from tests.networks import moons, numbers_of, train, watched


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("what", ["weights", "biases"])
def test_statistics_of_a_layer_are_those_of_numpy(compiled: bool, what: str) -> None:
    # Without validation the last epoch's weights stay, which are those of the last look.
    monitor = watched(compiled=compiled, validation=0)
    for i, row in enumerate(monitor.statistics(what)):
        x = numbers_of(monitor, i, what)
        assert row.layer == f"layer {i + 1}"
        assert row.mean == pytest.approx(x.mean(), rel=1e-5, abs=1e-7)
        assert row.std == pytest.approx(x.std(), rel=1e-5, abs=1e-7)
        assert (row.min, row.max) == pytest.approx((x.min(), x.max()), rel=1e-6)
        assert row.norm == pytest.approx(np.linalg.norm(x), rel=1e-5)
        assert sum(row.histogram[0]) == len(x)


def test_monitor_sees_the_same_in_compiled_and_eager_training() -> None:
    one, other = watched(compiled=True), watched(compiled=False)
    for what in ("weights", "biases", "gradients", "activations"):
        for a, b in zip(one.statistics(what), other.statistics(what), strict=True):
            assert a.mean == pytest.approx(b.mean, rel=1e-4, abs=1e-6)
            assert a.norm == pytest.approx(b.norm, rel=1e-4, abs=1e-6)


def test_activations_are_those_of_the_neurons() -> None:
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


# ---- what it refuses ----


def test_model_without_parameters_is_refused() -> None:
    class Empty(nn.Module):
        pass

    with pytest.raises(
        ValueError, match=r"Monitor needs a model with parameters to watch, and .*Empty"
    ):
        nn.Monitor(Empty())


def test_what_is_not_a_module_is_refused() -> None:
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


def test_old_names_of_what_is_measured_still_work() -> None:
    X, _ = moons(0, 20)
    monitor = nn.Monitor(nn.MLP(2, [4, 1], init="zeros"), X)
    monitor.step(1.0)
    statistic, look = monitor.statistics()[0], monitor.looks[0]
    for thing, old, new in (
        (statistic, "spread", "std"),
        (statistic, "zeros", "zero_fraction"),
        (look, "answers", "activations"),
        (look.activations, "sums", "pre_activation"),
        (look.activations, "activations", "activation"),
        (nn.Alarm("dead", "layer 1", None, 1, "", ""), "place", "location"),
    ):
        with pytest.warns(DeprecationWarning, match=rf"\.{old} is now called {new}; "):
            assert getattr(thing, old) is getattr(thing, new)


@pytest.mark.parametrize(
    "numbers",
    [[], [0.0], [2.0, 2.0], [-1.7e308, 1.7e308], [1e20, 1e20], [1e20, 1.0000000000000002e20],
     [5e-324, 0.0], [1e-310, 2e-310], [1.7976931348623157e308] * 2, [-1.7976931348623157e308],
     [1.0, 1.000000000000001], [1e16, 1e16 + 2], [float("nan"), float("inf"), 1.0]],
)  # fmt: skip
def test_histogram_counts_all_finite_numbers_however_large_or_close(numbers) -> None:
    counts, edges = histogram(np.array(numbers))
    finite = [x for x in numbers if math.isfinite(x)]
    assert sum(counts) == len(finite)
    assert len(edges) == len(counts) + 1
    assert edges == sorted(edges)
    assert all(map(math.isfinite, edges))
    assert all(edges[0] <= x <= edges[-1] for x in finite)
