"""Verifies that what was recorded can be replayed: when it is recorded, and in audits later on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from engine.blocks import no_grad
from engine.compile.record.arguments import Key, Numbers
from engine.compile.record.audit import first_difference, in_words, is_close
from engine.compile.record.captured import CapturedState
from engine.compile.record.function import RecordableFunction, flat
from engine.compile.record.parameters import Guarded
from engine.compile.record.random_states import put_back, random_states, same_states
from engine.compile.record.recorder import Recorder
from engine.compile.record.refusal import users_line
from engine.compile.record.tape import Tape
from engine.compile.record.values import Recorded
from engine.errors import RecordingError, StaleProgramError
from engine.value import Value

MAX_STATES = 64
CURE = (
    "pass what changes as an argument, or call program.forget() after each change. The program has "
    "forgotten its recordings, and the next call records again; what it gave since its last audit "
    'may be wrong, which audit="always" avoids'
)


class VerifiedFunction(RecordableFunction):
    """A function whose recordings are verified.

    Args:
        fn: returns the loss, or the loss and a list of other Values.
        penalty: gives a Value to add to the mean of a batched program.
        batched: whether `fn` is of one sample.
    """

    def __init__(
        self, fn: Callable[..., object], penalty: Callable[[], Value] | None, batched: bool
    ) -> None:
        super().__init__(fn, penalty, batched)
        self._states: list[CapturedState] = []  # each of a recording, the last one used first
        self._rng = Random(0)  # picks the samples to audit

    def captured_version(self) -> int:
        """Return the version of the captured state that a recording began with; −1 if none did."""
        states = self._states
        for i, state in enumerate(states):
            if state.is_unchanged():
                if i:
                    states.insert(0, states.pop(i))
                return state.version
        return -1

    def forget(self) -> None:
        """Forget the captured states of all recordings."""
        self._states.clear()

    def record(
        self, keys: Sequence[Key], numbers: Sequence[Numbers], args: Sequence[object]
    ) -> tuple[Tape, int]:
        """Record what the function does, and verify that it can be replayed.

        Args:
            keys: the shape of each argument.
            numbers: what the arguments hold.
            args: the arguments themselves.

        Returns:
            The recording, and the version of the captured state that it is of; −1 if the function
            changes that itself, so that every call has to record.

        Raises:
            RecordingError: the function drew random numbers, or decided by what kind of object an
                argument is.
        """
        known = self._states[0] if self.captured_version() >= 0 else None
        state = known or CapturedState(self.fn, self.penalty)
        with guarded(state.leaves):
            tape = self.record_without_randomness(state, keys, numbers)
        if not tape.depends_on_parameters():
            raise RecordingError(
                f"{self.name} returned a Value that depends on no parameter; use Values from "
                "outside the function as weights and biases"
            )
        if not {p for p in tape.parameters if type(p) is Value} <= set(state.leaves):
            # Only now is it known that they are parameters, whose comparisons are recorded as well.
            with guarded([*state.leaves, *tape.parameters]):
                tape = self.record_once(keys, numbers)
        state.settle()
        if state.asks_types and not state.changes_itself:
            self.compare_with_eager(tape, state, args, 0)
        if state.changes_itself:
            return tape, -1
        if known is None:
            self._states.insert(0, state)
            del self._states[MAX_STATES:]
        return tape, state.version

    def record_without_randomness(
        self, state: CapturedState, keys: Sequence[Key], numbers: Sequence[Numbers]
    ) -> Tape:
        """Record the function, and make sure that no random number was drawn.

        Raises:
            RecordingError: one was; it has been put back.
        """
        # More than once: random_inputs draws the first time, and another thread may have drawn.
        first = random_states(state.generators)
        for _ in range(4):
            before = random_states(state.generators)
            tape = self.record_once(keys, numbers)
            if same_states(before, random_states(state.generators)):
                return tape
        before = random_states(state.generators)
        line = self.line_where(
            lambda _: not same_states(before, random_states(state.generators)), keys, numbers
        )
        put_back(first)
        raise RecordingError(
            f"{line}{self.name} draws random numbers while it is recorded, which a program would "
            "repeat forever; draw them with engine.random_inputs, or outside and pass them as "
            "arguments"
        )

    def compare_with_eager(
        self, tape: Tape, state: CapturedState, args: Sequence[object], sample: int
    ) -> None:
        """Run the function on the arguments themselves, and compare its number with a recording's.

        Arguments are Values while they are recorded, and Python does not let us see `isinstance`.

        Raises:
            RecordingError: the numbers differ by more than rounding.
        """
        # Arithmetic of 32 bits would round otherwise than the recording.
        args = [x.astype(float) if hasattr(type(x), "astype") else x for x in args]  # type: ignore[attr-defined]
        if self.batched:
            args = [x[sample] for x in args]  # type: ignore[index]
        before = random_states(state.generators)
        try:
            self.draws.rewind(sample)
            with no_grad(), self.draws.given():
                found = self.checked(self.fn(*args))[0].data
        except Exception:  # it may be of Values only; then there is nothing to compare with
            return
        finally:
            put_back(before)
            state.settle()
        self.draws.rewind(sample)
        inputs = [x for arg in args for x in flat(arg)]
        inputs += [x for draw, n in tape.runs for x in self.draws.next(draw, n)]
        if not is_close(found, tape.result, tape, inputs):
            raise RecordingError(
                f"{self.name} gives {tape.result:g} while it is recorded, and {found:g} when it is "
                "called with these arguments: it decides by what kind of object a number is "
                "(isinstance, type, hasattr, is), and those of arguments are Values while it is "
                "recorded; decide outside, for example in functools.partial"
            )

    def audit(
        self,
        tape: Tape,
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
        args: Sequence[object],
        n_samples: int | None,
    ) -> float | None:
        """Record the function again, and compare each operation and constant with its recording.

        The states of random number generators stay as they are.

        Args:
            tape: the recording.
            keys: the shape of each argument.
            numbers: what the arguments hold.
            args: the arguments themselves.
            n_samples: how many samples they hold, of which one is recorded.

        Returns:
            The number that it gives; None if an operation is outside its domain, which a replay
            will say as well.

        Raises:
            StaleProgramError: the function does something else.
        """
        state = self._states[0]
        sample = self._rng.randrange(n_samples or 1)
        before = random_states(state.generators)
        try:
            with guarded([*state.leaves, *tape.parameters]):
                again = self.record_once(keys, numbers, sample=sample)
                step = first_difference(tape, again)
                if step is not None:
                    line = self.line_where(lambda r: len(r.tape) > step, keys, numbers, sample)
                    raise StaleProgramError(
                        f"{line}{self.name} no longer does what was recorded of it: step {step} "
                        f"was {in_words(tape, step)} and is {in_words(again, step)} now; {CURE}"
                    )
            if state.asks_types:
                self.compare_with_eager(again, state, args, sample)
        except ArithmeticError:
            return None
        except RecordingError as error:
            raise StaleProgramError(
                f"{self.name} no longer does what was recorded of it: {error}; {CURE}"
            ) from error
        finally:
            if not same_states(before, random_states(state.generators)):
                put_back(before)
            state.settle()
        return again.result

    def line_where(
        self,
        reached: Callable[[Recorder], bool],
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
        sample: int = 0,
    ) -> str:
        """Return the user's line that is being recorded when a condition is first met.

        Args:
            reached: the condition, checked after every step.
            keys: the shape of each argument.
            numbers: what the arguments hold.
            sample: which one of a batched program.

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
            self.record_once(keys, numbers, Until, sample)
        except Reached as line:
            return f"{line}: "
        return ""


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
