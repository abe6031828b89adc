"""Plots of training: loss curves, and the scores of many runs."""

from math import inf, nan

from nn import plots
from nn.history import History


def history(metric_name: str = "accuracy") -> History:
    found = History(metric_name)
    found.loss, found.validation_loss = [1.0, 0.5, 0.25], [1.1, 0.6, 0.7]
    if metric_name:
        found.metric, found.validation_metric = [0.5, 0.75, 1.0], [0.4, 0.9, 0.8]
    found.best_epoch = 2
    return found


def test_loss_curves_show_loss_and_metric_of_both_parts() -> None:
    drawn = history()
    figure = plots.loss_curves(drawn)
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    for axes, parts in zip(
        figure.axes,
        [(drawn.loss, drawn.validation_loss), (drawn.metric, drawn.validation_metric)],
        strict=True,
    ):
        for line, numbers in zip(axes.lines, parts, strict=False):
            assert list(line.get_xdata()) == [1, 2, 3]
            assert list(line.get_ydata()) == numbers


def test_best_epoch_is_marked_on_the_validation_curve() -> None:
    loss, accuracy = plots.loss_curves(history()).axes
    assert loss.get_legend_handles_labels()[1][-1] == "best epoch, 2: 0.6"
    assert accuracy.get_legend_handles_labels()[1][-1] == "best epoch, 2: 90.0 %"
    assert loss.collections[-1].get_offsets().tolist() == [[2.0, 0.6]]


def test_epoch_whose_loss_is_not_finite_is_a_gap_and_said() -> None:
    found = history("")
    found.loss, found.validation_loss, found.best_epoch = [1.0, nan, 0.5], [1.0, inf, nan], 3
    labels = plots.loss_curves(found).axes[0].get_legend_handles_labels()[1]
    assert labels == ["training (1 of 3 not finite)", "validation (2 of 3 not finite)"]


def test_loss_without_a_metric_has_one_panel() -> None:
    assert [axes.get_ylabel() for axes in plots.loss_curves(history("")).axes] == ["loss"]


def test_runs_show_every_score_and_their_median() -> None:
    (axes,) = plots.runs(["small", "large"], [[0.5, 0.75, 1.0], [0.25]], metric_name="R²").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["small", "large"]
    assert axes.collections[0].get_offsets().tolist() == [[0.5, 0], [0.75, 0], [1.0, 0]]
    medians = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata())[:1] == [-0.3]]
    assert medians == [0.75]
    assert axes.get_xlabel() == "validation R²"
