"""What a chart shows: panels with lines, points and areas, whoever draws them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from nn.plots.axis import Axis
from nn.plots.style import BLUE

DOT, MIDDLE, SMALL, RING = 5.7, 4.6, 3.9, 10.5  # radius of a sample, and of a ring around it, px
Numbers = Sequence[float]


class Line(NamedTuple):
    """A line through points, in their order.

    Attributes:
        xs: where it goes; at nan it is interrupted.
        ys: the same.
        label: in the legend, or "".
        colour: of it.
        dash: lengths of stroke and gap, in widths of the line; () for none.
        marker: of each point, by matplotlib's letter, or "".
    """

    xs: Numbers
    ys: Numbers
    label: str = ""
    colour: str = BLUE
    dash: tuple[float, ...] = ()
    marker: str = ""


class Dots(NamedTuple):
    """Single points.

    Attributes:
        xs: where they are.
        ys: the same.
        label: in the legend, or "".
        colour: of them.
        marker: their shape, by matplotlib's letter.
        radius: in px.
        hollow: whether they are rings.
    """

    xs: Numbers
    ys: Numbers
    label: str = ""
    colour: str = BLUE
    marker: str = "o"
    radius: float = DOT
    hollow: bool = False


class Rule(NamedTuple):
    """A vertical line across the panel, at `x`."""

    x: float


class Regions(NamedTuple):
    """Areas of the plane, and the line around each.

    Attributes:
        across: of the columns of a grid.
        up: of its lines.
        margins: for each area the grid, line by line, of numbers that are above 0 inside of it.
        colours: of the areas.
    """

    across: Numbers
    up: Numbers
    margins: Sequence[Sequence[Numbers]]
    colours: Sequence[str]


class Panel(NamedTuple):
    """One pair of axes, and what is between them.

    Attributes:
        marks: what is drawn, the lowest first.
        x: the axis across.
        y: the axis up.
        title: above it.
    """

    marks: Sequence[Line | Dots | Rule | Regions]
    x: Axis
    y: Axis
    title: str = ""

    @property
    def legend(self) -> list[Line | Dots]:
        """What the legend names."""
        return [mark for mark in self.marks if isinstance(mark, (Line, Dots)) and mark.label]

    @property
    def filled(self) -> bool:
        """Whether areas fill it."""
        return any(isinstance(mark, Regions) for mark in self.marks)

    def numbers(self, i: int) -> list[float]:
        """Return all numbers of axis 0, across, or 1, up, that are finite."""
        found: list[float] = []
        for mark in self.marks:
            if isinstance(mark, Regions):
                return list((mark.across, mark.up)[i])  # these fill the panel
            if isinstance(mark, Rule):
                found += [mark.x] * (i == 0)
            else:
                found += (mark.xs, mark.ys)[i]
        return list(filter(isfinite, found))


def curve(xs: Numbers, ys: Numbers, label: str, *style: Any) -> list[Line | Dots]:
    """Return a line through numbers, whose label says how many of them are not finite: gaps.

    Args:
        xs: where they are.
        ys: the numbers. One between two gaps has no line, so it is drawn as a point.
        label: in the legend.
        style: colour, dash and marker of a Line.
    """
    there = [False, *map(isfinite, ys), False]
    gaps = there[1:-1].count(False)
    said = f"{label} ({gaps} of {len(ys)} not finite)" if gaps else label
    line = Line(xs, ys, said, *style)
    alone = [i for i in range(len(ys)) if there[i : i + 3] == [False, True, False]]
    points = [xs[i] for i in alone], [ys[i] for i in alone]
    return [line, Dots(*points, "", line.colour)] if alone and not line.marker else [line]


def described(panels: Sequence[Panel]) -> str:
    """Return what a chart shows in words, for those who do not see it."""
    texts: list[str] = []
    for panel in panels:
        x, y = panel.x, panel.y
        axes = f"{y.label} against {x.label}" if x.label and y.label else y.label or x.label
        texts.append(": ".join(filter(None, [panel.title, axes])))
        for mark in panel.legend:
            points = [(a, b) for a, b in zip(mark.xs, mark.ys, strict=True) if isfinite(b)]
            if points and isinstance(mark, Line):
                ends = [f"{y.text(b, 4)} at {x.text(a, 4)}" for a, b in (points[0], points[-1])]
                low, high = (y.text(f(b for _, b in points), 4) for f in (min, max))
                texts.append(f"{mark.label}: {', '.join(ends)}, lowest {low}, highest {high}")
            elif points:
                texts.append(f"{mark.label}: {len(points)} point{'s' * (len(points) > 1)}")
    return "; ".join(filter(None, texts))
