"""Draws a chart as SVG, where matplotlib is not installed; needs nothing but Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, isfinite, pi, sin
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import engine
from nn.plots.axis import Scale
from nn.plots.chart import Dots, Line, Panel, Regions, Rule, described
from nn.plots.style import FAINT, GREY, INK

text, text_width = engine.Drawing.text, engine.Drawing.text_width
SMALL, LARGE, TITLE = 18, 20, 22  # numbers and legend; labels of axes; titles, px
MARGIN, GAP = 14, 30  # around everything; between panels
LEGEND_LINE, SAMPLE = 27, 34  # height of a line of the legend; width of its piece of line
WIDE = 2.5  # a line
# Corners of a marker, by matplotlib's letter: how many, the angle of the first in turns, and how
# deep it is cut between two of them.
SHAPES = {
    "s": (4, 1 / 8, 1.0),
    "D": (4, 0.0, 1.0),
    "^": (3, -1 / 4, 1.0),
    "v": (3, 1 / 4, 1.0),
    "P": (4, 0.0, 0.4),
    "X": (4, 1 / 8, 0.4),
    "p": (5, -1 / 4, 1.0),
}


class Chart(engine.Drawing):
    """A chart. A notebook displays it; its methods are those of matplotlib's figure that it needs.

    Attributes:
        description: what it shows, in words.
    """

    def __init__(self, svg: str, description: str) -> None:
        super().__init__(svg)
        self.description = description

    def savefig(self, file: str | PathLike[str] | BinaryIO, *, format: str | None = None) -> None:  # noqa: A002  matplotlib's name
        """Write the chart.

        Args:
            file: a path, or a file that is open for writing bytes.
            format: "svg", "png" or "pdf"; by default the suffix of the path, of a file "png".

        Raises:
            ValueError: another format.
            ImportError: a PNG without resvg-py, a PDF without svglib.
            OSError: the file cannot be written; an older one stays as it was.
        """
        path = Path(file) if isinstance(file, (str, PathLike)) else None
        if path is not None and format is None:
            self.save(path)
            return
        make = self._formats().get(f".{format or 'png'}")
        if make is None:
            raise ValueError(f"format must be svg, png or pdf, got {format!r}")
        content = make()
        if path is not None:
            engine.write_atomically(path, content)
        elif not isinstance(file, (str, PathLike)):
            file.write(content)

    def __repr__(self) -> str:
        return f"Chart ({self.description})"


def chart_of(panels: Sequence[Panel], width: float, height: float, *, across: bool) -> Chart:
    """Return a chart.

    Args:
        panels: what it shows.
        width: of a panel, between its axes, px.
        height: the same.
        across: whether they are side by side, and not one below the other.
    """
    # Panels share the axis along which they stand in line.
    alike = [[x for p in panels for x in p.numbers(i)] for i in (0, 1)]
    scales = [
        (
            Scale(p.x, p.numbers(0) if across else alike[0], exact=p.filled),
            Scale(p.y, alike[1] if across else p.numbers(1), exact=p.filled),
        )
        for p in panels
    ]
    ups = [y.ticks(round(height / 50)) for _, y in scales]
    numbers = [y.axis.text(t) for (_, y), ticks in zip(scales, ups, strict=True) for t in ticks]
    left = MARGIN + LARGE + 14 + max(text_width(number, SMALL) for number in numbers)
    legends = [legend_of(panel, width) for panel in panels]
    heads = [
        LEGEND_LINE * max((1 + entry[1] for entry in legend), default=0)
        + (TITLE + 14) * bool(panel.title)
        for panel, legend in zip(panels, legends, strict=True)
    ]
    parts, x, y = [], left, float(MARGIN)
    for i, (panel, pair) in enumerate(zip(panels, scales, strict=True)):
        y += 0.0 if across and i else max(heads) if across else heads[i]
        place = Place(*pair, x, y, width, height)
        outer = (across or i == len(panels) - 1, not across or i == 0)  # which numbers are printed
        parts += [*axes_of(panel, place, ups[i], *outer), *head_of(panel, legends[i], place)]
        parts += [element for mark in panel.marks for element in drawn(mark, place)]
        x, y = (x + width + GAP, y) if across else (x, y + height + GAP)
    wide = (x - GAP if across else x + width) + MARGIN + 20
    high = (y + height if across else y - GAP) + SMALL + LARGE + 22 + MARGIN
    words = described(panels)
    paper = f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#ffffff"/>'
    title = ", ".join(filter(None, (p.title for p in panels))) or "chart"
    page = engine.Drawing.page(
        [paper, *parts], width=wide, height=high, title=title, description=words
    )
    return Chart(page, words)


class Place:
    """Where a panel is, and so each point in it.

    Args:
        across: the scale of its axis across.
        up: the same up.
        left: where it begins, px.
        top: the same.
        width: of it, px.
        height: the same.
    """

    def __init__(
        self, across: Scale, up: Scale, left: float, top: float, width: float, height: float
    ) -> None:
        self.across, self.up = across, up
        self.left, self.top, self.width, self.height = left, top, width, height

    @property
    def bottom(self) -> float:
        """Where it ends, px."""
        return self.top + self.height

    def x(self, number: float) -> float:
        """Return where a number is across, px."""
        return self.left + self.across.share(number) * self.width

    def y(self, number: float) -> float:
        """Return where a number is up, px from the top."""
        return self.bottom - self.up.share(number) * self.height

    def at(self, x: float, y: float) -> str:
        """Return where a point is, as in a path."""
        return f"{self.x(x):.1f},{self.y(y):.1f}"


def axes_of(
    panel: Panel, place: Place, up: Sequence[float], below: bool, beside: bool
) -> Iterator[str]:
    """Yield the axes of a panel, with their numbers and labels.

    Args:
        panel: what they are of.
        place: where it is.
        up: the numbers at the axis up.
        below: whether those of the axis across are printed.
        beside: whether those of the axis up are.
    """
    left, right, top, bottom = place.left, place.left + place.width, place.top, place.bottom
    across = place.across.ticks(2)
    for most in range(int(place.width / 55), 2, -1):
        across = place.across.ticks(most)
        wide = sum(text_width(place.across.axis.text(t), SMALL) + 22 for t in across)
        if wide < place.width + 22:
            break
    lines = [f"M{place.x(t):.1f},{top:.1f}V{bottom:.1f}" for t in across]
    lines += [f"M{left:.1f},{place.y(t):.1f}H{right:.1f}" for t in up]
    if not panel.filled:
        yield f'<path d="{"".join(lines)}" stroke="{FAINT}" stroke-width="1"/>'
    frame = f"M{left:.1f},{top:.1f}V{bottom:.1f}H{right:.1f}"
    yield f'<path d="{frame}" fill="none" stroke="{GREY}" stroke-width="1.2"/>'
    middle = (left + right) / 2
    if below:
        for t in across:
            number = place.across.axis.text(t)
            yield text(place.x(t), bottom + SMALL + 4, number, SMALL, INK, "middle")
        label = place.across.axis.label
        yield text(middle, bottom + SMALL + LARGE + 14, label, LARGE, INK, "middle")
    if beside:
        for t in up:
            number = place.up.axis.text(t)
            yield text(left - 8, place.y(t) + SMALL / 3, number, SMALL, INK, "end")
        label = text(0, 0, place.up.axis.label, LARGE, INK, "middle")
        where = f"translate({MARGIN + LARGE - 4},{(top + bottom) / 2:.1f})"
        yield f'<g transform="{where} rotate(-90)">{label}</g>'


Entry = tuple["Line | Dots", int, float]  # what it names, in which line, how far from the left, px


def legend_of(panel: Panel, room: float) -> list[Entry]:
    """Return the entries of a legend, in as many lines as they need."""
    entries: list[Entry] = []
    line, x = 0, 0.0
    for mark in panel.legend:
        wide = sample_of(mark) + text_width(mark.label, SMALL) + 18
        if x and x + wide > room:
            line, x = line + 1, 0.0
        entries.append((mark, line, x))
        x += wide
    return entries


def sample_of(mark: Line | Dots) -> float:
    """Return how wide the sample of a mark in the legend is, with the space after it, px."""
    return SAMPLE + 8 if isinstance(mark, Line) else 2 * mark.radius + 10


def head_of(panel: Panel, legend: Sequence[Entry], place: Place) -> Iterator[str]:
    """Yield the title and the legend of a panel, above it."""
    lines = max((1 + line for _, line, _ in legend), default=0)
    top = place.top - lines * LEGEND_LINE - 6
    if panel.title:
        size = min(TITLE, place.width / text_width(panel.title, 1, bold=True))
        yield text(place.left, top - 10, panel.title, size, INK, bold=True)
    for mark, line, along in legend:
        x, y = place.left + along, top + (line + 0.5) * LEGEND_LINE
        sample = sample_of(mark)
        if isinstance(mark, Line):
            yield stroke(f"M{x:.1f},{y:.1f}H{x + SAMPLE:.1f}", mark)
            if mark.marker:
                yield marker(mark.marker, x + SAMPLE / 2, y, 5.5, mark.colour)
        else:
            yield marker(
                mark.marker, x + mark.radius, y, mark.radius, mark.colour, hollow=mark.hollow
            )
        yield text(x + sample, y + SMALL / 3, mark.label, SMALL, INK)


def drawn(mark: Line | Dots | Rule | Regions, place: Place) -> Iterator[str]:
    """Yield a mark as SVG."""
    if isinstance(mark, Regions):
        yield from regions(mark, place)
    elif isinstance(mark, Rule):
        path = f"M{place.x(mark.x):.1f},{place.top:.1f}V{place.bottom:.1f}"
        yield f'<path d="{path}" stroke="{GREY}" stroke-width="1.5" stroke-dasharray="2 3"/>'
    elif isinstance(mark, Line):
        yield from line(mark, place)
    else:
        for x, y in zip(mark.xs, mark.ys, strict=True):
            shape = marker(
                mark.marker, place.x(x), place.y(y), mark.radius, mark.colour, hollow=mark.hollow
            )
            yield shape


def line(mark: Line, place: Place) -> Iterator[str]:
    """Yield a line, and its markers; a point between two gaps is marked, since it has no line."""
    path, pen = [], "M"
    points = [(x, y, isfinite(x) and isfinite(y)) for x, y in zip(mark.xs, mark.ys, strict=True)]
    for i, (x, y, there) in enumerate(points):
        if there:
            path.append(pen + place.at(x, y))
        pen = "L" if there else "M"
        beside = points[max(0, i - 1) : i] + points[i + 1 : i + 2]
        alone = there and not any(near for _, _, near in beside)
        if there and (mark.marker or alone):
            yield marker(mark.marker or "o", place.x(x), place.y(y), 5.5, mark.colour)
    yield stroke("".join(path), mark)


def stroke(path: str, mark: Line) -> str:
    """Return a path in the style of a line."""
    dash = " ".join(f"{WIDE * part:g}" for part in mark.dash)
    return (
        f'<path d="{path}" fill="none" stroke="{mark.colour}" stroke-width="{WIDE}" '
        'stroke-linejoin="round"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"
    )


def marker(
    shape: str, x: float, y: float, radius: float, colour: str, *, hollow: bool = False
) -> str:
    """Return a marker, filled with a thin white edge, or as a dark ring."""
    style = f'fill="{colour}" stroke="#ffffff"'
    if hollow:
        style = f'fill="none" stroke="{INK}" stroke-width="2"'
    if shape == "o":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {style}/>'
    n, turn, depth = SHAPES[shape]
    corners = []
    for k in range(2 * n):
        reach = radius * 1.2 * (1 if k % 2 == 0 else depth * (cos(pi / n) if depth == 1 else 1))
        angle = 2 * pi * (turn + k / (2 * n))
        corners.append(f"{x + reach * cos(angle):.1f},{y + reach * sin(angle):.1f}")
    return f'<path d="M{"L".join(corners)}z" {style}/>'


def regions(mark: Regions, place: Place) -> Iterator[str]:
    """Yield areas and the lines around them, cell by cell of the grid (marching squares)."""
    across, up = mark.across, mark.up
    edges: list[str] = []
    for surface, colour in zip(mark.margins, mark.colours, strict=True):
        pieces: list[str] = []
        for j in range(len(up) - 1):
            begin = None  # where a run of cells begins that are wholly inside
            for i in range(len(across)):
                whole = i + 1 < len(across) and all(
                    surface[b][a] > 0 for b in (j, j + 1) for a in (i, i + 1)
                )
                if whole:
                    begin = i if begin is None else begin
                    continue
                if begin is not None:
                    left, right = place.x(across[begin]), place.x(across[i])
                    top, bottom = place.y(up[j + 1]), place.y(up[j])
                    pieces.append(f"M{left:.1f},{top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}z")
                    begin = None
                if i + 1 < len(across):
                    cell = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
                    corners = [(across[a], up[b], surface[b][a]) for a, b in cell]
                    inside, crossings = clipped(corners)
                    if inside:
                        pieces.append(f"M{'L'.join(place.at(*point) for point in inside)}z")
                    for a, b in zip(crossings[::2], crossings[1::2], strict=True):
                        edges.append(f"M{place.at(*a)}L{place.at(*b)}")
        yield f'<path d="{"".join(pieces)}" fill="{colour}" fill-opacity="0.2"/>'
    yield f'<path d="{"".join(edges)}" stroke="{INK}" stroke-width="2" stroke-linecap="round"/>'


Point = tuple[float, float]


def clipped(corners: list[tuple[float, float, float]]) -> tuple[list[Point], list[Point]]:
    """Return the part of a cell where a number is above 0, and where its border crosses the sides.

    Args:
        corners: of the cell, in order around it: across, up, and the number there. Between two
            corners it is taken to change evenly.

    Returns:
        The corners of that part, and the crossings, two for each line between inside and outside.
    """
    first = next((k for k, corner in enumerate(corners) if corner[2] > 0), 0)
    corners = corners[first:] + corners[:first]
    inside: list[Point] = []
    crossings: list[Point] = []
    for (x0, y0, a), (x1, y1, b) in zip(corners, corners[1:] + corners[:1], strict=True):
        if a > 0:
            inside.append((x0, y0))
        if (a > 0) != (b > 0):
            t = a / (a - b)
            crossings.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
            inside.append(crossings[-1])
    return inside, crossings
