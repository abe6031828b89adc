"""What Values are while a function is recorded: numbers that only the engine may read.

Otherwise the user's code could decide by a number of this one recording, and every replay would
decide the same way.
"""

from __future__ import annotations

import sys

from engine.compile.record import cures
from engine.compile.record.cures import unreadable
from engine.compile.record.reading import (
    DECIDING,
    FLOAT,
    REFUSED,
    described,
    record_comparison,
    refuse_all,
    refusing,
    shown,
)
from engine.compile.record.refusal import from_engine, refusal
from engine.compile.record.tape import Tape
from engine.value import Choice, Value

TYPE_CHECKING = False


def become(node: Value, kind: type[Value]) -> None:
    """Make a new node one of the tape's.

    Raises:
        RecordingError: it is of a user-defined class.
    """
    try:
        node.__class__ = kind
    except TypeError:
        raise refusal(f"a Value of class {type(node).__name__}", "use plain engine.Value") from None


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

    described_as = "a recorded Value"
    _has_two_inputs = False  # a walk must ask `inputs`, which refuses

    @property
    def data(self) -> float:
        """The number, for the engine alone."""
        if not from_engine(sys._getframe(1).f_globals):
            raise unreadable(f"reading .data of {described(self)}", cures.LOOK)
        return self._data

    @data.setter
    def data(self, number: float) -> None:
        raise refusal(f"setting .data of {described(self)}", "compute the number with operations")

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

    @property
    def copied_as(self) -> type[Value]:
        """Refuse: a copy would not belong to the recording."""
        raise refusal(f"copying {described(self)}", "use it as it is, or its detach()")

    @property
    def computed(self) -> bool:
        """Whether an operation made it."""
        return self.op is not None

    def backward(self) -> None:
        """Refuse: the program goes backward itself."""
        raise refusal(
            "backward() inside a compiled function", "return the loss; the program goes backward"
        )

    def __pos__(self) -> Value:
        return self

    def __hash__(self) -> int:
        if not from_engine(sys._getframe(1).f_globals):
            raise unreadable(f"{described(self)} as a key, in a set or in a cache", cures.TAKE)
        return super().__hash__()

    def __repr__(self) -> str:
        return shown(self, self._text())

    def __format__(self, spec: str) -> str:
        return shown(self, self._text())

    def _text(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(recorded {self.op or 'leaf'}{label})"

    def __lt__(self, other: Value | float) -> bool:
        return record_comparison("<", self, other)

    def __le__(self, other: Value | float) -> bool:
        return record_comparison("<=", self, other)

    def __gt__(self, other: Value | float) -> bool:
        return record_comparison(">", self, other)

    def __ge__(self, other: Value | float) -> bool:
        return record_comparison(">=", self, other)


refuse_all(Recorded, REFUSED)
# Without compile it may be a plain number. No __getattr__, which slows every attribute down.
for _name in {*dir(float), *dir(int)}:
    if not _name.startswith("_"):
        setattr(Recorded, _name, property(refusing(f"reading .{_name} of {{}}", cures.LOOK)))


class RecordedChoice(Recorded, Choice):  # type: ignore[misc]  # Recorded adds no slots
    """The result of a recorded `where`."""

    __slots__ = ()


class Condition(Recorded):
    """A recorded comparison: 1 or 0 for `where`; `if` is refused."""

    __slots__ = ()
    described_as = "a comparison"

    def __and__(self, other: object) -> Value:
        return as_condition(self * truth(other, "&"))

    def __or__(self, other: object) -> Value:
        return as_condition(self.maximum(truth(other, "|")))

    def __xor__(self, other: object) -> Value:
        return as_condition(abs(self - truth(other, "^")))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __array_ufunc__(
        self, ufunc: object, method: str, *inputs: object, **options: object
    ) -> object:
        combine = NUMPY.get(getattr(ufunc, "__name__", "")) if method == "__call__" else None
        if combine is None or len(inputs) != 2 or options:
            return super().__array_ufunc__(ufunc, method, *inputs, **options)
        return combine(self, inputs[0] if inputs[1] is self else inputs[1])


refuse_all(
    Condition,
    (
        ("__bool__", DECIDING, cures.COMBINE),
        ("__float__", FLOAT, cures.ONE_OR_ZERO),
        ("__int__", "int() of {}", cures.ONE_OR_ZERO),
    ),
)


NUMPY = {
    "bitwise_and": Condition.__and__,
    "bitwise_or": Condition.__or__,
    "bitwise_xor": Condition.__xor__,
    "logical_and": Condition.__and__,
    "logical_or": Condition.__or__,
    "logical_xor": Condition.__xor__,
}


def truth(x: object, symbol: str) -> Value | float:
    """Return what a condition may be combined with.

    Raises:
        RecordingError: it is neither a condition nor a bool.
    """
    if isinstance(x, Condition):
        return x
    if type(x).__name__ in ("bool", "bool_"):  # the second is NumPy's
        return float(x)  # type: ignore[arg-type]
    raise refusal(f"{symbol} of a comparison and a {type(x).__name__}", "combine comparisons only")


def as_condition(node: Value) -> Value:
    """Make a new node, which is 1 or 0, a condition."""
    node.__class__ = Condition
    return node


class InputNumber(float):
    """The number of an input, which remembers the input."""

    source: Placeholder


class Placeholder(Recorded):
    """An input of a compiled function: a number wherever the function is called without compile."""

    __slots__ = ()
    described_as = "input"
    shape = ()

    @property
    def computed(self) -> bool:
        """True: the caller computes it, so a layer that keeps it gains no parameter."""
        return True

    def item(self) -> float:
        """Return the number to `Value(x)`, which thus becomes another name of the input."""
        if not from_engine(sys._getframe(1).f_globals):
            raise unreadable(f"reading .item() of {described(self)}", cures.LOOK)
        number = InputNumber(self._data)
        number.source = self
        return number


refuse_all(Placeholder, (("__bool__", DECIDING, cures.SWITCH),))

# What Python's own messages call them, such as "… object is not iterable".
Recorded.__name__ = RecordedChoice.__name__ = "Value"
Condition.__name__ = "comparison"
Placeholder.__name__ = "recorded input"
