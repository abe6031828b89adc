"""How a gradient gets into the gradient buffer: by a view, broadcast, by scatter or scatter-add."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from engine.compile.replay.buffers import Buffers, Operand
from engine.compile.reroll.instructions import Slots
from engine.compile.reroll.slots import are_distinct, drop_broadcast_axes

WIDE_GAP = 1000  # slots; zeroing a smaller gap is faster than another line after it


class Write(Enum):
    """How a gradient is written.

    Attributes:
        VIEW: it fills a view of the buffer.
        BROADCAST: it is broadcast into a view, or assigned to distinct slots by index.
        SCATTER: each run picks some of the slots, none of them twice.
        SCATTER_ADD: each run picks some of the slots, maybe one several times.
    """

    VIEW = auto()
    BROADCAST = auto()
    SCATTER = auto()
    SCATTER_ADD = auto()


@dataclass
class GradientWrite:
    """A gradient on its way into the buffer.

    Attributes:
        target: where it goes, as text.
        text: the gradient.
        slots: the slots it goes to, or may go to.
        how: the way it is written.
    """

    target: str
    text: str
    slots: Slots
    how: Write

    @property
    def fills_its_slots(self) -> bool:
        """Whether every run writes each of the slots."""
        return self.how in (Write.VIEW, Write.BROADCAST)


def write_gradient(buffers: Buffers, slots: Slots, gradient: Operand) -> GradientWrite | None:
    """Return how a gradient, of the shape of `slots` or broadcast to it, gets into them.

    Returns:
        None if none of the slots needs a gradient.
    """
    if slots.size == 0 or not buffers.requires_grad(slots):
        return None
    slots, gradient = sum_broadcast_axes(buffers, slots, gradient)
    if are_distinct(slots):
        return assign(buffers, slots, gradient)
    text = gradient.text
    if gradient.shape != slots.shape:
        text = f"broadcast_to({text}, {slots.shape})"
    return sum_by_slot(buffers, slots, text)


def sum_broadcast_axes(buffers: Buffers, slots: Slots, gradient: Operand) -> tuple[Slots, Operand]:
    """Sum a gradient over the axes along which its slots do not change."""
    narrow, axes = drop_broadcast_axes(slots)
    if not axes:
        return narrow, gradient
    text, shape = gradient.text, gradient.shape
    if any(shape[axis] != slots.shape[axis] for axis in axes):
        text = f"broadcast_to({text}, {slots.shape})"
    summed = tuple(1 if i in axes else n for i, n in enumerate(shape))
    n, *others = slots.shape
    if len(others) == 1 and axes == (1,):  # a product with ones is faster than a sum
        return narrow, Operand(f"({text}) @ {buffers.ones(others[0])}", summed)
    if len(others) == 1 and axes == (0,):
        return narrow, Operand(f"{buffers.ones(n)}.T @ ({text})", summed)
    over = axes[0] if len(axes) == 1 else axes
    return narrow, Operand(f"add.reduce({text}, {over}, keepdims=True)", summed)


def assign(buffers: Buffers, slots: Slots, gradient: Operand) -> GradientWrite:
    """Return how a gradient is written to distinct slots."""
    view = buffers.view("G", slots, "h")
    target = view or f"G[{buffers.index_array(slots)}]"
    fills = view is not None and gradient.shape == slots.shape
    return GradientWrite(target, gradient.text, slots, Write.VIEW if fills else Write.BROADCAST)


def sum_by_slot(buffers: Buffers, slots: Slots, text: str) -> GradientWrite:
    """Return how several gradients of one slot are added: sorted by slot, then summed in runs."""
    order = np.argsort(slots, axis=None, kind="stable")
    targets, starts = np.unique(slots.ravel()[order], return_index=True)
    flat = f"({text}).ravel()"
    if not np.array_equal(order, np.arange(order.size)):
        flat += f".take({buffers.index_array(order)})"
    total = f"add.reduceat({flat}, {buffers.index_array(starts)})"
    return assign(buffers, targets, Operand(total, targets.shape))


def zero_lines(slots: NDArray[np.bool_], fixed: NDArray[np.bool_]) -> list[str]:
    """Return lines that set the gradients at some slots to 0.

    Maybe in small gaps as well, where there are none that are fixed.
    """
    indices = np.flatnonzero(slots)
    if not indices.size:
        return []
    wide = np.diff(indices) > WIDE_GAP
    wide |= np.diff(np.cumsum(fixed)[indices]) > 0
    runs = np.split(indices, np.flatnonzero(wide) + 1)
    return [f"G[{run[0]}:{run[-1] + 1}] = 0.0" for run in runs]
