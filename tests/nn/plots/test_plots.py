"""Pictures of training: what they must show, for every kind of task."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

import nn
from nn import plots
from nn.plots.style import BLUE

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]


@pytest.fixture(scope="module")
def trained():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=2)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    return model, nn.fit(model, X, y, loss=nn.hinge, optimizer=optimizer, epochs=5, progress=False)


def test_loss_curves_show_loss_and_metric_of_both_parts(trained) -> None:
    figure = plots.loss_curves(trained[1])
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    assert len(figure.axes[0].lines) >= 2


def test_decision_boundary_is_drawn_as_png(trained, tmp_path) -> None:
    plots.decision_boundary(trained[0], X, y).savefig(tmp_path / "boundary.png")
    assert (tmp_path / "boundary.png").read_bytes().startswith(b"\x89PNG")


def test_confusion_matrix_counts_every_sample() -> None:
    model = nn.MLP(2, [3], seed=0)
    figure = plots.confusion_matrix(model, X, [i % 3 for i in range(20)], ["a", "b", "c"])
    counts = [t.get_text() for t in figure.axes[0].texts if t.get_text().isdigit()]
    assert sum(map(int, counts)) == 20


def test_predictions_are_drawn_against_true_quantities() -> None:
    figure = plots.predictions(nn.MLP(2, [1], seed=0), X, [a for a, _ in X])
    assert figure.axes


@pytest.mark.parametrize(
    ("targets", "names"),
    [(y, ["class −1", "class +1"]), ([max(t, 0) for t in y], ["class 0", "class 1"])],
)
def test_classes_of_a_boundary_are_called_as_in_y(trained, targets, names) -> None:
    axes = plots.decision_boundary(trained[0], X, targets).axes[0]
    assert axes.get_legend_handles_labels()[1][:2] == names


def test_class_of_positive_outputs_is_blue_in_a_boundary(trained) -> None:
    axes = plots.decision_boundary(trained[0], X, y).axes[0]
    handles, labels = axes.get_legend_handles_labels()
    colour = handles[labels.index("class +1")].get_facecolor()[0]
    assert to_hex(colour) == BLUE


def test_no_letter_of_a_plot_touches_the_edge(trained) -> None:
    for figure in (
        plots.decision_boundary(trained[0], X, y),
        plots.confusion_matrix(trained[0], X, y, ["a rather long name", "another"]),
        plots.loss_curves(trained[1]),
    ):
        file = io.BytesIO()
        figure.savefig(file, format="png")
        pixels = np.asarray(Image.open(file).convert("L"))
        edge = np.concatenate(
            [pixels[:4].ravel(), pixels[-4:].ravel(), pixels[:, :4].ravel(), pixels[:, -4:].ravel()]
        )
        assert edge.min() == 255
