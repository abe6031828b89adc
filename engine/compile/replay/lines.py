"""Collects the lines of an array program: those of the way forward and those of the way back."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.compile.replay.buffers import Buffers, GradientWrite, Operand
from engine.compile.replay.numpy_source import array_function, assign_to
from engine.compile.reroll.instructions import Plan, Slots


class Lines:
    """The lines of a program, and the arrays they work on.

    Attributes:
        buffers: the arrays, and the lines of the forward pass.
        backward: what the backward pass does, of each instruction, in forward order.
        checks: lines that look whether operations are in their domains, after the forward pass.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.buffers = Buffers(plan)
        self.backward: list[list[GradientWrite | str]] = []
        self.checks: list[str] = []
        self.buffers.space.update(
            {name: getattr(np, name) for name in ("add", "where", "broadcast_to", "equal")},
            whole=whole,
            all_of=np.all,
        )
        for name in ("matmul", "subtract", "multiply", "divide", "negative", "power", "maximum"):
            self.buffers.space[name] = getattr(np, name)
        self.buffers.space.update(remainder=np.remainder, einsum=np.einsum, pow=np.power)

    def backward_lines(self) -> tuple[list[str], list[str]]:
        """Return the lines of the backward pass: those to carry out once, and those of every run.

        The first gradient that comes to a slot is written there, and those after it are added. What
        hangs on no number, as the gradients of a sum's terms do, stays as it was written once.
        """
        parts = self._narrow_first([part for parts in reversed(self.backward) for part in parts])
        changing = self._changing(parts)
        once, every = [f"G[{self.plan.out}] = 1.0"], list[str]()
        written = np.zeros(self.plan.size, dtype=bool)
        written[self.plan.out] = True
        unwritten = np.zeros_like(written)  # what is added to, or read, before anything is written
        for part in parts:
            if isinstance(part, str):
                every.append(part)
                continue
            first = not written[part.slots].any()
            if not first or part.kind in ("picked", "heaped"):
                unwritten[part.slots] |= ~written[part.slots]
            written[part.slots] = True
            lines = every if changing[part.slots].any() else once
            lines.append(
                self._written(part) if first and part.kind != "heaped" else self._added(part)
            )
        unwritten[: self.plan.n_parameters] |= ~written[: self.plan.n_parameters]
        for instruction in self.plan.instructions:
            out = instruction.out
            unwritten[out] |= self.buffers.needs_grad[out] & ~written[out]
        # What never changes and is not written is 0 from the beginning.
        return once, [*self.buffers.zeroed(unwritten & changing, written & ~changing), *every]

    def _written(self, part: GradientWrite) -> str:
        """Return the line that writes a gradient."""
        if part.kind == "view":
            line, ufunc = assign_to(part.text, part.target)
            self.use({ufunc} - {""})
            return line
        target = part.target if part.target.endswith("]") else f"{part.target}[...]"
        return f"{target} = {part.text}"

    def _added(self, part: GradientWrite) -> str:
        """Return the line that adds a gradient to what has been written."""
        if part.kind == "heaped":
            return f"add.at(G, {part.target}.ravel(), {part.text}.ravel())"
        return f"{part.target} += {part.text}"

    def _narrow_first(self, parts: list[GradientWrite | str]) -> list[GradientWrite | str]:
        """Move gradients of parameters that get narrower ones too to the end, for less to add.

        No other gradient needs those of parameters, so they may come in any order. A layer's then
        are written, and that of a penalty on all weights is added in one go.
        """
        n = self.plan.n_parameters
        taken = np.zeros(n, dtype=bool)
        waiting = set()
        of_parameters = [p for p in parts if isinstance(p, GradientWrite) and p.slots.max() < n]
        for part in sorted(of_parameters, key=lambda part: part.slots.size):
            if taken[part.slots].any():
                waiting.add(id(part))
            taken[part.slots] = True
        return sorted(parts, key=lambda part: id(part) in waiting)

    def _changing(self, parts: list[GradientWrite | str]) -> NDArray[np.bool_]:
        """Return for each slot whether its gradient may change from run to run."""
        changing = np.zeros(self.plan.size, dtype=bool)
        additions = [part for part in parts if isinstance(part, GradientWrite)]
        before = -1
        while changing.sum() > before:
            before = int(changing.sum())
            for part in additions:
                # All slots of one line change with any of them: the line is for once or for every
                # run, and so are those that write there before it.
                if changing[part.slots].any() or not self.buffers.stays(part, changing):
                    changing[part.slots] = True
        return changing

    def emit_forward(self, line: str) -> None:
        """Add a line to the forward pass."""
        self.buffers.forward.append(line)

    def emit_gradient(self, slots: Slots, text: str, shape: tuple[int, ...]) -> None:
        """Add the lines that add a gradient to slots to the backward pass."""
        self.backward[-1] += self.buffers.add(slots, Operand(text, shape))

    def emit_backward(self, line: str) -> None:
        """Add a line to the backward pass."""
        self.backward[-1].append(line)

    def product_gradients(
        self, left: Slots, right: Slots, g: str, x: Operand, y: Operand, shape: tuple[int, ...]
    ) -> None:
        """Write the gradients of both factors of a product; shape is that of `g`."""
        if np.array_equal(left, right):  # a square
            self.emit_gradient(left, f"2.0 * {g} * {x.text}", joined(shape, x.shape))
            return
        self.emit_gradient(left, f"{g} * {y.text}", joined(shape, y.shape))
        self.emit_gradient(right, f"{g} * {x.text}", joined(shape, x.shape))

    def full(self, operand: Operand, slots: Slots) -> str:
        """Return the text of an operand that has been broadcast to the shape of its slots."""
        if operand.shape == slots.shape and self.is_array(operand):
            return operand.text
        return f"broadcast_to({operand.text}, {slots.shape})"

    def is_array(self, operand: Operand) -> bool:
        """Tell whether an operand is an array of the program, and no number."""
        return isinstance(self.buffers.space.get(operand.text), np.ndarray)

    def use(self, names: set[str]) -> None:
        """Make functions known to the lines."""
        for name in names:
            if name not in self.buffers.space:
                self.buffers.space[name] = array_function(name)


def joined(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of what arrays of these shapes give together."""
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
