"""Compares what is recorded with what the function gives without compile, number for number."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import is_
from typing import Any

from engine.blocks import no_grad
from engine.compile.record.arguments import Key, Numbers, shape_of_sample
from engine.compile.record.audit import first_difference, is_close
from engine.compile.record.captured import CapturedState
from engine.compile.record.function import RecordableFunction, numbers_of
from engine.compile.record.parameters import guarded
from engine.compile.record.random_states import put_back, random_states
from engine.compile.record.tape import Tape
from engine.errors import RecordingError


class ComparedFunction(RecordableFunction):
    """A function that can also be run on the arguments themselves."""

    def require_same_again(
        self, tape: Tape, keys: Sequence[Key], numbers: Sequence[Numbers], sample: int = 0
    ) -> None:
        """Make sure that the function does the same when it is run once more.

        Raises:
            RecordingError: it does something else.
        """
        with guarded(tape.parameters):
            again = self.record_once(keys, numbers, sample=sample)
        if first_difference(tape, again) is not None:
            raise RecordingError(
                f"{self.name} goes by what it changes itself, such as a counter, or by what "
                "changes with time, but it is not run for each call or sample; pass that as an "
                "argument"
            )

    def compare_with_plain(
        self,
        tape: Tape,
        state: CapturedState,
        keys: Sequence[Key],
        numbers: Sequence[Numbers],
        args: Sequence[object],
        sample: int = 0,
    ) -> None:
        """Run the function on the arguments themselves, and compare its number with a recording's.

        Arguments are Values while they are recorded, and Python does not let us see who asks.

        Raises:
            RecordingError: the numbers differ by more than rounding.
        """
        found = self.plain_result(state, args, sample)
        if found is None or repr(found) == repr(tape.result):
            return
        self.draws.rewind(sample)
        shapes = [shape_of_sample(k, "")[0] for k in keys] if self.batched else keys
        inputs = [*numbers_of(sample, shapes, numbers)]
        inputs += [x for draw, n in tape.runs for x in self.draws.next(draw, n)]
        if is_close(found, tape.result, tape, inputs):
            return
        self.require_same_again(tape, keys, numbers)
        raise RecordingError(
            f"{self.name} gives {tape.result:g} while it is recorded, and {found:g} when it is "
            "called with these arguments: it decides by what kind of object a number is "
            "(isinstance, type, hasattr, is, dtype), and those of arguments are Values while it is "
            "recorded; or integers in an array overflow, which floats do not. Decide outside, for "
            "example in functools.partial, and pass floats"
        )

    def plain_result(
        self, state: CapturedState, args: Sequence[object], sample: int
    ) -> float | None:
        """Return what the function gives for the arguments themselves; None if it raises an error.

        Numbers drawn meanwhile will be drawn again.
        """
        args = [widened(x[sample] if self.batched else x) for x in args]  # type: ignore[index]
        before = random_states(state.generators)
        try:
            self.draws.rewind(sample)
            with no_grad(), self.draws.given(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the program itself will warn
                return self.checked(self.fn(*args))[0].data
        except Exception:  # it may be of Values only; then there is nothing to compare with
            return None
        finally:
            put_back(before)
            state.settle()


def widened(x: Any) -> Any:
    """Return an argument whose narrow floats are as wide as those that a program computes with."""
    if type(x) in (list, tuple):
        parts = [widened(part) for part in x]
        return x if all(map(is_, parts, x)) else type(x)(parts)
    narrow = getattr(getattr(x, "dtype", None), "char", "") in ("e", "f")
    return x.astype(float) if narrow else x
