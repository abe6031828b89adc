"""The instructions of an array program, and the slots of one buffer on which they work.

The buffer holds the parameters, the inputs, the constants, and then what each instruction makes: a
block of classes by lanes. An instruction names the slots of its operands for each class, term and
lane; that is all it takes for samples of a batch, positions of a sequence and heads alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.compile.record.tape import Tape
from engine.compile.reroll.classes import LaneClass
from engine.ops import Op
from engine.tag import one_line

Slots = NDArray[np.intp]
Constants = NDArray[np.float64]


@dataclass
class Instruction:
    """Computes one block of numbers.

    Attributes:
        out: the slots of the block, shape (n_classes, n_lanes), one after the other.
        classes: the classes it computes, one per line of the block.
    """

    out: Slots
    classes: Sequence[LaneClass]

    @property
    def sources(self) -> Sequence[Slots]:
        """The slots to which a gradient is passed on."""
        return ()


@dataclass
class Sum(Instruction):
    """Sums of terms: those of weights @ across, products, and single numbers.

    Attributes:
        kinds: of each term, in the order in which they are added, shape (n_terms,).
        weights: numbers that are one for all lanes, shape (n_classes, n_weights).
        across: what they are multiplied with, shape (n_weights, n_lanes).
        singles: numbers to add, shape (n_classes, n_singles, n_lanes).
        single_signs: +1 or −1, shape (n_singles,).
        left: the first factors of products, shape (n_classes, n_products, n_lanes).
        right: the second factors.
        product_signs: +1 or −1, shape (n_products,).
        as_product: the same sums as a product of matrices, which serves the gradients where there
            are too few terms to add them in another order.
    """

    kinds: Slots
    weights: Slots
    across: Slots
    singles: Slots
    single_signs: Slots
    left: Slots
    right: Slots
    product_signs: Slots
    as_product: Sum | None = None

    @property
    def sources(self) -> Sequence[Slots]:
        """All it adds and multiplies."""
        return (self.weights, self.across, self.singles, self.left, self.right)


@dataclass
class RaggedSum(Instruction):
    """Sums of products with more terms in some lanes than in others.

    Attributes:
        left: the first factors, those of all lanes in order, shape (n_classes, n_terms).
        right: the second factors; a single term has the slot of the constant 1 here.
        signs: of each term, shape (n_terms,).
        starts: where each lane's terms begin, shape (n_lanes,).
    """

    left: Slots
    right: Slots
    signs: Slots
    starts: Slots

    @property
    def sources(self) -> Sequence[Slots]:
        """All it adds and multiplies."""
        return (self.left, self.right)

    @property
    def lane_of(self) -> Slots:
        """The lane of each term, shape (n_terms,)."""
        counts = np.diff([*self.starts, len(self.signs)])
        return np.repeat(np.arange(len(counts)), counts)


@dataclass
class Map(Instruction):
    """An operation of the table, applied elementwise.

    Attributes:
        op: the operation.
        operands: of a, b and the condition, as far as it has them; shape (n_classes, n_lanes).
    """

    op: Op
    operands: list[Slots]

    @property
    def sources(self) -> Sequence[Slots]:
        """The operands with a slope other than 0."""
        slopes = zip(self.operands, self.op.slopes, strict=False)
        return [slots for slots, slope in slopes if slope != "0.0"]


@dataclass
class Take(Instruction):
    """One of several numbers, picked by an index.

    Attributes:
        index: shape (n_classes, n_lanes).
        table: what to pick from, shape (n_classes, n_lanes, n_entries).
    """

    index: Slots
    table: Slots

    @property
    def sources(self) -> Sequence[Slots]:
        """What may be picked."""
        return (self.table,)


@dataclass
class Largest(Instruction):
    """The largest of several numbers; no gradient flows through it.

    Attributes:
        among: those of all lanes in order, shape (n_classes, n_numbers).
        starts: where each lane's numbers begin, shape (n_lanes,).
    """

    among: Slots
    starts: Slots


@dataclass
class Detach(Instruction):
    """A copy; no gradient flows through it.

    Attributes:
        source: shape (n_classes, n_lanes).
    """

    source: Slots


@dataclass
class Mean(Instruction):
    """The average over samples, and a penalty.

    Attributes:
        samples: shape (n_samples,).
        penalty: shape (1,), or (0,) if there is none.
    """

    samples: Slots
    penalty: Slots

    @property
    def sources(self) -> Sequence[Slots]:
        """Both."""
        return (self.samples, self.penalty)


@dataclass
class Plan:
    """Instructions, and the buffer they work on.

    Attributes:
        tape: what was recorded.
        n_parameters: the number of parameters, which come first.
        n_inputs: how many slots the inputs take after them.
        constants: the numbers after those.
        parameters: the slot of each parameter of the tape.
        given: the slots of each input, shape (n_inputs, n_samples).
        instructions: each after those it needs.
        ones: slots of the constant 1, one per lane, after a block, whose biases are their weights.
        size: how many slots there are.
        out: the slot of the result.
        outputs: slots of other wanted numbers, shape (n_samples,) each.
    """

    tape: Tape
    n_parameters: int
    n_inputs: int
    constants: Constants
    parameters: Slots
    given: Slots
    instructions: list[Instruction] = field(default_factory=list)
    ones: list[Slots] = field(default_factory=list)
    size: int = 0
    out: int = -1
    outputs: list[Slots] = field(default_factory=list)

    def labels(self) -> list[str]:
        """Return what parameters and inputs are called, slot by slot."""
        tape = self.tape
        found = [""] * (self.n_parameters + self.n_inputs)
        for slot, parameter in zip(self.parameters.tolist(), tape.parameters, strict=True):
            found[slot] = one_line(parameter.label)
        for slots, label in zip(self.given.tolist(), tape.input_labels, strict=True):
            for slot in slots:
                found[slot] = label
        for slots in self.ones:
            for slot in slots.tolist():
                if slot < len(found):
                    found[slot] = "1"
        return found

    def requires_grad(self) -> NDArray[np.bool_]:
        """Return for each slot whether it depends on a parameter and so requires a gradient."""
        needs_grad = np.zeros(self.size, dtype=bool)
        needs_grad[: self.n_parameters] = True
        for instruction in self.instructions:
            needs_grad[instruction.out] = any(
                needs_grad[slots].any() for slots in instruction.sources
            )
        return needs_grad
