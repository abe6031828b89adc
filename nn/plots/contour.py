"""Finds where a number on a grid is above 0, and the line around it: marching squares."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import isnan

Point = tuple[float, float]
Points = list[Point]
AROUND = ((0, 0), (1, 0), (1, 1), (0, 1))  # the corners of a cell, in order


def areas(
    across: Sequence[float], up: Sequence[float], margin: Sequence[Sequence[float]]
) -> tuple[list[Points], list[Points]]:
    """Return polygons that cover where a number is above 0, and pieces of the line around it.

    Args:
        across: of the columns of the grid.
        up: of its lines.
        margin: the number, line by line; where it is nan there is nothing.
    """
    pieces: list[Points] = []
    edges: list[Points] = []
    for j in range(len(up) - 1):
        cells = [
            [(across[i + a], up[j + b], margin[j + b][i + a]) for a, b in AROUND]
            for i in range(len(across) - 1)
        ]
        for whole, run in groupby(cells, lambda cell: all(m > 0 for _, _, m in cell)):
            several = list(run)
            if whole:  # one polygon for all of them
                (left, low, _), _, _, (_, high, _) = several[0]
                right = several[-1][1][0]
                pieces.append([(left, low), (right, low), (right, high), (left, high)])
                continue
            for cell in several:
                if not any(isnan(m) for _, _, m in cell):
                    inside, crossings = clipped(cell)
                    pieces += [inside] if inside else []
                    edges += [crossings[k : k + 2] for k in range(0, len(crossings), 2)]
    return pieces, edges


def clipped(cell: Sequence[tuple[float, float, float]]) -> tuple[Points, Points]:
    """Return the part of a cell where a number is above 0, and where its border crosses the sides.

    Args:
        cell: its corners, in order around it: across, up, and the number there. Between two corners
            it is taken to change evenly.

    Returns:
        The corners of that part, and the crossings, two for each line between inside and outside.
    """
    # From a corner inside, so that each line begins where the border leaves the part.
    first = next((k for k, (_, _, m) in enumerate(cell) if m > 0), 0)
    corners = [*cell[first:], *cell[: first + 1]]
    inside: Points = []
    crossings: Points = []
    for (x0, y0, a), (x1, y1, b) in zip(corners, corners[1:], strict=False):
        if a > 0:
            inside.append((x0, y0))
        if (a > 0) != (b > 0):
            t = a / (a - b)
            crossings.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
            inside.append(crossings[-1])
    return inside, crossings
