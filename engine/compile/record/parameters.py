"""What parameters are while a function is recorded: Values that only the engine may read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from engine.compile.record import cures
from engine.compile.record.cures import unreadable
from engine.compile.record.reading import described, record_comparison, shown
from engine.compile.record.refusal import from_engine, refusal
from engine.compile.record.values import Recorded
from engine.guards.number import as_float
from engine.value import Value, current


class Watched(Value):
    """A parameter that refuses to be read by Python code while a function is recorded."""

    __slots__ = ()
    described_as = "a parameter"

    def refuse_reading(self, what: str, instead: str = cures.LOOK) -> None:
        """Raise if a function is being recorded, and the reader is not the engine.

        Raises:
            RecordingError: the number would be frozen.
        """
        # Two frames up: who called what calls this.
        if current().recorder is not None and not from_engine(sys._getframe(2).f_globals):
            raise unreadable(what.format(described(self)), instead)

    @property
    def data(self) -> float:
        """The number."""
        if current().recorder is not None:
            self.refuse_reading("reading .data of {}")
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
            self.refuse_reading("reading .grad of {}", "read it after the call")
        return self._grad

    @grad.setter
    def grad(self, number: float) -> None:
        if current().recorder is not None:
            raise refusal("changing a parameter's gradient", "call zero_grad() outside")
        self._set_grad(number)

    @property
    def copied_as(self) -> type[Value]:
        """A copy is a plain Value, whose number would be frozen in a recording."""
        if current().recorder is not None:
            raise refusal(f"copying {described(self)}", "use it as it is, or its detach()")
        return Value

    def __float__(self) -> float:
        self.refuse_reading("float() of {}")
        return super().__float__()

    def __repr__(self) -> str:
        return super().__repr__() if current().recorder is None else shown(self, described(self))

    def __format__(self, spec: str) -> str:
        if current().recorder is None:
            return super().__format__(spec)
        return shown(self, described(self))

    def __eq__(self, other: object) -> bool:
        """Compare data with a number, which a recording cannot; two parameters by identity."""
        if current().recorder is not None and not isinstance(other, Watched):
            self.refuse_comparing(other)
        return super().__eq__(other)

    __hash__ = Value.__hash__

    def refuse_comparing(self, other: object) -> None:
        """Raise if == compares with a number.

        Raises:
            RecordingError: the answer would be frozen.
        """
        try:
            is_number = isinstance(other, Recorded) or as_float(other) is not None
        except TypeError:  # such as None, which no parameter equals
            return
        if is_number:
            raise unreadable(f"== of {described(self)}", cures.EQUAL)

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


Guarded.__name__ = "Value"  # what Python's own messages call it


@contextmanager
def guarded(leaves: Iterable[Value]) -> Iterator[None]:
    """Refuse to let Python code read leaves, for the time of a recording."""
    plain = [p for p in leaves if type(p) is Value]
    for p in plain:
        p.__class__ = Guarded
    try:
        yield
    finally:
        for p in plain:
            p.__class__ = Value
