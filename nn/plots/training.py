"""Plots of a training run, and of the scores of many."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from nn.history import History
from nn.plots.axis import Axis
from nn.plots.figure import shown
from nn.plots.panel import Dots, Panel, Rule, curve
from nn.plots.style import BLUE, FAINT, INK, LONG, ORANGE, legend_above, new_figure, plain, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.plots.chart import Chart

FEW = 20  # epochs
BEST = 8.0  # radius of the ring around the best, px


def loss_curves(history: History, *, title: str = "") -> Figure | Chart:
    """Draw the loss and below it the metric by epoch, with the best epoch marked.

    Args:
        history: what `fit` returned. A loss of your own has no metric, so only the loss is drawn.
        title: above the plot.

    Returns:
        A matplotlib Figure, or where matplotlib is not installed a chart of our own. A notebook
        shows either, and `.savefig(path)` writes it.

    Raises:
        TypeError: it is not a history.
        ValueError: no epoch has ended.
    """
    if not isinstance(history, History):
        raise TypeError(
            f"loss_curves needs the History that fit returned, got {type(history).__name__}; draw "
            'a list with plots.lines({"loss": losses})'
        )
    if not len(history):
        raise ValueError("loss_curves needs at least one epoch, got none; train with fit first")
    panels = [panel_of("loss", history.loss, history.validation_loss, history.best_epoch)]
    if history.metric:
        found = history.metric, history.validation_metric, history.best_epoch
        panels.append(panel_of(history.metric_name, *found))
    panels[0] = panels[0]._replace(title=short(title, LONG))
    return shown(panels, 620, 265)


def panel_of(
    name: str, training: Sequence[float], validation: Sequence[float], best: int | None
) -> Panel:
    """Return the panel of one quantity by epoch, counted from 1."""
    percent = name == "accuracy"
    epochs = [float(k + 1) for k in range(len(training))]
    # A single epoch makes no line, so points are marked as long as there are few.
    few = len(training) <= FEW
    styles = (BLUE, (), "o" if few else ""), (ORANGE, (5, 1.5), "s" if few else "")
    marks: list[Any] = [*curve(epochs, training, "training", *styles[0])]
    if validation:
        marks += curve(epochs, validation, "validation", *styles[1])
    height = (validation or training)[best - 1] if best else nan
    if best and isfinite(height):
        text = f"{100 * height:.1f} %" if percent else f"{height:.4g}"
        ring = Dots([best], [height], f"best epoch, {best}: {text}", INK, "o", BEST, hollow=True)
        marks += [Rule(best), ring]
    return Panel(marks, Axis("epoch", whole=True), Axis(short(name), percent=percent))


def runs(
    names: Sequence[str], scores: Sequence[Sequence[float]], *, metric_name: str = "accuracy"
) -> Figure:
    """Draw the scores of several seeds for each setting, and their median.

    Args:
        names: one per setting.
        scores: for each setting, one score per seed.
        metric_name: what the scores measure.
    """
    from statistics import median

    figure, (axes,) = new_figure(8.5, 1.8 + 0.5 * len(names))
    for i, mine in enumerate(scores):
        axes.plot([min(mine), max(mine)], [i, i], color=BLUE, linewidth=8, alpha=0.2, zorder=1)
        axes.scatter(
            mine, [i] * len(mine), color=BLUE, s=55, alpha=0.7, edgecolor="white", zorder=2
        )
        axes.plot([median(mine)] * 2, [i - 0.3, i + 0.3], color=INK, linewidth=3, zorder=3)
    axes.plot([], [], color=INK, linewidth=3, label="median")
    axes.scatter([], [], color=BLUE, s=55, label="one seed")
    axes.set_yticks(range(len(names)), [plain(name) for name in names], fontsize=13)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(f"validation {plain(metric_name)}")
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    legend_above(axes)
    return figure
