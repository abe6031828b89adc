"""Plots of a training run, and of the scores of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nn.plots.style import (
    BLUE,
    FAINT,
    INK,
    draw_curves,
    legend_above,
    mark_epoch,
    new_figure,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.history import History


def loss_curves(history: History) -> Figure:
    """Draw the loss and below it the metric by epoch, with the best epoch marked.

    Args:
        history: what `fit` returned. A loss of your own has no metric, so only the loss is drawn.
    """
    panels = [("loss", history.loss, history.validation_loss)]
    if history.metric:
        panels.append((history.metric_name, history.metric, history.validation_metric))
    figure, all_axes = new_figure(8, 1 + 3.25 * len(panels), panels=len(panels))
    best = history.best_epoch
    for axes, (name, training, validation) in zip(all_axes, panels, strict=True):
        draw_curves(axes, training, validation)
        axes.set_ylabel(plain(name))
        percent = name == "accuracy"
        if percent:
            axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.4g} %")
        if best:
            height = (validation or training)[best - 1]
            text = f"{100 * height:.1f} %" if percent else f"{height:.4g}"
            mark_epoch(axes, best, height, f"best epoch, {best}: {text}")
        legend_above(axes)
    axes.set_xlabel("epoch")
    axes.locator_params(axis="x", integer=True)
    return figure


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
