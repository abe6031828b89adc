"""Writes sums as lines of NumPy: as matrix products, term by term, or from a table of terms."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compile.replay.buffers import Operand
from engine.compile.replay.lines import Lines, broadcast_shape
from engine.compile.replay.numpy_source import assign_to
from engine.compile.replay.pairs import PairSumLines, is_view
from engine.compile.reroll.instructions import Slots, Sum
from engine.compile.reroll.planner import MANY
from engine.compile.reroll.slots import even_steps
from engine.compile.reroll.terms import Kind

FEW = 3  # up to this many terms are added one by one, more of them from a table


class Run(NamedTuple):
    """Terms of one kind that are added one after the other.

    Attributes:
        kind: what they are.
        part: which of the terms of that kind they are.
    """

    kind: Kind
    part: slice

    @property
    def n_rows(self) -> int:
        """How many rows of a table they take; a matrix product is one number for each sum."""
        return 1 if self.kind == Kind.WEIGHTED else self.part.stop - self.part.start


class SumLines:
    """Writes one instruction of sums with the same terms in every lane.

    Terms are added in the order in which they are in the instruction, as the eager engine adds
    them, and so with the same rounding. Only products of matrices and of vectors, which serve many
    terms, add in an order of their own.

    Args:
        lines: where to.
        sums: the instruction.
    """

    def __init__(self, lines: Lines, sums: Sum) -> None:
        self.lines, self.sums = lines, sums
        self.read, self.emit_forward = lines.buffers.read, lines.emit_forward
        if sums.as_product is not None:
            SumLines(lines, sums.as_product).write_all_gradients()
        self.out, self.grad = lines.buffers.block(sums.out)

    def write(self) -> None:
        """Write the lines: first what fills `out` at once, then the remaining terms."""
        runs = self.runs()
        begun = False
        for i, run in enumerate(runs[:2]):
            # Addition commutes: a + (x·y + …) = (x·y + …) + a, but for a single a.
            if (i == 0 or runs[0].n_rows == 1) and self.at_once(run):
                del runs[i]
                begun = True
                break
        if begun + sum(run.n_rows for run in runs) > FEW:
            self.table(runs, begun)
        else:
            self.one_by_one(runs, begun)

    def runs(self) -> list[Run]:
        """Return the terms in runs of one kind, in order."""
        counts = dict.fromkeys(Kind, 0)
        found = []
        kinds = [Kind(kind) for kind in self.sums.kinds.tolist()]
        if len(kinds) > 2 and kinds[0] != kinds[1] != kinds[2]:  # a + b = b + a
            kinds[:2] = kinds[1::-1]
        for kind, terms in groupby(kinds):
            start = counts[kind]
            counts[kind] += len(list(terms))
            found.append(Run(kind, slice(start, counts[kind])))
        return found

    # ---- what fills `out` at once ----

    def at_once(self, run: Run) -> bool:
        """Write a run of terms if it makes up products of matrices or vectors; return whether."""
        sums = self.sums
        if run.kind == Kind.WEIGHTED:
            line, _ = assign_to(self.matrix_product(), self.out)
            self.emit_forward(line)
            return True
        all_products = run.kind == Kind.PRODUCT and run.n_rows == len(sums.product_signs)
        if not all_products or sums.left.size < MANY or (sums.product_signs < 0).any():
            return False
        if sums.out.size == 1:
            return self.dot_product()
        laid_out = is_view(sums.left) or is_view(sums.right)
        if not laid_out and PairSumLines(self.lines, sums).write():
            return True
        return len(sums.out) == 1 and run.n_rows > FEW and self.product_with_ones()

    def matrix_product(self) -> str:
        """Return weights @ across; write its gradients."""
        weights, across = self.sums.weights, self.sums.across
        w = self.lines.broadcast(self.read(weights, "w"), weights)
        x = self.lines.broadcast(self.read(across), across)
        g = self.sums.out
        emit_gradient = self.emit_gradient
        emit_gradient(weights, f"{self.grad} {times(g, across)} {x}.T", weights.shape)
        emit_gradient(across, f"{w}.T {times(weights, g)} {self.grad}", across.shape)
        return f"{w} {times(weights, across)} {x}"

    def dot_product(self) -> bool:
        """Write a single sum as a product of vectors; return whether it can be one."""
        left, right = self.sums.left.ravel(), self.sums.right.ravel()
        x, y = self.read(left), self.read(right)
        if not x.shape == y.shape == left.shape:
            return False
        self.emit_forward(f"{self.out}[0, 0] = {x.text} @ {y.text}")
        self.emit_product_gradients(left, right, f"{self.grad}[0, 0]", x, y, (1,))
        return True

    def product_with_ones(self) -> bool:
        """Write the sums of one class as ones times products; return whether it can be that."""
        sums, left = self.sums, self.sums.left[0]
        x, y = self.read(left), self.read(sums.right[0])
        if broadcast_shape(x.shape, y.shape) != left.shape:
            return False
        ones = self.lines.buffers.ones(len(left))
        line, _ = assign_to(f"{ones}.T @ ({x.text} * {y.text})", self.out)
        self.emit_forward(line)
        self.write_gradients(sums.product_signs, sums.left, sums.right)
        return True

    # ---- gradients, in any order ----

    def write_all_gradients(self) -> None:
        """Write the gradients of all terms."""
        sums = self.sums
        self.matrix_product()
        if sums.left.size:
            self.write_gradients(sums.product_signs, sums.left, sums.right)
        if sums.singles.size:
            self.write_gradients(sums.single_signs, sums.singles)

    def emit_gradient(self, slots: Slots, text: str, shape: tuple[int, ...]) -> None:
        """Add a gradient to the backward pass, unless a product of matrices serves them all."""
        if self.sums.as_product is None:
            self.lines.emit_gradient(slots, text, shape)

    def emit_product_gradients(
        self, left: Slots, right: Slots, g: str, x: Operand, y: Operand, shape: tuple[int, ...]
    ) -> None:
        """The same for both factors of a product."""
        if self.sums.as_product is None:
            self.lines.emit_product_gradients(left, right, g, x, y, shape)

    # ---- few terms ----

    def one_by_one(self, runs: list[Run], begun: bool) -> None:
        """Write terms one by one.

        Args:
            runs: what to add.
            begun: whether there are sums in `out` already.
        """
        terms = [term for run in runs for term in self.addends(run)]
        if self.is_one_number() and not begun:  # on numbers, not on arrays of one
            text = "".join(f"{sign}{x}" for sign, x in terms).removeprefix(" + ")
            self.emit_forward(f"{self.out}[0, 0] = {text.strip()}")
            return
        if not begun:
            (sign, text), *terms = terms
            if sign == " - " and terms and terms[0][0] == " + ":  # -a + b = b - a
                (_, second), *terms = terms
                text = f"{second} - {text}"
            elif sign == " - ":
                text = f"-({text})"
            elif terms and " * " not in text:  # two terms in one step
                (sign, second), *terms = terms
                text += f"{sign}{second}"
            line, _ = assign_to(text, self.out)
            self.emit_forward(line)
        for sign, text in terms:
            self.emit_forward(f"{self.out}{sign[:2]}= {text}")

    def addends(self, run: Run) -> list[tuple[str, str]]:
        """Return the sign and the text of each term of a run; write their gradients."""
        sums = self.sums
        if run.kind == Kind.WEIGHTED:
            return [(" + ", self.matrix_product())]
        found = []
        signs = sums.product_signs if run.kind == Kind.PRODUCT else sums.single_signs
        for t in range(run.part.start, run.part.stop):
            sign, g = (" + ", self.grad) if signs[t] > 0 else (" - ", f"-{self.grad}")
            if run.kind == Kind.PRODUCT:
                left, right = sums.left[:, t], sums.right[:, t]
                x, y = self.read(left), self.read(right)
                self.emit_product_gradients(left, right, g, x, y, sums.out.shape)
                text = f"{self.operand(x)} * {self.operand(y)}"
            else:
                x = self.read(sums.singles[:, t])
                self.emit_gradient(sums.singles[:, t], g, sums.out.shape)
                text = self.operand(x)
            found.append((sign, text))
        return found

    def operand(self, x: Operand) -> str:
        """Return the text of an operand, as a number if the result is one number."""
        as_number = self.is_one_number() and self.lines.is_array(x)
        return f"{x.text}[0, 0]" if as_number else x.text

    def is_one_number(self) -> bool:
        """Return whether the result is one number, without a matrix product."""
        return self.sums.out.size == 1 and not self.sums.weights.size

    # ---- many terms ----

    def table(self, runs: list[Run], begun: bool) -> None:
        """Write terms into the rows of a table, and add these in order.

        Args:
            runs: what to add.
            begun: whether there are sums in `out` already, which become the first row.
        """
        name, buffers, out = "", self.lines.buffers, self.sums.out
        if len(runs) == 1 and not begun and runs[0].kind == Kind.SINGLE:
            name = self.terms_as_they_are()
        as_they_are = bool(name)
        if not as_they_are:
            n_rows = begun + sum(run.n_rows for run in runs)
            table = np.empty((n_rows, *out.shape))
            flat = table.reshape(n_rows, -1) if out.size > 1 else table.ravel()
            name = buffers.new_name("t", flat)
            if begun:
                self.emit_forward(f"{name}[0] = {self.flat_out()}")
            row = int(begun)
            for run in runs:
                self.write_rows(run, table[row : row + run.n_rows])
                row += run.n_rows
        # Along the axis whose neighbours lie closest, `reduce` would add in an order of its own.
        if out.size > 1:
            self.emit_forward(f"add.reduce({name}, 0, out={self.flat_out()})")
        else:
            sign = "-" if as_they_are and self.sums.single_signs[0] < 0 else ""  # -a - b = -(a + b)
            self.emit_forward(f"{self.out}[0, 0] = {sign}add.accumulate({name})[-1]")

    def flat_out(self) -> str:
        """Return the name of the sums in one line, on which NumPy takes less time."""
        return self.read(self.sums.out.ravel()).text

    def terms_as_they_are(self) -> str:
        """Return the name of the single terms, if they lie as in a table; write their gradients.

        They have one sign, which is + unless all of them make up one number.
        """
        sums = self.sums
        negative = sums.single_signs < 0
        slots = sums.singles.swapaxes(0, 1).reshape(len(sums.single_signs), -1)
        if sums.out.size == 1:
            slots = slots[:, 0]
        steps = even_steps(slots) or (2, 1)  # those of a copy
        x = self.read(slots)
        if (
            x.shape != slots.shape
            or (negative.any() and not (negative.all() and sums.out.size == 1))
            or not (slots.ndim == 1 or 0 < steps[1] < steps[0])
        ):
            return ""
        self.write_gradients(sums.single_signs, sums.singles)
        return x.text

    def write_rows(self, run: Run, table: NDArray[np.float64]) -> None:
        """Write terms into rows of a table, and their gradients.

        Args:
            run: the terms.
            table: the rows, shape (n_terms, n_classes, n_lanes).
        """
        sums = self.sums
        if run.kind == Kind.WEIGHTED:
            rows = self.lines.buffers.new_name("t", table[0])
            self.emit_forward(f"{rows}[...] = {self.matrix_product()}")
            return
        if run.kind == Kind.SINGLE:
            signs, factors = sums.single_signs[run.part], [sums.singles[:, run.part]]
        else:
            signs = sums.product_signs[run.part]
            factors = [sums.left[:, run.part], sums.right[:, run.part]]
        one = len(sums.out) == 1
        rows = self.lines.buffers.new_name("t", table[:, 0] if one else table.swapaxes(0, 1))
        text = " * ".join(self.read(slots[0] if one else slots).text for slots in factors)
        if (signs < 0).any():
            text += f" * {self.column(signs)}"
        line, _ = assign_to(text, rows)
        self.emit_forward(line)
        self.write_gradients(signs, *factors)

    def write_gradients(self, signs: Slots, *factors: Slots) -> None:
        """Write the gradients of terms, or of both factors of products.

        Args:
            signs: +1 or −1, shape (n_terms,).
            factors: shape (n_classes, n_terms, n_lanes) each.
        """
        g = f"{self.grad}[:, None]"
        if len(self.sums.out) == 1:  # NumPy is quicker with two axes than with three
            g, factors = self.grad, tuple(slots[0] for slots in factors)
        shape: tuple[int, ...] = (*factors[0].shape[:-2], 1, factors[0].shape[-1])
        if (signs < 0).any():
            g, shape = f"{g} * {self.column(signs)}", factors[0].shape
        if len(factors) == 1:
            self.emit_gradient(factors[0], g, shape)
        else:
            left, right = factors
            x, y = self.read(left), self.read(right)
            self.emit_product_gradients(left, right, g, x, y, shape)

    def column(self, signs: Slots) -> str:
        """Return the name of a column of signs."""
        return self.lines.buffers.constant_array(signs[:, None].astype(float))


def times(left: Slots, right: Slots) -> str:
    """Return the sign of a matrix product.

    Of a matrix of one number it is that of an elementwise product: NumPy's `dot` leaves out a
    factor of 0, even if the other is nan.
    """
    return "*" if left.size == 1 or right.size == 1 else "@"
