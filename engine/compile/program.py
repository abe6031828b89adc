"""A program: a function's recordings by the shape of its arguments, and how they are replayed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from engine import value
from engine.compile.record.arguments import (
    Key,
    Numbers,
    first_non_finite,
    floats,
    read_argument,
    rectangular_parts,
    shape_of_sample,
)
from engine.compile.record.function import RecordableFunction, collector_off
from engine.compile.record.tape import Tape
from engine.compile.replay.plain_python import PythonReplay, ValueStore
from engine.errors import NonFiniteError, NonFiniteWarning
from engine.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.compile.replay.arrays import ArrayReplay
    from engine.compile.reroll.classes import Rolled


MANY_RECORDINGS, MOST_RECORDINGS = 20, 64


class Optimizer(Protocol):
    """What `program.step` moves the parameters with."""

    def step(self) -> None:
        """Move every parameter once, against its gradient."""


@dataclass
class Stats:
    """What a program has done.

    Attributes:
        recordings: for how many shapes of arguments (and numbers closed over) it was recorded.
        nodes: how many operations and leaves the last recording took down.
        instructions: how many array instructions they became; 0 if they are replayed as Python.
        lanes: how many numbers the longest row of an instruction has.
        bytes: what the buffers of the last shape hold.
        record_ms: the time of the last recording, in milliseconds.
        compile_ms: the time to make instructions, or plain Python, of it, in milliseconds.
        replays: how often the program has been called.
    """

    recordings: int = 0
    nodes: int = 0
    instructions: int = 0
    lanes: int = 0
    bytes: int = 0
    record_ms: float = 0.0
    compile_ms: float = 0.0
    replays: int = 0

    def __str__(self) -> str:
        if not self.recordings:
            return "not called yet, so nothing is recorded"
        made = "lines of Python"
        if self.instructions:
            made = (
                f"instructions: {self.instructions}, of up to {self.lanes:,} lanes, on "
                f"{self.bytes:,} bytes"
            )
        return (
            f"{self.nodes:,} nodes → {made}; recorded in {self.record_ms:.0f} ms, compiled in "
            f"{self.compile_ms:.0f} ms; recordings {self.recordings}, replays {self.replays}"
        )


@dataclass
class CacheEntry:
    """What was recorded for one shape, and its replays by the number of samples.

    Attributes:
        tape: the steps.
        rolled: the steps in rows, for array programs.
        leaves_out: whether the optimizer moves parameters too that the recording does not use, and
            whose gradients its replays do not set.
        replays: the programs made of it.
    """

    tape: Tape
    rolled: Rolled | None
    leaves_out: bool
    replays: dict[int | None, ArrayReplay | PythonReplay] = field(default_factory=dict)


@dataclass
class Call:
    """The last call: what was replayed on what."""

    recording: CacheEntry
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


class Program:
    """What `engine.compile` returns.

    Attributes:
        stats: what it has done so far.
    """

    def __init__(
        self,
        fn: Callable[..., object],
        optimizer: Optimizer | None,
        batched: bool,
        penalty: Callable[[], Value] | None,
        backend: str,
    ) -> None:
        if not callable(fn):
            hint = "; leave out the brackets behind its name" if isinstance(fn, Value) else ""
            raise TypeError(f"compile needs a function that returns a Value, got {fn!r}{hint}")
        if backend not in ("auto", "numpy", "python"):
            raise ValueError(f'backend must be "auto", "numpy" or "python", got {backend!r}')
        no_step = isinstance(optimizer, type) or not hasattr(optimizer, "step")
        if optimizer is not None and no_step:
            raise TypeError(
                "optimizer must have a method step(), as nn.SGD(parameters, learning_rate=…) has, "
                f"got {optimizer!r}"
            )
        if penalty is not None and not callable(penalty):
            raise TypeError(
                f"penalty must be a function that returns a Value, got {penalty!r}; put lambda: "
                "before it"
            )
        if penalty is not None and not batched:
            raise ValueError(
                "a penalty goes with batched=True; in a function of the whole batch add it there"
            )
        if backend != "python":
            import_module("engine.compile.replay.arrays")  # loads NumPy, not a part of record_ms
        self.optimizer, self.batched, self.backend = optimizer, batched, backend
        self.stats = Stats()
        self._function = RecordableFunction(fn, penalty, batched)
        self._recordings: dict[object, CacheEntry] = {}
        self._last: Call | None = None
        self._outputs: list[list[float]] | None = None  # where inf or nan has made it go eagerly

    def __call__(self, *args: object, **named_args: object) -> float:
        """Return the loss; add its gradients to `.grad` of the parameters, as `backward()` does.

        Raises:
            RecordingError: the function cannot be recorded.
            TypeError: an argument holds something else than numbers.
            ValueError: an argument is ragged, or holds nan; or inf, where the result is not finite.
            DomainError: an operation was asked outside its domain.

        Warns:
            NonFiniteWarning: the loss or a gradient is inf or nan.
        """
        return self._run(args, named_args, gradients="add")

    def evaluate(self, *args: object, **named_args: object) -> float:
        """Return the loss; gradients stay as they are."""
        return self._run(args, named_args, gradients="none")

    def step(self, *args: object, **named_args: object) -> float:
        """Return the loss, set the gradients to its own, and let the optimizer take a step.

        Raises:
            ValueError: the program has no optimizer.
            NonFiniteError: the loss or a gradient is inf or nan; the parameters stay as they are.
        """
        if self.optimizer is None:
            raise ValueError(
                "step() needs an optimizer; give one to compile(fn, optimizer=…), or call the "
                "program and move the parameters yourself"
            )
        loss = self._run(args, named_args, gradients="set")
        self.optimizer.step()
        return loss

    @property
    def outputs(self) -> Sequence[Sequence[float] | NDArray[np.float64]]:
        """The numbers of the other Values that the function returned, at the last call.

        For each of these Values, the numbers of all samples.

        Raises:
            ValueError: the program has not been called yet.
        """
        call = self._called("program.outputs holds numbers of")
        return call.replay.outputs() if self._outputs is None else self._outputs

    @property
    def graph(self) -> Value:
        """The graph of the last call, to draw and explain; of its first sample if batched.

        The operations are carried out again, one by one, on the numbers of that call and on the
        parameters as they are now, so after a step on those that it has moved. Gradients in between
        are those of this graph; those of the parameters stay as the call left them.

        Raises:
            ValueError: the program has not been called yet.
        """
        call = self._called("program.graph shows")
        root, _ = call.recording.tape.graph(call.sample(0))
        if not isinstance(root, Value) or root.op is None:
            raise ValueError(
                f"program.graph shows operations, and {self._function.name} has none: it returns a "
                "Value as it is"
            )
        # Not those of the inputs, which are leaves of this graph alone.
        kept = [(p, p.grad) for p in call.recording.tape.parameters]
        root.backward()
        for p, grad in kept:
            p.grad = grad
        return root

    def forget(self) -> None:
        """Forget all recordings, so that the next call records anew.

        Needed after a change around the function that the program cannot see, such as one inside a
        NumPy array of more than 10,000 numbers.
        """
        self._recordings.clear()

    def __repr__(self) -> str:
        return f"<Program of {self._function.name}: {self.stats}>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a program cannot be copied or pickled; compile the function again")

    def source(self) -> str:
        """Return what the last call replayed as Python, to read.

        Raises:
            ValueError: the program has not been called yet.
        """
        return self._called("program.source() prints").replay.source()

    def _called(self, what: str) -> Call:
        if self._last is None:
            raise ValueError(f"{what} the last call, and there was none; call the program first")
        return self._last

    # ---- one call ----

    def _run(
        self, args: tuple[object, ...], named_args: dict[str, object], gradients: str
    ) -> float:
        if value._recorder is not None:
            value._recorder.refuse(
                "calling a program inside a compiled function", "call the plain function instead"
            )
        if named_args:
            args = self._function.in_order(args, named_args)
        keys: list[Key] = []
        numbers: list[Numbers] = []
        for i, x in enumerate(args):
            key, found = read_argument(x, self._function.argument(i))
            keys.append(key)
            numbers += found
        shapes, n_samples = self._of_samples(keys) if self.batched else (keys, None)
        known = (*shapes, self._function.captured_version())
        recording = self._recordings.get(known)
        if recording is None:
            recording = self._record(keys, numbers)
            known = (*shapes, self._function.captured_version())  # it may have found more of them
            self._recordings[known] = recording
            self._keep_few()
        replay = recording.replays.get(n_samples)
        if replay is None:
            replay = recording.replays[n_samples] = self._compiled(recording, keys, n_samples)
        if self._last is None or self._last.replay is not replay:
            self._last = Call(recording, replay, keys, numbers, n_samples)
        self._last.numbers = numbers
        self._outputs = None
        self.stats.replays += 1
        try:
            loss, finite = replay.run(numbers, gradients=gradients != "none")
        except ArithmeticError:  # outside a domain
            finite = False
        if not finite:
            return self._not_finite(self._last, gradients)
        if replay.doubtful:
            self._eager(self._last)  # notes the outputs
        if gradients == "set" and recording.leaves_out:
            self.optimizer.zero_grad()  # type: ignore[union-attr]
        if gradients != "none":
            replay.store_gradients(add=gradients == "add")
        return loss

    def _keep_few(self) -> None:
        """Forget the oldest of many recordings, and say once that there are many."""
        if len(self._recordings) > MOST_RECORDINGS:
            del self._recordings[next(iter(self._recordings))]
        if self.stats.recordings == MANY_RECORDINGS:
            warnings.warn(
                f"{self._function.name} has been recorded {MANY_RECORDINGS} times, once for every "
                "shape of its arguments and every change of a number that it takes from outside; "
                "hand in what changes as an argument, and use batched=True for batches of many "
                "sizes",
                RuntimeWarning,
                stacklevel=4,
            )

    def _of_samples(self, keys: list[Key]) -> tuple[list[Key], int]:
        """Return the shapes of one sample, and how many samples there are.

        Raises:
            ValueError: arguments disagree on that.
        """
        name = self._function.argument
        if not keys:
            raise ValueError("a batched program needs an argument with samples, got none")
        shapes, counts = zip(
            *(shape_of_sample(key, name(i)) for i, key in enumerate(keys)), strict=True
        )
        for i, n in enumerate(counts):
            if n != counts[0]:
                raise ValueError(
                    f"every argument needs as many samples: {name(0)} has {counts[0]}, {name(i)} "
                    f"has {n}"
                )
        return list(shapes), counts[0]

    def _record(self, keys: list[Key], numbers: list[Numbers]) -> CacheEntry:
        """Record the function for arguments of these shapes."""
        start = time.perf_counter()
        with collector_off():
            tape = self._function.record_and_verify(keys, numbers)
            self._take_into_arrays(tape)
            self.stats.record_ms = 1e3 * (time.perf_counter() - start)
            start = time.perf_counter()
            rolled = None
            if self.backend != "python":
                from engine.compile.reroll.classes import reroll

                rolled = reroll(tape, one_lane=self.batched)
            self.stats.compile_ms = 1e3 * (time.perf_counter() - start)
        self.stats.recordings += 1
        self.stats.nodes = len(tape)
        moved = getattr(self.optimizer, "parameters", None)
        leaves_out = moved is None or not set(moved) <= set(tape.parameters)
        return CacheEntry(tape, rolled, leaves_out and hasattr(self.optimizer, "zero_grad"))

    def _take_into_arrays(self, tape: Tape) -> None:
        """Keep the parameters in arrays from now on, unless NumPy is to stay out."""
        if self.backend == "python":
            return
        from engine.compile.live import LiveArrays

        # Those of the optimizer first, in its order: it then moves them in one go.
        moved = list(getattr(self.optimizer, "parameters", []))
        # Held as long as the program lives, since it is what keeps them together.
        self._together = LiveArrays(dict.fromkeys([*moved, *tape.parameters]))

    def _compiled(
        self, recording: CacheEntry, keys: list[Key], n_samples: int | None
    ) -> ArrayReplay | PythonReplay:
        """Make the program for a number of samples."""
        start = time.perf_counter()
        with collector_off():
            replay = self._replay(recording, keys, n_samples)
        self.stats.compile_ms += 1e3 * (time.perf_counter() - start)
        if isinstance(replay, PythonReplay):
            self.stats.instructions = self.stats.lanes = self.stats.bytes = 0
        else:
            self.stats.instructions = len(replay.plan.instructions)
            self.stats.lanes = max((i.out.shape[1] for i in replay.plan.instructions), default=1)
            self.stats.bytes = replay.values.nbytes + replay.gradients.nbytes
        return replay

    def _replay(
        self, recording: CacheEntry, keys: list[Key], n_samples: int | None
    ) -> ArrayReplay | PythonReplay:
        """Return a replay by arrays, or by lines of Python where these are asked for or quicker."""
        tape, rolled = recording.tape, recording.rolled
        if rolled is None:
            return PythonReplay(tape, ValueStore(tape.parameters), n_samples)
        if self.backend == "auto" and rolled.is_irregular(n_samples or 1):
            from engine.compile.live import LiveLists

            return PythonReplay(tape, LiveLists(tape.parameters), n_samples)
        from engine.compile.replay.arrays import array_replay

        shapes = [shape for key in keys for _, shape in rectangular_parts(key, "")]
        return array_replay(rolled, shapes, n_samples)

    # ---- where numbers end ----

    def _not_finite(self, call: Call, gradients: str) -> float:
        """Say where inf or nan comes from as the eager engine does, or return what it gives.

        Raises:
            ValueError: it came in with an argument.
            DomainError: an operation was asked outside its domain.
            NonFiniteError: in a step, before anything is moved.
        """
        names = [
            part
            for i, key in enumerate(call.keys)
            for part in rectangular_parts(key, self._function.argument(i))
        ]
        for numbers, (name, shape) in zip(call.numbers, names, strict=True):
            if bad := first_non_finite(numbers, name, shape):
                raise ValueError(f"{bad}; fill in or leave out missing numbers first")
        loss = self._eager(call)
        if gradients == "none":
            return loss.data
        if gradients == "add":
            loss.backward()
            return loss.data
        used = call.replay.parameters.parameters
        kept = [p.grad for p in used]
        for p in used:
            p.grad = 0.0
        with warnings.catch_warnings():
            warnings.simplefilter("error", NonFiniteWarning)
            try:
                loss.backward()
            except NonFiniteWarning as warning:
                for p, grad in zip(used, kept, strict=True):
                    p.grad = grad
                raise NonFiniteError(f"no step was taken: {warning}") from None
        for p in set(getattr(self.optimizer, "parameters", [])) - set(used):
            p.grad = 0.0
        return loss.data

    def _eager(self, call: Call) -> Value:
        """Carry out the recorded operations on Values, for every sample; note the outputs."""
        tape = call.recording.tape
        samples = [tape.graph(call.sample(i)) for i in range(call.n_samples or 1)]
        self._outputs = [[float(made[i]) for _, made in samples] for i in tape.outputs]
        watcher, value._watcher = value._watcher, None  # recorded even inside no_grad()
        try:
            loss = sum((root for root, _ in samples[1:]), samples[0][0])
            if call.n_samples is not None:
                loss = loss * (1.0 / call.n_samples)
            if tape.penalty >= 0:
                loss = loss + samples[0][1][tape.penalty]
        finally:
            value._watcher = watcher
        assert isinstance(loss, Value)
        return loss
