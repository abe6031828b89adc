"""Moves the slots of a layered picture up and down until its lines run as straight as they can."""

from __future__ import annotations

from collections.abc import Sequence


def straighten(
    columns: Sequence[Sequence[int]],
    gaps: Sequence[Sequence[float]],
    links: Sequence[tuple[int, int, float, float, float]],
    n_slots: int,
    *,
    start: Sequence[float] | None = None,
    sweeps: int = 20,
) -> list[float]:
    """Return the position of each slot's middle across the columns, px.

    Minimises the sum of weight × (difference between the two ends of a link)², column by column,
    with each column in its order and its slots at least `gaps` apart.

    Args:
        columns: the slots of each column, in order.
        gaps: for each column, the least distances between the middles of neighbours, px.
        links: (slot, slot, offset of the link's end from the first one's middle, from the second
            one's, weight).
        n_slots: how many slots there are.
        start: where they are at first; stacked evenly if None.
        sweeps: how often to go through all columns.
    """
    near: list[list[tuple[int, float, float]]] = [[] for _ in range(n_slots)]
    left: list[list[tuple[int, float, float]]] = [[] for _ in range(n_slots)]
    right: list[list[tuple[int, float, float]]] = [[] for _ in range(n_slots)]
    for a, b, at_a, at_b, weight in links:
        right[a].append((b, at_b - at_a, weight))
        left[b].append((a, at_a - at_b, weight))
    for slot in range(n_slots):
        near[slot] = left[slot] + right[slot]
    y = [0.0] * n_slots if start is None else list(start)
    if start is None:
        for column, apart in zip(columns, gaps, strict=True):
            at = -sum(apart) / 2
            for slot, gap in zip(column, [*apart, 0.0], strict=True):
                y[slot] = at
                at += gap
    one_sided = sweeps // 2 if start is None else 0
    for sweep in range(sweeps):
        forward = sweep % 2 == 0
        pulls = near if sweep >= one_sided else left if forward else right
        for c in range(len(columns)) if forward else range(len(columns) - 1, -1, -1):
            settle(columns[c], gaps[c], pulls, y)
    return y


def settle(
    column: Sequence[int],
    apart: Sequence[float],
    pulls: Sequence[Sequence[tuple[int, float, float]]],
    y: list[float],
) -> None:
    """Move one column where its links pull it: exact least squares under the least distances.

    References:
        Pool adjacent violators: Ayer et al. (1955), Annals of Mathematical Statistics 26.
    """
    blocks: list[tuple[float, float, int]] = []  # best position, weight, number of slots
    offset = 0.0
    offsets = []
    for i, slot in enumerate(column):
        if i:
            offset += apart[i - 1]
        offsets.append(offset)
        weight = wish = 0.0
        for other, shift, strength in pulls[slot]:
            weight += strength
            wish += strength * (y[other] + shift)
        if weight == 0.0:
            weight, wish = 0.01, 0.01 * y[slot]
        want, size = wish / weight - offset, 1
        while blocks and blocks[-1][0] >= want:
            before, before_weight, before_size = blocks.pop()
            want = (before * before_weight + want * weight) / (before_weight + weight)
            weight += before_weight
            size += before_size
        blocks.append((want, weight, size))
    i = 0
    for want, _, size in blocks:
        for _ in range(size):
            y[column[i]] = want + offsets[i]
            i += 1
