"""Plots of experiments: a loss surface, the cost of growth, the sensitivity to each weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.parameters import name_in_pictures
from nn.plots.style import (
    BLUE,
    COLOURS,
    FAINT,
    INK,
    MARKERS,
    ORANGE,
    legend_above,
    new_figure,
    plain,
    shades,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.experiments.growth import Cost
    from nn.experiments.loss_surface import Surface
    from nn.experiments.sensitivity import Sensitivity

PATH = 60  # letters of a parameter's path, if it has no shorter name
PATH_COLOURS = (ORANGE, INK, "#8250df", "#00734f")  # visible on every shade of blue


def loss_surface(
    surface: Surface, paths: Mapping[str, Sequence[tuple[float, float]]] | None = None
) -> Figure:
    """Draw the loss over two weights as a contour map, with the paths of optimisers on it.

    Args:
        surface: what `nn.loss_surface` returned.
        paths: for each name, the two weights at each step.
    """
    import numpy as np

    figure, (axes,) = new_figure(8, 7)
    low, high = float(surface.loss.min()), float(surface.loss.max())
    # Contours are closer together near the minimum, where the detail is.
    levels = low + (high - low) * np.linspace(0, 1, 25) ** 2 if high > low else [low, low + 1e-12]
    heights = shades("#eef4fa", "#9dbcd9", "#3c6a94")
    filled = axes.contourf(surface.across, surface.up, surface.loss, levels, cmap=heights)
    axes.contour(surface.across, surface.up, surface.loss, levels, colors="white", linewidths=0.7)
    bar = figure.colorbar(filled, ax=axes, pad=0.02)
    bar.set_label("loss", fontsize=14, color=INK)
    bar.ax.tick_params(labelsize=12)
    for i, (name, path) in enumerate((paths or {}).items()):
        x, y = zip(*path, strict=True)
        style: dict[str, Any] = {"color": PATH_COLOURS[i % len(PATH_COLOURS)], "zorder": 3}
        axes.plot(x, y, linewidth=2.5, label=plain(name), **style)
        axes.scatter(
            x[-1:], y[-1:], s=110, marker=MARKERS[i % len(MARKERS)], edgecolor="white", **style
        )
    ring: dict[str, Any] = {"s": 130, "facecolor": "white", "edgecolor": INK, "linewidth": 2}
    start = next(iter(paths.values()))[0] if paths else surface.here
    axes.scatter(*start, label="start" if paths else "current weights", zorder=4, **ring)
    axes.set(xlim=surface.across[[0, -1]], ylim=surface.up[[0, -1]])
    axes.set_xlabel(plain(name_in_pictures(surface.names[0]), PATH))
    axes.set_ylabel(plain(name_in_pictures(surface.names[1]), PATH))
    legend_above(axes)
    return figure


def growth(costs: Sequence[Cost]) -> Figure:
    """Draw the cost of networks by width, one line per depth.

    Args:
        costs: what `nn.growth` returned.
    """
    quantities = {
        "parameters": "weights and biases",
        "nodes": "nodes per sample",
        "bytes": "bytes per sample",
        "seconds": "seconds per sample",
    }
    figure, all_axes = new_figure(8, 11, panels=len(quantities))
    depths = sorted({cost.depth for cost in costs})
    for axes, (field, name) in zip(all_axes, quantities.items(), strict=True):
        for i, depth in enumerate(depths):
            mine = [cost for cost in costs if cost.depth == depth]
            axes.plot(
                [cost.width for cost in mine],
                [getattr(cost, field) for cost in mine],
                color=COLOURS[i % len(COLOURS)],
                marker=MARKERS[i % len(MARKERS)],
                linewidth=2.5,
                markersize=8,
                label=f"{depth} hidden layer{'s' if depth > 1 else ''}",
            )
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_ylabel(name)
        axes.grid(color=FAINT, linewidth=0.8)
    widths = sorted({cost.width for cost in costs})
    all_axes[-1].set_xticks(widths, [str(width) for width in widths])
    all_axes[-1].set_xlabel("neurons in each hidden layer")
    legend_above(all_axes[0])
    return figure


def sensitivity(found: Sensitivity, *, n: int = 20) -> Figure:
    """Draw how strongly predictions depend on the parameters that matter most.

    Args:
        found: what `nn.sensitivity` returned.
        n: how many parameters to draw.
    """
    import numpy as np

    most = found.most(n)
    indices = [found.names.index(name) for name in most]
    difference = np.sqrt((found.by_finite_difference[indices] ** 2).mean(axis=(1, 2)))
    figure, (axes,) = new_figure(8.5, 1.6 + 0.34 * len(most))
    lines = np.arange(len(most))
    axes.barh(lines, found.importance[indices], color=BLUE, height=0.6, label="by gradient")
    axes.scatter(
        difference, lines, color=ORANGE, s=60, zorder=3, edgecolor="white",
        label=f"by finite difference (±{found.move:g})",
    )  # fmt: skip
    axes.set_yticks(lines, [plain(name_in_pictures(name), PATH) for name in most], fontsize=11)
    axes.set_ylim(len(most) - 0.4, -0.6)
    axes.set_xlabel("change of the prediction per unit of the parameter")
    legend_above(axes)
    return figure
