"""How the plots look: large, dark type on white, for a projector in daylight."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

# Blue and orange are those of the gradient pictures; the others are Okabe and Ito's, which
# colour-blind readers can distinguish. Each class has its own marker as well.
COLOURS = ("#2471b9", "#d95f02", "#009e73", "#cc79a7", "#b59b00", "#56b4e9", "#424a53", "#8250df")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
LONGEST = 24  # letters of a name
MARGIN = 0.12  # inches around everything, so that no letter touches the edge
BLUE, ORANGE, INK, GREY, FAINT = COLOURS[0], COLOURS[1], "#1f2328", "#6e7781", "#d0d7de"


def new_figure(width: float, height: float, *, panels: int = 1) -> tuple[Figure, list[Axes]]:
    """Return an empty Figure of that size in inches, and its axes from top to bottom.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    figure_class = shown_figure()
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN)
    figure = figure_class(figsize=(width, height), dpi=110, layout=layout, facecolor="white")
    all_axes = list(figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0])
    for axes in all_axes:
        axes.set_facecolor("white")
        axes.tick_params(labelsize=13, labelcolor=INK, color=GREY)
        axes.title.set_size(16)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_size(15)
            label.set_color(INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(GREY)
    return figure, all_axes


@cache
def shown_figure() -> type[Figure]:
    """Return a Figure that a notebook shows, whether or not it has imported pyplot.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    try:
        # Not pyplot: it keeps every figure alive and picks a GUI backend for the whole program.
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        message = 'plots need matplotlib, which is not installed; pip install "glassgrad[plots]"'
        raise ModuleNotFoundError(message, name="matplotlib") from None

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

    return ShownFigure


def plain(name: str, longest: int = LONGEST) -> str:
    """Return a name as matplotlib prints it: on one line, short enough, never read as a formula."""
    name = " ".join(str(name).split())
    if len(name) > longest:
        name = f"{name[: longest - 1].rstrip()}…"
    # A legend leaves out what begins with an underscore.
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")


def legend_above(axes: Axes) -> None:
    """Put the legend above the axes, where it covers nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        fontsize=13,
        frameon=False,
        borderaxespad=0.3,
        handletextpad=0.4,
        columnspacing=1.2,
    )


def draw_curves(axes: Axes, training: Sequence[float], validation: Sequence[float]) -> None:
    """Draw one quantity by epoch, counted from 1, for training and validation."""
    epochs = range(1, len(training) + 1)
    # A single epoch makes no line, so points are marked as long as there are few.
    marker = "o" if len(training) <= 20 else ""
    line: dict[str, Any] = {"linewidth": 2.5, "marker": marker}
    axes.plot(epochs, training, color=BLUE, label="training", **line)
    if validation:
        dashes = (0, (5, 1.5))
        axes.plot(epochs, validation, color=ORANGE, linestyle=dashes, label="validation", **line)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)


def mark_epoch(axes: Axes, epoch: int, height: float, label: str) -> None:
    """Mark one epoch with a ring on the curve and a line across the panel."""
    ring: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "linewidth": 2}
    axes.axvline(epoch, color=GREY, linewidth=1.2, linestyle=":")
    axes.scatter([epoch], [height], s=110, label=label, zorder=4, **ring)


def shades(*colours: str) -> Colormap:
    """Return the shades from the first colour to the last."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", list(colours))
