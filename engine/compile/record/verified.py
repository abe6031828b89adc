"""Verifies that what was recorded can be replayed: when it is recorded, and in audits later on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from engine.compile.record.arguments import Key, Numbers
from engine.compile.record.audit import first_difference, in_words
from engine.compile.record.captured import CapturedState
from engine.compile.record.compared import ComparedFunction
from engine.compile.record.cures import LOOK
from engine.compile.record.parameters import guarded
from engine.compile.record.random_states import put_back, random_states, same_states
from engine.compile.record.recorder import Recorder
from engine.compile.record.refusal import line_of, users_line
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


class VerifiedFunction(ComparedFunction):
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
            RecordingError: the function drew random numbers, decided by what kind of object an
                argument is, or goes by what it changes itself.
        """
        known = self._states[0] if self.captured_version() >= 0 else None
        state = known or CapturedState(self.fn, self.penalty)
        try:
            with guarded(state.leaves):
                tape = self.record_without_randomness(state, keys, numbers)
        except Exception as error:
            if isinstance(error, RecordingError) or self.plain_result(state, args, 0) is None:
                raise
            raise RecordingError(
                f"{line_of(error)}: {type(error).__name__} ({error}): while {self.name} is "
                f"recorded, numbers in its arguments are Values, which this does not take; {LOOK}"
            ) from error
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
        if state.changes_itself:
            for sample in range(1, len(args[0]) if self.batched else 1):  # type: ignore[arg-type]
                self.require_same_again(tape, keys, numbers, sample)
            return tape, -1
        self.compare_with_plain(tape, state, keys, numbers, args)
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
            self.compare_with_plain(again, state, keys, numbers, args, sample)
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
