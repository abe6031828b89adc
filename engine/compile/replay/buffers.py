"""The buffers of an array program, and the names by which its lines call arrays.

Slots in even steps are read as a view of the buffer; a constant is written into the line as a
number; any other slots are copied out by index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.compile.reroll.instructions import Plan, Slots
from engine.compile.reroll.slots import drop_broadcast_axes, even_steps, strided_view

NAME = re.compile(r"\b[A-Za-z_]\w*")
# First letters of arrays, besides the buffers, that every run overwrites; some are zero elsewhere.
RESULTS, ZERO_PADDED = "stz", "z"


@dataclass
class Operand:
    """An array of the program.

    Attributes:
        text: its name, or a number.
        shape: of the array; 1 where one number serves a whole axis.
    """

    text: str
    shape: tuple[int, ...]


def literal(number: float) -> str:
    """Return a number as a program writes it."""
    return f"({float(number)!r})" if number < 0 else repr(float(number))


class Buffers:
    """The buffers of a program and the arrays that its lines use.

    Args:
        plan: the instructions that work on them.

    Attributes:
        values: the number of each slot.
        gradients: the gradient of each slot.
        needs_grad: for each slot whether it needs a gradient.
        space: every array by the name that the program calls it.
        forward: the lines of the forward pass.
    """

    def __init__(self, plan: Plan) -> None:
        first_constant = plan.n_parameters + plan.n_inputs
        self.constant_slots = (first_constant, first_constant + len(plan.constants))
        self.values, self.gradients = np.zeros(plan.size), np.zeros(plan.size)
        self.values[slice(*self.constant_slots)] = plan.constants
        for slots in plan.ones:
            self.values[slots] = 1.0
        self.plan = plan
        self.needs_grad = plan.requires_grad()
        self.space: dict[str, object] = {"V": self.values, "G": self.gradients}
        self.space.update(inf=np.inf, nan=np.nan)
        self.forward: list[str] = []
        self._count: Counter[str] = Counter()
        # Of each buffer the slots and steps of its views, by name.
        self._views: dict[str, dict[str, tuple[Slots, tuple[int, ...]]]] = {"V": {}, "G": {}}
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def new_name(self, letter: str, array: object) -> str:
        """Give an array a new name."""
        name = f"{letter}{self._count[letter]}"
        self._count[letter] += 1
        self.space[name] = array
        return name

    def view(self, buffer: str, slots: Slots, letter: str) -> str | None:
        """Return the name of a view of a buffer, or None if the slots are not in even steps."""
        key = (buffer, slots.shape, slots.tobytes())
        if key not in self._known:
            steps = even_steps(slots)
            if steps is None:
                return None
            array = self.values if buffer == "V" else self.gradients
            name = self._known[key] = self.new_name(letter, strided_view(array, slots, steps))
            self._views[buffer][name] = (slots, steps)
        return self._known[key]

    def read(self, slots: Slots, letter: str = "x") -> Operand:
        """Return the array of the numbers at `slots`; a copy is made in the forward pass."""
        low, high = self.constant_slots
        narrow, _ = drop_broadcast_axes(slots)
        if low <= narrow.min() and narrow.max() < high:
            numbers = self.values[narrow]
            if numbers.size > 1 and (numbers == numbers.flat[0]).all():
                numbers = numbers.reshape(-1)[:1].reshape([1] * slots.ndim)
            if numbers.size == 1:
                return Operand(literal(numbers.flat[0]), numbers.shape)
            return Operand(self.constant_array(numbers), numbers.shape)
        name = self.view("V", narrow, letter)
        if name is None:
            key = ("copy", narrow.shape, narrow.tobytes())
            if key not in self._known:
                copy = self._known[key] = self.new_name("t", np.empty(narrow.shape))
                index = self.index_array(narrow)
                self.forward.append(f'V.take({index}, out={copy}, mode="clip")')
            name = self._known[key]
        return Operand(name, narrow.shape)

    def block(self, slots: Slots) -> tuple[str, str]:
        """Return the names of a block that an instruction computes, and of its gradients."""
        value, gradient = self.view("V", slots, "v"), self.view("G", slots, "g")
        assert value is not None, "the slots of a block are in even steps"
        assert gradient is not None, "and so are those of its gradients"
        return value, gradient

    def constant_array(self, numbers: object) -> str:
        """Return the name of an array that no run changes."""
        return self.new_name("k", numbers)

    def index_array(self, slots: Slots) -> str:
        """Return the name of an array of slots, to index a buffer with."""
        key = ("index", slots.shape, slots.tobytes())
        if key not in self._known:
            self._known[key] = self.new_name("i", np.ascontiguousarray(slots))
        return self._known[key]

    def ones(self, n: int) -> str:
        """Return the name of a column of n ones."""
        name = f"ones{n}"
        self.space.setdefault(name, np.ones((n, 1)))
        return name

    def is_fixed(self, text: str, fixed: NDArray[np.bool_]) -> bool:
        """Return whether an expression is the same in every run.

        Args:
            text: the expression.
            fixed: for each slot whether its gradient is the same in every run.
        """
        gradients = self._views["G"]
        return all(
            fixed[gradients[name][0]].all()
            if name in gradients
            else name[0] == "k" and isinstance(self.space.get(name), np.ndarray)
            for name in NAME.findall(text)
        )

    def requires_grad(self, slots: Slots) -> bool:
        """Return whether any of `slots` needs a gradient."""
        return bool(self.needs_grad[slots].any())

    def has_zero_padding(self) -> bool:
        """Return whether there are matrices some entries of which stay 0."""
        return self._count[ZERO_PADDED] > 0

    # ---- for people ----

    def list_views(self, buffer: str) -> list[str]:
        """Return a line for each view of a buffer, with the labels of what it shows."""
        labels = self.plan.labels()
        lines = []
        for name, (slots, steps) in self._views[buffer].items():
            line = f"{name} = view({buffer}, {slots.flat[0]}, {slots.shape}, {steps})"
            names: list[str] = []
            if slots.max() < len(labels):
                names = [labels[i] or "?" for i in slots.ravel().tolist()]
            if len(set(names)) == 1:
                names = names[:1] if names[0] != "?" else []
            lines.append(f"{line}  # {abridged(names, 3, 2)}" if names else line)
        return lines

    def list_arrays(self) -> list[str]:
        """Return a line for each array that is not a view of a buffer."""
        views = {"V", "G", *self._views["V"], *self._views["G"]}
        lines = []
        for name, array in self.space.items():
            if not isinstance(array, np.ndarray) or name in views:
                continue
            if name[0] in RESULTS:
                kind = "zeros" if name[0] in ZERO_PADDED else "empty"
                lines.append(f"{name} = {kind}({array.shape})")
            else:
                numbers = [f"{x:g}" for x in array.ravel().tolist()]
                lines.append(f"{name} = array(shape={array.shape})  # {abridged(numbers, 3, 1)}")
        return lines


def abridged(texts: Sequence[str], n_first: int, n_last: int) -> str:
    """Return texts in a list, the middle of a long one left out."""
    if len(texts) > 6:
        texts = [*texts[:n_first], "…", *texts[-n_last:]]
    return ", ".join(texts)
