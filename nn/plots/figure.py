"""Draws a chart with matplotlib, or, where it is not installed, as our own SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine import Drawing
from nn.plots.axis import Scale
from nn.plots.chart import Chart
from nn.plots.panel import Dots, Line, Panel, Regions, Rule, described
from nn.plots.style import FAINT, GREY, INK, LONG, legend_above, new_figure, plain
from nn.plots.svg import chart_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

text_width = Drawing.text_width
LENGTH = 320  # of an axis whose numbers are chosen here, px
PX_PER_INCH = 94  # of the SVG
POINTS_PER_PX = 72 / PX_PER_INCH
LEGEND_LINE = 20  # height, points
LEGEND_SIZE, TITLE_SIZE, SAMPLE = 20.5, 22, 52  # of letters, and a piece of line in the legend, px


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
        set_up(axes, panel, 0)
        set_up(axes, panel, 1)
        if across or i == n - 1:
            axes.set_xlabel(plain(panel.x.label, LONG))
        if not across or i == 0:
            axes.set_ylabel(plain(panel.y.label, LONG))
    heads = [legend_of(axes, panel, width) for axes, panel in zip(all_axes, panels, strict=True)]
    for axes, panel, lines in zip(all_axes, panels, heads, strict=True):
        if panel.title:
            size = min(TITLE_SIZE, width / text_width(panel.title, 1, bold=True)) * POINTS_PER_PX
            axes.set_title(
                plain(panel.title, LONG), loc="left", fontsize=size, fontweight="bold", color=INK,
                pad=8 + LEGEND_LINE * (max(heads) if across else lines),
            )  # fmt: skip
    figure.words = described(panels)  # type: ignore[attr-defined]
    return figure


def legend_of(axes: Axes, panel: Panel, room: float) -> int:
    """Set the legend above a panel, in as few lines as it has room for; return how many."""
    widths = [text_width(mark.label, LEGEND_SIZE) + SAMPLE for mark in panel.legend]
    for lines in range(1, len(widths) + 1):
        columns = [widths[k : k + lines] for k in range(0, len(widths), lines)]
        if sum(map(max, columns)) <= room or lines == len(widths):
            legend_above(axes, len(columns))
            return lines
    return 0


def set_up(axes: Axes, panel: Panel, i: int) -> None:
    """Set the numbers along axis 0, across, or 1, up."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

    axis, theirs = ((panel.x, axes.xaxis), (panel.y, axes.yaxis))[i]
    if axis.log:
        (axes.set_xscale, axes.set_yscale)[i]("log")
        scale = Scale(axis, panel.numbers(i), exact=False)
        theirs.set_major_locator(FixedLocator(scale.ticks(LENGTH)))
        theirs.set_minor_formatter(NullFormatter())
    elif axis.whole:
        theirs.set_major_locator(MaxNLocator(integer=True))
    theirs.set_major_formatter(FuncFormatter(lambda x, _: axis.text(x)))


def draw(mark: Line | Dots | Rule | Regions, axes: Axes) -> None:
    """Draw a mark."""
    if isinstance(mark, Regions):
        for surface, colour in zip(mark.margins, mark.colours, strict=True):
            lowest, highest = (f(map(f, surface)) for f in (min, max))
            # An area that is empty, or everywhere, has no border.
            if highest > 0:
                axes.contourf(
                    mark.across, mark.up, surface, [0, highest + 1], colors=[colour], alpha=0.2
                )
            if lowest < 0 < highest:
                axes.contour(mark.across, mark.up, surface, [0], colors=[INK], linewidths=2)
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
