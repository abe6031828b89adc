"""Collects the lines of an array program: those of the way forward and those of the way back."""

from __future__ import annotations

import numpy as np

from engine.compile.operands import Addition, Buffers, Operand
from engine.compile.plan import Plan, Slots
from engine.compile.text import array_function, into


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
        self.backward: list[list[Addition | str]] = []
        self.checks: list[str] = []
        self.buffers.space.update(
            {name: getattr(np, name) for name in ("add", "where", "broadcast_to", "equal")},
            whole=whole,
            all_of=np.all,
        )
        for name in ("matmul", "subtract", "multiply", "divide", "negative", "power", "maximum"):
            self.buffers.space[name] = getattr(np, name)
        self.buffers.space.update(remainder=np.remainder, einsum=np.einsum, pow=np.power)

    def backward_lines(self) -> list[str]:
        """Return the lines of the backward pass.

        The first gradient that comes to a slot is written there, and those after it are added.
        """
        lines: list[str] = []
        written = np.zeros(self.plan.size, dtype=bool)
        written[self.plan.out] = True
        unwritten = np.zeros_like(written)  # what is added to, or read, before anything is written
        for part in (part for parts in reversed(self.backward) for part in parts):
            if isinstance(part, str):
                lines.append(part)
                continue
            first = not written[part.slots].any()
            if not first or part.kind in ("picked", "heaped"):
                unwritten[part.slots] |= ~written[part.slots]
            written[part.slots] = True
            if part.kind == "heaped":
                lines.append(f"add.at(G, {part.target}.ravel(), {part.text}.ravel())")
            elif not first:
                lines.append(f"{part.target} += {part.text}")
            elif part.kind == "view":
                line, ufunc = into(part.text, part.target)
                self.use({ufunc} - {""})
                lines.append(line)
            else:
                target = part.target if part.target.endswith("]") else f"{part.target}[...]"
                lines.append(f"{target} = {part.text}")
        unwritten[: self.plan.n_parameters] |= ~written[: self.plan.n_parameters]
        for instruction in self.plan.instructions:
            out = instruction.out
            unwritten[out] |= self.buffers.moving[out] & ~written[out]
        return [*self.buffers.zeroed(unwritten), f"G[{self.plan.out}] = 1.0", *lines]

    def put(self, line: str) -> None:
        """Add a line to the forward pass."""
        self.buffers.forward.append(line)

    def back(self, slots: Slots, text: str, shape: tuple[int, ...]) -> None:
        """Add the lines that add a gradient to slots to the backward pass."""
        self.backward[-1] += self.buffers.add(slots, Operand(text, shape))

    def note(self, line: str) -> None:
        """Add a line to the backward pass."""
        self.backward[-1].append(line)

    def product_gradients(
        self, left: Slots, right: Slots, g: str, x: Operand, y: Operand, shape: tuple[int, ...]
    ) -> None:
        """Write the gradients of both factors of a product; shape is that of `g`."""
        if np.array_equal(left, right):  # a square
            self.back(left, f"2.0 * {g} * {x.text}", joined(shape, x.shape))
            return
        self.back(left, f"{g} * {y.text}", joined(shape, y.shape))
        self.back(right, f"{g} * {x.text}", joined(shape, x.shape))

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
        for name in names - set(self.buffers.space):
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
    if np.count_nonzero((found != index) | (found < 0) | (found >= n_entries)):
        raise IndexError(
            f"take needs whole numbers from 0 to {n_entries - 1} as its index, got "
            f"{index[(found < 0) | (found >= n_entries) | (found != index)].flat[0]:g}"
        )
    return found
