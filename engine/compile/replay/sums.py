"""Writes sums of products as lines of NumPy: as matrix products, over an axis, or term by term."""

from __future__ import annotations

from typing import NamedTuple

from engine.compile.replay.buffers import Operand, literal
from engine.compile.replay.lines import Lines, broadcast_shape
from engine.compile.replay.numpy_source import assign_to
from engine.compile.replay.pairs import PairSumLines, is_view
from engine.compile.reroll.instructions import Slots, Sum

FEW = 3  # up to this many terms are added one by one, more of them by a sum over an axis


class Addend(NamedTuple):
    """An array to add to the sums, or to subtract from them."""

    sign: int
    text: str
    is_product: bool = False


class SumLines:
    """Writes one instruction of sums with the same terms in every lane.

    Args:
        lines: where to.
        sums: the instruction.
    """

    def __init__(self, lines: Lines, sums: Sum) -> None:
        self.lines, self.sums = lines, sums
        self.read, self.emit_forward = lines.buffers.read, lines.emit_forward
        self.emit_gradient = lines.emit_gradient
        self.out, self.grad = lines.buffers.block(sums.out)

    def write(self) -> None:
        """Write the lines: first what fills `out` at once, then the remaining terms."""
        sums = self.sums
        n_products = len(sums.product_signs)
        has_weights = sums.weights.size > 0
        if self.is_one_number():
            self.one_number()
            return
        if has_weights:
            self.matrix_product()
        terms: list[Addend] = []
        by_pairs = not has_weights and n_products > 1 and self.products_of_pairs()
        if n_products > FEW and not by_pairs:
            self.many_products(add=has_weights)
        elif not by_pairs:
            terms = self.few_products()
        begun = has_weights or by_pairs or n_products > FEW
        terms += self.singles()
        if sums.constant.any() or not (begun or terms):
            terms.append(self.constant())
        self.add_terms(terms, begun)

    def add_terms(self, terms: list[Addend], begun: bool) -> None:
        """Write terms one by one, positive ones first: there is then something to subtract from.

        Args:
            terms: what to add.
            begun: whether there are sums in `out` already.
        """
        terms = sorted(terms, key=lambda term: -term.sign)
        if not begun:
            (sign, text, is_product), *terms = terms
            if sign < 0:  # then all are
                text = f"-({text})"
            elif terms and not is_product:  # two terms in one step
                (sign, second, _), *terms = terms
                text = f"{text} {'+' if sign > 0 else '-'} {second}"
            line, _ = assign_to(text, self.out)
            self.emit_forward(line)
        for sign, text, _ in terms:
            self.emit_forward(f"{self.out} {'+' if sign > 0 else '-'}= {text}")

    def signed_grad(self, sign: int) -> str:
        """Return the gradients of the sums times a sign."""
        return self.grad if sign > 0 else f"-{self.grad}"

    # ---- what fills `out` at once ----

    def is_one_number(self) -> bool:
        """Return whether the result is one number, of few terms without a matrix product."""
        sums = self.sums
        few = 0 < len(sums.product_signs) <= FEW and len(sums.single_signs) <= FEW
        return sums.out.size == 1 and not sums.weights.size and few

    def one_number(self) -> None:
        """Write a sum of few terms that is one number: on numbers, not on arrays of one."""
        sums, text = self.sums, ""
        for t, sign in enumerate(sums.product_signs):
            left, right = sums.left[:, t], sums.right[:, t]
            x, y = self.read(left), self.read(right)
            text += f" {'+' if sign > 0 else '-'} {self.as_number(x)} * {self.as_number(y)}"
            self.lines.emit_product_gradients(left, right, self.signed_grad(sign), x, y, (1, 1))
        for t, sign in enumerate(sums.single_signs):
            single = sums.singles[:, t]
            text += f" {'+' if sign > 0 else '-'} {self.as_number(self.read(single))}"
            self.emit_gradient(single, self.signed_grad(sign), (1, 1))
        if sums.constant[0, 0]:
            text += f" + {literal(sums.constant[0, 0])}"
        self.emit_forward(f"{self.out}[0, 0] = {text.removeprefix(' + ').strip()}")

    def as_number(self, operand: Operand) -> str:
        """Return the text of an operand of one entry as a number."""
        return f"{operand.text}[0, 0]" if self.lines.is_array(operand) else operand.text

    def matrix_product(self) -> None:
        """Write weights @ across."""
        weights, across = self.sums.weights, self.sums.across
        w = self.lines.broadcast(self.read(weights, "w"), weights)
        x = self.lines.broadcast(self.read(across), across)
        line, _ = assign_to(f"{w} {times(weights, across)} {x}", self.out)
        self.emit_forward(line)
        g = self.sums.out
        self.emit_gradient(weights, f"{self.grad} {times(g, across)} {x}.T", weights.shape)
        self.emit_gradient(across, f"{w}.T {times(weights, g)} {self.grad}", across.shape)

    def products_of_pairs(self) -> bool:
        """Write the products if each lane is a pair of others; return whether it is."""
        sums = self.sums
        if (sums.product_signs < 0).any() or is_view(sums.left) or is_view(sums.right):
            return False
        return PairSumLines(self.lines, sums).write()

    def many_products(self, add: bool) -> None:
        """Write a sum over an axis of products.

        Args:
            add: whether to add it to what is in `out`.
        """
        sums, out = self.sums, self.out
        n, n_terms, n_lanes = sums.left.shape
        positive = (sums.product_signs > 0).all()
        if n == n_lanes == 1 and positive and not add and self.dot_product():
            return
        if n == 1:
            self.one_row(add)
            return
        x, y = self.read(sums.left), self.read(sums.right)
        g = f"{self.grad}[:, None]"
        product = f"{x.text} * {y.text}"
        if not positive:
            signs = self.lines.buffers.constant_array(sums.product_signs[:, None].astype(float))
            product, g = f"{product} * {signs}", f"{g} * {signs}"
        if max(x.shape[1], y.shape[1]) < n_terms:
            product = f"broadcast_to({product}, {sums.left.shape})"
        if add:
            self.emit_forward(f"{out} += ({product}).sum(1)")
        elif positive and x.shape == y.shape == sums.left.shape:
            self.emit_forward(f'einsum("rtl,rtl->rl", {x.text}, {y.text}, out={out})')
        else:
            self.emit_forward(f"{out}[...] = ({product}).sum(1)")
        shape = (n, 1 if positive else n_terms, n_lanes)
        self.lines.emit_product_gradients(sums.left, sums.right, g, x, y, shape)

    def dot_product(self) -> bool:
        """Write a single sum as a product of vectors; return whether it can be one."""
        left, right = self.sums.left.ravel(), self.sums.right.ravel()
        x, y = self.read(left), self.read(right)
        if not x.shape == y.shape == left.shape:
            return False
        self.emit_forward(f"{self.out}[0, 0] = {x.text} @ {y.text}")
        self.lines.emit_product_gradients(left, right, f"{self.grad}[0, 0]", x, y, (1,))
        return True

    def one_row(self, add: bool) -> None:
        """Write the sums of one class: a vector of signs times the products."""
        sums, out = self.sums, self.out
        left, right = sums.left[0], sums.right[0]
        x, y = self.read(left), self.read(right)
        product = f"{x.text} * {y.text}"
        if broadcast_shape(x.shape, y.shape) != left.shape:
            product = f"broadcast_to({product}, {left.shape})"
        signs, g, shape = self.column_of_signs(sums.product_signs, left.shape)
        line, _ = assign_to(f"{signs}.T @ ({product})", out)
        self.emit_forward(f"{out} += {signs}.T @ ({product})" if add else line)
        self.lines.emit_product_gradients(left, right, g, x, y, shape)

    # ---- single terms ----

    def few_products(self) -> list[Addend]:
        """Return products to add one by one; write their gradients."""
        terms = []
        for t, sign in enumerate(self.sums.product_signs):
            left, right = self.sums.left[:, t], self.sums.right[:, t]
            x, y = self.read(left), self.read(right)
            terms.append(Addend(int(sign), f"{x.text} * {y.text}", is_product=True))
            self.lines.emit_product_gradients(
                left, right, self.signed_grad(sign), x, y, self.sums.out.shape
            )
        return terms

    def singles(self) -> list[Addend]:
        """Return the terms that are not products; write their gradients."""
        sums = self.sums
        n, n_terms, n_lanes = sums.singles.shape
        if n_terms <= FEW:
            terms = []
            for t, sign in enumerate(sums.single_signs):
                single = sums.singles[:, t]
                terms.append(Addend(int(sign), self.read(single).text))
                self.emit_gradient(single, self.signed_grad(sign), (n, n_lanes))
            return terms
        if n == 1:
            slots = sums.singles[0]
            column, g, shape = self.column_of_signs(sums.single_signs, slots.shape)
            self.emit_gradient(slots, g, shape)
            return [Addend(1, f"{column}.T @ {self.lines.broadcast(self.read(slots), slots)}")]
        x = self.read(sums.singles)
        signed, g, shape = x.text, f"{self.grad}[:, None]", (n, 1, n_lanes)
        if (sums.single_signs < 0).any():
            signs = self.lines.buffers.constant_array(sums.single_signs[:, None].astype(float))
            signed, g, shape = f"({signed} * {signs})", f"{g} * {signs}", sums.singles.shape
        if x.shape != sums.singles.shape:
            signed = f"broadcast_to({signed}, {sums.singles.shape})"
        self.emit_gradient(sums.singles, g, shape)
        return [Addend(1, f"add.reduce({signed}, 1)")]

    def constant(self) -> Addend:
        """Return the constant of the sums: a number if it is the same in all of them."""
        numbers = self.sums.constant
        if (numbers == numbers.flat[0]).all():
            return Addend(1, literal(numbers.flat[0]))
        return Addend(1, self.lines.buffers.constant_array(numbers))

    def column_of_signs(
        self, signs: Slots, shape: tuple[int, ...]
    ) -> tuple[str, str, tuple[int, ...]]:
        """Return a column of the signs of terms, the gradients of the terms, and their shape.

        Args:
            signs: +1 or −1, shape (n_terms,).
            shape: of the terms, (n_terms, n_lanes).
        """
        if (signs > 0).all():
            return self.lines.buffers.ones(len(signs)), self.grad, (1, shape[1])
        column = self.lines.buffers.constant_array(signs[:, None].astype(float))
        return column, f"{column} * {self.grad}", shape


def times(left: Slots, right: Slots) -> str:
    """Return the sign of a matrix product.

    Of a matrix of one number it is that of an elementwise product: NumPy's `dot` leaves out a
    factor of 0, even if the other is nan.
    """
    return "*" if left.size == 1 or right.size == 1 else "@"
