"""Plots of experiments: sensitivity, loss surface, growth."""

import pytest

import nn
from nn import plots
from nn.parameters import name_in_pictures
from tests.networks import moons

X, y = moons(0, 20)


@pytest.fixture(scope="module")
def model() -> nn.MLP:
    return nn.MLP(2, [3, 1], activation="tanh", seed=0)


def test_sensitivity_has_a_bar_for_each_of_the_most_important(model: nn.MLP) -> None:
    found = nn.sensitivity(model, X)
    axes = plots.sensitivity(found, n=2).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        name_in_pictures(path) for path in found.most(2)
    ]
    heights = [bar.get_width() for bar in axes.patches]
    assert heights == sorted(found.importance, reverse=True)[:2]


def test_loss_surface_has_the_paths_and_their_start(model: nn.MLP) -> None:
    names = [name for name, _ in model.named_parameters()][:2]
    surface = nn.loss_surface(model, X, y, *names, n=5)
    axes = plots.loss_surface(surface, {"SGD": [(0.0, 0.5), (1.0, 1.0)]}).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["SGD", "start"]
    assert axes.lines[0].get_xydata().tolist() == [[0.0, 0.5], [1.0, 1.0]]
    assert axes.collections[-1].get_offsets().tolist() == [[0.0, 0.5]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("layer 1/n1/w1", "layer 1/n1/w2")


def test_plot_without_a_description_of_its_own_says_what_its_axes_are(model: nn.MLP) -> None:
    names = [name for name, _ in model.named_parameters()][:2]
    figure = plots.loss_surface(nn.loss_surface(model, X, y, *names, n=5))
    assert figure.description.startswith("layer 1/n1/w2 against layer 1/n1/w1")


def test_loss_surface_without_paths_marks_the_current_weights(model: nn.MLP) -> None:
    names = [name for name, _ in model.named_parameters()][:2]
    surface = nn.loss_surface(model, X, y, *names, n=5)
    axes = plots.loss_surface(surface).axes[0]
    assert axes.collections[-1].get_offsets().tolist() == [list(surface.here)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["current weights"]


def test_growth_has_a_line_for_each_depth() -> None:
    costs = [nn.Cost(w, d, w * d, 10 * w * d, 100 * w * d, 1e-3) for d in (1, 2) for w in (2, 4)]
    figure = plots.growth(costs)
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "weights and biases",
        "nodes per sample",
        "bytes per sample",
        "seconds per sample",
    ]
    one, two = figure.axes[0].lines
    assert one.get_xydata().tolist() == [[2, 2], [4, 4]]
    assert two.get_xydata().tolist() == [[2, 4], [4, 8]]
    assert two.get_label() == "2 hidden layers"
