"""The picture of an alarm: the numbers that decided."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 20  # points, each of which is marked
ALARM = "#c1272d"


class Shown(NamedTuple):
    """The numbers that decided, for a picture.

    Attributes:
        x_label: what is drawn to the right, such as "step".
        x: those numbers.
        lines: for each name, its numbers at each x.
        log: whether the numbers are drawn on a logarithmic scale.
    """

    x_label: str
    x: tuple[float, ...]
    lines: dict[str, tuple[float, ...]]
    log: bool = False


def picture(shown: Shown, title: str, since: int) -> Figure:
    """Draw numbers, with the step since which they are as they should not be."""
    from nn.plots.style import BLUE, FAINT, GREY, ORANGE, legend_above, new_figure, plain

    # Told apart without colour too.
    styles = ((BLUE, "-"), (ORANGE, (0, (5, 1.5))), (GREY, ":"))
    x_label, x, lines, log = shown
    figure, (axes,) = new_figure(8.5, 4.2)
    for (name, numbers), (colour, dashes) in zip(lines.items(), styles, strict=False):
        pairs = [(a, b) for a, b in zip(x, numbers, strict=True) if isfinite(b)]
        few = len(x) <= FEW and colour == BLUE
        axes.plot(
            [a for a, _ in pairs],
            [b for _, b in pairs],
            color=colour,
            linestyle=dashes,
            linewidth=2.5,
            marker="o" if few else "",
            label=plain(name, 60),
        )
    drawn = [b for numbers in lines.values() for b in numbers if isfinite(b)]
    if log and 0 < 20 * min(drawn) < max(drawn):  # in a narrow range it would only confuse
        axes.set_yscale("log")
    if x_label.startswith("length"):  # of a step: the one that was taken is 1
        axes.set_xscale("log")
        axes.axvline(1.0, color=ALARM, linewidth=1.8, linestyle=(0, (2, 1.5)))
        axes.text(1.0, 0.97, " the step taken", color=ALARM, fontsize=12, va="top",
                  transform=axes.get_xaxis_transform())  # fmt: skip
    elif x_label == "step":
        axes.axvline(since, color=ALARM, linewidth=1.8, linestyle=(0, (2, 1.5)))
        axes.text(since, 0.97, f" since step {since}", color=ALARM, fontsize=12, va="top",
                  transform=axes.get_xaxis_transform())  # fmt: skip
    elif x_label == "layer":
        axes.locator_params(axis="x", integer=True)
    axes.set_xlabel(x_label)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(plain(title, 80), loc="left", fontsize=14, color=ALARM, pad=34)
    legend_above(axes)
    return figure
