"""Crossing reduction: the order of the slots in each column, so that few lines cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

# From slot, to slot, and where it is attached to the second: −1 at its top, 1 at its bottom.
Link = tuple[int, int, float]


def reduce_crossings(
    columns: Sequence[Sequence[int]],
    links: Sequence[Link],
    box: Sequence[int],
    *,
    sweeps: int = 16,
) -> list[list[int]]:
    """Return the columns reordered so that few links cross.

    Every slot moves to the mean position of its neighbours, column by column, back and forth; the
    best order found is kept.

    Args:
        columns: the slots of each column, in a first order.
        links: between neighbouring columns.
        box: for each slot the box it belongs to; slots of one box stay together.
        sweeps: how often to go through all columns.

    References:
        Sugiyama, Tagawa and Toda (1981), IEEE Transactions on Systems, Man and Cybernetics 11.
    """
    before: list[list[tuple[int, float]]] = [[] for _ in box]
    after: list[list[tuple[int, float]]] = [[] for _ in box]
    for a, b, at in links:
        before[b].append((a, 0.0))
        after[a].append((b, 0.4 * at))
    order = [list(column) for column in columns]
    index = [0.0] * len(box)
    for column in order:
        renumber(column, index)
    best, kept = count_in_order(order, after, index), [list(column) for column in order]
    idle = 0
    for sweep in range(sweeps):
        if best == 0 or idle == 4:
            break
        forward = sweep % 2 == 0
        for column in order[1:] if forward else order[-2::-1]:
            sort_by_neighbours(column, before if forward else after, index, box)
        idle += 1
        if (found := count_in_order(order, after, index)) < best:
            best, kept, idle = found, [list(column) for column in order], 0
    return kept


def count_crossings(columns: Sequence[Sequence[int]], links: Sequence[Link]) -> int:
    """Return how many pairs of links cross."""
    n_slots = 1 + max((slot for column in columns for slot in column), default=-1)
    after: list[list[tuple[int, float]]] = [[] for _ in range(n_slots)]
    for a, b, at in links:
        after[a].append((b, 0.4 * at))
    index = [0.0] * n_slots
    for column in columns:
        renumber(column, index)
    return count_in_order(columns, after, index)


def renumber(column: Sequence[int], index: list[float]) -> None:
    """Write down each slot's position in its column."""
    for i, slot in enumerate(column):
        index[slot] = float(i)


def count_in_order(
    order: Sequence[Sequence[int]],
    after: Sequence[Sequence[tuple[int, float]]],
    index: Sequence[float],
) -> int:
    """Return how many pairs of links cross."""
    count = 0
    for column in order:
        seen: list[float] = []
        for _, end in sorted((index[a], index[b] + at) for a in column for b, at in after[a]):
            count += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return count


def sort_by_neighbours(
    column: list[int],
    near: Sequence[Sequence[tuple[int, float]]],
    index: list[float],
    box: Sequence[int],
) -> None:
    """Order a column by the mean position of each slot's neighbours, boxes as one."""
    wish = {}
    for slot in column:
        positions = [index[x] + at for x, at in near[slot]]
        wish[slot] = sum(positions) / len(positions) if positions else index[slot]
    together: dict[int, list[float]] = {}
    for slot in column:
        together.setdefault(box[slot], []).append(wish[slot])
    centre = {b: sum(wishes) / len(wishes) for b, wishes in together.items()}
    first = {b: i for i, b in enumerate(together)}
    column.sort(key=lambda slot: (centre[box[slot]], first[box[slot]], wish[slot]))
    renumber(column, index)
