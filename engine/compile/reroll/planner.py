"""Gathers lane classes into instructions, level by level, and gives every number its slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
from engine.compile.reroll.terms import Kind, Terms

Parts = tuple[Slots, ...]
MANY = 100  # products; fewer are added in written order rather than by a product of matrices


class Planner:
    """Makes the plan of a tape.

    Args:
        rolled: the tape in classes.
        positions: the slot of each parameter of the tape.
        inputs: the slots of the arguments, which follow the parameters.
        n_samples: how many samples a tape of one sample is replayed over; None for a tape of all.
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
        # The slot of each step for the first sample, and the distance to that of the next sample.
        self.start = np.full(len(tape), -1, dtype=np.intp)
        self.stride = np.zeros(len(tape), dtype=np.intp)
        self.start[tape.leaves] = positions
        if self.batched:
            first, self.stride[tape.inputs] = inputs.of_sample()
        else:
            first = inputs.of_all()
        self.start[tape.inputs] = n_parameters + first
        given = self.slots(np.array(tape.inputs, dtype=np.intp)[:, None], self.n_samples)
        self.plan = Plan(tape, n_parameters, inputs.size, constants, positions, given)
        self.plan.ones += [n_parameters + ones for ones in inputs.ones]
        self.one = n_parameters + inputs.size  # the slot of the constant 1
        self.start[list(tape.numbers)] = self.one + 1 + np.arange(len(tape.numbers))
        self.plan.size = self.one + len(constants)
        # Of each class whether its lanes differ, and whether it is of parameters or constants; a
        # last entry is for the missing second factor of a single term, which has class −1.
        self.many_lanes, self.no_parameters, self.of_constants = np.zeros(
            (3, len(rolled.classes) + 1), dtype=bool
        )
        for i, c in enumerate(rolled.classes):
            if c.op is PARAMETER and len(c.nodes) == 1:  # most are
                continue
            self.many_lanes[i] = self.n_lanes(c) > 1
            self.no_parameters[i] = c.op is not PARAMETER
            self.of_constants[i] = c.op is CONSTANT

    def make(self) -> Plan:
        """Return the plan."""
        plan, rolled = self.plan, self.rolled
        levels: defaultdict[int, list[LaneClass]] = defaultdict(list)
        for c in rolled.classes:
            if c.op not in LEAVES:
                levels[c.level].append(c)
        for _, classes in sorted(levels.items()):
            plan.instructions += self.instructions(classes)
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

    # ---- slots ----

    def samples(self, step: int) -> Slots:
        """Return the slots of one step for every sample, shape (n_samples,)."""
        i = self.rolled.same[step]
        found: Slots = self.start[i] + self.stride[i] * np.arange(self.n_samples)
        return found

    def n_lanes(self, c: LaneClass) -> int:
        """Return how many lanes a class has."""
        if not self.batched:
            return len(c.nodes)
        return self.n_samples if c.varies else 1

    def slots(self, steps: Slots, n_lanes: int) -> Slots:
        """Return the slots of steps; shape (…, lanes recorded) becomes (…, lanes replayed)."""
        lanes = np.arange(n_lanes) if self.batched else 0
        found = self.start[steps] + self.stride[steps] * lanes
        return np.broadcast_to(found, (*steps.shape[:-1], n_lanes))

    def allocate(self, classes: list[LaneClass]) -> Slots:
        """Give classes their slots, one class after the other, and return these."""
        n_lanes = self.n_lanes(classes[0])
        out = self.plan.size + np.arange(len(classes) * n_lanes).reshape(len(classes), n_lanes)
        for c, slots in zip(classes, out, strict=True):
            self.start[c.nodes] = slots[: len(c.nodes)]
            self.stride[c.nodes] = self.batched and n_lanes > 1
        self.plan.size += out.size
        if n_lanes > 1 and len(classes) > 1:
            self.plan.ones.append(self.plan.size + np.arange(n_lanes))
            self.plan.size += n_lanes
        return out

    # ---- instructions ----

    def instructions(self, classes: list[LaneClass]) -> Iterator[Instruction]:
        """Yield the instructions of one level: classes of the same form share one."""
        of_sums: defaultdict[tuple[int, int], list[LaneClass]] = defaultdict(list)
        groups: defaultdict[object, list[tuple[LaneClass, Parts, Parts]]] = defaultdict(list)
        for c in classes:
            if c.op is SUM and not c.ragged:
                of_sums[self.n_lanes(c), len(c.keys)].append(c)
                continue
            signature, shared, own = self.describe(c)
            groups[c.op, self.n_lanes(c), signature].append((c, shared, own))
        for (n_lanes, _), found in of_sums.items():
            yield from self.sums(found, n_lanes)
        for group in groups.values():
            members = [c for c, _, _ in group]
            stacked = tuple(np.array(x) for x in zip(*(own for _, _, own in group), strict=True))
            yield instruction(members, self.allocate(members), group[0][1], stacked)

    def sums(self, classes: list[LaneClass], n_lanes: int) -> Iterator[Instruction]:
        """Yield the instructions of sums with equally many terms in every lane.

        A matrix product adds in an order of its own; where it would be a small one, the terms are
        added as they were written, and it serves the gradients alone.
        """
        written = self.terms(classes, n_lanes)
        weighted = written.weighted(self.start)
        small = []
        for members in alike(weighted, range(len(classes))):
            size = len(members) * n_lanes * len(weighted.positions(members[0], Kind.WEIGHTED))
            if size >= MANY:
                out = self.allocate([classes[i] for i in members])
                yield self.sum_of(classes, weighted, members, out)
            else:
                small += members
        for members in alike(written, small):
            out = self.allocate([classes[i] for i in members])
            made = self.sum_of(classes, written, members, out)
            has_weights = weighted.positions(members[0], Kind.WEIGHTED).size > 0
            if out.size > 1 and has_weights and len(alike(weighted, members)) == 1:
                made.as_product = self.sum_of(classes, weighted, members, out)
            yield made

    def sum_of(self, classes: list[LaneClass], terms: Terms, members: list[int], out: Slots) -> Sum:
        """Return the instruction for some of the classes, whose terms are of the same form."""
        first, at, n_lanes = members[0], np.array(members)[:, None], out.shape[1]
        weights, products, singles = (terms.positions(first, kind) for kind in Kind)
        made = Sum(
            out,
            [classes[i] for i in members],
            kinds=terms.kind[first],
            weights=self.start[terms.y[at, weights, 0]],
            across=self.slots(terms.x[first, weights], n_lanes),
            singles=self.slots(terms.x[at, singles], n_lanes),
            single_signs=terms.signs[first, singles],
            left=self.slots(terms.x[at, products], n_lanes),
            right=self.slots(terms.y[at, products], n_lanes),
            product_signs=terms.signs[first, products],
        )
        self.take_in_bias(made)
        return made

    def terms(self, classes: list[LaneClass], n_lanes: int) -> Terms:
        """Return the terms of sums with equally many in every lane."""
        n, n_recorded, n_terms = len(classes), len(classes[0].nodes), len(classes[0].keys)
        flat, _ = self.flat_terms(classes)
        # (sums · lanes · terms, 3) to three of (sums, terms, lanes).
        signs, x, y = flat.reshape(n, n_recorded, n_terms, 3).transpose(3, 0, 2, 1)
        keys = np.array([c.keys for c in classes], dtype=np.intp).reshape(n, n_terms, 3)
        _, of_x, of_y = keys.transpose(2, 0, 1)
        # A factor is wide if it differs from lane to lane, as inputs do; or might, with more lanes.
        wide = self.many_lanes if n_lanes > 1 else self.no_parameters
        with_constant = self.of_constants[of_x] | self.of_constants[of_y]
        return Terms(signs[..., 0], x, y, wide[of_x], wide[of_y], with_constant)

    def flat_terms(self, classes: Sequence[LaneClass]) -> tuple[Slots, Slots]:
        """Return the terms of sums, shape (all lanes' terms, 3), and how many each lane has."""
        terms = [self.rolled.terms[i] for c in classes for i in c.nodes]
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(terms)), dtype=np.intp)
        return flat.reshape(-1, 3), np.array([len(lane) for lane in terms])

    def take_in_bias(self, sums: Sum) -> None:
        """Make a bias the weight of a line of ones, if both lie next to the others of their kind.

        W @ x + b is then one product, and so is its gradient.
        """
        if len(sums.across) < 2:
            return
        following = 2 * sums.across[-1] - sums.across[-2]
        if not any(np.array_equal(following, ones) for ones in self.plan.ones):
            return
        after = int(np.flatnonzero(sums.kinds == Kind.WEIGHTED)[-1]) + 1
        if after == len(sums.kinds) or sums.kinds[after] != Kind.SINGLE:
            return
        t = np.count_nonzero(sums.kinds[:after] == Kind.SINGLE)
        bias, is_added = sums.singles[:, t], sums.single_signs[t] > 0
        weights = np.column_stack([sums.weights, bias[:, 0]])
        if is_added and (bias == bias[:, :1]).all() and even_steps(weights) is not None:
            sums.weights, sums.across = weights, np.vstack([sums.across, following])
            sums.kinds[after] = Kind.WEIGHTED
            sums.singles = np.delete(sums.singles, t, axis=1)
            sums.single_signs = np.delete(sums.single_signs, t)

    def describe(self, c: LaneClass) -> tuple[object, Parts, Parts]:
        """Return a signature of classes of one instruction, what they share, and what each has."""
        n_lanes = self.n_lanes(c)
        if c.op is SUM:
            return self.describe_ragged_sum(c)
        args = [self.rolled.args[i] for i in c.nodes]
        if c.op is LARGEST:
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
        # A constant that is an operand of a whole instruction is written into it as a number.
        ops = self.rolled.tape.ops
        fixed = () if c.op is TAKE else tuple(ops[j] is CONSTANT for j in args[0])
        return (len(operands), fixed), (), (operands,)

    def describe_ragged_sum(self, c: LaneClass) -> tuple[object, Parts, Parts]:
        """Describe a sum with more terms in some lanes than in others; never of a single sample."""
        terms, counts = self.flat_terms([c])
        signs, x, y = terms.T
        starts = np.cumsum(counts) - counts
        right = np.where(y < 0, self.one, self.start[y])
        own = (self.start[x], right)
        signature = ("ragged", starts.tobytes(), signs.tobytes(), (y < 0).tobytes())
        return signature, (signs, starts), own


def alike(terms: Terms, sums: Iterable[int]) -> list[list[int]]:
    """Return sums in groups whose terms are of the same form."""
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for i in sums:
        groups[terms.signature(i)].append(i)
    return list(groups.values())


def instruction(classes: list[LaneClass], out: Slots, shared: Parts, own: Parts) -> Instruction:
    """Return the instruction for classes of one form, other than sums that are not ragged.

    Args:
        classes: the classes.
        out: their slots.
        shared: what they have in common.
        own: what each has its own, stacked.
    """
    op = classes[0].op
    if op is SUM:
        return RaggedSum(out, classes, *own, *shared)
    if op is LARGEST:
        return Largest(out, classes, own[0], shared[0])
    operands = own[0].swapaxes(0, 1)  # (inputs, classes, lanes)
    if op is TAKE:
        return Take(out, classes, operands[0], np.moveaxis(operands[1:], 0, -1))
    if op is DETACH:
        return Detach(out, classes, operands[0])
    return Map(out, classes, op, list(operands))
