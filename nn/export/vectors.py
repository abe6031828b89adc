"""Turns a tape, which has an operation for each number, into operations on whole layers."""

from __future__ import annotations

from collections.abc import Sequence

from nn.export.layers import Layer, Sum, layers_in
from nn.export.recorded import ONE_NUMBER, Recorded
from nn.export.steps import (
    Apply,
    Drop,
    Element,
    Linear,
    Many,
    Number,
    One,
    Scalar,
    Stack,
    Step,
    Steps,
    Vector,
    Weight,
    depends_on_sample,
    inputs_of,
    names_in,
)

CHOICES = ("take", "largest")  # which have any number of inputs


def steps_of(found: Recorded) -> Steps:
    """Return what a model does, layer by layer where that is possible."""
    return without_unused(Writer(found).steps)


class Writer:
    """Goes through a tape once.

    Attributes:
        steps: what it has written.
    """

    def __init__(self, found: Recorded) -> None:
        self.found, self.tape = found, found.tape
        self.users: list[list[int]] = [[] for _ in self.tape.ops]
        for i, args in enumerate(self.tape.args):
            for j in dict.fromkeys(args):
                self.users[j].append(i)
        self._known: dict[int, One] = {}  # what each step is called
        self._lanes: dict[Vector, Sequence[int]] = {}  # the steps in each vector
        self._numbers = {
            i: p.data for i, p in zip(self.tape.leaves, self.tape.parameters, strict=True)
        }
        self._n = 0
        inputs: Vector | Scalar = Scalar("x")
        if found.width == ONE_NUMBER:
            self._known[found.inputs[0]] = Scalar("x")
        else:
            inputs = Vector("x", found.width)
            self._is_vector(inputs, found.inputs)
        self.steps = Steps(inputs)
        self._sums: dict[int, tuple[Layer, tuple[Sum, ...]]] = {}  # by the step of each result
        self._inside: set[int] = set()
        for layer in layers_in(found, self.users):
            for call in layer.calls:
                self._sums |= {each.out: (layer, call) for each in call}
                self._inside |= {i for each in call for i in each.inside}
        self._known |= {i: Number(x) for i, x in self.tape.numbers.items()}
        self._known |= {i: Weight(path) for i, path in found.paths.items()}
        for i in range(len(self.tape)):
            if i in self._known:
                continue
            if i in self._sums:
                self._write_layer(*self._sums[i])
            elif i not in self._inside and i not in found.drawn:
                self._write(i)
        self.steps.weights = {found.paths[i]: number for i, number in self._numbers.items()}
        results = [self._known[i] for i in found.outputs]
        self.steps.result = self._together(found.outputs) if found.is_list else results[0]

    def _is_vector(self, vector: Vector, lanes: Sequence[int]) -> None:
        """Note that the steps `lanes` are the elements of a vector."""
        self._lanes[vector] = lanes
        for k, i in enumerate(lanes):
            self._known[i] = Element(vector, k)

    def _new_vector(self, lanes: Sequence[int]) -> Vector:
        self._n += 1
        vector = Vector(f"h{self._n}", len(lanes))
        self._is_vector(vector, lanes)
        return vector

    def _write_layer(self, layer: Layer, call: tuple[Sum, ...]) -> None:
        numbers = self._numbers
        inputs = self._together(call[0].inputs)
        self.steps.steps.append(
            Linear(
                self._new_vector([each.out for each in call]),
                inputs,
                layer.path,
                tuple(tuple(numbers[i] for i in row) for row in layer.weights),
                None if layer.biases is None else tuple(numbers[i] for i in layer.biases),
            )
        )

    def _write(self, i: int) -> None:
        """Write a step, for all neurons of a layer at once if it is the first one's."""
        op, args, drawn = self.tape.ops[i], self.tape.args[i], self.found.drawn
        if op.name in CHOICES:
            first = 1 if op.name == "take" else 0
            chosen = (*(self._known[j] for j in args[:first]), self._together(args[first:]))
            self.steps.steps.append(Apply(self._scalar(i, chosen), op, chosen))
            return
        lanes = self._lanes_beside(i)
        if lanes:
            columns = zip(*(self.tape.args[j] for j in lanes), strict=True)
            inputs = tuple(self._column(x) for x in columns if x[0] not in drawn)
        else:
            inputs = tuple(self._known[j] for j in args if j not in drawn)
        out = self._new_vector(lanes) if lanes else self._scalar(i, inputs)
        label = "" if lanes else self.tape.labels.get(i, "")
        for mask in filter(drawn.__contains__, args):
            dropout = drawn[mask]
            self.steps.steps.append(Drop(out, inputs[0], dropout.rate, id(dropout), label))
            return
        self.steps.steps.append(Apply(out, op, inputs, label))

    def _scalar(self, i: int, inputs: Sequence[One | Many]) -> Scalar:
        """Return the variable for the result of a step."""
        self._n += 1
        scalar = Scalar(f"h{self._n}", any(map(depends_on_sample, inputs)))
        self._known[i] = scalar
        return scalar

    def _together(self, steps: Sequence[int]) -> Many:
        """Return several numbers as the vector that they are, or put next to each other."""
        first = self._known[steps[0]]
        if isinstance(first, Element) and list(self._lanes[first.vector]) == list(steps):
            return first.vector
        return Stack(tuple(self._known[i] for i in steps))

    def _column(self, column: Sequence[int]) -> One | Many:
        """Return one input of an operation for all neurons."""
        together = self._together(column)
        if len(set(column)) == 1 and isinstance(together, Stack):
            return together.items[0]
        return together

    def _lanes_beside(self, i: int) -> list[int]:
        """Return the steps that do to each element of a vector what step `i` does to the first."""
        args, op = self.tape.args[i], self.tape.ops[i]
        for k, j in enumerate(args):
            element = self._known.get(j)
            if not isinstance(element, Element) or element.index:
                continue

            def alike(step: int, k: int = k) -> list[int]:
                return [
                    u
                    for u in self.users[step]
                    if self.tape.ops[u] is op
                    and self.tape.args[u][k] == step
                    and u not in self._known
                    and u not in self._inside
                ]

            mine = alike(j)
            others = [alike(step) for step in self._lanes[element.vector]]
            if {len(each) for each in others} != {len(mine)}:
                continue
            rank = mine.index(i)
            lanes = [each[rank] for each in others]
            if len(set(lanes)) == len(lanes) and self._fit(element.vector, lanes):
                return lanes
        return []

    def _fit(self, vector: Vector, lanes: Sequence[int]) -> bool:
        """Return whether the steps of all neurons can be written as one."""
        columns = list(zip(*(self.tape.args[j] for j in lanes), strict=True))
        drawn = self.found.drawn
        for column in columns:
            if all(j in drawn for j in column):
                continue
            if any(j not in self._known for j in column):
                return False
        # A single neuron's activation is the layer's; what else is done with its output is not.
        return vector.width > 1 or len(columns) == 1 or any(j in drawn for j in columns[-1])


def without_unused(steps: Steps) -> Steps:
    """Return the steps that the result needs, and the weights in them."""
    needed = set(names_in(steps.result))
    kept: list[Step] = []
    for step in reversed(steps.steps):
        if step.out.name in needed:
            kept.append(step)
            needed |= {name for x in inputs_of(step) for name in names_in(x)}
    kept.reverse()
    paths = {
        w.path
        for x in (steps.result, *(x for step in kept for x in inputs_of(step)))
        for w in (x.items if isinstance(x, Stack) else (x,))
        if isinstance(w, Weight)
    }
    weights = {path: number for path, number in steps.weights.items() if path in paths}
    return Steps(steps.inputs, kept, steps.result, weights)
