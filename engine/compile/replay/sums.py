"""Writes sums of products as lines of NumPy: as matrix products, over an axis, or term by term."""

from __future__ import annotations

import numpy as np

from engine.compile.replay.buffers import Operand, literal
from engine.compile.replay.lines import Lines, joined
from engine.compile.replay.numpy_source import assign_to
from engine.compile.replay.pairs import PairSumLines, WeightedSumLines, is_view
from engine.compile.reroll.instructions import RaggedSum, Slots, Sum

FEW = 3  # so many terms are added one by one, more of them by a sum over an axis


class SumLines:
    """Writes one instruction of sums with the same terms in every lane.

    Args:
        lines: where to.
        sums: the instruction.
    """

    def __init__(self, lines: Lines, sums: Sum) -> None:
        self.lines, self.sums = lines, sums
        self.read, self.emit_forward, self.emit_gradient = (
            lines.buffers.read,
            lines.emit_forward,
            lines.emit_gradient,
        )
        self.out, self.grad = lines.buffers.block(sums.out)
        self.begun = False  # whether there is something in `out` to add to
        self.opposite = False  # whether what is in `out` is still to be taken away

    def write(self) -> None:
        """Write the lines."""
        sums = self.sums
        n_products, n_singles = len(sums.product_signs), len(sums.single_signs)
        if sums.weights.size:
            self.matrix_product()
        elif sums.out.size == 1 and 0 < n_products <= FEW and n_singles <= FEW:
            self.one_number()
            return
        if n_products > 1 and self.of_pairs():
            self.begun = True
        elif n_products > FEW:
            self.many_products()
        else:
            self.few_products()
        self.addends()

    def of_pairs(self) -> bool:
        """Write the products if each lane is a pair of others; return whether it is."""
        sums = self.sums
        if self.begun or (sums.product_signs < 0).any():
            return False
        if is_view(sums.left) or is_view(sums.right):
            return False
        return PairSumLines(self.lines, sums).write()

    def signed(self, sign: int) -> str:
        """Return the gradients of the sums, or what is opposite to them."""
        return self.grad if sign > 0 else f"-{self.grad}"

    def matrix_product(self) -> None:
        """Write weights @ across."""
        weights, across = self.sums.weights, self.sums.across
        w = self.lines.full(self.read(weights, "w"), weights)
        x = self.lines.full(self.read(across), across)
        times = "*" if weights.size == 1 else "@"  # one weight for all is no matrix yet
        line, _ = assign_to(f"{w} {times} {x}", self.out)
        self.emit_forward(line)
        self.emit_gradient(weights, f"{self.grad} @ {x}.T", weights.shape)
        self.emit_gradient(across, f"{w}.T {times} {self.grad}", across.shape)
        self.begun = True

    def one_number(self) -> None:
        """Write a sum of few terms that is one number: by numbers, not by arrays of one."""
        sums, text = self.sums, ""
        for t, sign in enumerate(sums.product_signs):
            left, right = sums.left[:, t], sums.right[:, t]
            x, y = self.read(left), self.read(right)
            text += f" {'+' if sign > 0 else '-'} {self.number(x)} * {self.number(y)}"
            self.lines.product_gradients(left, right, self.signed(sign), x, y, (1, 1))
        for t, sign in enumerate(sums.single_signs):
            single = sums.singles[:, t]
            text += f" {'+' if sign > 0 else '-'} {self.number(self.read(single))}"
            self.emit_gradient(single, self.signed(sign), (1, 1))
        if sums.constant[0, 0]:
            text += f" + {literal(sums.constant[0, 0])}"
        self.emit_forward(f"{self.out}[0, 0] = {text.removeprefix(' + ').strip()}")

    def number(self, operand: Operand) -> str:
        """Return the text of an operand of one entry as a number."""
        return f"{operand.text}[0, 0]" if self.lines.is_array(operand) else operand.text

    def few_products(self) -> None:
        """Write products term by term."""
        for t, sign in enumerate(self.sums.product_signs):
            left, right = self.sums.left[:, t], self.sums.right[:, t]
            x, y = self.read(left), self.read(right)
            if self.begun:
                self.add(sign, f"{x.text} * {y.text}")
            else:
                self.emit_forward(f"multiply({x.text}, {y.text}, out={self.out})")
                self.opposite = sign < 0
            self.begun = True
            shape = self.sums.out.shape
            self.lines.product_gradients(left, right, self.signed(sign), x, y, shape)

    def many_products(self) -> None:
        """Write a sum over an axis of products."""
        sums, out = self.sums, self.out
        n, n_terms, n_lanes = sums.left.shape
        positive = (sums.product_signs > 0).all()
        if n == n_lanes == 1 and positive and not self.begun:  # a dot product
            left, right = sums.left.ravel(), sums.right.ravel()
            x, y = self.read(left), self.read(right)
            if x.shape == y.shape == left.shape:
                self.emit_forward(f"{out}[0, 0] = {x.text} @ {y.text}")
                self.lines.product_gradients(left, right, f"{self.grad}[0, 0]", x, y, (1,))
                self.begun = True
                return
        if n == 1:
            self.one_row()
            return
        x, y = self.read(sums.left), self.read(sums.right)
        g = f"{self.grad}[:, None]"
        product = f"{x.text} * {y.text}"
        if not positive:
            signs = self.lines.buffers.constant_array(sums.product_signs[:, None].astype(float))
            product, g = f"{product} * {signs}", f"{g} * {signs}"
        if max(x.shape[1], y.shape[1]) < n_terms:
            product = f"broadcast_to({product}, {sums.left.shape})"
        if self.begun:
            self.emit_forward(f"{out} += ({product}).sum(1)")
        elif positive and x.shape == y.shape == sums.left.shape:
            self.emit_forward(f'einsum("rtl,rtl->rl", {x.text}, {y.text}, out={out})')
        else:
            self.emit_forward(f"{out}[...] = ({product}).sum(1)")
        shape = (n, 1 if positive else n_terms, n_lanes)
        self.lines.product_gradients(sums.left, sums.right, g, x, y, shape)
        self.begun = True

    def one_row(self) -> None:
        """Write one row of sums of products: a row of ones, or ones and minus ones, times them."""
        sums, out = self.sums, self.out
        left, right = sums.left[0], sums.right[0]
        x, y = self.read(left), self.read(right)
        product = f"{x.text} * {y.text}"
        if joined(x.shape, y.shape) != left.shape:
            product = f"broadcast_to({product}, {left.shape})"
        signs, g, shape = self.of_signs(sums.product_signs, left.shape)
        line, _ = assign_to(f"{signs}.T @ ({product})", out)
        self.emit_forward(f"{out} += {signs}.T @ ({product})" if self.begun else line)
        self.lines.product_gradients(left, right, g, x, y, shape)
        self.begun = True

    def of_signs(self, signs: Slots, shape: tuple[int, ...]) -> tuple[str, str, tuple[int, ...]]:
        """Return a column of the signs of terms, the gradients of the terms, and their shape.

        Args:
            signs: +1 or −1, shape (n_terms,).
            shape: of the terms, (n_terms, n_lanes).
        """
        if (signs > 0).all():
            return self.lines.buffers.ones(len(signs)), self.grad, (1, shape[1])
        column = self.lines.buffers.constant_array(signs[:, None].astype(float))
        return column, f"{column} * {self.grad}", shape

    def addends(self) -> None:
        """Write the terms that are no products."""
        sums, out = self.sums, self.out
        waiting = [*self.singles()]
        if sums.constant.any() or not (self.begun or waiting):
            same = (sums.constant == sums.constant.flat[0]).all()
            number = float(sums.constant.flat[0])
            text = repr(number) if same else self.lines.buffers.constant_array(sums.constant)
            waiting.insert(0, (1, text))
        # What is added comes first, so that there is something to take the others from.
        waiting.sort(key=lambda term: -term[0])
        if not self.begun and len(waiting) > 1 and waiting[0][0] > 0:
            (_, x), (sign, y), *waiting = waiting
            self.emit_forward(f"{'add' if sign > 0 else 'subtract'}({x}, {y}, out={out})")
        elif not self.begun:
            (sign, x), *waiting = waiting
            line, _ = assign_to(x if sign > 0 else f"-{x}", out)
            self.emit_forward(line)
        for sign, text in waiting:
            if text != "-0.0":
                self.add(sign, text)
        if self.opposite:
            self.emit_forward(f"negative({out}, out={out})")

    def add(self, sign: int, text: str) -> None:
        """Write that a term is added to `out`, or taken away from it."""
        if self.opposite and sign > 0:
            self.emit_forward(f"subtract({text}, {self.out}, out={self.out})")
            self.opposite = False
        else:
            self.emit_forward(f"{self.out} {'+' if sign > 0 or self.opposite else '-'}= {text}")

    def singles(self) -> list[tuple[int, str]]:
        """Return sign and text of what is to be added beside products; write its gradients."""
        sums = self.sums
        n, n_terms, n_lanes = sums.singles.shape
        if n_terms <= FEW:
            found = []
            for t, sign in enumerate(sums.single_signs):
                single = sums.singles[:, t]
                found.append((int(sign), self.read(single).text))
                self.emit_gradient(single, self.signed(sign), (n, n_lanes))
            return found
        if n == 1:
            slots = sums.singles[0]
            column, g, shape = self.of_signs(sums.single_signs, slots.shape)
            self.emit_gradient(slots, g, shape)
            return [(1, f"{column}.T @ {self.lines.full(self.read(slots), slots)}")]
        x = self.read(sums.singles)
        signed, g, shape = x.text, f"{self.grad}[:, None]", (n, 1, n_lanes)
        if (sums.single_signs < 0).any():
            signs = self.lines.buffers.constant_array(sums.single_signs[:, None].astype(float))
            signed, g, shape = f"({signed} * {signs})", f"{g} * {signs}", sums.singles.shape
        if x.shape != sums.singles.shape:
            signed = f"broadcast_to({signed}, {sums.singles.shape})"
        self.emit_gradient(sums.singles, g, shape)
        return [(1, f"add.reduce({signed}, 1)")]


class RaggedSumLines:
    """Writes one instruction of sums with more terms in some lanes than in others.

    Args:
        lines: where to.
        sums: the instruction.
    """

    def __init__(self, lines: Lines, sums: RaggedSum) -> None:
        self.lines, self.sums = lines, sums

    def write(self) -> None:
        """Write the lines."""
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
        if joined(x.shape, y.shape) != sums.left.shape:
            terms = f"broadcast_to({terms}, {sums.left.shape})"
        lines.emit_forward(
            f"add.reduceat({terms}, {buffers.index(sums.starts)}, axis=1, out={out})"
        )
        if sums.constant.any():
            lines.emit_forward(f"{out} += {buffers.constant_array(sums.constant)}")
        if not buffers.requires_grad(sums.out):
            return
        lane_of = buffers.index(sums.lane_of)
        gradients = buffers.name("t", np.empty(sums.left.shape))
        lines.emit_backward(f'{grad}.take({lane_of}, 1, out={gradients}, mode="clip")')
        if signs:
            lines.emit_backward(f"{gradients} *= {signs}")
        if y.text == "1.0":
            lines.emit_gradient(sums.left, gradients, sums.left.shape)
        else:
            lines.product_gradients(sums.left, sums.right, gradients, x, y, sums.left.shape)
