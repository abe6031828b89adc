"""Calls a function with placeholders, and verifies that what it recorded can be replayed."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from engine.compile.record.arguments import (
    Key,
    Numbers,
    floats,
    placeholders,
    rectangular_parts,
    shape_of_sample,
)
from engine.compile.record.captured import CapturedState
from engine.compile.record.parameters import Guarded
from engine.compile.record.recorder import Recorder
from engine.compile.record.refusal import users_line
from engine.compile.record.tape import Repetition, Tape
from engine.compile.record.values import Placeholder, Recorded
from engine.errors import RecordingError
from engine.value import Value


class RecordableFunction:
    """A function to record, and the penalty that goes with it.

    Args:
        fn: returns the loss, or the loss and a list of other Values.
        penalty: gives a Value to add to the mean of a batched program.
        batched: whether `fn` is of one sample.
    """

    def __init__(
        self, fn: Callable[..., object], penalty: Callable[[], Value] | None, batched: bool
    ) -> None:
        self.fn, self.penalty, self.batched = fn, penalty, batched
        self._captured = CapturedState(fn, penalty)
        self.name = getattr(fn, "__name__", type(fn).__name__)
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
    ) -> Tape:
        """Return what the function does with arguments of these shapes.

        Args:
            keys: the shape of each argument; of a batched program with its samples.
            numbers: what the arguments hold.
            make: makes the tape to record on.

        Raises:
            TypeError: the function does not return a Value.
            RecordingError: it does something that cannot be replayed.
        """
        if self.batched:
            keys = [shape_of_sample(key, self.argument(i))[0] for i, key in enumerate(keys)]
        with make() as recorder:
            given = first_numbers(keys, numbers)
            args = [
                placeholders(
                    key, self.argument(i), lambda label: recorder.input(next(given), label)
                )
                for i, key in enumerate(keys)
            ]
            loss, outputs = self.checked(self.called(args))
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

    def captured_version(self) -> int:
        """Return the version of the captured state: what the function can reach besides Values."""
        return self._captured.version()

    def record_and_verify(
        self,
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
    ) -> Tape:
        """Record what the function does, and verify that it does the same again.

        Args:
            keys: the shape of each argument.
            numbers: what the arguments hold.

        Raises:
            RecordingError: a second recording differs from the first, or it drew random numbers.
        """
        captured = CapturedState(self.fn, self.penalty)
        captured.keep_arrays_of(self._captured)
        if not captured.watches_same(self._captured):
            self._captured = captured
        with guarded(captured.leaves):
            tape = self.record_without_randomness(captured, keys, numbers)
        if not tape.depends_on_parameters():
            raise RecordingError(
                f"{self.name} returned a Value that depends on no parameter; use Values from "
                "outside the function as weights and biases"
            )
        with guarded([*captured.leaves, *tape.parameters]):
            if self.difference(tape, keys, numbers) is not None:
                # Only now is it known that some leaves are parameters, whose comparisons are
                # recorded as well.
                tape = self.record_once(keys, numbers)
                self.compare(tape, keys, numbers)
        return tape

    def record_without_randomness(
        self, captured: CapturedState, keys: Sequence[Key], numbers: Sequence[Numbers]
    ) -> Tape:
        """Record the function, and make sure that no random number was drawn.

        Raises:
            RecordingError: one was.
        """
        for _ in range(4):  # more than once, since another thread may have drawn
            before = captured.rng_states()
            tape = self.record_once(keys, numbers)
            if captured.rng_states() == before:
                return tape
        before = captured.rng_states()
        line = self.line_where(lambda _: captured.rng_states() != before, keys, numbers)
        raise RecordingError(
            f"{line}{self.name} draws random numbers while it is recorded, which a program would "
            "repeat forever; draw them outside and pass them as arguments"
        )

    def difference(self, tape: Tape, keys: Sequence[Key], numbers: Sequence[Numbers]) -> int | None:
        """Record the function again; return the first step that differs, or None."""
        again = Repetition(tape)
        self.record_once(keys, numbers, lambda: Recorder(again))
        return again.difference()

    def compare(self, tape: Tape, keys: Sequence[Key], numbers: Sequence[Numbers]) -> None:
        """Record the function again, and compare: what differs would be frozen in a program.

        Raises:
            RecordingError: this recording differs from the last.
        """
        step = self.difference(tape, keys, numbers)
        if step is None:
            return
        line = self.line_where(lambda recorder: len(recorder.tape) > step, keys, numbers)
        raise RecordingError(
            f"{line}{self.name} behaved differently when it was recorded a second time: a random "
            "draw, a counter, or a number that changed; make such numbers outside and pass them "
            "as arguments"
        )

    def line_where(
        self,
        reached: Callable[[Recorder], bool],
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
    ) -> str:
        """Return the user's line that is being recorded when a condition is first met.

        Args:
            reached: the condition, checked after every step.
            keys: the shape of each argument.
            numbers: what the arguments hold.

        Returns:
            The file, the line and a colon, or "" if it is never met.
        """

        class Reached(BaseException):
            pass

        class Until(Recorder):
            def on_new_value(self, node: Value) -> Value:
                super().on_new_value(node)
                self.stop()
                return node

            def new_node(self, kind: type[Recorded], number: float, index: int) -> Recorded:
                self.stop()
                return super().new_node(kind, number, index)

            def stop(self) -> None:
                if reached(self):
                    raise Reached(users_line())

        try:
            self.record_once(keys, numbers, Until)
        except Reached as line:
            return f"{line}: "
        return ""


def first_numbers(keys: Sequence[Key], numbers: Sequence[Numbers]) -> Iterator[float]:
    """Yield the numbers of the arguments, in a batched program those of the first sample."""
    parts = [part for key in keys for part in rectangular_parts(key, "")]
    for (_, shape), array in zip(parts, numbers, strict=True):
        size = 1
        for n in shape:
            size *= n
        yield from floats(array[:size] if isinstance(array, list) else array.ravel()[:size])


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
