"""Draws a chart with matplotlib, or, where it is not installed, as our own SVG."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from engine import Drawing
from nn.plots.axis import Scale
from nn.plots.chart import Chart
from nn.plots.panel import Dots, Line, Panel, Regions, Rule, described
from nn.plots.style import FAINT, GREY, INK, LONG, fitting, legend_above, new_figure, plain
from nn.plots.svg import chart_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

text_width = Drawing.text_width
PX_PER_INCH = 94  # of the SVG
POINTS_PER_PX = 72 / PX_PER_INCH
LEGEND_LINE = 20  # height, points
LEGEND_SIZE, SAMPLE = 20.5, 52  # of letters, and a piece of line in the legend, px
WIDER = 1.35  # the letters of matplotlib, bold, than ours


def shown(
    panels: Sequence[Panel], width: float, height: float, *, across: bool = False
) -> Figure | Chart:
    """Return a chart: a matplotlib Figure if that is installed, or else our own SVG.

    Args:
        panels: what it shows.
        width: of a panel, between its axes, px.
        height: the same.
        across: whether they are side by side, and not one below the other.
    """
    n = len(panels)
    wide, high = width + 130, n * (height + 45) + 90
    if across:
        wide, high = n * width + 130, height + 130
    try:
        figure, all_axes = new_figure(
            wide / PX_PER_INCH, high / PX_PER_INCH, panels=n, across=across
        )
    except ImportError:
        return chart_of(panels, width, height, across=across)
    for i, (axes, panel) in enumerate(zip(all_axes, panels, strict=True)):
        if not panel.filled:
            axes.grid(color=FAINT, linewidth=0.8)
            axes.set_axisbelow(True)
        for mark in panel.marks:
            draw(mark, axes)
        set_up(axes, panel, 0, width)
        set_up(axes, panel, 1, height)
        if across or i == n - 1:
            axes.set_xlabel(plain(panel.x.label, LONG), fontsize=points(panel.x.label, 20, width))
        if not across or i == 0:
            axes.set_ylabel(plain(panel.y.label, LONG), fontsize=points(panel.y.label, 20, height))
    heads = [legend_of(axes, panel, width) for axes, panel in zip(all_axes, panels, strict=True)]
    for axes, panel, lines in zip(all_axes, panels, heads, strict=True):
        if panel.title:
            axes.set_title(
                plain(panel.title, LONG), loc="left", fontweight="bold", color=INK,
                fontsize=points(panel.title, 22, width),
                pad=8 + LEGEND_LINE * (max(heads) if across else lines),
            )  # fmt: skip
    figure.words = described(panels)  # type: ignore[attr-defined]
    return figure


def points(label: str, size: float, room: float) -> float:
    """Return a font size in points: `size` px, or less if a label has not room enough."""
    return fitting(label, size, room / WIDER) * POINTS_PER_PX


def legend_of(axes: Axes, panel: Panel, room: float) -> int:
    """Set the legend above a panel, in as few lines as it has room for; return how many."""
    widths = [text_width(mark.label, LEGEND_SIZE) + SAMPLE for mark in panel.legend]
    for lines in range(1, len(widths) + 1):
        columns = [widths[k : k + lines] for k in range(0, len(widths), lines)]
        if sum(map(max, columns)) <= room or lines == len(widths):
            legend_above(axes, len(columns))
            return lines
    return 0


def set_up(axes: Axes, panel: Panel, i: int, length: float) -> None:
    """Choose the numbers along axis 0, across, or 1, up, so that they do not run together."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

    axis, theirs = ((panel.x, axes.xaxis), (panel.y, axes.yaxis))[i]
    scale = Scale(axis, panel.numbers(i), exact=panel.filled)
    widest = max(text_width(axis.text(t), LEGEND_SIZE) for t in scale.ticks(length))
    most = max(3, int(length / (max(50, widest + 25) if i == 0 else 50)))
    if axis.log:
        (axes.set_xscale, axes.set_yscale)[i]("log")
        theirs.set_major_locator(FixedLocator(scale.ticks(50 * most)))
        theirs.set_minor_formatter(NullFormatter())
    else:
        theirs.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10], integer=axis.whole))
    theirs.set_major_formatter(FuncFormatter(lambda x, _: axis.text(x)))


def draw(mark: Line | Dots | Rule | Regions, axes: Axes) -> None:
    """Draw a mark."""
    if isinstance(mark, Regions):
        for surface, colour in zip(mark.margins, mark.colours, strict=True):
            numbers = [m for line in surface for m in line if not isnan(m)] or [0.0]
            grid, most = (mark.across, mark.up, surface), max(numbers)
            # An area that is empty, or everywhere, has no border.
            if most > 0:
                axes.contourf(*grid, [0, most + 1], colors=[colour], alpha=0.2)
            if min(numbers) < 0 < most:
                axes.contour(*grid, [0], colors=[INK], linewidths=2)
    elif isinstance(mark, Rule):
        axes.axvline(mark.x, color=GREY, linewidth=1.2, linestyle=":")
    elif isinstance(mark, Line):
        axes.plot(
            mark.xs, mark.ys, color=mark.colour, label=plain(mark.label, LONG), marker=mark.marker,
            markeredgecolor="white", markersize=8,
            linewidth=2.5, linestyle=(0, mark.dash) if mark.dash else "-",
        )  # fmt: skip
    else:
        style: dict[str, Any] = {"color": mark.colour, "edgecolor": "white", "linewidth": 1}
        if mark.hollow:
            style = {"facecolor": "none", "edgecolor": INK, "linewidth": 2}
        size = (2 * mark.radius * POINTS_PER_PX) ** 2
        label = plain(mark.label, LONG)
        axes.scatter(mark.xs, mark.ys, s=size, marker=mark.marker, label=label, zorder=3, **style)
