"""Collects the lines of an array program: those of the forward and those of the backward pass."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.compile.replay.buffers import Buffers, Operand
from engine.compile.replay.gradients import GradientWrite, Write, write_gradient, zero_lines
from engine.compile.replay.numpy_source import array_function, assign_to
from engine.compile.reroll.instructions import Plan, Slots

NUMPY = (
    "add", "broadcast_to", "divide", "einsum", "equal", "matmul", "maximum", "mod", "multiply",
    "negative", "power", "subtract", "where",
)  # fmt: skip


class Lines:
    """The lines of a program, and the arrays they work on.

    Attributes:
        buffers: the arrays, and the lines of the forward pass.
        backward: what the backward pass does, per instruction, in forward order.
        checks: lines that check, after the forward pass, whether operations are in their domains.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.buffers = Buffers(plan)
        self.backward: list[list[GradientWrite | str]] = []
        self.checks: list[str] = []
        self.buffers.space.update({name: getattr(np, name) for name in NUMPY})
        self.buffers.space.update(whole=whole, all_of=np.all, pow=np.power, inf=np.inf)

    def emit_forward(self, line: str) -> None:
        """Add a line to the forward pass."""
        self.buffers.forward.append(line)

    def emit_gradient(self, slots: Slots, text: str, shape: tuple[int, ...]) -> None:
        """Add a gradient of `slots` to the backward pass."""
        write = write_gradient(self.buffers, slots, Operand(text, shape))
        if write is not None:
            self.backward[-1].append(write)

    def emit_backward(self, line: str) -> None:
        """Add a line to the backward pass."""
        self.backward[-1].append(line)

    def emit_product_gradients(
        self, left: Slots, right: Slots, g: str, x: Operand, y: Operand, shape: tuple[int, ...]
    ) -> None:
        """Write the gradients of both factors of a product; shape is that of `g`."""
        if np.array_equal(left, right):  # a square
            self.emit_gradient(left, f"2.0 * {g} * {x.text}", broadcast_shape(shape, x.shape))
            return
        self.emit_gradient(left, f"{g} * {y.text}", broadcast_shape(shape, y.shape))
        self.emit_gradient(right, f"{g} * {x.text}", broadcast_shape(shape, x.shape))

    def backward_lines(self) -> tuple[list[str], list[str]]:
        """Return the lines of the backward pass: those to run once, and those of every run.

        In each run the first gradient of a slot is assigned, and those after it are added: what the
        last run left there is overwritten. Slots that a run may add to before it has assigned
        anything are set to 0 first. Gradients that are the same in every run, such as those of the
        terms of a mean, are written once.
        """
        out, writes = self.plan.out, [x for part in reversed(self.backward) for x in part]
        n_writes = np.zeros(self.plan.size, dtype=np.intp)
        n_writes[out] = 1
        for write in writes:
            if isinstance(write, GradientWrite):
                n_writes[np.unique(write.slots)] += 1
        may_be_fixed = n_writes == 1
        may_be_fixed[: self.plan.n_parameters] = False  # many may be set to 0 in one line
        written, to_zero, fixed = np.zeros((3, self.plan.size), dtype=bool)
        written[out], fixed[out] = True, may_be_fixed[out]
        seed = f"G[{out}] = 1.0"
        once, lines = ([seed], list[str]()) if fixed[out] else ([], [seed])
        for write in writes:
            if isinstance(write, str):
                lines.append(write)
                continue
            first = not written[write.slots].any()
            if not (first and write.fills_its_slots):
                to_zero[write.slots] |= ~written[write.slots]
            written[write.slots] = True
            is_fixed = (
                write.fills_its_slots
                and bool(may_be_fixed[write.slots].all())
                and self.buffers.is_fixed(write.text, fixed)
            )
            fixed[write.slots] = is_fixed
            part = once if is_fixed else lines
            part.append(self._assigned(write) if first else self._added(write))
        return once, [*zero_lines(to_zero, fixed), *lines]

    def _assigned(self, write: GradientWrite) -> str:
        """Return the line that assigns the first gradient of some slots."""
        if write.how is Write.SCATTER_ADD:
            return self._added(write)
        if write.how is Write.VIEW:
            line, ufunc = assign_to(write.text, write.target)
            self.import_functions({ufunc} - {""})
            return line
        target = write.target if write.target.endswith("]") else f"{write.target}[...]"
        return f"{target} = {write.text}"

    def _added(self, write: GradientWrite) -> str:
        """Return the line that adds a gradient to what has been assigned."""
        if write.how is Write.SCATTER_ADD:
            return f"add.at(G, {write.target}.ravel(), {write.text}.ravel())"
        return f"{write.target} += {write.text}"

    def broadcast(self, operand: Operand, slots: Slots) -> str:
        """Return the text of an operand that has been broadcast to the shape of its slots."""
        if operand.shape == slots.shape and self.is_array(operand):
            return operand.text
        return f"broadcast_to({operand.text}, {slots.shape})"

    def is_array(self, operand: Operand) -> bool:
        """Return whether an operand is an array of the program, not a number."""
        return isinstance(self.buffers.space.get(operand.text), np.ndarray)

    def import_functions(self, names: set[str]) -> None:
        """Make functions available to the lines."""
        for name in names:
            if name not in self.buffers.space:
                self.buffers.space[name] = array_function(name)


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the result of an elementwise operation on arrays of these shapes."""
    return np.broadcast_shapes(*shapes)


def whole(index: np.ndarray, n_entries: int) -> np.ndarray:
    """Return the numbers of an index as whole numbers.

    Raises:
        IndexError: one of them is not from 0 to below `n_entries`, or not whole.
    """
    found = index.astype(np.intp)
    if np.count_nonzero(whole_numbers(n_entries).take(found, mode="clip") != index):
        wrong = (found < 0) | (found >= n_entries) | (found != index)
        raise IndexError(
            f"take needs whole numbers from 0 to {n_entries - 1} as its index, got "
            f"{index[wrong].flat[0]:g}"
        )
    return found


@cache
def whole_numbers(n: int) -> NDArray[np.float64]:
    """Return the whole numbers from 0 to below n."""
    return np.arange(float(n))
