"""Records a function once per shape of its arguments, and keeps the programs made from that."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.compile.recent import Recent
from engine.compile.record.arguments import Key, Numbers, floats, rectangular_parts, shape_of_sample
from engine.compile.record.function import RecordableFunction, collector_off
from engine.compile.record.tape import Tape
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
    """

    tape: Tape
    rolled: Rolled | None
    leaves_out: bool
    replays: Recent[int | None, ArrayReplay | PythonReplay] = field(default_factory=few_replays)
    texts: dict[object, str] = field(default_factory=dict)


@dataclass
class Call:
    """One call: what was replayed on which numbers."""

    entry: CacheEntry
    replay: ArrayReplay | PythonReplay
    keys: list[Key]
    numbers: list[Numbers]
    n_samples: int | None

    def sample(self, i: int) -> list[float]:
        """Return the inputs of one sample, or of the whole call if it has no samples."""
        if self.n_samples is None:
            return [x for part in self.numbers for x in floats(part)]
        found: list[float] = []
        for part in self.numbers:
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

    Attributes:
        stats: what has been recorded and compiled.
        last: the last call.
    """

    def __init__(self, function: RecordableFunction, backend: str, optimizer: object) -> None:
        self.function, self.backend, self.optimizer = function, backend, optimizer
        self.stats = Stats()
        self.last: Call | None = None
        self._entries: Recent[object, CacheEntry] = Recent(MAX_RECORDINGS, MAX_STEPS)

    def find(self, keys: list[Key], numbers: list[Numbers]) -> Call:
        """Return the replay for arguments of these shapes, and remember the call."""
        shapes, n_samples = self._of_samples(keys) if self.function.batched else (keys, None)
        known = (*shapes, self.function.captured_version())
        entry = self._entries.get(known)
        if entry is None:
            entry = self._record(keys, numbers)
            known = (*shapes, self.function.captured_version())  # more of them may be watched now
            self._entries.add(known, entry, len(entry.tape))
            self._warn_of_many()
        replay = entry.replays.get(n_samples)
        if replay is None:
            replay = self._compiled(entry, keys, n_samples)
            entry.replays.add(n_samples, replay, replay.size)
        if self.last is None or self.last.replay is not replay:
            self._entries.use(known)
            entry.replays.use(n_samples)
            self.last = Call(entry, replay, keys, numbers, n_samples)
        self.last.numbers = numbers
        return self.last

    def clear(self) -> None:
        """Forget all recordings."""
        self._entries.clear()

    def _warn_of_many(self) -> None:
        """Warn once that there are many recordings."""
        if self.stats.recordings == MANY_RECORDINGS:
            warnings.warn(
                f"{self.function.name} has been recorded {MANY_RECORDINGS} times, once for every "
                "shape of its arguments and every change of a number that it reads from outside; "
                "pass what changes as an argument, and use batched=True for batches of many "
                "sizes",
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

    def _record(self, keys: list[Key], numbers: list[Numbers]) -> CacheEntry:
        """Record the function for arguments of these shapes."""
        start = time.perf_counter()
        with collector_off():
            tape = self.function.record_and_verify(keys, numbers)
            self._take_into_arrays(tape)
            self.stats.record_ms = 1e3 * (time.perf_counter() - start)
            start = time.perf_counter()
            rolled = None
            if self.backend != "python":
                from engine.compile.reroll.classes import reroll

                rolled = reroll(tape, one_lane=self.function.batched)
            self.stats.compile_ms = 1e3 * (time.perf_counter() - start)
        self.stats.recordings += 1
        self.stats.nodes = len(tape)
        moved = getattr(self.optimizer, "parameters", None)
        leaves_out = moved is None or not set(moved) <= set(tape.parameters)
        return CacheEntry(tape, rolled, leaves_out and hasattr(self.optimizer, "zero_grad"))

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
        """Return a replay by arrays, or by lines of Python where requested or faster."""
        tape, rolled = entry.tape, entry.rolled
        if n_samples is None:
            entry.rolled = None  # which takes the most room, and this is the only replay of it
        if rolled is None:
            return PythonReplay(tape, ValueStore(tape.parameters), n_samples)
        if self.backend == "auto" and rolled.is_irregular(n_samples or 1):
            from engine.compile.live import LiveLists

            return PythonReplay(tape, LiveLists(tape.parameters), n_samples)
        from engine.compile.replay.arrays import array_replay

        shapes = [shape for key in keys for _, shape in rectangular_parts(key, "")]
        return array_replay(rolled, shapes, n_samples)
