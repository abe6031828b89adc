"""Writes sums with more terms in some lanes than in others as lines of NumPy."""

from __future__ import annotations

import numpy as np

from engine.compile.replay.lines import Lines, broadcast_shape
from engine.compile.replay.pairs import WeightedSumLines
from engine.compile.reroll.instructions import RaggedSum
from engine.compile.reroll.planner import MANY


class RaggedSumLines:
    """Writes one instruction of ragged sums.

    Args:
        lines: where to.
        sums: the instruction.
    """

    def __init__(self, lines: Lines, sums: RaggedSum) -> None:
        self.lines, self.sums = lines, sums

    def write(self) -> None:
        """Write the lines: as matrix products if the terms are pairs, else summed lane by lane."""
        lines, sums, buffers = self.lines, self.sums, self.lines.buffers
        many = sums.left.size >= MANY and (sums.signs > 0).all()
        if many and WeightedSumLines(lines, sums).write():
            return
        _, grad = buffers.block(sums.out)
        x, y = buffers.read(sums.left), buffers.read(sums.right)
        terms = x.text if y.text == "1.0" else f"{x.text} * {y.text}"
        signs = ""
        if (sums.signs < 0).any():
            signs = buffers.constant_array(sums.signs.astype(float))
            terms = f"{terms} * {signs}"
        if broadcast_shape(x.shape, y.shape) != sums.left.shape:
            terms = f"broadcast_to({terms}, {sums.left.shape})"
        lane_of = buffers.index_array(sums.lane_of)
        n, n_lanes = sums.out.shape
        at = buffers.index_array((np.arange(n)[:, None] * n_lanes + sums.lane_of).ravel())
        flat = buffers.read(sums.out.ravel()).text
        lines.emit_forward(f"{flat}.fill(-0.0)")  # to which any number can be added, 0 and -0 too
        lines.emit_forward(f"add.at({flat}, {at}, ({terms}).ravel())")  # in order, unlike reduceat
        if not buffers.requires_grad(sums.out):
            return
        gradients = buffers.new_name("t", np.empty(sums.left.shape))
        lines.emit_backward(f'{grad}.take({lane_of}, 1, out={gradients}, mode="clip")')
        if signs:
            lines.emit_backward(f"{gradients} *= {signs}")
        if y.text == "1.0":
            lines.emit_gradient(sums.left, gradients, sums.left.shape)
        else:
            lines.emit_product_gradients(sums.left, sums.right, gradients, x, y, sums.left.shape)
