"""A tape is a computation graph as flat lists: what each step does, and to which earlier steps."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from engine.compile.record.draws import Draw, Run
from engine.functions import OPERATIONS
from engine.ops import Op
from engine.origin import unhooked
from engine.select import detached_maximum, take
from engine.tag import Tag
from engine.value import Value

# Kinds of steps that no row of the table makes.
PARAMETER = Op("parameter", "parameter", "")
INPUT = Op("input", "input", "")
CONSTANT = Op("constant", "constant", "")
DETACH = Op("detach", "detach", "a")
TAKE = Op("take", "take", "")
LARGEST = Op("largest", "max", "")
LEAVES = (PARAMETER, INPUT, CONSTANT)
COMPARISONS = {
    symbol: Op(symbol, symbol, f"1.0 if a {symbol} b else 0.0", "0.0", "0.0")
    for symbol in (">", ">=", "<", "<=")
}

COMPARED: dict[str, Callable[..., Value | float]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Tape:
    """What was recorded: steps in topological order, each after those it uses.

    Attributes:
        ops: what each step is: a row of the table, or one of the kinds above.
        args: the steps it uses. A `where` names its condition last; a `take` its index first.
        scopes: where each step was made.
        labels: the names that steps were given.
        parameters: leaves from outside, in the order of first use.
        leaves: their steps.
        numbers: the number of each constant step.
        inputs: the steps of the numbers that each replay is given.
        input_labels: what they are called.
        runs: who draws the last of these, and how many in a row; the others come from arguments.
        out: the step that is the result.
        penalty: the step to add to it once, however many samples there are; −1 if none.
        outputs: other steps whose numbers are wanted.
        result: the number that the recorded run itself gave.
    """

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.args: list[tuple[int, ...]] = []
        self.scopes: list[Tag | None] = []
        self.labels: dict[int, str] = {}
        self.parameters: list[Value] = []
        self.leaves: list[int] = []
        self.numbers: dict[int, float] = {}
        self.inputs: list[int] = []
        self.input_labels: list[str] = []
        self.runs: list[Run] = []
        self.out = self.penalty = -1
        self.result = 0.0
        self.outputs: list[int] = []
        self._constants: dict[float | str, int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    @property
    def results(self) -> list[int]:
        """The steps whose numbers are wanted."""
        return [i for i in (self.out, *self.outputs, self.penalty) if i >= 0]

    def add_operation(self, op: Op, args: tuple[int, ...], scope: Tag | None) -> int:
        """Add a step; return its index."""
        self.ops.append(op)
        self.args.append(args)
        self.scopes.append(scope)
        return len(self.ops) - 1

    def add_parameter(self, leaf: Value) -> int:
        """Add a leaf from outside."""
        index = self.add_operation(PARAMETER, (), leaf.scope)
        self.parameters.append(leaf)
        self.leaves.append(index)
        return index

    def add_input(self, label: str) -> int:
        """Add a number that each replay is given."""
        self.input_labels.append(label)
        self.inputs.append(len(self))
        return self.add_operation(INPUT, (), None)

    def add_run(self, draw: Draw, n: int) -> None:
        """Note that the last n inputs are drawn; those of one stream in a row are one run."""
        if self.runs and self.runs[-1][0] == draw:
            n += self.runs.pop()[1]
        self.runs.append((draw, n))

    def add_constant(self, number: float) -> int:
        """Return the step of a number that stays the same; equal numbers share one."""
        key = number or repr(number)  # 0.0 == -0.0, yet 1 / them differ
        index = self._constants.get(key)
        if index is None:
            index = self._constants[key] = self.add_operation(CONSTANT, (), None)
            self.numbers[index] = number
        return index

    def depends_on_parameters(self) -> bool:
        """Return whether a gradient goes from the result to a parameter."""
        waiting = [i for i in (self.out, self.penalty) if i >= 0]
        seen = bytearray(len(self))
        while waiting:
            i = waiting.pop()
            if self.ops[i] is PARAMETER:
                return True
            op, args = self.ops[i], self.args[i]
            if not seen[i] and op not in (DETACH, LARGEST, *COMPARISONS.values()):
                waiting += args[1:] if op is TAKE else args[: len(op.slopes)]
            seen[i] = True
        return False

    def graph(self, inputs: Sequence[float]) -> tuple[Value | float, list[Value | float]]:
        """Carry out every step on Values; return the result, and what each step gave.

        Args:
            inputs: the number of each input step, in order.
        """
        made: list[Value | float] = []
        given = iter(zip(inputs, self.input_labels, strict=True))
        leaves = iter(self.parameters)
        with unhooked(None):  # recorded even inside no_grad()
            for i, op in enumerate(self.ops):
                if op is PARAMETER:
                    made.append(next(leaves))
                elif op is INPUT:
                    number, label = next(given)
                    made.append(Value(number, self.labels.get(i) or label))
                elif op is CONSTANT:
                    label = self.labels.get(i, "")
                    made.append(Value(self.numbers[i], label) if label else self.numbers[i])
                else:
                    with unhooked(self.scopes[i]):
                        node = apply(op, [made[j] for j in self.args[i]])
                    if i in self.labels and isinstance(node, Value):
                        node.label = self.labels[i]
                    made.append(node)
        return made[self.out], made


def apply(op: Op, x: list[Value | float]) -> Value | float:
    """Return what a step gives on Values and numbers."""
    if op is DETACH:
        return x[0].detach() if isinstance(x[0], Value) else x[0]
    if op is TAKE:
        return take(x[1:], x[0])
    if op is LARGEST:
        return detached_maximum(x)
    function = OPERATIONS.get(op) or COMPARED[op.name]
    chosen_by = x[len(op.slopes) :]  # the condition of a `where`, which its function takes first
    result: Value | float = function(*chosen_by, *x[: len(op.slopes)])
    return float(result) if isinstance(result, bool) else result
