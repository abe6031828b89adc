"""Writes down the operations of scalar code on a tape; refuses what could not be replayed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from linecache import getline
from types import FrameType, MemberDescriptorType

from engine import modes, value
from engine.compile.tape import COMPARISONS, DETACH, LARGEST, TAKE, Tape
from engine.errors import RecordingError
from engine.ops import Op
from engine.value import Choice, Value

ENGINE = value.__name__.split(".")[0]
INSTEAD = (
    "use relu, maximum, minimum or where(condition, x, y), or detach() for a number that needs no "
    "gradient"
)


class Recorder:
    """Takes down every operation between `with` and its end on a tape.

    Attributes:
        tape: what has been recorded.
    """

    def __init__(self, tape: Tape | None = None) -> None:
        self.tape = Tape() if tape is None else tape
        self._places: dict[Value, int] = {}  # where on the tape each Value stands
        self._before: list[float] = []  # what each parameter was when first used

    def __enter__(self) -> Recorder:
        if value._recorder is not None:
            raise refusal("compiling inside a compiled function", "compile the outermost one only")
        value._recorder = self
        value._watchers = (*value._watchers, self.watch)
        self._depth = len(value._watchers)
        return self

    def __exit__(self, *_: object) -> None:
        value._watchers = value._watchers[:-1]
        value._recorder = None

    def input(self, number: float, label: str) -> Value:
        """Return a placeholder for a number that each replay is given anew."""
        node = Placeholder.__new__(Placeholder)
        put_data(node, number)
        node.grad, node._place, node.op = 0.0, (label, None), None
        node._a = node._b = None
        node._da = node._db = 0.0
        self._places[node] = self.tape.input(label)
        return node

    def finish(self, out: Value, outputs: Sequence[Value], penalty: Value | None = None) -> Tape:
        """Close the tape with its results.

        Raises:
            RecordingError: the function has changed a parameter.
        """
        tape = self.tape
        tape.out = self.place(out)
        for p, before in zip(tape.parameters, self._before, strict=True):
            if p.data is not before and p.data != before:
                raise RecordingError(
                    f"the compiled function changed parameter {p.label!r} from {before:g} to "
                    f"{p.data:g} while it was recorded; move parameters outside of it, with an "
                    "optimizer or program.step()"
                )
        tape.outputs = [self.place(x) for x in outputs]
        tape.penalty = -1 if penalty is None else self.place(penalty)
        # Few have a label, and to ask every node for it would take longer than to look for one.
        labelled = (x for x in self._places.items() if isinstance(x[0]._place, tuple))
        tape.labels = {place: node.label for node, place in labelled}
        return tape

    # ---- what is told by engine.value ----

    def watch(self, node: Value) -> None:
        """Take down a new Value."""
        op = node.op
        if op is None:
            # A leaf made inside the function: a constant, or Value(x) around an input.
            source = getattr(node.data, "source", None)
            self._places[node] = (
                self.tape.constant(node.data) if source is None else self.place(source)
            )
            node.__class__ = Recorded
            return
        if len(value._watchers) > self._depth and modes.no_grad.watch in value._watchers:
            raise refusal("engine.no_grad() inside a compiled function", "use detach() instead")
        a, b, tape = node._a, node._b, self.tape
        place = tape.constant(node._da) if a is None else self.place(a)
        args: tuple[int, ...] = (place,)
        if len(op.slopes) > 1:
            args = (place, tape.constant(node._db) if b is None else self.place(b))
        if isinstance(node, Choice):
            c = node.condition
            args = (*args, self.place(c) if isinstance(c, Value) else tape.constant(c))
            node.__class__ = RecordedChoice
        else:
            node.__class__ = Recorded
        self._places[node] = tape.operation(op, args, value._scope)

    def place(self, x: Value) -> int:
        """Return where on the tape a Value stands; a leaf from outside is a parameter.

        Raises:
            RecordingError: an operation outside the function made it, or another recording.
        """
        found = self._places.get(x)
        if found is None:
            if isinstance(x, Recorded):
                raise refusal(
                    f"using {x.label or 'a Value'!r}, which an earlier recording left behind",
                    "compute it inside, and keep no Values between two calls",
                )
            if x.op is not None:
                raise refusal(
                    f"using {x.label or 'a Value'!r}, made by {x.op} outside the compiled function",
                    "compute it inside, or detach() it outside if it shall stay as it is",
                )
            found = self._places[x] = self.tape.parameter(x)
            self._before.append(x.data)
        return found

    def detached(self, x: Value) -> Value:
        """Record a number through which no gradient flows."""
        return self.noted(Recorded, DETACH, (self.place(x),), raw_data(x))

    def take(self, values: Sequence[Value | float], index: Value) -> Value:
        """Record the choice of one of `values` by a number that each replay is given anew."""
        number = int(raw_data(index))
        if not 0 <= number < len(values):
            raise IndexError(f"take needs an index from 0 to {len(values) - 1}, got {number}")
        chosen = values[number]
        args = (self.place(index), *(self.either(x) for x in values))
        return self.noted(
            Recorded, TAKE, args, raw_data(chosen) if isinstance(chosen, Value) else chosen
        )

    def largest(self, values: Sequence[Value | float]) -> Value:
        """Record the largest of `values`, through which no gradient flows."""
        numbers = [raw_data(x) if isinstance(x, Value) else x for x in values]
        return self.noted(Recorded, LARGEST, tuple(self.either(x) for x in values), max(numbers))

    def compared(self, symbol: str, a: Value | float, b: Value | float) -> Value:
        """Record a comparison, which `where` can choose by but Python's `if` cannot."""
        args = (self.either(a), self.either(b))
        x, y = (raw_data(v) if isinstance(v, Value) else v for v in (a, b))
        holds = {">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y}[symbol]
        return self.noted(Condition, COMPARISONS[symbol], args, float(holds))

    def either(self, x: Value | float) -> int:
        """Return the place of a Value or a plain number."""
        return self.place(x) if isinstance(x, Value) else self.tape.constant(float(x))

    def noted(self, kind: type[Value], op: Op, args: tuple[int, ...], number: float) -> Value:
        """Return a new recorded node."""
        node = kind.__new__(kind)
        put_data(node, number)
        node.grad, node._place, node.op = 0.0, value._scope, op
        node._a = node._b = None
        node._da = node._db = 0.0
        self._places[node] = self.tape.operation(op, args, value._scope)
        return node


# The slot behind `data`, which recorded nodes hide from the user's code.
raw_slot: MemberDescriptorType = vars(Value)["data"]
get_raw = raw_slot.__get__
OPERATORS = vars(value)  # the globals of the operators, which read it often


def raw_data(x: Value) -> float:
    """Return the number of a Value, recorded or not."""
    number: float = get_raw(x) if isinstance(x, Recorded) else x.data
    return number


def put_data(x: Value, number: float) -> None:
    """Set the number of a recorded Value."""
    raw_slot.__set__(x, number)


class Recorded(Value):
    """A Value on the tape: its number is of this one recording, so only the engine may read it."""

    __slots__ = ()

    @property
    def data(self) -> float:
        """The number, for the operators of Value alone."""
        caller = sys._getframe(1).f_globals
        if caller is not OPERATORS and not from_engine(caller):
            raise refusal("reading .data of a recorded Value", INSTEAD)
        number: float = get_raw(self)
        return number

    @data.setter
    def data(self, number: float) -> None:
        raise refusal("setting .data of a recorded Value", "compute the number with operations")

    def __float__(self) -> float:
        raise refusal("float() of a recorded Value", INSTEAD)

    def __int__(self) -> int:
        raise refusal("int() of a recorded Value", "use engine.take(values, index) to pick by it")

    def __index__(self) -> int:
        raise refusal(
            "a recorded Value as an index", "use engine.take(values, index) to pick by it"
        )

    def backward(self) -> None:
        """Refuse: the program does it."""
        raise refusal(
            "backward() inside a compiled function", "return the loss; the program goes backward"
        )

    def __lt__(self, other: Value | float) -> bool:
        return compared("<", self, other)

    def __le__(self, other: Value | float) -> bool:
        return compared("<=", self, other)

    def __gt__(self, other: Value | float) -> bool:
        return compared(">", self, other)

    def __ge__(self, other: Value | float) -> bool:
        return compared(">=", self, other)

    @property
    def copied_as(self) -> type[Value]:
        """Copies are no part of any recording."""
        raise refusal("copying a recorded Value", "copy what program.graph gives")


class RecordedChoice(Recorded, Choice):
    """The result of a recorded `where`."""

    __slots__ = ()


class Condition(Recorded):
    """A recorded comparison: 1 or 0 for `where`, and no answer for `if`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        raise refusal("deciding by a recorded Value (if, while, and, max, sorted, …)", INSTEAD)


class Number(float):
    """The number of an input, which remembers the input."""

    source: Placeholder


class Placeholder(Recorded):
    """An input of a compiled function: a number wherever the function is called without compile."""

    __slots__ = ()
    shape = ()
    __hash__ = Value.__hash__

    def item(self) -> float:
        """Return the number to `Value(x)`, which so becomes another name of the input."""
        if not from_engine(sys._getframe(1).f_globals):
            raise refusal("item() of an input", INSTEAD)
        number = Number(get_raw(self))
        number.source = self
        return number

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value) or other is None:
            return self is other
        raise refusal("comparing an input with ==", INSTEAD)

    def __bool__(self) -> bool:
        raise refusal(
            "deciding by an input (if, while, and, or)",
            INSTEAD + "; what shapes the program belongs outside, for example in functools.partial",
        )


def compared(symbol: str, a: Value, b: Value | float) -> bool:
    """Return a condition in place of a bool; `where` takes both."""
    if value._recorder is None:
        raise refusal("comparing a recorded Value after its recording", "look at program.graph")
    condition: bool = value._recorder.compared(symbol, a, b)  # type: ignore[assignment]
    return condition


def from_engine(space: dict[str, object]) -> bool:
    """Tell whether a frame's globals are those of a module of the engine."""
    return str(space.get("__name__")).split(".")[0] == ENGINE


def refusal(what: str, instead: str) -> RecordingError:
    """Return the error for what cannot be replayed, with the line of the user's that did it."""
    return RecordingError(
        f"{users_line()}: {what} cannot be replayed with other numbers; {instead}"
    )


def users_line() -> str:
    """Return the file and line outside the engine that is being carried out."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and from_engine(frame.f_globals):
        frame = frame.f_back
    if frame is None:
        return "here"
    name, number = frame.f_code.co_filename, frame.f_lineno
    # The code of a notebook's cell has a file name that tells nobody anything.
    place = f"line {number} of this cell" if "ipykernel" in name else f"{name}:{number}"
    text = getline(name, number).strip()
    return f"{place} ({text})" if text else place
