"""Writes sums of products over pairs as matrix products: the queries and keys of an attention.

It earns the figure of the small GPT under "Measured" in the README: without it a step of that
workload takes about a fifth longer (`python -m tests.benchmarks.special_cases`).

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

MAX_ENTRIES_PER_PAIR = 4  # with more of them the matrix product takes longer than the pairs


@dataclass
class Pairs:
    """Pairs as entries of matrices, one matrix for each class or group of classes.

    Attributes:
        shape: how many matrices there are, and how many rows and columns they have.
        positions: the index of each pair in all of them, shape (n_matrices, n_pairs).
    """

    shape: tuple[int, int, int]
    positions: Slots


def pairs(n_matrices: int, row: Slots, column: Slots) -> Pairs | None:
    """Return the positions of pairs, or None if one occurs twice or most are missing."""
    n_rows, n_columns = int(row.max()) + 1, int(column.max()) + 1
    size = n_rows * n_columns
    positions = row * n_columns + column
    several = 1 < n_rows < row.size and 1 < n_columns < column.size
    if not several or size > MAX_ENTRIES_PER_PAIR * row.size or not are_distinct(positions):
        return None
    every = np.arange(n_matrices)[:, None] * size + positions
    return Pairs((n_matrices, n_rows, n_columns), every)


def distinct_entries(slots: Slots) -> tuple[Slots, Slots]:
    """Return the distinct entries along the last axis, and which of them each lane has."""
    flat = slots.reshape(-1, slots.shape[-1])
    if np.unique(flat[0]).size == flat.shape[1]:  # all entries differ, the quick case
        return slots, np.arange(flat.shape[1])
    found, which = np.unique(flat, axis=1, return_inverse=True)
    return found.reshape(*slots.shape[:-1], -1), which.ravel()


def group_size(of_classes: Slots) -> int:
    """Return the size of groups of equal consecutive classes, or 0 if sizes differ."""
    changes = np.flatnonzero((of_classes[1:] != of_classes[:-1]).any(1)) + 1
    sizes = np.diff([0, *changes, len(of_classes)])
    return int(sizes[0]) if (sizes == sizes[0]).all() else 0


def is_view(slots: Slots) -> bool:
    """Return whether slots can be read without a copy, and without broadcasting."""
    narrow, same = drop_broadcast_axes(slots)
    return not same and even_steps(narrow) is not None


class PairSumLines:
    """Writes sums of which each lane is a pair: queries · keys.

    Args:
        lines: where to.
        sums: the instruction; all its products are positive.
    """

    def __init__(self, lines: Lines, sums: Sum) -> None:
        self.lines, self.sums = lines, sums
        self.first, i = distinct_entries(sums.left)
        self.second, j = distinct_entries(sums.right)
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
        products = buffers.new_name("t", np.empty(self.pairs.shape))
        positions = buffers.index_array(self.pairs.positions)
        self.lines.emit_forward(f"matmul({x}, {y}, out={products})")
        self.lines.emit_forward(f'{products}.take({positions}, out={out}, mode="clip")')
        if buffers.requires_grad(self.sums.out):
            gradients = buffers.new_name("z", np.zeros(self.pairs.shape))
            self.lines.emit_backward(f"{gradients}.ravel()[{positions}] = {grad}")
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
        """Write the lines if classes come in groups with the same shares, and values go with j."""
        lines, buffers = self.lines, self.lines.buffers
        size = group_size(shares)  # of a head: all its dimensions are weighted in the same way
        if not size:
            return False
        n_matrices = len(shares) // size
        value, j = distinct_entries(values)
        found = pairs(n_matrices, j, self.sums.lane_of)
        value = value.reshape(n_matrices, size, -1)  # times (n_matrices, n_j, n_lanes)
        if found is None or not is_view(value):
            return False
        share = shares[::size]
        of_matrices = self.sums.out.reshape(n_matrices, size, -1)
        out, grad = buffers.block(of_matrices)
        x, x_turned = (buffers.read(slots).text for slots in (value, value.swapaxes(1, 2)))
        matrices = buffers.new_name("z", np.zeros(found.shape))
        positions = buffers.index_array(found.positions)
        lines.emit_forward(f"{matrices}.ravel()[{positions}] = {buffers.read(share).text}")
        lines.emit_forward(f"matmul({x}, {matrices}, out={out})")
        lines.emit_gradient(value, f"matmul({grad}, {matrices}.swapaxes(1, 2))", value.shape)
        if buffers.requires_grad(share):
            gradients = buffers.new_name("t", np.empty(found.shape))
            lines.emit_backward(f"matmul({x_turned}, {grad}, out={gradients})")
            lines.emit_gradient(share, f"{gradients}.take({positions})", share.shape)
        return True
