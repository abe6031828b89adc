"""Crossing reduction: lines that cross are counted, and made fewer."""

from engine.draw.layout.crossings import count_crossings, reduce_crossings

CROSSED = [(0, 3, 0.0), (1, 2, 0.0)]  # 0 above 1, 2 above 3


def test_two_crossed_links_are_counted_once() -> None:
    assert count_crossings([[0, 1], [2, 3]], CROSSED) == 1
    assert count_crossings([[0, 1], [3, 2]], CROSSED) == 0


def test_links_are_uncrossed_by_moving_slots_of_one_column() -> None:
    order = reduce_crossings([[0, 1], [2, 3]], CROSSED, [-1, -2, -3, -4])
    assert count_crossings(order, CROSSED) == 0


def test_slots_of_one_box_stay_together() -> None:
    links = [(0, 5, 0.0), (1, 3, 0.0), (2, 4, 0.0)]
    order = reduce_crossings([[0, 1, 2], [3, 4, 5]], links, [-1, -2, -3, 7, -5, 7])
    at = [order[1].index(slot) for slot in (3, 5)]
    assert abs(at[0] - at[1]) == 1
