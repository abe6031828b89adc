"""Turns a group's numbers into cells of colour: a strip for a neuron, a sheet for a whole layer."""

from __future__ import annotations

from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.sheet_card import SheetCard
from engine.draw.scene.cards.strip_card import StripCard
from engine.words.numbers import number_text

MOST_CELLS, MOST_SHEET_LINES = 66, 60  # beyond these, neighbours share a cell


def strip(title: str, tip: str, cells: list[Entry], result: Entry, *, count: int) -> StripCard:
    """Return the card of one neuron: a cell per parameter, then its result."""
    return StripCard(title, "", [*binned(cells), result], tip, count)


def sheet(title: str, note: str, lines: list[list[Entry]], *, parts: str, count: int) -> SheetCard:
    """Return the card of a layer: a line per part.

    Args:
        title: its header.
        note: printed after the title.
        lines: the cells and the result of each part.
        parts: what a line is, such as "neuron".
        count: how many times it was computed.
    """
    shown = [[*binned(line[:-1]), line[-1]] for line in lines]
    size = mean_size([cell for line in lines for cell in line[:-1]])
    footnote = f"mean |grad| {number_text(size, digits=2)}" if size is not None else ""
    tip = f"{title}: {len(lines):,} {parts}{'s' if len(lines) > 1 else ''}, one per line"
    if len(shown) > MOST_SHEET_LINES:
        step = -(-len(shown) // MOST_SHEET_LINES)
        tip += f"; a line shows the strongest of {step}"
        shown = [stacked(shown[i : i + step]) for i in range(0, len(shown), step)]
    cells = [cell for line in shown for cell in line]
    lengths = tuple(len(line) for line in shown)
    return SheetCard(title, note, cells, tip, count, lengths=lengths, footnote=footnote)


def input_sheet(title: str, tip: str, cells: list[Entry], *, count: int) -> SheetCard:
    """Return the card of many inputs: lines of cells, in a square where they make one."""
    side = round(len(cells) ** 0.5)
    if side * side != len(cells):
        side = 16
    cells = cells if len(cells) <= MOST_CELLS * MOST_SHEET_LINES else binned(cells)
    lengths = tuple(len(cells[i : i + side]) for i in range(0, len(cells), side))
    return SheetCard(title, "", cells, tip, count, lengths=lengths, has_results=False)


def binned(cells: list[Entry]) -> list[Entry]:
    """Return the cells, neighbours together if there are too many."""
    if len(cells) <= MOST_CELLS:
        return cells
    step = -(-len(cells) // MOST_CELLS)
    return [strongest_of(cells[i : i + step]) for i in range(0, len(cells), step)]


def stacked(lines: list[list[Entry]]) -> list[Entry]:
    """Return one line for several, cell by cell."""
    longest = max(lines, key=len)
    return [strongest_of([line[i] for line in lines if i < len(line)]) for i in range(len(longest))]


def strongest_of(cells: list[Entry]) -> Entry:
    """Return one cell for several, with the strongest of their gradients."""
    if len(cells) == 1:
        return cells[0]
    known = [cell.grad for cell in cells if cell.grad is not None]
    # nan and inf are the strongest of all: they must not be hidden behind a number.
    grad = max(known, key=lambda g: (g != g, abs(g)), default=None)
    tip = f"{cells[0].name} to {cells[-1].name}: the strongest of {len(cells)} gradients" + (
        f", {number_text(grad, signed=True)}" if grad is not None else ""
    )
    return Entry(cells[0].name, None, grad, tip, merged=cells)


def mean_size(cells: list[Entry]) -> float | None:
    """Return the mean of |grad| over some cells, or None without any."""
    sizes = [abs(cell.grad) for cell in cells if cell.grad is not None]
    return sum(sizes) / len(sizes) if sizes else None
