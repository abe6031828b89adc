"""Writes each instruction of a plan as lines of NumPy, forward and backward."""

from __future__ import annotations

from functools import singledispatchmethod

import numpy as np

from engine.compile.operands import LARGEST_MATRIX, Addition, Buffers, Operand, literal, narrowed
from engine.compile.plan import (
    Detach,
    Instruction,
    Largest,
    Map,
    Mean,
    Plan,
    RaggedSum,
    Slots,
    Sum,
    Take,
)
from engine.compile.text import array_function, into, over_arrays

FEW = 3  # so many terms are added one by one, more of them by a sum over an axis


class Writer:
    """Writes the lines of a plan.

    Attributes:
        buffers: the arrays they work on, and the lines of the forward pass.
        backward: what the backward pass does, of each instruction, in forward order.
        checks: lines that look whether operations are in their domains, after the forward pass.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.buffers = Buffers(plan)
        self.backward: list[list[Addition | str]] = []
        self.checks: list[str] = []
        self.buffers.space.update(
            {
                name: getattr(np, name)
                for name in ("add", "where", "broadcast_to", "float64", "equal")
            },
            whole=whole,
            all_of=np.all,
        )
        for name in ("matmul", "subtract", "multiply", "divide", "negative", "power", "maximum"):
            self.buffers.space[name] = getattr(np, name)
        self.buffers.space.update(remainder=np.remainder, einsum=np.einsum, pow=np.power)
        for instruction in plan.instructions:
            self.put(f"# {described(instruction, plan)}")
            self.backward.append([])
            self.write(instruction)

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

    @singledispatchmethod
    def write(self, instruction: Instruction) -> None:
        """Write an instruction."""
        raise NotImplementedError(type(instruction))

    @write.register
    def _(self, sums: Sum) -> None:
        out, grad = self.buffers.block(sums.out)
        n, lanes = sums.out.shape
        begun = False
        if sums.weights.size:
            begun = True
            self.matrix_product(sums, out, grad)
        signs = sums.product_signs
        if sums.out.size == 1 and not begun and 0 < len(signs) <= FEW:
            self.one_number(sums, out, grad)
            return
        if len(signs) > FEW:
            self.many_products(sums, out, grad, begun)
            begun = True
        elif len(signs):
            for t in range(len(signs)):
                left, right = sums.left[:, t], sums.right[:, t]
                x, y = self.buffers.read(left), self.buffers.read(right)
                if begun:
                    self.put(f"{out} {'+' if signs[t] > 0 else '-'}= {x.text} * {y.text}")
                else:
                    self.put(f"multiply({x.text}, {y.text}, out={out})")
                    if signs[t] < 0:
                        self.put(f"negative({out}, out={out})")
                begun = True
                minus = "-" if signs[t] < 0 else ""
                self.product_gradients(left, right, f"{minus}{grad}", x, y, (n, lanes))
        self.addends(sums, out, grad, begun)

    def one_number(self, sums: Sum, out: str, grad: str) -> None:
        """Write a sum of a few products that is one number: by numbers, not by arrays of one."""
        text = ""
        for t, sign in enumerate(sums.product_signs):
            left, right = sums.left[:, t], sums.right[:, t]
            x, y = self.buffers.read(left), self.buffers.read(right)
            text += f" {'+' if sign > 0 else '-'} {self.number(x)} * {self.number(y)}"
            self.product_gradients(left, right, grad if sign > 0 else f"-{grad}", x, y, (1, 1))
        for t, sign in enumerate(sums.single_signs):
            single = sums.singles[:, t]
            text += f" {'+' if sign > 0 else '-'} {self.number(self.buffers.read(single))}"
            self.back(single, grad if sign > 0 else f"-{grad}", (1, 1))
        if sums.constant[0, 0]:
            text += f" + {literal(sums.constant[0, 0])}"
        self.put(f"{out}[0, 0] = {text.removeprefix(' + ').strip()}")

    def number(self, operand: Operand) -> str:
        """Return the text of an operand of one entry as a number."""
        return f"{operand.text}[0, 0]" if operand.text in self.buffers.space else operand.text

    def matrix_product(self, sums: Sum, out: str, grad: str) -> None:
        """Write weights @ across."""
        w, x = self.buffers.read(sums.weights, "w"), self.buffers.read(sums.across)
        w_text, x_text = self.full(w, sums.weights), self.full(x, sums.across)
        n, n_weights = sums.weights.shape
        # One column times one row is quicker with broadcasting than as a matrix product.
        by_row, by_weight, by_lane = (
            "*" if inner == 1 else "@" for inner in (n, n_weights, sums.out.shape[1])
        )
        line, _ = into(f"{w_text} {by_weight} {x_text}", out)
        self.put(line)
        self.back(sums.weights, f"{grad} {by_lane} {x_text}.T", sums.weights.shape)
        self.back(sums.across, f"{w_text}.T {by_row} {grad}", sums.across.shape)

    def full(self, operand: Operand, slots: Slots) -> str:
        """Return the text of an operand that has been broadcast to the shape of its slots."""
        if operand.shape == slots.shape and operand.text in self.buffers.space:
            return operand.text
        return f"broadcast_to({operand.text}, {slots.shape})"

    def many_products(self, sums: Sum, out: str, grad: str, begun: bool) -> None:
        """Write a sum over an axis of products."""
        n, n_terms, lanes = sums.left.shape
        positive = (sums.product_signs > 0).all()
        if n == lanes == 1 and positive and not begun:  # a dot product
            left, right = sums.left.ravel(), sums.right.ravel()
            x, y = self.buffers.read(left), self.buffers.read(right)
            if x.shape == y.shape == left.shape:
                self.put(f"{out}[0, 0] = {x.text} @ {y.text}")
                self.product_gradients(left, right, f"{grad}[0, 0]", x, y, (1,))
                return
        x, y = self.buffers.read(sums.left), self.buffers.read(sums.right)
        g = f"{grad}[:, None]"
        product = f"{x.text} * {y.text}"
        if not positive:
            signs = self.buffers.baked(sums.product_signs[:, None].astype(float))
            product, g = f"{product} * {signs}", f"{g} * {signs}"
        if max(x.shape[1], y.shape[1]) < n_terms:
            product = f"broadcast_to({product}, {sums.left.shape})"
        if begun:
            self.put(f"{out} += ({product}).sum(1)")
        elif positive and x.shape == y.shape == sums.left.shape:
            self.put(f'einsum("rtl,rtl->rl", {x.text}, {y.text}, out={out})')
        else:
            self.put(f"{out}[...] = ({product}).sum(1)")
        self.product_gradients(
            sums.left, sums.right, g, x, y, (n, 1 if positive else n_terms, lanes)
        )

    def product_gradients(
        self, left: Slots, right: Slots, g: str, x: Operand, y: Operand, shape: tuple[int, ...]
    ) -> None:
        """Write the gradients of both factors of a product; shape is that of `g`."""
        if np.array_equal(left, right):  # a square
            self.back(left, f"2.0 * {g} * {x.text}", joined(shape, x.shape))
            return
        self.back(left, f"{g} * {y.text}", joined(shape, y.shape))
        self.back(right, f"{g} * {x.text}", joined(shape, x.shape))

    def addends(self, sums: Sum, out: str, grad: str, begun: bool) -> None:
        """Write the terms that are no products."""
        n, n_terms, lanes = sums.singles.shape
        waiting: list[tuple[int, str]] = []  # sign and array of what is to be added
        if n_terms > FEW:
            x = self.buffers.read(sums.singles)
            signed, g = x.text, f"{grad}[:, None]"
            shape: tuple[int, ...] = (n, 1, lanes)
            if (sums.single_signs < 0).any():
                signs = self.buffers.baked(sums.single_signs[:, None].astype(float))
                signed, g, shape = f"({signed} * {signs})", f"{g} * {signs}", sums.singles.shape
            if x.shape[1] < n_terms:
                signed = f"broadcast_to({signed}, {sums.singles.shape})"
            waiting.append((1, f"add.reduce({signed}, 1)"))
            self.back(sums.singles, g, shape)
        else:
            for t, sign in enumerate(sums.single_signs):
                slots = sums.singles[:, t]
                waiting.append((int(sign), self.buffers.read(slots).text))
                self.back(slots, grad if sign > 0 else f"-{grad}", (n, lanes))
        if sums.constant.any() or not (begun or waiting):
            same = (sums.constant == sums.constant.flat[0]).all()
            number = float(sums.constant.flat[0])
            waiting.insert(0, (1, repr(number) if same else self.buffers.baked(sums.constant)))
        # What is added comes first, so that there is something to take the others from.
        waiting.sort(key=lambda term: -term[0])
        if not begun and len(waiting) > 1 and waiting[0][0] > 0:
            (_, x_text), (sign, y_text), *waiting = waiting
            self.put(f"{'add' if sign > 0 else 'subtract'}({x_text}, {y_text}, out={out})")
        elif not begun and waiting[0][1].startswith("add.reduce"):
            (_, total), *waiting = waiting
            self.put(f"{total[:-1]}, out={out})")
        elif not begun:
            (sign, x_text), *waiting = waiting
            self.put(f"{out}[...] = {x_text}" if sign > 0 else f"negative({x_text}, out={out})")
        for sign, text in waiting:
            if text == "-0.0":
                continue
            self.put(f"{out} {'+' if sign > 0 else '-'}= {text}")

    @write.register
    def _(self, sums: RaggedSum) -> None:
        out, grad = self.buffers.block(sums.out)
        n_terms = len(sums.signs)
        counts = np.diff([*sums.starts, n_terms])
        starts, lane_of = (
            self.buffers.index(sums.starts),
            self.buffers.index(np.repeat(np.arange(len(counts)), counts)),
        )
        x, y = self.buffers.read(sums.left), self.buffers.read(sums.right)
        terms = x.text if y.text == "1.0" else f"{x.text} * {y.text}"
        signs = ""
        if (sums.signs < 0).any():
            signs = self.buffers.baked(sums.signs.astype(float))
            terms = f"{terms} * {signs}"
        if joined(x.shape, y.shape) != sums.left.shape:
            terms = f"broadcast_to({terms}, {sums.left.shape})"
        self.put(f"add.reduceat({terms}, {starts}, axis=1, out={out})")
        if sums.constant.any():
            self.put(f"{out} += {self.buffers.baked(sums.constant)}")
        gradients = self.buffers.name("t", np.empty(sums.left.shape))
        self.backward[-1].append(f'{grad}.take({lane_of}, 1, out={gradients}, mode="clip")')
        if signs:
            self.backward[-1].append(f"{gradients} *= {signs}")
        if y.text == "1.0":
            self.back(sums.left, gradients, sums.left.shape)
        else:
            self.product_gradients(sums.left, sums.right, gradients, x, y, sums.left.shape)

    @write.register
    def _(self, apply: Map) -> None:
        out, grad = self.buffers.block(apply.out)
        operands = [self.buffers.read(slots) for slots in apply.operands]
        texts = [operand.text for operand in operands]
        names = dict(zip("ab", texts, strict=False), out=out)
        if len(texts) > len(apply.op.slopes):
            names["c"] = texts[-1]
        if apply.op.domain and not self.always(apply):
            test, used = over_arrays(apply.op.domain, names)
            self.use(used)
            self.checks.append(f"if not all_of({test}): raise ArithmeticError")
        text, used = over_arrays(apply.op.forward, names)
        self.use(used)
        line, ufunc = into(text, out)
        self.put(line)
        if ufunc:
            self.use({ufunc})
        for slots, slope in zip(apply.operands, apply.op.slopes, strict=False):
            if not self.buffers.wants(slots):
                continue
            text, used = over_arrays(slope, names)
            self.use(used)
            if text in ("0.0", "1.0", "-1.0"):
                gradient = {"0.0": "", "1.0": grad, "-1.0": f"-{grad}"}[text]
            else:
                gradient = f"{grad} * ({text})"
            if gradient:
                self.back(slots, gradient, apply.out.shape)

    def always(self, apply: Map) -> bool:
        """Tell whether a power is defined for any base: its exponent is whole and not below 0."""
        if apply.op.name != "pow":
            return False
        low, high = self.buffers.constant_slots
        slots = apply.operands[1]
        if slots.min() < low or slots.max() >= high:
            return False
        exponents = self.buffers.values[slots]
        return bool(((exponents >= 0) & (exponents % 1 == 0)).all())

    def use(self, names: set[str]) -> None:
        """Make functions known to the lines."""
        for name in names - set(self.buffers.space):
            self.buffers.space[name] = array_function(name)

    @write.register
    def _(self, take: Take) -> None:
        out, grad = self.buffers.block(take.out)
        n_entries = take.table.shape[-1]
        index = self.buffers.read(take.index)
        found = self.buffers.name("s", np.empty(take.out.shape, dtype=np.intp))
        whole_index = f"whole({index.text}, {n_entries})"
        steps = np.unique(np.diff(take.table))
        if steps.size == 1:
            first, _ = narrowed(take.table[..., 0])
            self.put(f"add({self.buffers.baked(first)}, {steps[0]} * {whole_index}, out={found})")
        else:
            table = self.buffers.baked(np.ascontiguousarray(take.table).ravel())
            rows = np.arange(take.out.size).reshape(take.out.shape) * n_entries
            place = f"{self.buffers.baked(rows)} + {whole_index}"
            self.put(f'{table}.take({place}, out={found}, mode="clip")')
        self.put(f'V.take({found}, out={out}, mode="clip")')
        if not self.buffers.wants(take.table):
            return
        n_lanes = take.out.shape[1]
        if np.unique(take.table).size == take.table.size:
            self.backward[-1].append(Addition(f"G[{found}]", grad, take.table, "picked"))
        elif (
            index.shape[0] == 1
            and np.array_equal(take.table, np.broadcast_to(take.table[:, :1], take.table.shape))
            and n_lanes * n_entries <= LARGEST_MATRIX
        ):
            # One table for all lanes: a matrix says which of its entries each has picked.
            picked = self.buffers.name("t", np.empty((n_lanes, n_entries)))
            entries = self.buffers.baked(np.arange(float(n_entries)))
            self.backward[-1].append(f"equal({index.text}.T, {entries}, out={picked})")
            self.back(take.table[:, 0], f"{grad} @ {picked}", take.table[:, 0].shape)
        else:
            self.backward[-1].append(Addition(found, grad, take.table, "heaped"))

    @write.register
    def _(self, largest: Largest) -> None:
        out, _ = self.buffers.block(largest.out)
        among = self.buffers.read(largest.among)
        n_lanes = largest.out.shape[1]
        counts = np.diff([*largest.starts, largest.among.shape[1]])
        if len(set(counts)) == 1:
            shape = (len(largest.among), n_lanes, int(counts[0]))
            numbers = self.buffers.read(largest.among.reshape(shape).swapaxes(1, 2))
            self.put(f"maximum.reduce({numbers.text}, 1, out={out})")
        else:
            text = self.full(among, largest.among)
            starts = self.buffers.index(largest.starts)
            self.put(f"maximum.reduceat({text}, {starts}, axis=1, out={out})")

    @write.register
    def _(self, detach: Detach) -> None:
        out, _ = self.buffers.block(detach.out)
        self.put(f"{out}[...] = {self.buffers.read(detach.source).text}")

    @write.register
    def _(self, mean: Mean) -> None:
        out, grad = self.buffers.block(mean.out)
        samples = self.buffers.read(mean.samples)
        share = 1.0 / len(mean.samples)
        average = f"{samples.text}[0]"
        if samples.shape == mean.samples.shape:
            average = f"{samples.text}.sum() * {share!r}"
        penalty = ""
        if mean.penalty.size:
            penalty = f" + {self.buffers.read(mean.penalty).text}[0]"
            self.back(mean.penalty, f"{grad}[0]", (1,))
        self.put(f"{out}[0, 0] = {average}{penalty}")
        self.back(mean.samples, f"{grad}[0] * {share!r}", (1,))


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


def described(instruction: Instruction, plan: Plan) -> str:
    """Return what an instruction does, for people."""
    n, lanes = instruction.out.shape
    what = type(instruction).__name__.lower()
    if isinstance(instruction, Map):
        what = instruction.op.symbol
    elif isinstance(instruction, Sum):
        terms = instruction.weights.shape[1] + instruction.left.shape[1]
        what = {0: "sums", 1: "products"}.get(terms, f"sums of {terms} products")
    place = ""
    if instruction.rows:
        scope = plan.rolled.tape.scopes[instruction.rows[0].nodes[0]]
        place = f"{scope.path[0].name}: " if scope is not None and scope.path else ""
    return f"{place}{what}, {n} × {lanes}"
