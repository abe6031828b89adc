"""A tape is a computation graph as flat lists: what each step does, and to which earlier steps."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from math import copysign

from engine import functions, value
from engine.ops import Op
from engine.scope import Tag
from engine.select import detached_maximum, take
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

APPLIED: dict[str, Callable[..., Value | float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Tape:
    """What a recording took down, each step after those it uses.

    Attributes:
        ops: what each step is: a row of the table, or one of the kinds above.
        args: the steps it uses. A `where` names its condition last; a `take` its index first.
        scopes: where each step was made.
        labels: the names that steps were given.
        parameters: leaves from outside, in the order of first use.
        numbers: the number of each constant step.
        inputs: the steps of the numbers that each replay is given anew.
        input_labels: what they are called.
        out: the step that is the result.
        penalty: the step to add to it once, however many samples there are; −1 if none.
        outputs: other steps whose numbers are wanted.
    """

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.args: list[tuple[int, ...]] = []
        self.scopes: list[Tag | None] = []
        self.labels: dict[int, str] = {}
        self.parameters: list[Value] = []
        self.numbers: dict[int, float] = {}
        self.inputs: list[int] = []
        self.input_labels: list[str] = []
        self.out = self.penalty = -1
        self.outputs: list[int] = []
        self._constants: dict[tuple[float, float], int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    @property
    def results(self) -> list[int]:
        """The steps whose numbers are wanted."""
        return [i for i in (self.out, *self.outputs, self.penalty) if i >= 0]

    def operation(self, op: Op, args: tuple[int, ...], scope: Tag | None) -> int:
        """Add a step; return its place."""
        self.ops.append(op)
        self.args.append(args)
        self.scopes.append(scope)
        return len(self.ops) - 1

    def parameter(self, leaf: Value) -> int:
        """Add a leaf from outside."""
        self.parameters.append(leaf)
        return self.operation(PARAMETER, (), leaf.scope)

    def input(self, label: str) -> int:
        """Add a number that each replay is given anew."""
        self.input_labels.append(label)
        self.inputs.append(len(self.ops))
        return self.operation(INPUT, (), None)

    def constant(self, number: float) -> int:
        """Return the step of a number that stays the same; equal numbers share one."""
        key = (number, copysign(1.0, number))  # 0.0 == -0.0, yet 1 / them differ
        place = self._constants.get(key)
        if place is None:
            place = self._constants[key] = self.operation(CONSTANT, (), None)
            self.numbers[place] = number
        return place

    def depends_on_parameters(self) -> bool:
        """Tell whether a gradient goes from the result to a parameter."""
        wanted = {self.out, self.penalty}
        for i in range(len(self) - 1, -1, -1):
            if i not in wanted:
                continue
            if self.ops[i] is PARAMETER:
                return True
            if self.ops[i] is TAKE:
                wanted.update(self.args[i][1:])
            elif self.ops[i] not in (DETACH, LARGEST):
                wanted.update(self.args[i])
        return False

    def differs(self, other: Tape) -> int | None:
        """Return the first step in which two tapes differ, or None."""
        same_leaves = len(self.parameters) == len(other.parameters) and all(
            p is q for p, q in zip(self.parameters, other.parameters, strict=True)
        )
        # By their text, in which nan equals nan.
        same_numbers = repr(self.numbers) == repr(other.numbers)
        ends = [(t.out, t.outputs, t.penalty) for t in (self, other)]
        if self.ops == other.ops and self.args == other.args and same_leaves and same_numbers:
            return None if ends[0] == ends[1] else len(self) - 1
        for i, (mine, its) in enumerate(zip(self.ops, other.ops, strict=False)):
            numbers = repr(self.numbers.get(i)), repr(other.numbers.get(i))
            if mine is not its or self.args[i] != other.args[i] or numbers[0] != numbers[1]:
                return i
        return min(len(self), len(other))

    def graph(self, inputs: Sequence[float]) -> tuple[Value | float, list[Value | float]]:
        """Carry out every step on Values; return the result, and what each step gave.

        Args:
            inputs: the number of each input step, in order.
        """
        made: list[Value | float] = []
        given = iter(zip(inputs, self.input_labels, strict=True))
        leaves = iter(self.parameters)
        outer, watchers = value._scope, value._watchers
        value._watchers = ()  # recorded even inside no_grad()
        try:
            for i, (op, args) in enumerate(zip(self.ops, self.args, strict=True)):
                value._scope = self.scopes[i]
                if op is PARAMETER:
                    made.append(next(leaves))
                elif op is INPUT:
                    made.append(Value(*next(given)))
                elif op is CONSTANT:
                    made.append(self.numbers[i])
                else:
                    made.append(applied(op, [made[j] for j in args]))
                    if i in self.labels and isinstance(node := made[i], Value):
                        node.label = self.labels[i]
        finally:
            value._scope, value._watchers = outer, watchers
        return made[self.out], made


def applied(op: Op, x: list[Value | float]) -> Value | float:
    """Return what a step gives on Values and numbers."""
    if op is DETACH:
        return x[0].detach() if isinstance(x[0], Value) else x[0]
    if op is TAKE:
        return take(x[1:], x[0])
    if op is LARGEST:
        return detached_maximum(x)
    function = APPLIED.get(op.name) or getattr(functions, op.name)
    chosen_by = x[len(op.slopes) :]  # the condition of a `where`, which its function takes first
    result: Value | float = function(*chosen_by, *x[: len(op.slopes)])
    return float(result) if isinstance(result, bool) else result
