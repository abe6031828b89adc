"""The monitor's pictures: what they must show."""

import pytest

import nn
from tests.networks import moons, numbers_of, train, watched


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


def test_activation_map_has_a_line_for_each_neuron() -> None:
    axes = watched().plot.activations().axes[0]
    assert axes.collections[0].get_array().shape == (8, 24)


def test_weight_paths_end_where_the_weights_are() -> None:
    monitor = watched(validation=0)
    (axes,) = monitor.plot.weight_paths("layer 2").axes
    ends = sorted(line.get_ydata()[-1] for line in axes.lines)
    assert ends == pytest.approx(sorted(numbers_of(monitor, 1, "weights")), rel=1e-5)


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
