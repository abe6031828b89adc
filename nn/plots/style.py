"""How the plots look: large, dark type on white, for a projector in daylight."""

from __future__ import annotations

import io
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING

from engine import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

# Blue and orange are those of the gradient pictures; the others are Okabe and Ito's, which
# colour-blind readers can distinguish. Each class has its own marker as well.
COLOURS = ("#2471b9", "#d95f02", "#009e73", "#cc79a7", "#b59b00", "#56b4e9", "#424a53", "#8250df")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
LONGEST, LONG = 24, 60  # letters of a name, and of one that has a line for itself
MARGIN = 0.12  # inches around everything, so that no letter touches the edge
BLUE, ORANGE, INK, GREY, FAINT = COLOURS[0], COLOURS[1], "#1f2328", "#6e7781", "#d0d7de"


def new_figure(
    width: float, height: float, *, panels: int = 1, across: bool = False
) -> tuple[Figure, list[Axes]]:
    """Return an empty Figure of that size in inches, and its axes from top to bottom, or `across`.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    figure_class = shown_figure()
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN)
    figure = figure_class(figsize=(width, height), dpi=110, layout=layout, facecolor="white")
    shape = (1, panels) if across else (panels, 1)
    all_axes = list(figure.subplots(*shape, sharex=not across, sharey=across, squeeze=False).flat)
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
        words = ""  # what it shows, for those who do not see it

        @property
        def description(self) -> str:
            labels = ((axes.get_ylabel(), axes.get_xlabel()) for axes in self.axes)
            return self.words or "; ".join(f"{y} against {x}" for y, x in labels if x and y)

        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

        def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
            image = b64encode(self._repr_png_()).decode()
            return {"image/png": image}, {"image/png": {"alt": self.description}}

    return ShownFigure


def short(name: object, longest: int = LONGEST) -> str:
    """Return a name on one line, short enough, without letters that cannot be printed."""
    name = " ".join(str(name).split())
    name = "".join(letter if letter.isprintable() else "?" for letter in name)
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def plain(name: str, longest: int = LONGEST) -> str:
    """Return a name as matplotlib prints it: `short`, and never read as a formula."""
    name = short(name, longest)
    # A legend leaves out what begins with an underscore.
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")


def fitting(label: str, size: float, room: float) -> float:
    """Return a font size, px: `size`, or less if a label has not room enough."""
    return min(size, room / max(1e-9, Drawing.text_width(label, 1, bold=True)))


def legend_above(axes: Axes, columns: int = 3) -> None:
    """Put the legend above the axes, where it covers nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        fontsize=13,
        frameon=False,
        borderaxespad=0.3,
        handletextpad=0.4,
        columnspacing=1.2,
    )


def shades(*colours: str) -> Colormap:
    """Return the shades from the first colour to the last."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", list(colours))
