"""Pictures of training: what they must show, for every kind of task."""

import pytest

import nn
from nn import plots

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
