"""What Values are while a function is recorded: numbers that only the engine may read.

Otherwise the user's code could decide by a number of this one recording, and every replay would
decide the same way.
"""

from __future__ import annotations

import sys

from engine.compile.record.refusal import INSTEAD, from_engine, refusal
from engine.compile.record.tape import Tape
from engine.value import Choice, Value, current

TYPE_CHECKING = False
INSTEAD_OF_COUNTING = (
    "use engine.take(values, index) to pick by it; a count belongs outside, for example in "
    "functools.partial"
)


def become(node: Value, kind: type[Value]) -> None:
    """Make a new node one of the tape's.

    Raises:
        RecordingError: it is of a user-defined class.
    """
    try:
        node.__class__ = kind
    except TypeError:
        raise refusal(f"a Value of class {type(node).__name__}", "use plain engine.Value") from None


# ---- parameters: leaves from outside ----


class Watched(Value):
    """A parameter that refuses to be read by Python code while a function is recorded."""

    __slots__ = ()

    def __float__(self) -> float:
        self.refuse_reading("float()")
        return super().__float__()

    def refuse_reading(self, what: str) -> None:
        """Raise if a function is being recorded, and the reader is not the engine.

        Raises:
            RecordingError: the number would be frozen.
        """
        # Two frames up: who called what calls this.
        if current().recorder is not None and not from_engine(sys._getframe(2).f_globals):
            raise refusal(f"reading {what} of a parameter", INSTEAD)

    @property
    def data(self) -> float:
        """The number."""
        if current().recorder is not None:
            self.refuse_reading(".data")
        return self._data

    @data.setter
    def data(self, number: float) -> None:
        if current().recorder is not None:
            raise refusal("changing a parameter", "move parameters outside, with an optimizer")
        self._set_data(number)

    @property
    def grad(self) -> float:
        """The gradient."""
        if current().recorder is not None:
            self.refuse_reading(".grad")
        return self._grad

    @grad.setter
    def grad(self, number: float) -> None:
        if current().recorder is not None:
            raise refusal("changing a parameter's gradient", "call zero_grad() outside")
        self._set_grad(number)

    def __repr__(self) -> str:
        # Text holds the number as well: float(str(w)) would be frozen.
        return super().__repr__() if current().recorder is None else f"Value(label={self.label!r})"

    def __format__(self, spec: str) -> str:
        if spec:
            self.refuse_reading("the text")
        return super().__format__(spec)

    def __lt__(self, other: Value | float) -> bool:
        return (
            super().__lt__(other)
            if current().recorder is None
            else record_comparison("<", self, other)
        )

    def __le__(self, other: Value | float) -> bool:
        return (
            super().__le__(other)
            if current().recorder is None
            else record_comparison("<=", self, other)
        )

    def __gt__(self, other: Value | float) -> bool:
        return (
            super().__gt__(other)
            if current().recorder is None
            else record_comparison(">", self, other)
        )

    def __ge__(self, other: Value | float) -> bool:
        return (
            super().__ge__(other)
            if current().recorder is None
            else record_comparison(">=", self, other)
        )


class Guarded(Watched):
    """A parameter that stays a plain Value, for the time of a recording."""

    __slots__ = ()


# ---- nodes of the tape ----


class Recorded(Value):
    """A Value on the tape: its number is of this one recording, so only the engine may read it.

    Its inputs are on the tape and need not be kept here, which leaves two slots of Value free.

    Attributes:
        tape: where it was recorded (the slot _a).
        index: of its step on that tape (the slot _da).
    """

    if TYPE_CHECKING:  # for a type checker they are slots
        __slots__ = ("index", "tape")
        tape: Tape
        index: int
    else:  # at run time other names, of other types, for slots that Value has
        __slots__ = ()
        tape, index = vars(Value)["_a"], vars(Value)["_da"]

    _has_two_inputs = False  # a walk must ask `inputs`, which refuses

    @property
    def data(self) -> float:
        """The number, for the engine alone."""
        if not from_engine(sys._getframe(1).f_globals):
            raise refusal("reading .data of a recorded Value", INSTEAD)
        return self._data

    @data.setter
    def data(self, number: float) -> None:
        raise refusal("setting .data of a recorded Value", "compute the number with operations")

    @property
    def label(self) -> str:
        """Its name, which the graph of a replay shows as well."""
        return super().label

    @label.setter
    def label(self, label: str) -> None:
        self.tape.labels[self.index] = label
        self._noted().label = label

    @property
    def inputs(self) -> tuple[Value | float, ...]:
        """Refuse: they are not kept."""
        raise refusal("looking at the inputs of a recorded Value", "look at program.graph outside")

    @property
    def local_derivatives(self) -> tuple[float | None, ...]:
        """Refuse: they are not kept."""
        raise refusal("reading the slopes of a recorded Value", "look at program.graph outside")

    def __repr__(self) -> str:
        # Without its number: "-" in str(x) would depend on the number of this recording.
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(recorded {self.op or 'leaf'}{label})"

    def __format__(self, spec: str) -> str:
        if spec:
            raise refusal("writing the number of a recorded Value as text", INSTEAD)
        return repr(self)

    def __float__(self) -> float:
        raise refusal("float() of a recorded Value", INSTEAD)

    def __int__(self) -> int:
        raise refusal("int() of a recorded Value", INSTEAD_OF_COUNTING)

    def __index__(self) -> int:
        raise refusal("a recorded Value as an index or a count", INSTEAD_OF_COUNTING)

    def backward(self) -> None:
        """Refuse: the program goes backward itself."""
        raise refusal(
            "backward() inside a compiled function", "return the loss; the program goes backward"
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise refusal("comparing a recorded Value with ==", INSTEAD)

    __hash__ = Value.__hash__

    def __bool__(self) -> bool:
        raise refusal("deciding by a recorded Value (if, while, and, or, max, …)", INSTEAD)

    def __lt__(self, other: Value | float) -> bool:
        return record_comparison("<", self, other)

    def __le__(self, other: Value | float) -> bool:
        return record_comparison("<=", self, other)

    def __gt__(self, other: Value | float) -> bool:
        return record_comparison(">", self, other)

    def __ge__(self, other: Value | float) -> bool:
        return record_comparison(">=", self, other)

    @property
    def copied_as(self) -> type[Value]:
        """Refuse: a copy would not belong to the recording."""
        raise refusal("copying a recorded Value", "copy what program.graph gives")


class RecordedChoice(Recorded, Choice):  # type: ignore[misc]  # Recorded adds no slots
    """The result of a recorded `where`."""

    __slots__ = ()


class Condition(Recorded):
    """A recorded comparison: 1 or 0 for `where`; `if` is refused."""

    __slots__ = ()

    def __bool__(self) -> bool:
        raise refusal("deciding by a recorded Value (if, while, and, max, sorted, …)", INSTEAD)


class InputNumber(float):
    """The number of an input, which remembers the input."""

    source: Placeholder


class Placeholder(Recorded):
    """An input of a compiled function: a number wherever the function is called without compile."""

    __slots__ = ()
    shape = ()

    def __hash__(self) -> int:
        # A set or a dict of numbers cannot be replayed.
        raise refusal("an input as a key or in a set", INSTEAD)

    @property
    def computed(self) -> bool:
        """True: the caller computes it, so a layer that keeps it gains no parameter."""
        return True

    def item(self) -> float:
        """Return the number to `Value(x)`, which thus becomes another name of the input."""
        if not from_engine(sys._getframe(1).f_globals):
            raise refusal("item() of an input", INSTEAD)
        number = InputNumber(self._data)
        number.source = self
        return number

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise refusal("comparing an input with ==", INSTEAD)

    def __bool__(self) -> bool:
        raise refusal(
            "deciding by an input (if, while, and, or)",
            INSTEAD + "; a switch belongs outside, for example in functools.partial",
        )


def record_comparison(symbol: str, a: Value, b: Value | float) -> bool:
    """Return a condition in place of a bool; `where` takes both."""
    recorder = current().recorder
    if recorder is None:
        raise refusal("comparing a recorded Value after its recording", "look at program.graph")
    condition: bool = recorder.compared(symbol, a, b)  # type: ignore[assignment]
    return condition
