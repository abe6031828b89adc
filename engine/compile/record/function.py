"""Calls a function with placeholders, which records what it does."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import prod
from operator import is_
from typing import Any

from engine.compile.record.arguments import (
    Key,
    Numbers,
    floats,
    placeholders,
    rectangular_parts,
    shape_of_sample,
)
from engine.compile.record.draws import Draws
from engine.compile.record.entropy import entropy_refused
from engine.compile.record.recorder import Recorder
from engine.compile.record.tape import Tape
from engine.compile.record.values import Placeholder
from engine.errors import RecordingError
from engine.tag import one_line
from engine.value import Value


class RecordableFunction:
    """A function to record, and the penalty that goes with it.

    Args:
        fn: returns the loss, or the loss and a list of other Values.
        penalty: gives a Value to add to the mean of a batched program.
        batched: whether `fn` is of one sample.

    Attributes:
        draws: what this call has drawn.
    """

    def __init__(
        self, fn: Callable[..., object], penalty: Callable[[], Value] | None, batched: bool
    ) -> None:
        self.fn, self.penalty, self.batched = fn, penalty, batched
        self.name = one_line(getattr(fn, "__name__", type(fn).__name__))
        self.draws = Draws()
        self._signature: inspect.Signature | None = None
        with suppress(TypeError, ValueError):  # a function written in C has none
            self._signature = inspect.signature(fn)
        self._argument_names = [*self._signature.parameters] if self._signature else []

    def argument(self, i: int) -> str:
        """Return the name of an argument."""
        names = self._argument_names
        return names[i] if i < len(names) else f"argument {i}"

    def in_order(
        self, args: tuple[object, ...], named_args: dict[str, object]
    ) -> tuple[object, ...]:
        """Return arguments in the order of the function's, after some were given by name.

        Raises:
            TypeError: the function has no such argument, or takes it by name only.
        """
        try:
            if self._signature is None:
                raise TypeError("its argument names are unknown")
            known = self._signature.parameters
            takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
            for name in named_args:
                if name not in known and not takes_any:
                    names = ", ".join(known) or "nothing"
                    raise TypeError(f"it has no argument {name!r}; it takes {names}")
            bound = self._signature.bind(*args, **named_args)
        except TypeError as error:
            raise TypeError(f"{self.name} cannot be called with these arguments: {error}") from None
        if bound.kwargs:
            raise TypeError(
                f"a program passes its arguments on by position, but {self.name} takes "
                f"{', '.join(bound.kwargs)} by name only; remove the * before it, or give it a "
                "value with functools.partial"
            )
        return bound.args

    def record_once(
        self,
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
        make: Callable[[], Recorder] = Recorder,
        sample: int = 0,
    ) -> Tape:
        """Return what the function does with arguments of these shapes.

        Args:
            keys: the shape of each argument; of a batched program with its samples.
            numbers: what the arguments hold.
            make: makes the tape to record on.
            sample: which one of a batched program.

        Raises:
            TypeError: the function does not return a Value.
            RecordingError: it does something that cannot be replayed.
        """
        if self.batched:
            keys = [shape_of_sample(key, self.argument(i))[0] for i, key in enumerate(keys)]
        self.draws.rewind(sample)
        with entropy_refused(), make() as recorder:
            recorder.draws = self.draws
            given = numbers_of(sample, keys, numbers)
            args = [
                placeholders(
                    key, self.argument(i), lambda label: recorder.input(next(given), label)
                )
                for i, key in enumerate(keys)
            ]
            made = [list(flat(x)) for x in args]
            loss, outputs = self.checked(self.called(args))
            for i, (x, before) in enumerate(zip(args, made, strict=True)):
                after = list(flat(x))
                if len(after) != len(before) or not all(map(is_, after, before)):
                    raise RecordingError(
                        f"{self.name} changes its argument {self.argument(i)}, which belongs to "
                        f"the caller, and a replay would not; copy it first: {self.argument(i)} = "
                        f"[*{self.argument(i)}]"
                    )
            recorder.draws = None  # a penalty is not of one sample
            penalty = None if self.penalty is None else self.penalty()
            if penalty is not None and not isinstance(penalty, Value):
                raise TypeError(f"penalty() must return one Value, got {penalty!r}")
            return recorder.finish(loss, outputs, penalty)

    def called(self, args: Sequence[object]) -> object:
        """Return what the function returns.

        Raises:
            TypeError: it takes one number for a list of them, among other mistakes.
        """
        try:
            return self.fn(*args)
        except TypeError as error:
            # Only the message that the line of the error itself does not explain.
            if f"'{Placeholder.__name__}' object is not iterable" not in str(error):
                raise
            given = "one sample" if self.batched else "all that the program is given"
            raise TypeError(
                f"{self.name} treats a number as a list ({error}); with batched={self.batched} it "
                f"is called with {given}"
            ) from error

    def checked(self, result: object) -> tuple[Value, list[Value]]:
        """Return the loss and the other Values that the function returned.

        Raises:
            TypeError: it returned something else.
        """
        outputs: object = []
        if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], (list, tuple)):
            result, outputs = result
        if not isinstance(result, Value):
            hint = "is a return missing?"
            if isinstance(result, (int, float)):
                hint = "did it read .data, or compute without Values?"
            elif isinstance(result, tuple) and len(result) == 2:
                hint = "besides the loss it may return a list of other Values"
            elif isinstance(result, Iterable):
                hint = "add up the losses of several"
            raise TypeError(
                f"a compiled function must return one Value, the loss; {self.name} returned "
                f"{type(result).__name__}{'' if result is None else f' {result!r:.40}'}: {hint}"
            )
        assert isinstance(outputs, (list, tuple))
        for x in outputs:
            if not isinstance(x, Value):
                raise TypeError(
                    f"the outputs besides the loss must be a list of Values, {self.name} returned "
                    f"{type(x).__name__} in it"
                )
        return result, list(outputs)


def numbers_of(sample: int, keys: Sequence[Key], numbers: Sequence[Numbers]) -> Iterator[float]:
    """Yield the numbers of the arguments, in a batched program those of one sample.

    Args:
        sample: which one; 0 if there are none.
        keys: the shape of each argument, or of one sample of it.
        numbers: what the arguments hold.
    """
    parts = [part for key in keys for part in rectangular_parts(key, "")]
    for (_, shape), array in zip(parts, numbers, strict=True):
        size = prod(shape)
        flat = array if isinstance(array, list) else array.ravel()
        yield from floats(flat[sample * size : (sample + 1) * size])


def flat(x: Any) -> Iterator[Any]:
    """Yield what is in nested lists, tuples and arrays."""
    if isinstance(x, (list, tuple)):
        for part in x:
            yield from flat(part)
    elif hasattr(type(x), "ravel"):
        yield from x.ravel().tolist()
    else:
        yield x


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep Python's garbage collector off: none of the thousands of new nodes is garbage yet."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
