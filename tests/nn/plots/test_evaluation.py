"""Plots of predictions: what they must show, for every kind of task."""

import io

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from PIL import Image

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


def test_names_with_dollars_and_underscores_are_printed_as_they_are() -> None:
    names = ["_low $5", "high\n$x^2$"]
    options = {"feature_names": ["price $a$", "b"], "class_names": names}
    figure = plots.decision_boundary(plane(1.0, 1.0, -1.2), X, y, **options)
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend[:2] == [r" _low \$5", r"high \$x^2\$"]
    assert figure.axes[0].get_xlabel() == r"price \$a\$"
    figure.savefig(io.BytesIO(), format="png")
    plots.predictions(plane(1.0, 1.0, 0.0), X, [a for a, _ in X], target_name="$").savefig(
        io.BytesIO(), format="png"
    )
    plots.confusion_matrix(plane(1.0, 1.0, -1.2), X, y, names).savefig(io.BytesIO(), format="png")


def test_large_numbers_of_an_axis_do_not_run_together() -> None:
    model = plane(900_000.0, 0.0, 100_000.0)
    figure = plots.predictions(model, X, [900_000 * a + 100_000 for a, _ in X])
    figure.canvas.draw()
    boxes = [
        label.get_window_extent() for label in figure.axes[0].get_xticklabels() if label.get_text()
    ]
    assert len(boxes) >= 3
    assert all(a.x1 + 5 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))
    assert "1,000,000" in [label.get_text() for label in figure.axes[0].get_xticklabels()]


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


def test_confusion_matrix_counts_each_true_class_by_its_prediction() -> None:
    model = plane(0.0, 1.0, -0.45)
    axes = plots.confusion_matrix(model, X, y, ["low", "high"]).axes[0]
    expected = np.zeros((2, 2), int)
    for x, target in zip(X, y, strict=True):
        expected[int(target > 0), int(model(x).data > 0)] += 1
    counts = np.zeros((2, 2), int)
    for text in axes.texts:
        predicted, true = text.get_position()
        counts[true, predicted] = int(text.get_text())
    assert counts.tolist() == expected.tolist()
    assert axes.get_title() == f"{expected.trace()} of 20 correct ({5 * expected.trace():.1f} %)"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["low", "high"]


def test_predictions_are_drawn_against_true_values() -> None:
    model = plane(0.5, 0.25, 0.1)
    targets = [a for a, _ in X]
    axes = plots.predictions(model, X, targets, target_name="height").axes[0]
    predicted = [model(x).data for x in X]
    (points,) = [c for c in axes.collections if not isinstance(c, LineCollection)]
    assert np.array(points.get_offsets()) == pytest.approx(np.array([targets, predicted]).T)
    (errors,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    lines = [(t, t, t, p) for t, p in zip(targets, predicted, strict=True)]
    assert np.reshape(errors.get_segments(), (-1, 4)) == pytest.approx(np.array(lines))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("true height", "predicted height")


def test_predictions_of_several_outputs_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"predictions needs a model with one output, got 3 outputs; use confusion"
    ):
        plots.predictions(nn.MLP(2, [3]), X, y)


def history() -> nn.History:
    found = nn.History("accuracy")
    found.loss, found.metric, found.best_epoch = [1.0, 0.5], [0.5, 1.0], 2
    return found


def test_no_letter_of_a_plot_touches_the_edge() -> None:
    for figure in (
        plots.decision_boundary(plane(1.0, 1.0, -1.2), X, y),
        plots.confusion_matrix(plane(1.0, 1.0, -1.2), X, y, ["a rather long name", "another"]),
        plots.loss_curves(history()),
    ):
        file = io.BytesIO()
        figure.savefig(file, format="png")
        pixels = np.asarray(Image.open(file).convert("L"))
        edge = np.concatenate(
            [pixels[:4].ravel(), pixels[-4:].ravel(), pixels[:, :4].ravel(), pixels[:, -4:].ravel()]
        )
        assert edge.min() == 255
