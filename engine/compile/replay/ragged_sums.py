"""Writes sums with more terms in some lanes than in others as lines of NumPy."""

from __future__ import annotations

import numpy as np

from engine.compile.replay.lines import Lines, broadcast_shape
from engine.compile.replay.pairs import WeightedSumLines
from engine.compile.reroll.instructions import RaggedSum


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
        plain = (sums.signs > 0).all() and not sums.constant.any()
        if plain and WeightedSumLines(lines, sums).write():
            return
        out, grad = buffers.block(sums.out)
        x, y = buffers.read(sums.left), buffers.read(sums.right)
        terms = x.text if y.text == "1.0" else f"{x.text} * {y.text}"
        signs = ""
        if (sums.signs < 0).any():
            signs = buffers.constant_array(sums.signs.astype(float))
            terms = f"{terms} * {signs}"
        if broadcast_shape(x.shape, y.shape) != sums.left.shape:
            terms = f"broadcast_to({terms}, {sums.left.shape})"
        starts = buffers.index_array(sums.starts)
        lines.emit_forward(f"add.reduceat({terms}, {starts}, axis=1, out={out})")
        if sums.constant.any():
            lines.emit_forward(f"{out} += {buffers.constant_array(sums.constant)}")
        if not buffers.requires_grad(sums.out):
            return
        lane_of = buffers.index_array(sums.lane_of)
        gradients = buffers.new_name("t", np.empty(sums.left.shape))
        lines.emit_backward(f'{grad}.take({lane_of}, 1, out={gradients}, mode="clip")')
        if signs:
            lines.emit_backward(f"{gradients} *= {signs}")
        if y.text == "1.0":
            lines.emit_gradient(sums.left, gradients, sums.left.shape)
        else:
            lines.emit_product_gradients(sums.left, sums.right, gradients, x, y, sums.left.shape)
