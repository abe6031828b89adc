"""Turns a group's numbers into cells of colour: a strip for a neuron, a sheet for a whole layer."""

from __future__ import annotations

from engine.draw.scene.model import HEAT, Card, Row
from engine.words.numbers import number_text

MOST_CELLS, MOST_LINES = 66, 60  # beyond these, neighbours share a cell


def strip(title: str, tip: str, cells: list[Row], result: Row, *, count: int) -> Card:
    """Return the card of one neuron: a cell for each parameter, then its result."""
    rows = [*binned(cells), result]
    return Card(HEAT, title, "", rows, tip, count, lines=(len(rows),))


def sheet(title: str, note: str, lines: list[list[Row]], *, parts: str, count: int) -> Card:
    """Return the card of a layer: a line for each of its parts.

    Args:
        title: its header.
        note: printed after the title.
        lines: the cells and the result of each part.
        parts: what a line is, such as "neuron".
        count: how many times it was computed.
    """
    shown = [[*binned(line[:-1]), line[-1]] for line in lines]
    size = mean_size([row for line in lines for row in line[:-1]])
    footnote = f"mean |grad| {number_text(size, digits=2)}" if size is not None else ""
    tip = f"{title}: {len(lines):,} {parts}{'s' if len(lines) > 1 else ''}, a line each"
    if len(shown) > MOST_LINES:
        step = -(-len(shown) // MOST_LINES)
        tip += f"; a line shows the strongest of {step}"
        shown = [stacked(shown[i : i + step]) for i in range(0, len(shown), step)]
    rows = [row for line in shown for row in line]
    lengths = tuple(len(line) for line in shown)
    return Card(HEAT, title, note, rows, tip, count, footnote, lengths, sheet=True)


def plate(title: str, tip: str, cells: list[Row], *, count: int) -> Card:
    """Return the card of many inputs: lines of cells, in a square where they make one."""
    side = round(len(cells) ** 0.5)
    if side * side != len(cells):
        side = 16
    cells = cells if len(cells) <= MOST_CELLS * MOST_LINES else binned(cells)
    lengths = [len(cells[i : i + side]) for i in range(0, len(cells), side)]
    return Card(HEAT, title, "", cells, tip, count, "", tuple(lengths), sheet=True, results=False)


def binned(cells: list[Row]) -> list[Row]:
    """Return the cells, neighbours together if there are too many."""
    if len(cells) <= MOST_CELLS:
        return cells
    step = -(-len(cells) // MOST_CELLS)
    return [strongest_of(cells[i : i + step]) for i in range(0, len(cells), step)]


def stacked(lines: list[list[Row]]) -> list[Row]:
    """Return one line for several, cell by cell."""
    longest = max(lines, key=len)
    return [strongest_of([line[i] for line in lines if i < len(line)]) for i in range(len(longest))]


def strongest_of(rows: list[Row]) -> Row:
    """Return one row for several, with the strongest of their gradients."""
    if len(rows) == 1:
        return rows[0]
    known = [row.grad for row in rows if row.grad is not None]
    # nan and inf are the strongest of all: they must not be hidden behind a number.
    grad = max(known, key=lambda g: (g != g, abs(g)), default=None)
    tip = f"{rows[0].name} to {rows[-1].name}: the strongest of {len(rows)} gradients" + (
        f", {number_text(grad, signed=True)}" if grad is not None else ""
    )
    return Row(rows[0].name, None, grad, tip, merged=rows)


def mean_size(rows: list[Row]) -> float | None:
    """Return the mean of |grad| over some rows, or None if there is none."""
    sizes = [abs(row.grad) for row in rows if row.grad is not None]
    return sum(sizes) / len(sizes) if sizes else None
