"""Replays a tape as straight-line Python, one line per operation, without NumPy.

The array program is the same computation re-rolled; this one is easier to read in a lesson. A long
tape is run step by step at first, and its lines are compiled once it has been run often.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.compile.record.arguments import Numbers, floats
from engine.compile.record.function import collector_off
from engine.compile.record.tape import Tape
from engine.compile.replay.cuts import Cuts, Met
from engine.compile.replay.python_source import function_source, slope_name
from engine.compile.replay.step_by_step import StepByStep
from engine.table.evaluate import ieee_functions
from engine.value import Value

if TYPE_CHECKING:
    from engine.compile.live import LiveLists

# A tape of so many steps is run step by step for its first so many runs: to compile it takes as
# long as that saves in some 20 runs.
LONG, FIRST_RUNS = 1000, 20


class ValueStore:
    """Numbers and gradients of parameters that remain plain Values."""

    def __init__(self, parameters: Sequence[Value]) -> None:
        self.parameters = list(parameters)

    @property
    def data(self) -> list[float]:
        """The numbers."""
        return [p.data for p in self.parameters]

    @property
    def grad(self) -> list[float]:
        """The gradients."""
        return [p.grad for p in self.parameters]

    @grad.setter
    def grad(self, numbers: Sequence[float]) -> None:
        for p, x in zip(self.parameters, numbers, strict=True):
            p.grad = x


class PythonReplay:
    """Runs a tape, sample by sample if it is of one sample.

    Args:
        tape: what was recorded.
        parameters: its parameters.
        n_samples: how many samples each call brings, or None for a tape of the whole batch.
        cuts: how its lines multiply by slopes, if they must look at each.

    Attributes:
        size: how many steps it has.
        doubtful: False; only an array program can give nan where there should be a number.
    """

    doubtful = False

    def __init__(
        self,
        tape: Tape,
        parameters: ValueStore | LiveLists,
        n_samples: int | None,
        cuts: Cuts | None = None,
    ) -> None:
        self.tape, self.parameters, self.n_samples = tape, parameters, n_samples
        self.size = len(tape)
        self.grad: list[float] = []
        self._outputs: list[list[float]] = []
        self._cuts = cuts
        self._careful: tuple[Cuts, PythonReplay] | None = None
        self._functions = {"sample" if n_samples else "program": [tape.out, *tape.outputs]}
        if tape.penalty >= 0:
            self._functions["penalty"] = [tape.penalty]
        self._first_runs = FIRST_RUNS if len(tape) >= LONG and cuts is None else 0
        self._run: list[Callable[..., tuple[float, list[float], list[float]]]] = []
        if self._first_runs:
            roots = self._functions.values()
            self._run += [StepByStep(tape, steps, self._space()) for steps in roots]
        else:
            self._compile()

    def _space(self) -> dict[str, object]:
        """Return what the names in lines mean."""
        space: dict[str, object] = {name: f for name, f in vars(math).items() if callable(f)}
        space |= {"abs": abs, "inf": math.inf, "nan": math.nan, "whole": whole}
        if self._cuts is not None:
            space["cut"] = self._cuts.number
            for op in {op for op in self.tape.ops if op.slopes}:
                _, *found = ieee_functions(op)
                space |= {slope_name(op, k): slope for k, slope in enumerate(found)}
        return space

    def _compile(self) -> None:
        """Run the lines from now on."""
        space: dict[str, Any] = self._space()
        with collector_off():
            exec(compile(self.source(), "<straight-line program>", "exec"), space)
        # Popped, so that no cycle keeps a program that is dropped for the garbage collector.
        self._run = [space.pop(name) for name in self._functions]

    def source(self) -> str:
        """Return the lines as functions."""
        looks = self._cuts is not None
        return "\n\n".join(
            function_source(name, self.tape, steps, looks)
            for name, steps in self._functions.items()
        )

    def run(self, arrays: Sequence[Numbers], *, gradients: bool) -> tuple[float, bool]:
        """Replay on these inputs; leave gradients of the parameters in `grad`.

        Returns:
            The result, and whether it and all gradients asked for are finite, and no input is nan.

        Raises:
            ArithmeticError: an operation was given a number outside its domain, or overflowed.
        """
        if self._first_runs:
            self._first_runs = max(0, self._first_runs - (self.n_samples or 1))
            if not self._first_runs:
                self._compile()
        try:
            loss = self._replayed(arrays)
        except ValueError as error:
            raise ArithmeticError(str(error)) from None
        finite = math.isfinite(loss) and (not gradients or all(map(math.isfinite, self.grad)))
        return loss, finite

    def _replayed(self, arrays: Sequence[Numbers]) -> float:
        """Return the result; leave gradients and outputs behind."""
        data = self.parameters.data
        given = [floats(array) for array in arrays]
        if any(x != x for part in given for x in part):
            return math.nan
        if self.n_samples is None:
            loss, self.grad, found = self._run[0](data, [x for part in given for x in part])
            self._outputs = [[x] for x in found]
            return loss
        total, self.grad, self._outputs = 0.0, [0.0] * len(data), [[] for _ in self.tape.outputs]
        widths = [len(part) // self.n_samples for part in given]
        for i in range(self.n_samples):
            parts = zip(given, widths, strict=True)
            sample = [x for part, n in parts for x in part[i * n : (i + 1) * n]]
            if self._cuts is not None:
                self._cuts.met.append((f"sample {i}",))
            loss, grad, found = self._run[0](data, sample)
            total += loss
            self.grad = self.plus_last(grad)
            for kept, x in zip(self._outputs, found, strict=True):
                kept.append(x)
        share = 1.0 / self.n_samples
        total, self.grad = total / self.n_samples, [g * share for g in self.grad]
        if self.tape.penalty >= 0:
            price, grad, _ = self._run[1](data, [0.0] * len(self.tape.inputs))
            total, self.grad = total + price, self.plus_last(grad)
        return total

    def leave_out_slopes(self, arrays: Sequence[Numbers]) -> tuple[float, list[Met]] | None:
        """Find the gradients of the last run again; 0 times a slope that is inf or nan is 0.

        Returns:
            The result and the slopes met that are not finite, or None if the result or a gradient
            is not finite, or an operation was given a number outside its domain.
        """
        if self._careful is None:
            cuts = Cuts()
            self._careful = cuts, PythonReplay(self.tape, self.parameters, self.n_samples, cuts)
        cuts, replay = self._careful
        cuts.met = []
        try:
            loss, finite = replay.run(arrays, gradients=True)
        except ArithmeticError:
            return None
        self.grad, self._outputs = replay.grad, replay._outputs
        return (loss, cuts.met) if finite else None

    def store_gradients(self, *, add: bool) -> None:
        """Set the gradients of the parameters to those of the last run, or add those to them."""
        self.parameters.grad = self.plus_last(self.parameters.grad) if add else self.grad

    def plus_last(self, grad: Sequence[float]) -> list[float]:
        """Return gradients with those of the last run added."""
        return [a + b for a, b in zip(grad, self.grad, strict=True)]

    def outputs(self) -> list[list[float]]:
        """Return the numbers of the outputs, one for each sample."""
        return self._outputs


def whole(index: float, n_entries: int) -> int:
    """Return an index as a whole number.

    Raises:
        IndexError: it is not from 0 to below `n_entries`, or not whole.
    """
    if index != int(index) or not 0 <= index < n_entries:
        raise IndexError(
            f"take needs whole numbers from 0 to {n_entries - 1} as its index, got {index:g}"
        )
    return int(index)
