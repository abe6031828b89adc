"""Gives each card of a layered picture its column, and each column its order from top to bottom."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

# From slot, to slot, and where it is fastened to the second: −1 at its top, 1 at its bottom.
Link = tuple[int, int, float]


def without_cycles(n_cards: int, arrows: Sequence[tuple[int, int]]) -> list[bool]:
    """Return for each arrow whether it must be turned round, so that no arrows form a cycle."""
    leaving: list[list[int]] = [[] for _ in range(n_cards)]
    for i, (tail, _) in enumerate(arrows):
        leaving[tail].append(i)
    turned = [False] * len(arrows)
    state = [0] * n_cards  # 1 while the search stands below a card, 2 when done with it
    for start in range(n_cards):
        stack = [] if state[start] else [(start, 0)]
        while stack:
            card, at = stack.pop()
            state[card] = 1
            if at == len(leaving[card]):
                state[card] = 2
                continue
            stack.append((card, at + 1))
            arrow = leaving[card][at]
            head = arrows[arrow][1]
            if state[head] == 1:
                turned[arrow] = True
            elif state[head] == 0:
                stack.append((head, 0))
    return turned


def ranks(n_cards: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """Return each card's column: right of all its inputs, and no further left than it must be.

    A card whose whole ancestry is used nowhere else moves, with it, next to its consumer.
    """
    entering: list[list[int]] = [[] for _ in range(n_cards)]
    leaving: list[list[int]] = [[] for _ in range(n_cards)]
    for tail, head in arrows:
        entering[head].append(tail)
        leaving[tail].append(head)
    waiting = [len(tails) for tails in entering]
    order = [card for card in range(n_cards) if not waiting[card]]
    rank = [0] * n_cards
    for card in order:
        for head in leaving[card]:
            rank[head] = max(rank[head], rank[card] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    private = [True] * n_cards
    for card in order:
        private[card] = all(private[t] and len(set(leaving[t])) == 1 for t in entering[card])
    for card in reversed(order):
        if private[card] and leaving[card]:
            rank[card] = min(rank[head] for head in leaving[card]) - 1
    least = min(rank, default=0)
    return [r - least for r in rank]


def untangled(
    columns: Sequence[Sequence[int]],
    links: Sequence[Link],
    box: Sequence[int],
    *,
    sweeps: int = 16,
) -> list[list[int]]:
    """Return the columns reordered so that few links cross.

    Every slot moves to the mean place of its neighbours, column by column, back and forth; the
    best order found is kept.

    Args:
        columns: the slots of each column, in a first order.
        links: between neighbouring columns.
        box: for each slot the box it belongs to; what shares one stays together.
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
    place = [0.0] * len(box)
    for column in order:
        number(column, place)
    best, kept = crossings(order, after, place), [list(column) for column in order]
    idle = 0
    for sweep in range(sweeps):
        if best == 0 or idle == 4:
            break
        forward = sweep % 2 == 0
        for column in order[1:] if forward else order[-2::-1]:
            sort_by_neighbours(column, before if forward else after, place, box)
        idle += 1
        if (found := crossings(order, after, place)) < best:
            best, kept, idle = found, [list(column) for column in order], 0
    return kept


def tangles(columns: Sequence[Sequence[int]], links: Sequence[Link]) -> int:
    """Return how many pairs of links cross."""
    n_slots = 1 + max((slot for column in columns for slot in column), default=-1)
    after: list[list[tuple[int, float]]] = [[] for _ in range(n_slots)]
    for a, b, at in links:
        after[a].append((b, 0.4 * at))
    place = [0.0] * n_slots
    for column in columns:
        number(column, place)
    return crossings(columns, after, place)


def number(column: Sequence[int], place: list[float]) -> None:
    """Write down each slot's place in its column."""
    for i, slot in enumerate(column):
        place[slot] = float(i)


def crossings(
    order: Sequence[Sequence[int]],
    after: Sequence[Sequence[tuple[int, float]]],
    place: Sequence[float],
) -> int:
    """Return how many pairs of links cross."""
    count = 0
    for column in order:
        seen: list[float] = []
        for _, end in sorted((place[a], place[b] + at) for a in column for b, at in after[a]):
            count += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return count


def sort_by_neighbours(
    column: list[int],
    near: Sequence[Sequence[tuple[int, float]]],
    place: list[float],
    box: Sequence[int],
) -> None:
    """Order a column by the mean place of each slot's neighbours, boxes as one."""
    wish = {}
    for slot in column:
        places = [place[x] + at for x, at in near[slot]]
        wish[slot] = sum(places) / len(places) if places else place[slot]
    together: dict[int, list[float]] = {}
    for slot in column:
        together.setdefault(box[slot], []).append(wish[slot])
    centre = {b: sum(wishes) / len(wishes) for b, wishes in together.items()}
    first = {b: i for i, b in enumerate(together)}
    column.sort(key=lambda slot: (centre[box[slot]], first[box[slot]], wish[slot]))
    number(column, place)
