"""Draws the marks of a chart as SVG: lines, points with their markers, areas."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import cos, isfinite, pi, sin

from nn.plots.axis import Scale
from nn.plots.contour import Point, areas
from nn.plots.panel import Dots, Line, Regions, Rule
from nn.plots.style import GREY, INK

WIDE, POINT = 3.0, 5.5  # width of a line, radius of its markers, px


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
        self.bottom = top + height

    def x(self, number: float) -> float:
        """Return where a number is across, px."""
        return self.left + self.across.share(number) * self.width

    def y(self, number: float) -> float:
        """Return where a number is up, px from the top."""
        return self.bottom - self.up.share(number) * self.height

    def path(self, points: list[Point]) -> str:
        """Return a path from point to point."""
        return "M" + "L".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


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
            at = place.x(x), place.y(y)
            yield marker(mark.marker, *at, mark.colour, mark.radius, hollow=mark.hollow)


def line(mark: Line, place: Place) -> Iterator[str]:
    """Yield a line, and its markers."""
    runs: list[list[Point]] = [[]]
    for x, y in zip(mark.xs, mark.ys, strict=True):
        if isfinite(y):
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    yield stroke("".join(map(place.path, filter(None, runs))), mark)
    if mark.marker:
        for x, y in chain.from_iterable(runs):
            yield marker(mark.marker, place.x(x), place.y(y), mark.colour)


def stroke(path: str, mark: Line) -> str:
    """Return a path in the style of a line."""
    dash = " ".join(f"{WIDE * part:g}" for part in mark.dash)
    return (
        f'<path d="{path}" fill="none" stroke="{mark.colour}" stroke-width="{WIDE}" '
        'stroke-linejoin="round"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"
    )


def regions(mark: Regions, place: Place) -> Iterator[str]:
    """Yield areas, and the lines around them."""
    lines: list[str] = []
    for margin, colour in zip(mark.margins, mark.colours, strict=True):
        pieces, edges = areas(mark.across, mark.up, margin)
        path = "".join(f"{place.path(piece)}z" for piece in pieces)
        yield f'<path d="{path}" fill="{colour}" fill-opacity="0.2"/>'
        lines += map(place.path, edges)
    yield f'<path d="{"".join(lines)}" stroke="{INK}" stroke-width="2.4" stroke-linecap="round"/>'


def polygon(n: int, turn: float, radius: float = 1.2) -> list[Point]:
    """Return the corners of a regular polygon, the first at an angle, in turns."""
    angles = [2 * pi * (turn + k / n) for k in range(n)]
    return [(radius * cos(angle), radius * sin(angle)) for angle in angles]


def star(turn: float) -> list[Point]:
    """Return the corners of a star with four points."""
    both = zip(polygon(4, turn), polygon(4, turn + 1 / 8, 0.5), strict=True)
    return [point for pair in both for point in pair]


SHAPES = {  # by matplotlib's letters; down is positive
    "s": polygon(4, 1 / 8),
    "D": polygon(4, 0),
    "^": polygon(3, -1 / 4),
    "v": polygon(3, 1 / 4),
    "P": star(0),
    "X": star(1 / 8),
    "p": polygon(5, -1 / 4),
}


def marker(
    shape: str, x: float, y: float, colour: str, radius: float = POINT, *, hollow: bool = False
) -> str:
    """Return a marker, filled and with a thin white edge, or as a dark ring."""
    style = f'fill="{colour}" stroke="#ffffff"'
    if hollow:
        style = f'fill="none" stroke="{INK}" stroke-width="2"'
    if shape == "o":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {style}/>'
    corners = (f"{x + radius * a:.1f},{y + radius * b:.1f}" for a, b in SHAPES[shape])
    return f'<path d="M{"L".join(corners)}z" {style}/>'
