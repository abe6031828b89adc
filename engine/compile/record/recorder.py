"""Records the operations of scalar code on a tape, as they are carried out."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from engine.compile.record.draws import Draw, Draws
from engine.compile.record.parameters import Watched
from engine.compile.record.refusal import refusal
from engine.compile.record.tape import COMPARISONS, CONSTANT, DETACH, LARGEST, TAKE, Tape
from engine.compile.record.values import (
    Condition,
    Placeholder,
    Recorded,
    RecordedChoice,
    become,
)
from engine.errors import RecordingError
from engine.guards.domain import operand
from engine.guards.number import as_float
from engine.ops import Op
from engine.origin import Block, Notes, Origin
from engine.select import entry
from engine.value import Choice, Value, current


class Recorder(Block):
    """Records every operation inside a with-block on a tape.

    Attributes:
        tape: what has been recorded.
        refused: what the function did that cannot be replayed.
        caught: errors that depend on a number, if the function goes on after them.
        draws: where its random numbers come from; None where they are refused.
    """

    def __init__(self, tape: Tape | None = None) -> None:
        super().__init__()
        self.tape = Tape() if tape is None else tape
        self.refused: list[RecordingError] = []
        self.caught: list[RecordingError] = []
        self.draws: Draws | None = None
        self._parameters: dict[Value, int] = {}  # the index of each on the tape
        self._before: list[float] = []  # what each was when first used

    def enter(self, outer: Origin) -> Origin:
        """Return the Origin in which this recorder sees every new Value."""
        if outer.recorder is not None:
            raise refusal("compiling inside a compiled function", "compile the outermost one only")
        # Blocks around the program (no_grad, strict) are for its results, not for its recording.
        inner = outer.inside(self)
        inner.recorder, inner.on_new_value, inner.strict = self, self.on_new_value, False
        return inner

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        error = raised[1]
        if self.refused and isinstance(error, Exception) and error not in self.refused:
            # It follows from what was refused: NumPy and itertools raise errors of their own.
            raise self.refused[0] from error

    def input(self, number: float, label: str) -> Value:
        """Return a placeholder for a number that each replay is given."""
        node = self.new_node(Placeholder, number, self.tape.add_input(label))
        node._origin, node.op = Notes(Origin(current().epoch), label), None
        return node

    def random_inputs(self, draw: Draw, n: int, label: str) -> list[Value]:
        """Return placeholders for numbers that each replay draws."""
        if self.draws is None:
            raise refusal("random inputs in a penalty", "draw them in the loss")
        numbers = self.draws.next(draw, n)
        self.tape.add_run(draw, n)
        return [self.input(x, f"{label}[{i}]") for i, x in enumerate(numbers)]

    def finish(self, out: Value, outputs: Sequence[Value], penalty: Value | None = None) -> Tape:
        """Close the tape with its results.

        Raises:
            RecordingError: the function has changed a parameter, or it caught a refusal
                (`try … except`) and took another path, on which every replay would follow it.
        """
        for error in (*self.refused, *self.caught):
            raise error
        tape = self.tape
        tape.out, tape.result = self.index_of(out), out._data
        for p, before in zip(tape.parameters, self._before, strict=True):
            after = p._data
            if after != before and not (isnan(after) and isnan(before)):
                p._set_data(before)
                raise RecordingError(
                    f"the compiled function changed parameter {p.label!r} from {before:g} to "
                    f"{after:g} while it was recorded, which has been undone; move parameters "
                    "outside of it, with an optimizer or program.step()"
                )
        tape.outputs = [self.index_of(x) for x in outputs]
        tape.penalty = -1 if penalty is None else self.index_of(penalty)
        return tape

    # ---- what engine.value calls ----

    def on_new_value(self, node: Value) -> Value:
        """Record a new Value, and return it."""
        op = node.op
        if op is None:
            # A leaf made inside the function: a constant, or Value(x) around an input.
            source = getattr(node._data, "source", None)
            index = self.tape.add_constant(node._data) if source is None else self.index_of(source)
            become(node, Recorded)
            assert isinstance(node, Recorded)
            node.tape, node.index = self.tape, index
            if node.label:
                self.tape.labels[index] = node.label
            return node
        a, b, tape = node._a, node._b, self.tape
        # The first lines of index_of(): a call for each input would take longer than all this.
        first: int
        if a is None:
            first = tape.add_constant(node._da)
        else:
            first = a.index if isinstance(a, Recorded) and a.tape is tape else self.index_of(a)
        args: tuple[int, ...]
        if b is not None:
            args = (
                first,
                b.index if isinstance(b, Recorded) and b.tape is tape else self.index_of(b),
            )
            node._b = None
        elif len(op.slopes) > 1:
            args = (first, tape.add_constant(node._db))
        else:
            args = (first,)
        if node.__class__ is Value:
            node.__class__ = Recorded
        elif isinstance(node, Choice):
            args = (*args, self.index_of_operand(node.condition))
            node.__class__ = RecordedChoice
        else:
            become(node, Recorded)
        assert isinstance(node, Recorded)
        node.tape, node.index = tape, tape.add_operation(op, args, current().tag)
        return node

    def index_of(self, x: Value) -> int:
        """Return the index of a Value on the tape; a leaf from outside is a parameter.

        Raises:
            RecordingError: an operation outside the function made it, or another recording.
        """
        if isinstance(x, Recorded):
            if x.tape is self.tape:
                return x.index
            raise refusal(
                f"using {x.label or 'a Value'!r} of an earlier recording",
                "compute it inside, and keep no Values from one call to the next",
            )
        found = self._parameters.get(x)
        if found is None:
            if x.op is not None:
                raise refusal(
                    f"using {x.label or 'a Value'!r}, made by {x.op} outside the function,",
                    "compute it inside, or detach() it outside if it is to stay as it is",
                )
            if not isinstance(x, Watched) and type(x) is not Value:
                raise refusal(
                    f"a parameter of class {type(x).__name__}",
                    "make weights and biases plain engine.Value",
                )
            found = self._parameters[x] = self.tape.add_parameter(x)
            self._before.append(x._data)
        return found

    def detached(self, x: Value) -> Value:
        """Record a number through which no gradient flows."""
        return self.add_node(Recorded, DETACH, (self.index_of(x),), x._data)

    def take(self, values: Sequence[Value | float], index: Value) -> Value:
        """Record the choice of one of `values` by a number that each replay is given."""
        try:
            found = entry(values, index._data)
        except (TypeError, IndexError) as error:
            self.raised(error)
            raise
        args = (self.index_of(index), *map(self.index_of_operand, values))
        if self.tape.ops[args[0]] is CONSTANT:
            return found if isinstance(found, Value) else Value(found)
        return self.add_node(Recorded, TAKE, args, data_of(found))

    def largest(self, values: Sequence[Value | float]) -> Value:
        """Record the largest of `values`, through which no gradient flows."""
        args, number = tuple(map(self.index_of_operand, values)), max(map(data_of, values))
        if all(self.tape.ops[i] is CONSTANT for i in args):
            return Value(number)
        return self.add_node(Recorded, LARGEST, args, number)

    def compared(self, symbol: str, a: Value | float, b: Value | float) -> Value:
        """Record a comparison, which `where` can choose by but Python's `if` cannot."""
        b = b if isinstance(b, Value) else operand(symbol, b)
        args = (self.index_of_operand(a), self.index_of_operand(b))
        x, y = data_of(a), data_of(b)
        holds = {">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y}[symbol]
        return self.add_node(Condition, COMPARISONS[symbol], args, float(holds))

    def refuse(self, what: str, instead: str) -> None:
        """Raise, since something cannot be recorded.

        Raises:
            RecordingError: always.
        """
        raise refusal(what, instead)

    def raised(self, error: Exception) -> None:
        """Note an error that depends on a number: the function must not catch it and go on."""
        refusal(
            f"catching {type(error).__name__} ({error}) and going on",
            "keep the numbers inside the domain, for example log(maximum(x, 1e-9)), and choose the "
            "result with where(condition, x, y)",
        )
        self.caught.append(self.refused.pop())

    def index_of_operand(self, x: Value | float) -> int:
        """Return the index of a Value or a plain number."""
        return self.index_of(x) if isinstance(x, Value) else self.tape.add_constant(as_float(x))

    def add_node(self, kind: type[Recorded], op: Op, args: tuple[int, ...], number: float) -> Value:
        """Return a new recorded node."""
        node = self.new_node(kind, number, self.tape.add_operation(op, args, current().tag))
        node._origin, node.op = current(), op
        return node

    def new_node(self, kind: type[Recorded], number: float, index: int) -> Recorded:
        """Return a node of the step at an index of the tape."""
        node = kind.__new__(kind)
        node._data, node._grad = number, 0.0
        node.tape, node.index = self.tape, index
        node._b, node._db = None, 0.0
        return node


def data_of(x: Value | float) -> float:
    """Return the number of a Value, recorded or not, or a number as it is."""
    return x._data if isinstance(x, Value) else x
