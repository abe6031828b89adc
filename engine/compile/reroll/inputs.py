"""Lays out the slots of the numbers that each replay is given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.compile.reroll.instructions import Slots

FEW_COLUMNS = 16


class Inputs:
    """The slots of the arguments, counted from the first of them.

    An array of few columns, such as samples of few features, is kept by columns, with a line of
    ones after them. So the bias of a layer becomes the weight of a feature that is always 1. With
    many columns, copying the array this way would take longer than adding the bias does.

    Args:
        shapes: of the arrays that the arguments become.

    Attributes:
        arrays: the slots of each array, of its shape.
        ones: the slots of each line of ones.
        size: how many slots there are.
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.arrays: list[Slots] = []
        self.ones: list[Slots] = []
        self.size = 0
        for shape in shapes:
            by_columns = len(shape) == 2 and shape[0] > 1 and 0 < shape[1] <= FEW_COLUMNS
            if by_columns:
                n, n_columns = shape
                *columns, ones = self._next((n_columns + 1, n))
                self.arrays.append(np.array(columns).T)
                self.ones.append(ones)
            else:
                self.arrays.append(self._next(shape))

    def _next(self, shape: tuple[int, ...]) -> Slots:
        """Return the next slots, in an array of a shape."""
        size = int(np.prod(shape))
        slots: Slots = self.size + np.arange(size).reshape(shape)
        self.size += size
        return slots

    def of_all(self) -> Slots:
        """Return the slots of all numbers of the arguments, in order."""
        return joined([slots.ravel() for slots in self.arrays])

    def of_sample(self) -> tuple[Slots, Slots]:
        """Return the slots of the first sample, and the distance to those of the next one."""
        first = joined([slots[0].ravel() for slots in self.arrays])
        second = joined([slots[:2][-1].ravel() for slots in self.arrays])
        return first, second - first


def joined(parts: Sequence[Slots]) -> Slots:
    """Return slots one after the other."""
    return np.concatenate([np.empty(0, dtype=np.intp), *parts])
