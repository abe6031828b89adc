"""Writes down the operations of scalar code on a tape; refuses what could not be replayed."""

from __future__ import annotations

import os
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
STANDARD = os.path.dirname(os.__file__)  # where Python's own modules are
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
        # What is around the program (no_grad, strict) is for its results, not for its recording.
        self._around, value._watchers = value._watchers, (self.watch,)
        return self

    def __exit__(self, *_: object) -> None:
        value._watchers = self._around
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
                after, p.data = p.data, before
                raise RecordingError(
                    f"the compiled function changed parameter {p.label!r} from {before:g} to "
                    f"{after:g} while it was recorded, which has been undone; move parameters "
                    "outside of it, with an optimizer or program.step()"
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
            become(node, Recorded)
            return
        if len(value._watchers) > 1 and modes.no_grad.watch in value._watchers:
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
            if not isinstance(x, Watched) and type(x) is not Value:
                raise refusal(
                    f"a parameter of class {type(x).__name__}",
                    "make weights and biases plain engine.Value",
                )
            found = self._places[x] = self.tape.parameter(x)
            self._before.append(x.data)
        return found

    def detached(self, x: Value) -> Value:
        """Record a number through which no gradient flows."""
        return self.noted(Recorded, DETACH, (self.place(x),), raw_data(x))

    def take(self, values: Sequence[Value | float], index: Value) -> Value:
        """Record the choice of one of `values` by a number that each replay is given anew."""
        number = raw_data(index)
        if number not in range(len(values)):
            raise IndexError(
                f"take needs whole numbers from 0 to {len(values) - 1} as its index, got {number:g}"
            )
        chosen = values[int(number)]
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

    def refuse(self, what: str, instead: str) -> None:
        """Raise, since something cannot be recorded.

        Raises:
            RecordingError: always.
        """
        raise refusal(what, instead)

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
raw_grad: MemberDescriptorType = vars(Value)["grad"]
OPERATORS = vars(value)  # the globals of the operators, which read it often


def raw_data(x: Value) -> float:
    """Return the number of a Value, recorded or not."""
    number: float = get_raw(x) if isinstance(x, Recorded) else x.data
    return number


def put_data(x: Value, number: float) -> None:
    """Set the number of a recorded Value."""
    raw_slot.__set__(x, number)


def become(node: Value, kind: type[Value]) -> None:
    """Make a new node one of the tape's.

    Raises:
        RecordingError: it is of a class of the user's own.
    """
    try:
        node.__class__ = kind
    except TypeError:
        raise refusal(f"a Value of class {type(node).__name__}", "use plain engine.Value") from None


class Watched(Value):
    """A parameter that refuses to be read by Python code while a function is recorded."""

    __slots__ = ()

    def __float__(self) -> float:
        self.refuse_reading("float()")
        return super().__float__()

    def refuse_reading(self, what: str) -> None:
        """Raise if a function is being recorded, and who reads is not the engine.

        Raises:
            RecordingError: the number would be frozen.
        """
        # Two frames up: who called what calls this.
        if value._recorder is not None and not from_engine(sys._getframe(2).f_globals):
            raise refusal(f"reading {what} of a parameter", INSTEAD)

    def __lt__(self, other: Value | float) -> bool:
        return super().__lt__(other) if value._recorder is None else compared("<", self, other)

    def __le__(self, other: Value | float) -> bool:
        return super().__le__(other) if value._recorder is None else compared("<=", self, other)

    def __gt__(self, other: Value | float) -> bool:
        return super().__gt__(other) if value._recorder is None else compared(">", self, other)

    def __ge__(self, other: Value | float) -> bool:
        return super().__ge__(other) if value._recorder is None else compared(">=", self, other)


class Guarded(Watched):
    """A parameter that stays a plain Value, for the time of a recording."""

    __slots__ = ()

    @property
    def data(self) -> float:
        """The number."""
        self.refuse_reading(".data")
        number: float = get_raw(self)
        return number

    @data.setter
    def data(self, number: float) -> None:
        raise refusal("changing a parameter", "move parameters outside, with an optimizer")

    @property
    def grad(self) -> float:
        """The gradient."""
        self.refuse_reading(".grad")
        number: float = raw_grad.__get__(self)
        return number

    @grad.setter
    def grad(self, number: float) -> None:
        raise refusal("changing a parameter's gradient", "call zero_grad() outside")


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

    def __hash__(self) -> int:
        # The recorder finds its nodes by hash; a set or a dict of numbers cannot be replayed.
        if not from_engine(sys._getframe(1).f_globals):
            raise refusal("an input as a key or in a set", INSTEAD)
        return object.__hash__(self)

    def item(self) -> float:
        """Return the number to `Value(x)`, which so becomes another name of the input."""
        if not from_engine(sys._getframe(1).f_globals):
            raise refusal("item() of an input", INSTEAD)
        number = Number(get_raw(self))
        number.source = self
        return number

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
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


def from_library(frame: FrameType) -> bool:
    """Tell whether a frame's code is ours, Python's own, or of an installed package."""
    package = str(frame.f_globals.get("__name__")).split(".")[0]
    name = frame.f_code.co_filename
    return package in (ENGINE, "nn") or "site-packages" in name or name.startswith(STANDARD)


def refusal(what: str, instead: str) -> RecordingError:
    """Return the error for what cannot be replayed, with the line of the user's that did it."""
    return RecordingError(
        f"{users_line()}: {what} cannot be replayed with other numbers; {instead}"
    )


def users_line() -> str:
    """Return the file and line outside the engine that is being carried out."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and from_library(frame):
        frame = frame.f_back
    if frame is None:
        return "here"
    name, number = frame.f_code.co_filename, frame.f_lineno
    # The code of a notebook's cell has a file name that tells nobody anything.
    place = f"line {number} of this cell" if "ipykernel" in name else f"{name}:{number}"
    text = getline(name, number).strip()
    return f"{place} ({text})" if text else place
