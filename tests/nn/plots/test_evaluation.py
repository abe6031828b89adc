"""Plots of predictions: what they must show, for every kind of task."""

import io

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from PIL import Image

import nn
from nn import plots

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]


def plane(w1: float, w2: float, bias: float) -> nn.MLP:
    """Return w1·x1 + w2·x2 + bias as a network."""
    model = nn.MLP(2, [1])
    for p, number in zip(model.parameters(), (w1, w2, bias), strict=True):
        p.data = number
    return model


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
