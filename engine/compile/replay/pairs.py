"""Writes sums of products over pairs as matrix products: the queries and keys of an attention.

In scalar code each lane is a pair (i, j), position i looking back at position j. One factor depends
on i alone and the other on j alone, or there is one factor for each pair; and of all pairs some may
be missing, as those are with positions still to come. So it is a matrix product, of which some
entries are taken, or some set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.compile.replay.lines import Lines
from engine.compile.reroll.instructions import RaggedSum, Slots, Sum
from engine.compile.reroll.slots import are_distinct, drop_broadcast_axes, even_steps

MOST_MISSING = 4  # a matrix with more entries than so many times the pairs takes longer than these


@dataclass
class Pairs:
    """Pairs as entries of matrices, one matrix for each row or group of rows.

    Attributes:
        shape: how many matrices there are, and how many rows and columns they have.
        places: where in all of them each pair stands, shape (n_matrices, n_pairs).
    """

    shape: tuple[int, int, int]
    places: Slots


def pairs(n_matrices: int, row: Slots, column: Slots) -> Pairs | None:
    """Return where pairs stand, or None if one is there twice, or most of them are missing."""
    n_rows, n_columns = int(row.max()) + 1, int(column.max()) + 1
    size = n_rows * n_columns
    places = row * n_columns + column
    several = 1 < n_rows < row.size and 1 < n_columns < column.size
    if not several or size > MOST_MISSING * row.size or not are_distinct(places):
        return None
    every = np.arange(n_matrices)[:, None] * size + places
    return Pairs((n_matrices, n_rows, n_columns), every)


def distinct(slots: Slots) -> tuple[Slots, Slots]:
    """Return the distinct entries along the last axis, and which of them each lane has."""
    flat = slots.reshape(-1, slots.shape[-1])
    if np.unique(flat[0]).size == flat.shape[1]:  # so all entries differ, which is soon seen
        return slots, np.arange(flat.shape[1])
    found, which = np.unique(flat, axis=1, return_inverse=True)
    return found.reshape(*slots.shape[:-1], -1), which.ravel()


def alike(rows: Slots) -> int:
    """Return how many rows after one another are the same, all through, or 0 if that varies."""
    changes = np.flatnonzero((rows[1:] != rows[:-1]).any(1)) + 1
    sizes = np.diff([0, *changes, len(rows)])
    return int(sizes[0]) if (sizes == sizes[0]).all() else 0


def is_view(slots: Slots) -> bool:
    """Tell whether slots can be read without a copy, each for itself."""
    narrow, same = drop_broadcast_axes(slots)
    return not same and even_steps(narrow) is not None


class PairSumLines:
    """Writes sums of which each lane is a pair: queries · keys.

    Args:
        lines: where to.
        sums: the instruction, of products to add alone.
    """

    def __init__(self, lines: Lines, sums: Sum) -> None:
        self.lines, self.sums = lines, sums
        self.first, i = distinct(sums.left)
        self.second, j = distinct(sums.right)
        self.first = self.first.swapaxes(1, 2)  # (n_rows, n_i, n_terms) @ (n_rows, n_terms, n_j)
        self.pairs = pairs(len(sums.left), i, j)

    def write(self) -> bool:
        """Write the lines, if it is such a sum; return whether it is."""
        first, second, buffers = self.first, self.second, self.lines.buffers
        if self.pairs is None or not (is_view(first) and is_view(second)):
            return False
        out, grad = buffers.block(self.sums.out)
        x, y, x_turned, y_turned = (
            buffers.read(slots).text
            for slots in (first, second, first.swapaxes(1, 2), second.swapaxes(1, 2))
        )
        products = buffers.name("t", np.empty(self.pairs.shape))
        places = buffers.index(self.pairs.places)
        self.lines.emit_forward(f"matmul({x}, {y}, out={products})")
        self.lines.emit_forward(f'{products}.take({places}, out={out}, mode="clip")')
        if buffers.requires_grad(self.sums.out):
            gradients = buffers.name("z", np.zeros(self.pairs.shape))
            self.lines.emit_backward(f"{gradients}.ravel()[{places}] = {grad}")
            self.lines.emit_gradient(first, f"matmul({gradients}, {y_turned})", first.shape)
            self.lines.emit_gradient(second, f"matmul({x_turned}, {gradients})", second.shape)
        return True


class WeightedSumLines:
    """Writes sums whose terms are pairs, each with a factor of its own: shares · values.

    Args:
        lines: where to.
        sums: the instruction, without signs.
    """

    def __init__(self, lines: Lines, sums: RaggedSum) -> None:
        self.lines, self.sums = lines, sums

    def write(self) -> bool:
        """Write the lines, if they are such sums; return whether they are."""
        left, right = self.sums.left, self.sums.right
        return self.weighted(left, right) or self.weighted(right, left)

    def weighted(self, shares: Slots, values: Slots) -> bool:
        """Write the lines if rows come in groups with the same shares, and values go with j."""
        lines, buffers = self.lines, self.lines.buffers
        size = alike(shares)  # of a head: all its dimensions are weighted in the same way
        if not size:
            return False
        n_matrices = len(shares) // size
        value, j = distinct(values)
        found = pairs(n_matrices, j, self.sums.lane_of)
        value = value.reshape(n_matrices, size, -1)  # times (n_matrices, n_j, n_lanes)
        if found is None or not is_view(value):
            return False
        share = shares[::size]
        of_matrices = self.sums.out.reshape(n_matrices, size, -1)
        out, grad = buffers.block(of_matrices)
        x, x_turned = (buffers.read(slots).text for slots in (value, value.swapaxes(1, 2)))
        matrices = buffers.name("z", np.zeros(found.shape))
        places = buffers.index(found.places)
        lines.emit_forward(f"{matrices}.ravel()[{places}] = {buffers.read(share).text}")
        lines.emit_forward(f"matmul({x}, {matrices}, out={out})")
        lines.emit_gradient(value, f"matmul({grad}, {matrices}.swapaxes(1, 2))", value.shape)
        if buffers.requires_grad(share):
            gradients = buffers.name("t", np.empty(found.shape))
            lines.emit_backward(f"matmul({x_turned}, {grad}, out={gradients})")
            lines.emit_gradient(share, f"{gradients}.take({places})", share.shape)
        return True
