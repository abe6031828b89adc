"""Marching squares: what is inside of a cell, and the line around it."""

import pytest

from nn.plots.contour import areas, clipped
from tests.nn.plots.charts import area

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def cell(*numbers: float) -> list[tuple[float, float, float]]:
    """Return a cell with these numbers at its corners."""
    return [(x, y, m) for (x, y), m in zip(SQUARE, numbers, strict=True)]


def test_number_changes_evenly_between_two_corners() -> None:
    inside, line = clipped(cell(1.0, -3.0, -3.0, 1.0))
    assert line == [(0.25, 0.0), (0.25, 1.0)]
    assert area(inside) == 0.25


@pytest.mark.parametrize("first", [1.0, -1.0])
def test_lines_of_a_saddle_go_around_its_outside_corners(first: float) -> None:
    inside, crossings = clipped(cell(first, -first, first, -first))
    lines = {frozenset(crossings[:2]), frozenset(crossings[2:])}
    outside = [corner for corner, m in zip(SQUARE, (first, -first) * 2, strict=True) if m < 0]
    assert lines == {
        frozenset({(0.5, float(y)), (float(x), 0.5)}) for x, y in outside
    }  # each line crosses the two sides that meet in that corner
    assert area(inside) == 0.75


def test_areas_where_a_number_is_nan_are_left_out() -> None:
    nan = float("nan")
    pieces, edges = areas([0, 1, 2], [0, 1], [[1, 1, nan], [1, 1, 1]])
    assert (sum(map(area, pieces)), edges) == (1.0, [])


def test_cells_inside_are_joined_in_a_line() -> None:
    pieces, _ = areas(range(101), range(3), [[1.0] * 101] * 3)
    assert (len(pieces), sum(map(area, pieces))) == (2, 200)
