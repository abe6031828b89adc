"""Numbers as colours: images of pixels or weights side by side, and a table with shaded cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, isqrt
from typing import Any

from engine import Drawing, Value
from nn.plots.chart import Chart
from nn.plots.style import BLUE, FAINT, GREY, INK, ORANGE

WIDTH = 760  # px: what a cell of a notebook shows without scrolling
LARGEST_PIXEL, LARGEST_CELL = 16, 64  # px
GAP, TITLE, TEXT = 18, 26, 15  # px: between images, above each; size of letters
GIVE = "give images of one shape, each as rows of numbers or as a flat list of n × n"


def images(
    images: Iterable[Any], *, titles: Iterable[object] = (), columns: int = 5, title: str = ""
) -> Chart:
    """Draw images side by side, all on one scale.

    Pixels from 0 up are grey, the largest of all of them black. If any is negative, positive ones
    are blue, negative ones orange, and white is 0.

    Args:
        images: rows of numbers or Values, shape (n_images, height, width), or squares as flat
            lists, shape (n_images, side × side).
        titles: what to write above each.
        columns: how many to put side by side.
        title: what they are, for a screen reader.

    Raises:
        ValueError: there are no images, or they differ in shape, or a flat one is not square, or a
            pixel is not finite, or there are not as many titles as images.
    """
    grids = [grid_of(image) for image in images]
    names = [str(name) for name in titles] or [""] * len(grids)
    shapes = {tuple(map(len, grid)) for grid in grids}
    if len(shapes) != 1 or len(set(next(iter(shapes)))) != 1:
        raise ValueError(f"images need one shape, got {len(shapes)} shapes; {GIVE}")
    if len(names) != len(grids):
        raise ValueError(f"{len(names)} titles for {len(grids)} images; give one per image")
    high, wide = len(grids[0]), len(grids[0][0])
    widest = max(Drawing.text_width(name, TEXT, bold=True) for name in names)
    columns = max(1, min(columns, len(grids), int((WIDTH - GAP) / (widest + GAP))))
    pixel = max(1, min(LARGEST_PIXEL, ((WIDTH - GAP) // columns - GAP) // wide))
    strongest = largest(grids)
    signed = any(x < 0 for grid in grids for row in grid for x in row)
    above = TITLE if any(names) else 0
    room = max(wide * pixel, round(widest))
    right, down = room + GAP, high * pixel + GAP + above
    parts = []
    for k, (grid, name) in enumerate(zip(grids, names, strict=True)):
        middle = GAP + k % columns * right + room / 2
        left, top = middle - wide * pixel / 2, GAP / 2 + k // columns * down + above
        parts.append(Drawing.text(middle, top - 8, name, TEXT, GREY, "middle", bold=True))
        parts += [
            square(left + j * pixel, top + i * pixel, pixel, shade(x, strongest, signed=signed))
            for i, row in enumerate(grid)
            for j, x in enumerate(row)
        ]
        parts.append(frame(left, top, wide * pixel, high * pixel))
    n_rows = -(-len(grids) // columns)
    about = f"{len(grids)} images of {high} × {wide} pixels: {', '.join(filter(None, names))}"
    return chart(parts, GAP + columns * right, n_rows * down + GAP / 2, title or "images", about)


def shaded_table(
    rows: Iterable[Sequence[Value | float]],
    *,
    row_names: Iterable[object],
    column_names: Iterable[object],
    row_label: str = "",
    column_label: str = "",
    decimals: int = 2,
    title: str = "",
) -> Chart:
    """Draw a table of numbers, each cell shaded by its size.

    Args:
        rows: numbers or Values; a row that is shorter than the others leaves cells empty.
        row_names: what to write left of each row.
        column_names: what to write above each column.
        row_label: what the rows are.
        column_label: what the columns are.
        decimals: to print of each number.
        title: what it is, for a screen reader.

    Raises:
        ValueError: there are no numbers, or more rows or columns than names, or a number is not
            finite.
    """
    grid = [numbers(row) for row in rows]
    down, across = [str(name) for name in row_names], [str(name) for name in column_names]
    most = max(map(len, grid), default=0)
    if not most or len(down) != len(grid) or len(across) < most:
        raise ValueError(
            f"{len(grid)} rows of at most {most} numbers came with {len(down)} and {len(across)} "
            "names; give a name for each row and each column"
        )
    strongest = largest([grid])
    left = max(Drawing.text_width(text, TEXT, bold=True) for text in [*down, row_label]) + 24
    cell = min(LARGEST_CELL, (WIDTH - left - GAP) / len(across))
    size, high, top = min(TEXT, 0.3 * cell), 0.6 * cell, 2.0 * TITLE
    parts = [
        Drawing.text(left, TITLE - 8, column_label, TEXT, GREY),
        Drawing.text(left - 12, top - 9, row_label, TEXT, GREY, "end"),
    ]
    for j, name in enumerate(across):
        x = left + (j + 0.5) * cell
        parts.append(Drawing.text(x, top - 9, name, TEXT, GREY, "middle", bold=True))
    for i, (row, name) in enumerate(zip(grid, down, strict=True)):
        y = top + i * high
        parts.append(Drawing.text(left - 12, y + 0.65 * high, name, TEXT, GREY, "end", bold=True))
        for j, number in enumerate(row):
            x, share = left + j * cell, abs(number) / strongest
            parts.append(box(x, y, cell, high, shade(number, strongest, signed=True)))
            ink = "#ffffff" if share > 0.6 else INK
            text = f"{number:.{decimals}f}".replace("-", "−")
            parts.append(Drawing.text(x + cell / 2, y + 0.65 * high, text, size, ink, "middle"))
    width, height = left + len(across) * cell + GAP, top + len(grid) * high + GAP / 2
    about = "; ".join(
        f"{name}: {', '.join(f'{x:.{decimals}f}' for x in row)}"
        for name, row in zip(down, grid, strict=True)
    )
    return chart(parts, width, height, title or "table", about)


def chart(parts: Sequence[str], width: float, height: float, title: str, about: str) -> Chart:
    """Return pieces of SVG as a chart; `about` says in words what it shows."""
    page = Drawing.page(parts, width=width, height=height, title=title, description=about)
    return Chart(page, about)


def grid_of(image: Any) -> list[list[float]]:
    """Return an image as rows of floats.

    Raises:
        ValueError: it is a number, or flat and not a square, or a pixel is not finite.
    """
    entries = image.tolist() if hasattr(image, "tolist") else image
    if isinstance(entries, (Value, float, int)):
        raise ValueError(f"images are a list of images, got a list of numbers; {GIVE}")
    entries = list(entries)
    if entries and isinstance(entries[0], Iterable):
        return [numbers(row) for row in entries]
    side = isqrt(len(entries))
    if not side or side * side != len(entries):
        raise ValueError(f"a flat image of {len(entries)} numbers is not a square; {GIVE}")
    flat = numbers(entries)
    return [flat[i : i + side] for i in range(0, len(flat), side)]


def numbers(row: Iterable[Value | float]) -> list[float]:
    """Return Values and numbers as floats.

    Raises:
        ValueError: one is inf or nan, for which there is no colour.
    """
    found = [x.data if isinstance(x, Value) else float(x) for x in row]
    for x in found:
        if not isfinite(x):
            raise ValueError(f"a colour needs a finite number, got {x}; leave it out or replace it")
    return found


def largest(grids: Sequence[Sequence[Sequence[float]]]) -> float:
    """Return the size of the largest number, which has the strongest colour; 1 if all are 0."""
    return max((abs(x) for grid in grids for row in grid for x in row), default=0.0) or 1.0


def shade(x: float, strongest: float, *, signed: bool) -> str:
    """Return the colour of a number: white for 0, and the stronger the larger it is."""
    full = (BLUE if x > 0 else ORANGE) if signed else INK
    share = abs(x) / strongest
    parts = (int(full[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in parts)


def square(x: float, y: float, side: float, colour: str) -> str:
    """Return a pixel."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" fill="{colour}" '
        'shape-rendering="crispEdges"/>'
    )


def box(x: float, y: float, wide: float, high: float, colour: str) -> str:
    """Return a cell of a table."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}" '
        f'stroke="{FAINT}"/>'
    )


def frame(x: float, y: float, wide: float, high: float) -> str:
    """Return the edge of an image."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" fill="none" '
        f'stroke="{FAINT}"/>'
    )
