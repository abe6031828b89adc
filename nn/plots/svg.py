"""Draws a chart as SVG, where matplotlib is not installed; needs nothing but Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine import Drawing
from nn.plots.axis import Scale
from nn.plots.chart import Chart
from nn.plots.marks import Place, drawn, marker, stroke
from nn.plots.panel import Dots, Line, Panel, described
from nn.plots.style import FAINT, GREY, INK, fitting

text, text_width = Drawing.text, Drawing.text_width
SMALL, LARGE, TITLE = 18, 20, 22  # numbers and legend; labels of axes; titles, px
MARGIN, GAP = 14, 36  # around everything; between panels, px
LEGEND_LINE, SAMPLE = 27, 34  # height of a line of the legend; width of its piece of line, px
Entry = tuple["Line | Dots", int, float]  # what it names, in which line, how far from the left, px


def chart_of(panels: Sequence[Panel], width: float, height: float, *, across: bool) -> Chart:
    """Return a chart.

    Args:
        panels: what it shows.
        width: of a panel, between its axes, px.
        height: the same.
        across: whether they are side by side, and not one below the other.
    """
    everything = [[x for panel in panels for x in panel.numbers(i)] for i in (0, 1)]
    scales = [  # panels side by side share the axis up, those one below the other the axis across
        (
            Scale(panel.x, panel.numbers(0) if across else everything[0], exact=panel.filled),
            Scale(panel.y, everything[1] if across else panel.numbers(1), exact=panel.filled),
        )
        for panel in panels
    ]
    legends = [legend_of(panel, width) for panel in panels]
    heads = [head_height(panel, legend) for panel, legend in zip(panels, legends, strict=True)]
    heads = [max(heads)] * len(panels) if across else heads
    widest = max(text_width(up.axis.text(t), SMALL) for _, up in scales for t in up.ticks(height))
    left, top = MARGIN + LARGE + 14 + widest, MARGIN + heads[0]
    parts: list[str] = []
    for i, (panel, legend) in enumerate(zip(panels, legends, strict=True)):
        if i and across:
            left += width + GAP
        elif i:
            top += height + GAP + heads[i]
        place = Place(*scales[i], left, top, width, height)
        parts += frame_of(place, grid=not panel.filled)
        if across or i == len(panels) - 1:
            parts += below(place)
        if not across or i == 0:
            parts += beside(place)
        parts += head_of(panel, legend, place, heads[i])
        parts += [element for mark in panel.marks for element in drawn(mark, place)]
    words = described(panels)
    wide = left + width + overhang(place) + MARGIN
    high = place.bottom + SMALL + LARGE + 22 + MARGIN
    paper = f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#ffffff"/>'
    title = ", ".join(panel.title for panel in panels if panel.title) or "chart"
    page = Drawing.page([paper, *parts], width=wide, height=high, title=title, description=words)
    return Chart(page, words)


def frame_of(place: Place, *, grid: bool) -> Iterator[str]:
    """Yield the two axes of a panel, and the lines of its grid."""
    left, right, top, bottom = place.left, place.left + place.width, place.top, place.bottom
    if grid:
        lines = [f"M{place.x(t):.1f},{top:.1f}V{bottom:.1f}" for t in ticks_across(place)]
        lines += [f"M{left:.1f},{place.y(t):.1f}H{right:.1f}" for t in place.up.ticks(place.height)]
        yield f'<path d="{"".join(lines)}" stroke="{FAINT}" stroke-width="1"/>'
    path = f"M{left:.1f},{top:.1f}V{bottom:.1f}H{right:.1f}"
    yield f'<path d="{path}" fill="none" stroke="{GREY}" stroke-width="1.2"/>'


def ticks_across(place: Place) -> list[float]:
    """Return the numbers along the axis across: so many that they do not run together."""
    found: list[float] = []
    for share in range(10):
        found = place.across.ticks(place.width * (1 - share / 10))
        wide = sum(text_width(place.across.axis.text(t), SMALL) + 22 for t in found)
        if wide < place.width + 22:
            break
    return found


def overhang(place: Place) -> float:
    """Return how far the last number along the axis across may stick out at its end, px."""
    return text_width(place.across.axis.text(ticks_across(place)[-1]), SMALL) / 2


def below(place: Place) -> Iterator[str]:
    """Yield the numbers along the axis across, and its label."""
    y = place.bottom + SMALL + 4
    for t in ticks_across(place):
        yield text(place.x(t), y, place.across.axis.text(t), SMALL, INK, "middle")
    label, middle = place.across.axis.label, place.left + place.width / 2
    yield text(middle, y + LARGE + 10, label, fitting(label, LARGE, place.width), INK, "middle")


def beside(place: Place) -> Iterator[str]:
    """Yield the numbers along the axis up, and its label, which is turned."""
    for t in place.up.ticks(place.height):
        yield text(place.left - 8, place.y(t) + SMALL / 3, place.up.axis.text(t), SMALL, INK, "end")
    label, middle = place.up.axis.label, place.top + place.height / 2
    turned = text(0, 0, label, fitting(label, LARGE, place.height), INK, "middle")
    where = f"translate({MARGIN + LARGE - 4},{middle:.1f}) rotate(-90)"
    yield f'<g transform="{where}">{turned}</g>'


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


def head_height(panel: Panel, legend: Sequence[Entry]) -> float:
    """Return how much a panel needs above it for its title and its legend, px."""
    return LEGEND_LINE * lines_of(legend) + (TITLE + 14) * bool(panel.title)


def lines_of(legend: Sequence[Entry]) -> int:
    """Return how many lines a legend has."""
    return legend[-1][1] + 1 if legend else 0


def head_of(panel: Panel, legend: Sequence[Entry], place: Place, height: float) -> Iterator[str]:
    """Yield the title of a panel, `height` px above it, and its legend right above it."""
    if panel.title:
        size = fitting(panel.title, TITLE, place.width)
        yield text(place.left, place.top - height + TITLE - 4, panel.title, size, INK, bold=True)
    for mark, line, along in legend:
        x = place.left + along
        y = place.top - 6 - (lines_of(legend) - line - 0.5) * LEGEND_LINE
        if isinstance(mark, Line):
            yield stroke(f"M{x:.1f},{y:.1f}H{x + SAMPLE:.1f}", mark)
            if mark.marker:
                yield marker(mark.marker, x + SAMPLE / 2, y, mark.colour)
        else:
            centre = x + mark.radius
            yield marker(mark.marker, centre, y, mark.colour, mark.radius, hollow=mark.hollow)
        yield text(x + sample_of(mark), y + SMALL / 3, mark.label, SMALL, INK)
