"""Gathers rows into instructions, level by level, and gives every number its slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from engine.compile.record.tape import CONSTANT, DETACH, LARGEST, LEAVES, PARAMETER, TAKE
from engine.compile.reroll.classes import SUM, LaneClass, Rolled
from engine.compile.reroll.inputs import Inputs
from engine.compile.reroll.instructions import (
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
from engine.compile.reroll.slots import even_steps

# The kinds of terms, in the order in which a sum has them.
LINEAR, PRODUCT, SINGLE = range(3)


class Planner:
    """Makes the plan of a tape.

    Args:
        rolled: the tape in rows.
        positions: where each parameter of the tape stands in the buffer.
        inputs: where the arguments stand after the parameters.
        n_samples: over how many samples a tape of one is replayed; None for a tape of them all.
    """

    def __init__(
        self,
        rolled: Rolled,
        positions: Slots,
        inputs: Inputs,
        n_samples: int | None = None,
    ) -> None:
        tape = rolled.tape
        self.rolled, self.n_samples, self.batched = rolled, n_samples or 1, n_samples is not None
        n_parameters = len(tape.parameters)
        constants = np.array([1.0, *tape.numbers.values()])
        # Where the number of each step stands for the first sample, and how far on for the next.
        self.start = np.full(len(tape), -1, dtype=np.intp)
        self.stride = np.zeros(len(tape), dtype=np.intp)
        self.start[tape.leaves] = positions
        if self.batched:
            first, self.stride[tape.inputs] = inputs.of_sample()
        else:
            first = inputs.of_all()
        self.start[tape.inputs] = n_parameters + first
        given = self.slots(np.array(tape.inputs, dtype=np.intp)[:, None], self.n_samples)
        self.plan = Plan(rolled, n_parameters, inputs.size, constants, positions, given)
        self.plan.ones += [n_parameters + ones for ones in inputs.ones]
        self.one = n_parameters + inputs.size  # the slot of the constant 1
        self.start[list(tape.numbers)] = self.one + 1 + np.arange(len(tape.numbers))
        self.plan.size = self.one + len(constants)
        # Of each row whether its lanes differ, and whether it is of parameters or constants; a last
        # entry is for the missing second factor of a term that is no product, which has row −1.
        self.many_lanes, self.no_parameters, self.of_constants = np.zeros(
            (3, len(rolled.classes) + 1), dtype=bool
        )
        for i, row in enumerate(rolled.classes):
            if row.op is PARAMETER and len(row.nodes) == 1:  # most are
                continue
            self.many_lanes[i] = self.lanes(row) > 1
            self.no_parameters[i] = row.op is not PARAMETER
            self.of_constants[i] = row.op is CONSTANT

    def make(self) -> Plan:
        """Return the plan."""
        plan, rolled = self.plan, self.rolled
        levels: defaultdict[int, list[LaneClass]] = defaultdict(list)
        for row in rolled.classes:
            if row.op not in LEAVES:
                levels[row.level].append(row)
        for _, rows in sorted(levels.items()):
            for members, shared, own in self.alike(rows):
                made = instruction(members, self.block(members), shared, own)
                if isinstance(made, Sum):
                    self.take_in_biases(made)
                plan.instructions.append(made)
        tape = rolled.tape
        if self.batched:
            plan.out = plan.size
            plan.size += 1
            penalty = [rolled.same[tape.penalty]] if tape.penalty >= 0 else []
            plan.instructions.append(
                Mean(np.array([[plan.out]]), [], self.samples(tape.out), self.start[penalty])
            )
        else:
            plan.out = int(self.start[rolled.same[tape.out]])
        plan.outputs = [self.samples(step) for step in tape.outputs]
        return plan

    def samples(self, step: int) -> Slots:
        """Return the slots of one step for every sample, shape (n_samples,)."""
        i = self.rolled.same[step]
        found: Slots = self.start[i] + self.stride[i] * np.arange(self.n_samples)
        return found

    def lanes(self, row: LaneClass) -> int:
        """Return how many lanes a row has."""
        if not self.batched:
            return len(row.nodes)
        return self.n_samples if row.varies else 1

    def slots(self, steps: Slots, n_lanes: int) -> Slots:
        """Return where steps stand; shape (…, lanes recorded) becomes (…, lanes replayed)."""
        lanes = np.arange(n_lanes) if self.batched else 0
        found = self.start[steps] + self.stride[steps] * lanes
        return np.broadcast_to(found, (*steps.shape[:-1], n_lanes))

    def block(self, rows: list[LaneClass]) -> Slots:
        """Give rows their slots, one row after the other."""
        n_lanes = self.lanes(rows[0])
        out = self.plan.size + np.arange(len(rows) * n_lanes).reshape(len(rows), n_lanes)
        for row, slots in zip(rows, out, strict=True):
            self.start[row.nodes] = slots[: len(row.nodes)]
            self.stride[row.nodes] = self.batched and n_lanes > 1
        self.plan.size += out.size
        if n_lanes > 1 and len(rows) > 1:
            self.plan.ones.append(self.plan.size + np.arange(n_lanes))
            self.plan.size += n_lanes
        return out

    def alike(self, rows: list[LaneClass]) -> Iterator[tuple[list[LaneClass], Parts, Parts]]:
        """Yield rows that can be one instruction, what they share, and what each has, stacked."""
        of_sums: defaultdict[tuple[int, int], list[LaneClass]] = defaultdict(list)
        groups: defaultdict[object, list[tuple[LaneClass, Parts, Parts]]] = defaultdict(list)
        for row in rows:
            if row.op is SUM and not row.ragged:
                of_sums[self.lanes(row), len(row.keys)].append(row)
                continue
            signature, shared, own = self.described(row)
            groups[row.op.name, self.lanes(row), signature].append((row, shared, own))
        for (n_lanes, _), found in of_sums.items():
            yield from self.sums(found, n_lanes)
        for group in groups.values():
            _, shared, _ = group[0]
            stacked = tuple(np.array(x) for x in zip(*(own for _, _, own in group), strict=True))
            yield [row for row, _, _ in group], shared, stacked

    def described(self, row: LaneClass) -> tuple[object, Parts, Parts]:
        """Return what tells rows of one instruction, what they share, and what each has its own."""
        n_lanes = self.lanes(row)
        if row.op is SUM:
            return self.ragged_sum(row)
        args = [self.rolled.args[i] for i in row.nodes]
        if row.op is LARGEST:
            flat = np.array([j for among in args for j in among])
            counts = [len(among) for among in args]
            if self.batched:
                flat = np.repeat(flat[None], n_lanes, axis=0)
                slots = self.start[flat] + self.stride[flat] * np.arange(n_lanes)[:, None]
                counts *= n_lanes
            else:
                slots = self.start[flat]
            starts = np.cumsum([0, *counts[:-1]])
            return (starts.tobytes(), slots.size), (starts,), (slots.ravel(),)
        operands = self.slots(np.array(args).T, n_lanes)
        # An instruction whose operand is a constant in all its rows has the number written into it.
        fixed = () if row.op is TAKE else tuple(self.is_constant(j) for j in args[0])
        return (len(operands), fixed), (), (operands,)

    def is_constant(self, step: int) -> bool:
        """Tell whether a step is a constant."""
        return self.rolled.tape.ops[step] is CONSTANT

    def terms(self, rows: Sequence[LaneClass]) -> tuple[Slots, Slots]:
        """Return the terms of sums, shape (all lanes' terms, 3), and how many each lane has."""
        terms = [self.rolled.terms[i] for row in rows for i in row.nodes]
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(terms)), dtype=np.intp)
        return flat.reshape(-1, 3), np.array([len(lane) for lane in terms])

    def constants(self, rows: Sequence[LaneClass], n_lanes: int) -> Slots:
        """Return the constants of sums, shape (n_rows, n_lanes)."""
        found = [[self.rolled.constants[i] for i in row.nodes] for row in rows]
        return np.broadcast_to(found, (len(rows), n_lanes))

    def ragged_sum(self, row: LaneClass) -> tuple[object, Parts, Parts]:
        """Describe a sum with more terms in some lanes than in others; never of a single sample."""
        terms, counts = self.terms([row])
        signs, x, y = terms.T
        starts = np.cumsum(counts) - counts
        right = np.where(y < 0, self.one, self.start[y])
        own = (self.start[x], right, self.constants([row], len(row.nodes))[0])
        alike = ("ragged", starts.tobytes(), signs.tobytes(), (y < 0).tobytes())
        return alike, (signs, starts), own

    def sums(
        self, rows: list[LaneClass], n_lanes: int
    ) -> Iterator[tuple[list[LaneClass], Parts, Parts]]:
        """Yield alike sums of as many terms in every lane; what can be a matrix product is one."""
        shape = (len(rows), len(rows[0].nodes), len(rows[0].keys))
        # (rows · lanes · terms, 3) to three of (rows, terms, lanes); signs are alike in every lane.
        terms, _ = self.terms(rows)
        signs, x, y = terms.reshape(*shape, 3).transpose(3, 0, 2, 1)
        signs = signs[..., 0]
        # A factor is wide if it differs from lane to lane, as inputs do; or might, with more lanes.
        keys = np.array([row.keys for row in rows], dtype=np.intp).reshape(len(rows), shape[2], 3)
        _, of_x, of_y = keys.transpose(2, 0, 1)
        wide = self.many_lanes if n_lanes > 1 else self.no_parameters
        wide_x, wide_y = wide[of_x], wide[of_y]
        single = y[..., 0] < 0
        with_constant = self.of_constants[of_x] | self.of_constants[of_y]
        linear = (wide_x != wide_y) & ~single & (signs > 0) & ~with_constant

        # In each row first what is linear, narrow times wide, in the order of the wide factors;
        # then other products; then single terms. What is added comes before what is taken away,
        # and numbers that are one for all lanes (biases) before others, so that rows are in step.
        swapped = (linear & ~wide_x)[..., None]
        x, y = np.where(swapped, y, x), np.where(swapped, x, y)
        start_x, start_y = self.start[x[..., 0]], self.start[y[..., 0]]
        kind = np.where(linear, LINEAR, np.where(single, SINGLE, PRODUCT))
        order = np.lexsort(
            (
                np.where(linear, start_y, start_x),
                np.where(linear, start_x, wide_x),
                np.where(linear, 0, -signs),
                kind,
            )
        )
        signs, wide_x, wide_y, kind = (
            np.take_along_axis(v, order, 1) for v in (signs, wide_x, wide_y, kind)
        )
        x, y = (np.take_along_axis(v, order[..., None], 1) for v in (x, y))
        squares = (x == y)[..., 0]
        # Rows are alike if their terms are of the same kinds and their wide factors the same.
        constants = self.constants(rows, n_lanes)
        groups: defaultdict[object, list[int]] = defaultdict(list)
        for i in range(len(rows)):
            alike = (kind[i], signs[i], wide_x[i], wide_y[i], squares[i], x[i][kind[i] == LINEAR])
            groups[tuple(part.tobytes() for part in alike)].append(i)
        for members in groups.values():
            first = members[0]
            linear_terms, products, singles = (
                np.flatnonzero(kind[first] == k) for k in (LINEAR, PRODUCT, SINGLE)
            )
            across = self.slots(x[first, linear_terms], n_lanes)
            shared = (across, signs[first, singles], signs[first, products])
            at = np.array(members)[:, None]
            own = (
                self.start[y[at, linear_terms, 0]],
                self.slots(x[at, singles], n_lanes),
                self.slots(x[at, products], n_lanes),
                self.slots(y[at, products], n_lanes),
                constants[members],
            )
            yield [rows[i] for i in members], shared, own

    def take_in_biases(self, sums: Sum) -> None:
        """Make biases weights of a row of ones, where both stand next to the others of their kind.

        W @ x + b is then one product, and so is its gradient.
        """
        if len(sums.across) < 2:
            return
        row = 2 * sums.across[-1] - sums.across[-2]
        if not any(np.array_equal(row, ones) for ones in self.plan.ones):
            return
        for t, sign in enumerate(sums.single_signs):
            bias = sums.singles[:, t]
            weights = np.column_stack([sums.weights, bias[:, 0]])
            if sign > 0 and (bias == bias[:, :1]).all() and even_steps(weights) is not None:
                sums.weights, sums.across = weights, np.vstack([sums.across, row])
                sums.singles = np.delete(sums.singles, t, axis=1)
                sums.single_signs = np.delete(sums.single_signs, t)
                return


Parts = tuple[Slots, ...]


def instruction(rows: list[LaneClass], out: Slots, shared: Parts, own: Parts) -> Instruction:
    """Return the instruction for rows of one kind.

    Args:
        rows: the rows.
        out: their slots.
        shared: what they have in common.
        own: what each has its own, stacked.
    """
    op = rows[0].op
    if op is SUM and rows[0].ragged:
        (signs, starts), (left, right, constant) = shared, own
        return RaggedSum(out, rows, left, right, signs, starts, constant.astype(float))
    if op is SUM:
        across, single_signs, signs = shared
        weights, singles, left, right, constant = own
        constants = constant.astype(float)
        return Sum(out, rows, weights, across, singles, single_signs, left, right, signs, constants)
    if op is LARGEST:
        return Largest(out, rows, own[0], shared[0])
    operands = own[0].swapaxes(0, 1)  # (inputs, rows, lanes)
    if op is TAKE:
        return Take(out, rows, operands[0], np.moveaxis(operands[1:], 0, -1))
    if op is DETACH:
        return Detach(out, rows, operands[0])
    return Map(out, rows, op, list(operands))
