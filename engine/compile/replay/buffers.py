"""Finds the shortest way to read slots of a buffer, and to add gradients to them.

Slots in even steps are a view of the buffer, a number written into the instruction if they hold one
constant, and copied out by index otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.compile.reroll.instructions import Plan, Slots
from engine.compile.reroll.slots import (
    are_distinct,
    drop_broadcast_axes,
    even_steps,
    split_repeats,
    strided_view,
)

# What arrays are called that every run writes anew, beside the buffers; some hold zeros elsewhere.
RESULTS, WITH_ZEROS = "stz", "z"
MOST_CUTS = 6  # into runs of gradients to set to 0; beyond that it is quicker to do so by index
LARGEST_MATRIX = 50_000  # numbers in a matrix of zeros and ones, by which gradients are added up


@dataclass
class Operand:
    """An array of the program.

    Attributes:
        text: its name, or a number.
        shape: of the array; 1 where one number serves a whole axis.
    """

    text: str
    shape: tuple[int, ...]


@dataclass
class GradientWrite:
    """A gradient on its way into the buffer.

    Attributes:
        target: where it goes, as text.
        text: what is added.
        slots: the slots it goes to, or may go to.
        kind: "view" if the target is a view all of which the gradient fills, "part" if it is
            broadcast or goes by index, "picked" if each replay picks some of the slots, "heaped" if
            it may pick one several times.
    """

    target: str
    text: str
    slots: Slots
    kind: str


def literal(number: float) -> str:
    """Return a number as a program writes it."""
    return f"({float(number)!r})" if number < 0 else repr(float(number))


class Buffers:
    """The buffers of a program and the arrays that its lines use.

    Args:
        plan: what works on them.

    Attributes:
        values: the number of each slot.
        gradients: the gradient of each slot.
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
        self._count: Counter[str] = Counter()
        # Of each buffer the slots and steps of its views, by name.
        self._views: dict[str, dict[str, tuple[Slots, tuple[int, ...]]]] = {"V": {}, "G": {}}
        self.forward: list[str] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def name(self, letter: str, array: object) -> str:
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
            name = self._known[key] = self.name(letter, strided_view(array, slots, steps))
            self._views[buffer][name] = (slots, steps)
        return self._known[key]

    def views(self, buffer: str) -> list[str]:
        """Return what the views of a buffer are, a line each, with the names of what they show."""
        labels = self.plan.labels()
        lines = []
        for name, (slots, steps) in self._views[buffer].items():
            line = f"{name} = view({buffer}, {slots.flat[0]}, {slots.shape}, {steps})"
            names: list[str] = []
            if slots.max() < len(labels):
                names = [labels[i] or "?" for i in slots.ravel().tolist()]
            if len(set(names)) == 1:
                names = names[:1] if names[0] != "?" else []
            if len(names) > 6:
                names[3:-2] = ["…"]
            lines.append(f"{line}  # {', '.join(names)}" if names else line)
        return lines

    def others(self) -> list[str]:
        """Return what the arrays that are no views are, a line each."""
        seen_already = {"V", "G", *self._views["V"], *self._views["G"]}
        lines = []
        for name, array in self.space.items():
            if not isinstance(array, np.ndarray) or name in seen_already:
                continue
            if name[0] in RESULTS:
                kind = "zeros" if name[0] in WITH_ZEROS else "empty"
                lines.append(f"{name} = {kind}({array.shape})")
            else:
                numbers = [f"{x:g}" for x in array.ravel().tolist()]
                if len(numbers) > 6:
                    numbers[3:-1] = ["…"]
                lines.append(f"{name} = array(shape={array.shape})  # {', '.join(numbers)}")
        return lines

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
                copy = self._known[key] = self.name("t", np.empty(narrow.shape))
                index = self.index(narrow)
                self.forward.append(f'V.take({index}, out={copy}, mode="clip")')
            name = self._known[key]
        return Operand(name, narrow.shape)

    def block(self, slots: Slots) -> tuple[str, str]:
        """Return the names of a block that an instruction makes, and of its gradients."""
        value, gradient = self.view("V", slots, "v"), self.view("G", slots, "g")
        assert value is not None, "a block stands in even steps"
        assert gradient is not None, "so do its gradients"
        return value, gradient

    def stays(self, addition: GradientWrite, changing: NDArray[np.bool_]) -> bool:
        """Tell whether a gradient is the same in every run.

        Args:
            addition: the gradient.
            changing: for each slot whether its gradient may change.
        """
        if addition.kind in ("picked", "heaped"):
            return False
        for name in re.findall(r"[a-z]\w*", addition.text):
            if name in self._views["G"]:
                slots, _ = self._views["G"][name]
                if changing[slots].any():
                    return False
            elif name in self._views["V"] or (
                name[0] in RESULTS and isinstance(self.space.get(name), np.ndarray)
            ):
                return False
        return True

    def constant_array(self, numbers: object) -> str:
        """Return the name of an array that stays as it is."""
        return self.name("k", numbers)

    def index(self, slots: Slots) -> str:
        """Return the name of an array of slots."""
        key = ("index", slots.shape, slots.tobytes())
        if key not in self._known:
            self._known[key] = self.name("i", np.ascontiguousarray(slots))
        return self._known[key]

    def requires_grad(self, slots: Slots) -> bool:
        """Tell whether a gradient at any of `slots` is wanted."""
        return bool(self.needs_grad[slots].any())

    def summed(self, text: str, shape: tuple[int, ...], axes: tuple[int, ...]) -> str:
        """Return the sum of an array over axes, which stay with one entry."""
        if len(shape) == 2 and len(axes) == 1:  # a product with ones is quicker
            if axes == (1,):
                return f"({text}) @ {self.ones(shape[1])}"
            return f"{self.ones(shape[0])}.T @ ({text})"
        return f"add.reduce({text}, {axes[0] if len(axes) == 1 else axes}, keepdims=True)"

    def has_zeros(self) -> bool:
        """Tell whether there are matrices some entries of which stay 0."""
        return self._count[WITH_ZEROS] > 0

    def ones(self, n: int) -> str:
        """Return the name of a column of n ones."""
        name = f"ones{n}"
        self.space.setdefault(name, np.ones((n, 1)))
        return name

    def add(self, slots: Slots, gradient: Operand) -> list[GradientWrite]:
        """Return how a gradient, of the shape of `slots` or narrower, gets into them."""
        if slots.size == 0 or not self.requires_grad(slots):
            return []
        narrow, same = drop_broadcast_axes(slots)
        text, shape = gradient.text, gradient.shape
        if same:
            if any(shape[axis] != slots.shape[axis] for axis in same):
                text = f"broadcast_to({text}, {slots.shape})"
            text = self.summed(text, slots.shape, same)
            shape = tuple(1 if i in same else n for i, n in enumerate(shape))
        distinct = are_distinct(narrow)
        view = self.view("G", narrow, "h") if distinct else None
        if view is not None:
            return [GradientWrite(view, text, narrow, "view" if shape == narrow.shape else "part")]
        if distinct:
            return [GradientWrite(f"G[{self.index(narrow)}]", text, narrow, "part")]
        if shape != narrow.shape:
            text = f"broadcast_to({text}, {narrow.shape})"
        repeated = split_repeats(narrow)
        if repeated is not None:
            gradient = Operand(f"({text}).reshape{repeated}", repeated)
            return self.add(narrow.reshape(repeated), gradient)
        by_matrix = self.collected(narrow, text)
        if by_matrix is not None:
            return [by_matrix]
        # Several gradients for one slot: sorted by slot, then added up run by run.
        order = np.argsort(narrow, axis=None, kind="stable")
        targets, starts = np.unique(narrow.ravel()[order], return_index=True)
        flat = f"({text}).ravel()"
        if not np.array_equal(order, np.arange(order.size)):
            flat += f".take({self.index(order)})"
        total = f"add.reduceat({flat}, {self.index(starts)})"
        view = self.view("G", targets, "h")
        if view is not None:
            return [GradientWrite(view, total, targets, "view")]
        return [GradientWrite(f"G[{self.index(targets)}]", total, targets, "part")]

    def zeroed(self, slots: NDArray[np.bool_], kept: NDArray[np.bool_]) -> list[str]:
        """Return lines that set gradients at some slots to 0, and maybe others, but for those kept.

        Args:
            slots: whether to set each to 0.
            kept: whether to leave it as it is.
        """
        places = np.flatnonzero(slots)
        if not places.size:
            return []
        # A line for each gap would take longer than to write zeros into the smaller gaps.
        gaps = np.diff(places)
        widest = np.argsort(gaps)[-3:]
        to_keep = np.diff(np.cumsum(kept)[places]) > 0
        cuts = np.flatnonzero(to_keep | (np.isin(np.arange(gaps.size), widest) & (gaps > 1000)))
        if cuts.size > MOST_CUTS:
            return [f"G[{self.index(places)}] = 0.0"]
        runs = np.split(places, cuts + 1)
        return [f"G[{run[0]}:{run[-1] + 1}] = 0.0" for run in runs]

    def collected(self, slots: Slots, text: str) -> GradientWrite | None:
        """Return how gradients are added up by a matrix of zeros and ones, if that can be done.

        It can if every row has its slots in the same pattern, as the keys of an attention have: the
        gradients of a row, times a matrix that says which goes where.
        """
        rows = slots.reshape(-1, slots.shape[-1])
        pattern = rows[0] - rows[0, 0]
        if not np.array_equal(rows, rows[:, :1] + pattern):
            return None
        columns, place = np.unique(pattern, return_inverse=True)
        targets = rows[:, :1] + columns
        if not are_distinct(targets) or pattern.size * columns.size > LARGEST_MATRIX:
            return None
        view = self.view("G", targets, "h")
        if view is None:
            return None
        matrix = np.zeros((pattern.size, columns.size))
        matrix[np.arange(pattern.size), place] = 1.0
        flat = f"({text}).reshape{rows.shape} @ {self.constant_array(matrix)}"
        return GradientWrite(view, flat, targets, "view")
