"""A program: scalar code that is recorded when first called, and replayed by every call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from math import isfinite
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from engine.compile.cache import Call, ProgramCache
from engine.compile.eager import carry_out, warning_of_backward
from engine.compile.record.arguments import (
    Key,
    Numbers,
    first_non_finite,
    read_argument,
    rectangular_parts,
)
from engine.compile.record.audit import is_close
from engine.compile.record.cures import uncaught
from engine.compile.record.verified import VerifiedFunction
from engine.compile.replay.cuts import Met
from engine.compile.stats import Stats
from engine.errors import DomainError, NonFiniteError, NonFiniteWarning, StaleProgramError
from engine.value import Value, current

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.compile.record.tape import Tape


MOST_TEXTS = 100  # warnings remembered for a recording


class Optimizer(Protocol):
    """Anything that can move the parameters in `program.step`."""

    def step(self) -> None:
        """Move every parameter once, against its gradient."""


class Program:
    """What `engine.compile` returns.

    Attributes:
        optimizer: what `step` moves the parameters with, or None.
        batched: whether the function takes one sample.
        backend: "auto", "numpy" or "python".
    """

    def __init__(
        self,
        fn: Callable[..., object],
        optimizer: Optimizer | None,
        batched: bool,
        penalty: Callable[[], Value] | None,
        backend: str,
        audit: bool | str,
    ) -> None:
        if not callable(fn):
            hint = "; leave out the brackets after its name" if isinstance(fn, Value) else ""
            raise TypeError(f"compile needs a function that returns a Value, got {fn!r}{hint}")
        if backend not in ("auto", "numpy", "python"):
            raise ValueError(f'backend must be "auto", "numpy" or "python", got {backend!r}')
        if audit not in (True, False, "always"):
            raise ValueError(f'audit must be True, False or "always", got {audit!r}')
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
                "penalty needs batched=True; a function of the whole batch can add its own penalty"
            )
        if backend != "python":
            import_module("engine.compile.replay.arrays")  # loads NumPy, outside of record_ms
        self.optimizer, self.batched, self.backend = optimizer, batched, backend
        self._function = VerifiedFunction(fn, penalty, batched)
        self._cache = ProgramCache(self._function, backend, optimizer, audit)
        self._outputs: list[list[float]] | None = None  # of a call that inf or nan made eager
        self._turn, self._running = RLock(), False

    def __call__(self, *args: object, **named_args: object) -> float:
        """Return the loss; add its gradients to `.grad` of the parameters, as `backward()` does.

        Raises:
            RecordingError: the function cannot be recorded.
            StaleProgramError: an audit found that the function does something else than it did when
                it was recorded. The program has forgotten that, and the next call records again.
            TypeError: an argument holds anything other than numbers.
            ValueError: an argument is ragged, or holds nan; or inf, where the result is not finite.
            DomainError: an operation was given a number outside its domain.
            RuntimeError: another call of the program goes on, in another thread or interrupted by
                a signal handler.

        Warns:
            NonFiniteWarning: the loss or a gradient is inf or nan; or an infinite slope was left
                out, since the gradient that arrives there is exactly 0.
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

        Warns:
            NonFiniteWarning: an infinite slope was left out, since the gradient that arrives there
                is exactly 0.
        """
        if self.optimizer is None:
            raise ValueError(
                "step() needs an optimizer; give one to compile(fn, optimizer=…), or call the "
                "program and move the parameters yourself"
            )
        return self._run(args, named_args, "set", self.optimizer.step)

    @property
    def stats(self) -> Stats:
        """What the program has recorded, compiled and replayed so far."""
        return self._cache.stats

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
        parameters as they are now, which a step has already moved. Gradients in between are those
        of this graph; those of the parameters stay as the call left them.

        Raises:
            ValueError: the program has not been called yet.
        """
        call = self._called("program.graph shows")
        root, _ = call.entry.tape.graph(call.sample(0))
        if not isinstance(root, Value) or root.op is None:
            raise ValueError(
                f"program.graph shows operations, and {self._function.name} has none: it returns a "
                "Value as it is"
            )
        # Not those of the inputs, which are leaves of this graph alone.
        kept = [(p, p.grad) for p in call.entry.tape.parameters]
        root.backward()
        for p, grad in kept:
            p.grad = grad
        return root

    @property
    def tape(self) -> Tape:
        """What the last call replayed, operation by operation, to write it down in another form.

        Raises:
            ValueError: the program has not been called yet.
        """
        return self._called("program.tape has the operations of").entry.tape

    def audit(self) -> None:
        """Audit the last call now: run the function again, and compare what it does.

        Its operations and constants are compared with the recording one by one, exactly. Programs
        do so by themselves now and then; see `engine.compile`.

        Raises:
            StaleProgramError: the function does something else than it did when it was recorded.
                The program has forgotten that, and the next call records again.
            ValueError: the program has not been called yet.
        """
        call = self._called("program.audit() runs the function on the arguments of")
        self._take_turn()
        try:
            self._cache.audit_last(call)
        finally:
            self._end_turn()

    def forget(self) -> None:
        """Forget all recordings, so that the next call records again.

        Needed after a change around the function that the program cannot see, such as one inside a
        NumPy array of more than 10,000 numbers.
        """
        self._cache.clear()

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
        self._take_turn()
        self._end_turn()
        if self._cache.last is None:
            raise ValueError(f"{what} the last call, and there was none; call the program first")
        return self._cache.last

    # ---- one call ----

    def _take_turn(self) -> None:
        """Let this thread alone use the program, until it ends its turn.

        Raises:
            RecordingError: a function that is being recorded uses the program.
            RuntimeError: another thread does, or this one is in the middle of a call.
        """
        recorder = current().recorder
        if recorder is not None:
            recorder.refuse(
                "calling a program inside a compiled function", "call the plain function instead"
            )
        if self._turn.acquire(False):
            if not self._running:
                self._running = True
                return
            self._turn.release()
        raise RuntimeError(
            "a program works for one thread at a time; compile the function once for each, and do "
            "not use a program in a signal handler that may interrupt a call of it"
        )

    def _end_turn(self) -> None:
        self._running = False
        self._turn.release()

    def _run(
        self,
        args: tuple[object, ...],
        named_args: dict[str, object],
        gradients: str,
        move: Callable[[], None] | None = None,
    ) -> float:
        self._take_turn()
        try:
            loss = self._answer(args, named_args, gradients)
            if move is not None:  # before another thread may change the gradients
                self._running = False  # but the optimizer itself may call the program
                move()
            return loss
        finally:
            self._end_turn()

    def _answer(
        self, args: tuple[object, ...], named_args: dict[str, object], gradients: str
    ) -> float:
        if named_args:
            args = self._function.in_order(args, named_args)
        keys: list[Key] = []
        numbers: list[Numbers] = []
        for i, x in enumerate(args):
            key, parts = read_argument(x, self._function.argument(i))
            keys.append(key)
            numbers += parts
        call = self._cache.find(keys, numbers, args)
        replay, numbers = call.replay, call.inputs
        self._outputs = None
        self._cache.stats.replays += 1
        try:
            loss, finite = replay.run(numbers, gradients=gradients != "none")
        except ArithmeticError:  # outside a domain
            finite = False
        except IndexError as error:  # of take
            raise uncaught(error, self._function.fn) from None
        text = ""
        if not finite:
            found = replay.leave_out_slopes(numbers) if gradients != "none" else None
            if found is None:
                return self._not_finite(call, gradients)
            loss, met = found
            text = self._text_of(call, met)
        if call.audited is not None:
            self._compare(loss, call.audited, call)
        if replay.doubtful:
            _, self._outputs = carry_out(call)
        if gradients == "set" and call.entry.leaves_out:
            zero_grad = getattr(self.optimizer, "zero_grad", None)
            if zero_grad is not None:
                zero_grad()
        if gradients != "none":
            replay.store_gradients(add=gradients == "add")
        if text:
            warnings.warn(text, NonFiniteWarning, stacklevel=4)
        return loss

    def _compare(self, loss: float, audited: float, call: Call) -> None:
        """Compare a replay's number with that of the function itself.

        Raises:
            StaleProgramError: they differ by more than rounding, although all operations agree.
        """
        if not is_close(loss, audited, call.entry.tape, call.sample(0)):
            self.forget()
            raise StaleProgramError(
                f"{self._function.name} gave {loss:g} replayed and {audited:g} when it was run "
                "again, although its operations are those that were recorded, which must not "
                "happen: please report it, and leave compile out meanwhile"
            )

    # ---- inf and nan ----

    def _not_finite(self, call: Call, gradients: str) -> float:
        """Raise or warn about inf or nan as the eager engine does; return the loss that it gives.

        Raises:
            ValueError: it comes from an argument.
            DomainError: an operation was given a number outside its domain.
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
        try:
            loss, self._outputs = carry_out(call)
        except DomainError as error:
            raise uncaught(error, self._function.fn) from None
        if gradients == "none":
            return loss.data
        used = call.replay.parameters.parameters
        kept = [p.grad for p in used]
        if gradients == "set":
            for p in used:
                p.grad = 0.0
        text = warning_of_backward(loss)
        if gradients == "set":
            if not all(isfinite(x) for x in (loss.data, *(p.grad for p in used))):
                for p, grad in zip(used, kept, strict=True):
                    p.grad = grad
                raise NonFiniteError(f"no step was taken: {text}")
            for p in set(getattr(self.optimizer, "parameters", [])) - set(used):
                p.grad = 0.0
        if text:
            warnings.warn(text, NonFiniteWarning, stacklevel=5)
        return loss.data

    def _text_of(self, call: Call, met: list[Met]) -> str:
        """Return the eager engine's warning of slopes that are not finite.

        Found on Values, which takes as long as an eager step, but once for the same slopes.
        """
        texts = call.entry.texts
        key = (call.n_samples, *met)
        if key not in texts:
            used = call.replay.parameters.parameters
            kept = [p.grad for p in used]
            if len(texts) >= MOST_TEXTS:
                texts.clear()
            texts[key] = warning_of_backward(carry_out(call)[0])
            for p, grad in zip(used, kept, strict=True):
                p.grad = grad
        return texts[key]
