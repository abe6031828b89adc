"""The terms of sums with equally many in every lane, and which of them make up a matrix product."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.compile.reroll.instructions import Slots


class Kind(IntEnum):
    """What a term is."""

    WEIGHTED = 0  # a term of a matrix product
    PRODUCT = 1
    SINGLE = 2


@dataclass
class Terms:
    """The terms of some sums.

    Attributes:
        signs: +1 or −1, alike in all lanes, shape (n_sums, n_terms).
        x: the step of the first factor, shape (n_sums, n_terms, n_lanes).
        y: the step of the second factor, or −1 in a single term, same shape.
        wide_x: whether the first factor differs from lane to lane, shape (n_sums, n_terms).
        wide_y: the same of the second factor.
        with_constant: whether a factor is a constant, same shape.
    """

    signs: Slots
    x: Slots
    y: Slots
    wide_x: NDArray[np.bool_]
    wide_y: NDArray[np.bool_]
    with_constant: NDArray[np.bool_]

    def __post_init__(self) -> None:
        single = self.y[..., 0] < 0
        self.kind = np.where(single, Kind.SINGLE, Kind.PRODUCT)

    def weighted(self, start: Slots) -> Terms:
        """Return the terms with those that can be a matrix product put in the order of their slots.

        They are a run of weights, numbers that are the same in all lanes, times numbers that
        differ; the biases among them, weights without a factor, come last. Of several runs it is
        the one of most products. All others stay as they were.

        Args:
            start: the slot of each step.
        """
        single = self.kind == Kind.SINGLE
        plus = (self.signs > 0) & ~self.with_constant
        linear = plus & ~single & (self.wide_x != self.wide_y)
        bias = plus & single & ~self.wide_x
        # Terms of one run have equally many others before them.
        like, (n, n_terms) = linear | bias, linear.shape
        run = np.cumsum(~like, axis=1)
        sizes = np.zeros((n, n_terms + 1), dtype=np.intp)
        np.add.at(sizes, (np.arange(n)[:, None], run), linear)
        most = np.where(sizes.max(1) > 0, sizes.argmax(1), -1)
        chosen = like & (run == most[:, None])
        swapped = chosen & linear & ~self.wide_x
        wide_x, wide_y = self.wide_x | swapped, self.wide_y & ~swapped
        x = np.where(swapped[..., None], self.y, self.x)
        y = np.where(swapped[..., None], self.x, self.y)
        order = np.lexsort(
            (
                np.where(chosen, start[y[..., 0]], 0),
                np.where(chosen, start[x[..., 0]], 0),
                chosen & bias,
                np.where(chosen, chosen.argmax(1)[:, None], np.arange(n_terms)),
            )
        )
        found = Terms(
            np.take_along_axis(self.signs, order, 1),
            np.take_along_axis(x, order[..., None], 1),
            np.take_along_axis(y, order[..., None], 1),
            np.take_along_axis(wide_x, order, 1),
            np.take_along_axis(wide_y, order, 1),
            np.take_along_axis(self.with_constant, order, 1),
        )
        found.kind[np.take_along_axis(chosen & linear, order, 1)] = Kind.WEIGHTED
        return found

    def signature(self, i: int) -> tuple[bytes, ...]:
        """Return what sums of one instruction have in common."""
        squares = (self.x[i] == self.y[i])[..., 0]
        factors = self.x[i][self.kind[i] == Kind.WEIGHTED]
        parts = (self.kind[i], self.signs[i], self.wide_x[i], self.wide_y[i], squares)
        return tuple(part.tobytes() for part in (*parts, factors))

    def positions(self, i: int, kind: Kind) -> Slots:
        """Return which terms of a sum are of a kind."""
        return np.flatnonzero(self.kind[i] == kind)
