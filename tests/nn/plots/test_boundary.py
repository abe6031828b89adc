"""Plots of the plane: samples, and what networks predict, as matplotlib draws them."""

import copy
from math import nan

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet

import nn
from nn import plots
from nn.plots.style import BLUE, ORANGE

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]


def plane(w1: float, w2: float, bias: float) -> nn.MLP:
    """Return w1·x1 + w2·x2 + bias as a network."""
    model = nn.MLP(2, [1])
    for p, number in zip(model.parameters(), (w1, w2, bias), strict=True):
        p.data = number
    return model


def boundary_points(axes) -> np.ndarray:
    """Return the points of the boundaries that are drawn in a contour plot, shape (n, 2)."""
    lines = [c for c in axes.collections if isinstance(c, ContourSet) and not c.filled]
    return np.concatenate([path.vertices for line in lines for path in line.get_paths()])


def offsets(axes, label: str) -> list[list[float]]:
    """Return the points to which a legend entry refers."""
    handles, labels = axes.get_legend_handles_labels()
    return handles[labels.index(label)].get_offsets().tolist()


def test_boundary_is_where_the_output_is_0() -> None:
    axes = plots.decision_boundary(plane(2.0, -1.0, -0.5), X, y).axes[0]
    x1, x2 = boundary_points(axes).T
    assert 2 * x1 - x2 - 0.5 == pytest.approx(np.zeros(len(x1)), abs=1e-9)
    assert len(x1) > 20


def test_every_sample_is_drawn_with_its_class() -> None:
    axes = plots.decision_boundary(plane(1.0, 1.0, -1.2), X, y).axes[0]
    for label, sign in (("class −1", -1), ("class +1", 1)):
        assert offsets(axes, label) == [x for x, target in zip(X, y, strict=True) if target == sign]


def test_misclassified_samples_are_ringed() -> None:
    axes = plots.decision_boundary(plane(0.0, 0.0, 1.0), X, y).axes[0]  # always class +1
    wrong = [x for x, target in zip(X, y, strict=True) if target == -1]
    assert offsets(axes, f"misclassified ({len(wrong)})") == wrong


def test_network_without_errors_has_no_rings() -> None:
    model = plane(1.0, 1.0, -1.25)
    targets = [1 if model(x).data > 0 else -1 for x in X]
    axes = plots.decision_boundary(model, X, targets).axes[0]
    assert axes.get_legend_handles_labels()[1] == ["class −1", "class +1"]


def test_validation_samples_are_drawn_next_to_those_of_training_and_named() -> None:
    model = plane(0.0, 0.0, 1.0)  # always class +1
    others = [[0.05, 0.1], [3.0, 4.0]]
    axes = plots.decision_boundary(model, X, y, validation=(others, [-1, 1])).axes[0]
    drawn = {tuple(point) for c in axes.collections for point in np.ma.filled(c.get_offsets(), 9)}
    assert {tuple(x) for x in X + others} <= drawn
    names = axes.get_legend_handles_labels()[1]
    assert names == [
        "class −1", "class +1", "training (20)", "validation (2)", "misclassified (1)",
    ]  # fmt: skip
    assert offsets(axes, "misclassified (1)") == [others[0]]
    assert axes.get_xlim()[1] > 3.0
    handles, _ = axes.get_legend_handles_labels()
    assert handles[2].get_sizes()[0] < handles[3].get_sizes()[0]


def test_validation_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 sample|samples"):
        plots.decision_boundary(plane(0.0, 0.0, 1.0), X, y, validation=([[0.0, 1.0]], [1, -1]))


def test_boundary_needs_two_features() -> None:
    with pytest.raises(
        ValueError, match=r"decision_boundary needs 2 features, got 3; .* or use confusion_matrix"
    ):
        plots.decision_boundary(nn.MLP(3, [1]), [[1.0, 2.0, 3.0]], [1])


@pytest.mark.parametrize(
    ("targets", "names"),
    [(y, ["class −1", "class +1"]), ([max(t, 0) for t in y], ["class 0", "class 1"])],
)
def test_classes_of_a_boundary_are_called_as_in_y(targets, names) -> None:
    axes = plots.decision_boundary(plane(1.0, 0.0, -1.0), X, targets).axes[0]
    assert axes.get_legend_handles_labels()[1][:2] == names


def test_class_of_positive_outputs_is_blue_in_a_boundary() -> None:
    axes = plots.decision_boundary(plane(1.0, 0.0, -1.0), X, y).axes[0]
    handles, labels = axes.get_legend_handles_labels()
    for label, colour in (("class +1", BLUE), ("class −1", ORANGE)):
        assert to_hex(handles[labels.index(label)].get_facecolor()[0]) == colour


REFUSED = {
    "decision_boundary(nn.MLP(3, [1]), X, y)": r"takes 3 inputs, got 2",
    "decision_boundary(model, X, [7] * 20)": r"classes -1 and 1, or 0 and 1 .* got 7 for sample 0",
    "decision_boundaries(model, X, y)": "decision_boundaries needs a dictionary, .* got MLP",
    "decision_boundaries({'a': model}, X, y)": "draws 2 to 4 models side by side, got 1",
    "decision_boundaries(dict.fromkeys('abcde', model), X, y)": "draws 2 to 4 .* got 5",
    "decision_boundaries({'a': model, 'b': 3}, X, y)": "the model comes first",
    "loss_curves([1.0, 0.5])": r"needs the History that fit returned, got list; draw a list with",
    "loss_curves(nn.History('accuracy'))": "loss_curves needs at least one epoch, got none",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(call: str) -> None:
    names = {"plots": plots, "nn": nn, "X": X, "y": y, "model": plane(1.0, 1.0, 0.0), "nan": nan}
    with pytest.raises((TypeError, ValueError), match=REFUSED[call]):
        eval(f"plots.{call}", names)


def test_boundaries_side_by_side_are_each_models_own() -> None:
    models = {"up": plane(0.0, 1.0, -0.5), "across": plane(1.0, 0.0, -0.5)}
    first, second = plots.decision_boundaries(models, X, y).axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["up", "across"]
    assert boundary_points(first)[:, 1] == pytest.approx(0.5)
    assert boundary_points(second)[:, 0] == pytest.approx(0.5)


def test_nudges_of_a_weight_are_compared_by_copies() -> None:
    def nudged(by: float) -> nn.MLP:
        model = copy.deepcopy(plane(1.0, 0.0, -1.0))
        model.layers[0].neurons[0].bias.data += by
        return model

    figure = plots.decision_boundaries({f"{by:+}": nudged(by) for by in (-0.5, 0.0, 0.5)}, X, y)
    crossings = [boundary_points(axes)[0, 0] for axes in figure.axes]
    assert crossings == pytest.approx([1.5, 1.0, 0.5])


def test_panels_side_by_side_name_the_classes_once() -> None:
    models = {"a": plane(1.0, 1.0, -1.2), "b": plane(0.0, 0.0, 1.0)}
    first, second = plots.decision_boundaries(models, X, y).axes
    assert first.get_legend_handles_labels()[1][:2] == ["class −1", "class +1"]
    assert second.get_legend_handles_labels()[1] == [f"misclassified ({y.count(-1)})"]


def test_figure_in_a_notebook_has_its_description() -> None:
    figure = plots.points(X, y, title="Two classes")
    data, metadata = figure._repr_mimebundle_()
    words = "Two classes: x2 against x1; class −1: 8 points; class +1: 12 points"
    assert metadata == {"image/png": {"alt": words}}
    assert data["image/png"].startswith("iVBOR")
