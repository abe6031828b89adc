"""The terms of sums with equally many in every lane, in an order that makes sums comparable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.compile.reroll.instructions import Slots


class Kind(IntEnum):
    """What a term is, in the order in which a sum has them."""

    LINEAR = 0  # a number that is the same in all lanes, times one that differs: a matrix product
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
        linear = (self.wide_x != self.wide_y) & ~single & (self.signs > 0) & ~self.with_constant
        self.kind = np.where(linear, Kind.LINEAR, np.where(single, Kind.SINGLE, Kind.PRODUCT))

    def sorted(self, start: Slots) -> Terms:
        """Return the terms by kind, so that sums of the same form have them in the same order.

        Linear terms have their wide factor first, and come in the order of its slot. Of the others
        those to add come before those to subtract, and numbers that are the same in all lanes
        (biases) before those that differ.

        Args:
            start: the slot of each step.
        """
        linear = self.kind == Kind.LINEAR
        swapped = (linear & ~self.wide_x)[..., None]
        x, y = np.where(swapped, self.y, self.x), np.where(swapped, self.x, self.y)
        start_x, start_y = start[x[..., 0]], start[y[..., 0]]
        order = np.lexsort(
            (
                np.where(linear, start_y, start_x),
                np.where(linear, start_x, self.wide_x),
                np.where(linear, 0, -self.signs),
                self.kind,
            )
        )
        return Terms(
            np.take_along_axis(self.signs, order, 1),
            np.take_along_axis(x, order[..., None], 1),
            np.take_along_axis(y, order[..., None], 1),
            np.take_along_axis(self.wide_x, order, 1),
            np.take_along_axis(self.wide_y, order, 1),
            np.take_along_axis(self.with_constant, order, 1),
        )

    def signature(self, i: int) -> tuple[bytes, ...]:
        """Return what sums of one instruction have in common: kinds, signs, wide linear factors."""
        squares = (self.x[i] == self.y[i])[..., 0]
        linear_factors = self.x[i][self.kind[i] == Kind.LINEAR]
        parts = (self.kind[i], self.signs[i], self.wide_x[i], self.wide_y[i], squares)
        return tuple(part.tobytes() for part in (*parts, linear_factors))

    def positions(self, i: int, kind: Kind) -> Slots:
        """Return which terms of a sum are of a kind."""
        return np.flatnonzero(self.kind[i] == kind)
