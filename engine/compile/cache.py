"""Records a function once per shape of its arguments, and keeps the programs made from that."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.compile.recent import Recent
from engine.compile.record.arguments import Key, Numbers, floats, rectangular_parts, shape_of_sample
from engine.compile.record.audit import first_difference, next_audit
from engine.compile.record.draws import Draws
from engine.compile.record.function import collector_off
from engine.compile.record.tape import Tape
from engine.compile.record.verified import VerifiedFunction
from engine.compile.replay.plain_python import PythonReplay, ValueStore
from engine.compile.stats import Stats

if TYPE_CHECKING:
    from engine.compile.replay.arrays import ArrayReplay
    from engine.compile.reroll.classes import Rolled

MANY_RECORDINGS, MAX_RECORDINGS = 20, 64
MAX_STEPS = 1_000_000  # of all recordings, of some 130 bytes each
MAX_REPLAYS, MAX_SLOTS = 64, 2_000_000  # of a recording, of some 50 bytes each


def few_replays() -> Recent[int | None, ArrayReplay | PythonReplay]:
    """Return room for the replays of a recording."""
    return Recent(MAX_REPLAYS, MAX_SLOTS)


@dataclass
class CacheEntry:
    """A recording for one shape of arguments, and its replays by the number of samples.

    Attributes:
        tape: the recorded operations.
        rolled: the same in lane classes, for array programs that are yet to be made.
        leaves_out: whether the optimizer moves parameters too that the recording does not use, and
            whose gradients its replays do not set.
        replays: the programs made from it.
        texts: warnings of slopes that are not finite, by the slopes.
        calls: how often it has been called, its recording included.
        audit_at: the call to audit; 0 for never.
    """

    tape: Tape
    rolled: Rolled | None
    leaves_out: bool
    audit_at: int
    calls: int = 1
    replays: Recent[int | None, ArrayReplay | PythonReplay] = field(default_factory=few_replays)
    texts: dict[object, str] = field(default_factory=dict)


@dataclass
class Call:
    """One call: what was replayed on which numbers.

    Attributes:
        draws: what it drew.
        inputs: the numbers of all inputs: those of the arguments, and those drawn.
        audited: the number that the function itself gave, if it was run again and is of no samples.
    """

    entry: CacheEntry
    replay: ArrayReplay | PythonReplay
    keys: list[Key]
    numbers: list[Numbers]
    args: Sequence[object]
    n_samples: int | None
    draws: Draws = field(default_factory=Draws)
    inputs: list[Numbers] = field(default_factory=list)
    audited: float | None = None

    def sample(self, i: int) -> list[float]:
        """Return the inputs of one sample, or of the whole call if it has no samples."""
        if self.n_samples is None:
            return [x for part in self.inputs for x in floats(part)]
        found: list[float] = []
        for part in self.inputs:
            numbers = floats(part)
            size = len(numbers) // self.n_samples
            found += numbers[i * size : (i + 1) * size]
        return found


class ProgramCache:
    """Finds the program for a call, and makes it if there is none yet.

    Args:
        function: what to record.
        backend: "auto", "numpy" or "python".
        optimizer: whose parameters are kept in one block, in its order; or None.
        audit: True to run the function again now and then, "always" at every call, or False.

    Attributes:
        stats: what has been recorded and compiled.
        last: the last call.
    """

    def __init__(
        self,
        function: VerifiedFunction,
        backend: str,
        optimizer: object,
        audit: bool | str,
    ) -> None:
        self.function, self.backend, self.optimizer = function, backend, optimizer
        self.audits = audit
        self.stats = Stats()
        self.last: Call | None = None
        self._entries: Recent[object, CacheEntry] = Recent(MAX_RECORDINGS, MAX_STEPS)

    def find(self, keys: list[Key], numbers: list[Numbers], args: Sequence[object]) -> Call:
        """Return the replay for arguments of these shapes, and remember the call.

        Raises:
            StaleProgramError: the function does something else than it did when it was recorded.
        """
        shapes, n_samples = self._of_samples(keys) if self.function.batched else (keys, None)
        known = (*shapes, self.function.captured_version())
        entry = self._entries.get(known)
        audited = None
        if entry is None or entry.tape.runs or entry.calls + 1 == entry.audit_at:
            self.function.draws = Draws()
        draws = self.function.draws
        if entry is None:
            entry, version = self._record(keys, numbers, args)
            known = (*shapes, version)
            if version >= 0:
                self._entries.add(known, entry, len(entry.tape))
            self._warn_of_many()
        else:
            entry.calls += 1
        inputs, runs = numbers, entry.tape.runs
        if runs:
            inputs = [*numbers, *draws.parts(runs, n_samples or 1)]
        if entry.calls == entry.audit_at:
            audited = self._audit(entry, keys, numbers, args, n_samples)
        replay = entry.replays.get(n_samples)
        if replay is None:
            replay = self._compiled(entry, keys, n_samples)
            entry.replays.add(n_samples, replay, replay.size)
        call = self.last
        if call is None or call.replay is not replay:
            if known in self._entries:
                self._entries.use(known)
            entry.replays.use(n_samples)
            call = self.last = Call(entry, replay, keys, numbers, args, n_samples)
        call.numbers, call.args, call.audited = numbers, args, audited
        call.draws, call.inputs = draws, inputs
        return call

    def audit_last(self, call: Call) -> None:
        """Audit the last call, unless the next one would record again in any case.

        Raises:
            StaleProgramError: the function does something else than it did when it was recorded.
        """
        shapes = self._of_samples(call.keys)[0] if self.function.batched else call.keys
        entry = self._entries.get((*shapes, self.function.captured_version()))
        if entry is call.entry:
            self.function.draws = call.draws
            self._audit(entry, call.keys, call.numbers, call.args, call.n_samples)

    def _audit(
        self,
        entry: CacheEntry,
        keys: list[Key],
        numbers: list[Numbers],
        args: Sequence[object],
        n_samples: int | None,
    ) -> float | None:
        """Run the function again, and compare what it does with its recording.

        Returns:
            The number that it gives, to compare with that of a replay; None of samples, or if it is
            not defined.

        Raises:
            StaleProgramError: it does something else.
            Exception: it raises that, as it would without compile; after any error all recordings
                are forgotten.
        """
        start = time.perf_counter()
        try:
            with collector_off():
                number = self.function.audit(entry.tape, keys, numbers, args, n_samples)
        except Exception:
            self.clear()
            raise
        self.stats.audits += 1
        self.stats.audit_ms = 1e3 * (time.perf_counter() - start)
        entry.audit_at = self._next_audit(entry.calls, entry.tape)
        return number if n_samples is None else None

    def _next_audit(self, calls: int, tape: Tape) -> int:
        """Return at which call of a recording its next audit is."""
        if self.audits == "always":
            return calls + 1
        return next_audit(calls, len(tape)) if self.audits else 0

    def clear(self) -> None:
        """Forget all recordings."""
        self._entries.clear()
        self.function.forget()

    def _warn_of_many(self) -> None:
        """Warn once that there are many recordings."""
        if self.stats.recordings == MANY_RECORDINGS:
            warnings.warn(
                f"{self.function.name} has been recorded {MANY_RECORDINGS} times, once for every "
                "shape of its arguments and every change of what it reads from outside, or changes "
                "itself; pass what changes as an argument, and use batched=True for batches of "
                "many sizes",
                RuntimeWarning,
                stacklevel=6,
            )

    def _of_samples(self, keys: list[Key]) -> tuple[list[Key], int]:
        """Return the shapes of one sample, and how many samples there are.

        Raises:
            ValueError: arguments disagree on that.
        """
        name = self.function.argument
        if not keys:
            raise ValueError("a batched program needs an argument with samples, got none")
        shapes, counts = zip(
            *(shape_of_sample(key, name(i)) for i, key in enumerate(keys)), strict=True
        )
        for i, n in enumerate(counts):
            if n != counts[0]:
                raise ValueError(
                    f"every argument needs the same number of samples: {name(0)} has {counts[0]}, "
                    f"{name(i)} has {n}"
                )
        return list(shapes), counts[0]

    def _record(
        self, keys: list[Key], numbers: list[Numbers], args: Sequence[object]
    ) -> tuple[CacheEntry, int]:
        """Record the function for arguments of these shapes; return the captured version too."""
        start = time.perf_counter()
        with collector_off():
            tape, version = self.function.record(keys, numbers, args)
            self.stats.record_ms = 1e3 * (time.perf_counter() - start)
            self.stats.recordings += 1
            last = self.last
            if (
                last is not None
                and last.keys == keys
                and first_difference(last.entry.tape, tape) is None
            ):
                return last.entry, version  # what changed made no difference
            self._take_into_arrays(tape)
            start = time.perf_counter()
            rolled = None
            if self.backend != "python":
                from engine.compile.reroll.classes import reroll

                rolled = reroll(tape, one_lane=self.function.batched)
            self.stats.compile_ms = 1e3 * (time.perf_counter() - start)
        self.stats.nodes = len(tape)
        moved = getattr(self.optimizer, "parameters", None)
        leaves_out = moved is None or not set(moved) <= set(tape.parameters)
        leaves_out = leaves_out and hasattr(self.optimizer, "zero_grad")
        return CacheEntry(tape, rolled, leaves_out, self._next_audit(1, tape)), version

    def _take_into_arrays(self, tape: Tape) -> None:
        """Keep the parameters in arrays from now on, unless NumPy is not to be used."""
        if self.backend == "python":
            return
        from engine.compile.live import LiveArrays

        # Those of the optimizer first, in its order: it then moves them in one go.
        moved = list(getattr(self.optimizer, "parameters", []))
        # Kept as long as the program lives, since it is what keeps the parameters together.
        self._together = LiveArrays(dict.fromkeys([*moved, *tape.parameters]))

    def _compiled(
        self, entry: CacheEntry, keys: list[Key], n_samples: int | None
    ) -> ArrayReplay | PythonReplay:
        """Make the program for a number of samples."""
        start = time.perf_counter()
        with collector_off():
            replay = self._replay(entry, keys, n_samples)
        self.stats.compile_ms += 1e3 * (time.perf_counter() - start)
        if isinstance(replay, PythonReplay):
            self.stats.instructions = self.stats.lanes = self.stats.bytes = 0
        else:
            self.stats.instructions = len(replay.plan.instructions)
            self.stats.lanes = max((i.out.shape[1] for i in replay.plan.instructions), default=1)
            self.stats.bytes = replay.values.nbytes + replay.gradients.nbytes
        return replay

    def _replay(
        self, entry: CacheEntry, keys: list[Key], n_samples: int | None
    ) -> ArrayReplay | PythonReplay:
        """Return a replay by arrays, or by lines of Python where requested or faster.

        Where arrays are requested, by lines of Python if there would be thousands of small ones.
        """
        tape, rolled = entry.tape, entry.rolled
        if n_samples is None:
            entry.rolled = None  # which takes the most room, and this is the only replay of it
        if rolled is None:
            return PythonReplay(tape, ValueStore(tape.parameters), n_samples)
        from engine.compile.reroll.classes import MANY_INSTRUCTIONS, MOST_INSTRUCTIONS

        few = MANY_INSTRUCTIONS if self.backend == "auto" else MOST_INSTRUCTIONS
        if rolled.is_irregular(n_samples or 1, few):
            from engine.compile.live import LiveLists

            return PythonReplay(tape, LiveLists(tape.parameters), n_samples)
        from engine.compile.replay.arrays import array_replay

        shapes = [shape for key in keys for _, shape in rectangular_parts(key, "")]
        shapes += [(n,) if n_samples is None else (n_samples, n) for _, n in tape.runs]
        return array_replay(rolled, shapes, n_samples)
