"""Writes each instruction of a plan as lines of NumPy, forward and backward."""

from __future__ import annotations

from functools import singledispatchmethod

import numpy as np

from engine.compile.replay.cuts import Cuts
from engine.compile.replay.gradients import GradientWrite, Write
from engine.compile.replay.lines import Lines
from engine.compile.replay.numpy_source import assign_to, to_numpy_source
from engine.compile.replay.ragged_sums import RaggedSumLines
from engine.compile.replay.sums import SumLines
from engine.compile.reroll.instructions import (
    Detach,
    Instruction,
    Largest,
    Map,
    Mean,
    Plan,
    RaggedSum,
    Sum,
    Take,
)
from engine.compile.reroll.slots import are_distinct, drop_broadcast_axes

MAX_MATRIX_SIZE = 50_000  # of a matrix of zeros and ones that picks entries of a table


class PlanWriter(Lines):
    """Writes the lines of a plan.

    Args:
        plan: the instructions.
        cuts: what multiplies a gradient by a slope; None for a plain product.
    """

    def __init__(self, plan: Plan, cuts: Cuts | None = None) -> None:
        super().__init__(plan)
        self.looks_at_slopes = cuts is not None
        if cuts is not None:
            self.buffers.space["cut"] = cuts.array
        for instruction in plan.instructions:
            self.emit_forward(f"# {describe(instruction, plan)}")
            self.backward.append([])
            self.write(instruction)

    @singledispatchmethod
    def write(self, instruction: Instruction) -> None:
        """Write an instruction."""
        raise NotImplementedError(type(instruction))

    @write.register
    def _(self, sums: Sum) -> None:
        SumLines(self, sums).write()

    @write.register
    def _(self, sums: RaggedSum) -> None:
        RaggedSumLines(self, sums).write()

    @write.register
    def _(self, apply: Map) -> None:
        out, grad = self.buffers.block(apply.out)
        operands = [self.buffers.read(slots) for slots in apply.operands]
        texts = [operand.text for operand in operands]
        names = dict(zip("ab", texts, strict=False), out=out)
        if len(texts) > len(apply.op.slopes):
            names["c"] = texts[-1]
        if apply.op.domain:
            test, used = to_numpy_source(apply.op.domain, names)
            self.import_functions(used)
            self.checks.append(f"if not all_of({test}): raise ArithmeticError")
        text, used = to_numpy_source(apply.op.forward, names)
        self.import_functions(used)
        line, ufunc = assign_to(text, out)
        self.emit_forward(line)
        if ufunc:
            self.import_functions({ufunc})
        for slots, slope in zip(apply.operands, apply.op.slopes, strict=False):
            if not self.buffers.requires_grad(slots):
                continue
            text, used = to_numpy_source(slope, names)
            self.import_functions(used)
            if text in ("0.0", "1.0", "-1.0"):
                gradient = {"0.0": "", "1.0": grad, "-1.0": f"-{grad}"}[text]
            elif self.looks_at_slopes:
                inputs = ", ".join(texts[: len(apply.op.slopes)])
                gradient = f"cut({grad}, {text}, {len(self.backward)}, {inputs})"
            else:
                gradient = f"{grad} * ({text})"
            if gradient:
                self.emit_gradient(slots, gradient, apply.out.shape)

    @write.register
    def _(self, take: Take) -> None:
        out, grad = self.buffers.block(take.out)
        n_entries = take.table.shape[-1]
        index = self.buffers.read(take.index)
        found = self.buffers.new_name("s", np.empty(take.out.shape, dtype=np.intp))
        whole_index = f"whole({index.text}, {n_entries})"
        steps = np.unique(np.diff(take.table))
        if steps.size == 1:
            first, _ = drop_broadcast_axes(take.table[..., 0])
            entries = self.buffers.constant_array(first)
            self.emit_forward(f"add({entries}, {steps[0]} * {whole_index}, out={found})")
        else:
            table = self.buffers.constant_array(np.ascontiguousarray(take.table).ravel())
            firsts = np.arange(take.out.size).reshape(take.out.shape) * n_entries
            at = f"{self.buffers.constant_array(firsts)} + {whole_index}"
            self.emit_forward(f'{table}.take({at}, out={found}, mode="clip")')
        self.emit_forward(f'V.take({found}, out={out}, mode="clip")')
        if not self.buffers.requires_grad(take.table):
            return
        n_lanes = take.out.shape[1]
        if are_distinct(take.table):
            self.backward[-1].append(GradientWrite(f"G[{found}]", grad, take.table, Write.SCATTER))
        elif (
            index.shape[0] == 1
            and np.array_equal(take.table, np.broadcast_to(take.table[:, :1], take.table.shape))
            and n_lanes * n_entries <= MAX_MATRIX_SIZE
        ):
            # One table for all lanes: a matrix product adds up what each lane has picked.
            picked = self.buffers.new_name("t", np.empty((n_lanes, n_entries)))
            entries = self.buffers.constant_array(np.arange(float(n_entries)))
            self.emit_backward(f"equal({index.text}.T, {entries}, out={picked})")
            self.emit_gradient(take.table[:, 0], f"{grad} @ {picked}", take.table[:, 0].shape)
        else:
            self.backward[-1].append(GradientWrite(found, grad, take.table, Write.SCATTER_ADD))

    @write.register
    def _(self, largest: Largest) -> None:
        out, _ = self.buffers.block(largest.out)
        n_lanes = largest.out.shape[1]
        counts = np.diff([*largest.starts, largest.among.shape[1]])
        if len(set(counts)) == 1:
            shape = (len(largest.among), n_lanes, int(counts[0]))
            numbers = self.buffers.read(largest.among.reshape(shape).swapaxes(1, 2))
            self.emit_forward(f"maximum.reduce({numbers.text}, 1, out={out})")
        else:
            text = self.broadcast(self.buffers.read(largest.among), largest.among)
            starts = self.buffers.index_array(largest.starts)
            self.emit_forward(f"maximum.reduceat({text}, {starts}, axis=1, out={out})")

    @write.register
    def _(self, detach: Detach) -> None:
        out, _ = self.buffers.block(detach.out)
        self.emit_forward(f"{out}[...] = {self.buffers.read(detach.source).text}")

    @write.register
    def _(self, mean: Mean) -> None:
        out, grad = self.buffers.block(mean.out)
        samples = self.buffers.read(mean.samples)
        share = 1.0 / len(mean.samples)
        total = f"add.accumulate({self.broadcast(samples, mean.samples)})[-1]"  # in order
        penalty = ""
        if mean.penalty.size:
            penalty = f" + {self.buffers.read(mean.penalty).text}[0]"
            self.emit_gradient(mean.penalty, f"{grad}[0]", (1,))
        self.emit_forward(f"{out}[0, 0] = {total} / {len(mean.samples)}{penalty}")
        self.emit_gradient(mean.samples, f"{grad}[0] * {share!r}", (1,))


def describe(instruction: Instruction, plan: Plan) -> str:
    """Return what an instruction does, as a comment above its lines."""
    n, lanes = instruction.out.shape
    what = type(instruction).__name__.lower()
    if isinstance(instruction, Map):
        what = instruction.op.symbol
    elif isinstance(instruction, Sum):
        terms = instruction.weights.shape[1] + instruction.left.shape[1]
        what = {0: "sums", 1: "products"}.get(terms, f"sums of {terms} products")
    prefix = ""
    if instruction.classes:
        scope = plan.tape.scopes[instruction.classes[0].nodes[0]]
        prefix = f"{scope.path[0].name}: " if scope is not None and scope.path else ""
    return f"{prefix}{what}, {n} × {lanes}"
