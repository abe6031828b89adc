"""Cycle removal and layering: which arrows to reverse, and the column of each card."""

from __future__ import annotations

from collections.abc import Sequence


def arrows_to_reverse(n_cards: int, arrows: Sequence[tuple[int, int]]) -> list[bool]:
    """Return for each arrow whether it must be reversed, so that no arrows form a cycle."""
    leaving: list[list[int]] = [[] for _ in range(n_cards)]
    for i, (tail, _) in enumerate(arrows):
        leaving[tail].append(i)
    reversed_ = [False] * len(arrows)
    state = [0] * n_cards  # 1 while the search is below a card, 2 when it is done
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
                reversed_[arrow] = True
            elif state[head] == 0:
                stack.append((head, 0))
    return reversed_


def assign_layers(n_cards: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
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
    layer = [0] * n_cards
    for card in order:
        for head in leaving[card]:
            layer[head] = max(layer[head], layer[card] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    private = [True] * n_cards
    for card in order:
        private[card] = all(private[t] and len(set(leaving[t])) == 1 for t in entering[card])
    for card in reversed(order):
        if private[card] and leaving[card]:
            layer[card] = min(layer[head] for head in leaving[card]) - 1
    least = min(layer, default=0)
    return [one - least for one in layer]
