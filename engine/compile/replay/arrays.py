"""The array program of one shape: its buffers, its lines as functions, and one run of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from contextvars import Context
from functools import cache, partial
from math import isfinite, isnan
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from engine.compile.live import Live, LiveArrays
from engine.compile.record.arguments import Numbers
from engine.compile.replay.cuts import Cuts, Met
from engine.compile.replay.peephole import Peephole
from engine.compile.replay.writer import PlanWriter
from engine.compile.reroll.classes import Rolled
from engine.compile.reroll.inputs import Inputs
from engine.compile.reroll.instructions import Map, Plan
from engine.compile.reroll.planner import Planner
from engine.compile.reroll.slots import strided_view

CHANGES = re.compile(r"\w+ \S=")  # a line that changes an array in place, such as `v1 += x`
MANY_LINES = 2000  # more would take longer to optimise than it saves in a hundred runs


class ArrayReplay:
    """Runs a plan.

    Args:
        plan: the instructions.
        parameters: where the parameters are.
        inputs: the slots of the arguments, after the parameters.
        cuts: how its lines multiply by slopes, if they must look at each.

    Attributes:
        size: how many slots there are.
        doubtful: whether an output of the last run may be nan where the eager engine's is not.
    """

    def __init__(
        self, plan: Plan, parameters: LiveArrays, inputs: Inputs, cuts: Cuts | None = None
    ) -> None:
        writer = PlanWriter(plan, cuts)
        buffers = writer.buffers
        self.plan, self.parameters = plan, parameters
        self.values, self.gradients = buffers.values, buffers.gradients
        n = plan.n_parameters
        self.size = plan.size
        self.data, self.grad = self.values[:n], self.gradients[:n]
        self.slots_of_inputs = inputs
        self.inputs = [strided_view(self.values, n + slots) for slots in inputs.arrays]
        self.given = self.values[n : n + inputs.size]
        once, backward = writer.backward_lines()
        self.forward = function(buffers.forward, buffers.space)
        self.backward = function(backward, buffers.space)
        self.check = function(writer.checks, buffers.space)
        # NumPy's own functions raise a flag outside their domains, where there are flags; what is
        # called number by number does not, nor may what a user has given a domain.
        by_number = any(isinstance(x, np.vectorize) for x in buffers.space.values())
        defined = any(
            isinstance(x, Map) and x.op.defined and x.op.domain for x in plan.instructions
        )
        self.flags = not (by_number or defined) and has_flags()
        self.suspect = False
        # NumPy keeps what it calls where the garbage collector cannot see a cycle.
        self._context = flags_reported(partial(ArrayReplay._suspected, proxy(self)))
        self._context.run(function(once, buffers.space))
        # A pair that is missing is a 0 in a matrix, and 0 times the inf of another pair is nan.
        self._mixes = bool(self.plan.outputs) and buffers.has_zero_padding()
        self.doubtful = False
        self._buffers, self._once, self._backward = buffers, once, backward
        self._careful: tuple[Cuts, ArrayReplay] | None = None

    def source(self) -> str:
        """Return the program as Python: views of the buffers, what is done with them, other arrays.

        A view is given by its buffer, first slot, shape, and the steps along the axes in slots;
        several names may show the same slots. The lines are those that
        run, before peephole optimisation (`Peephole`).
        """
        buffers = self._buffers
        parts = {
            f"numbers: V has {len(self.values):,} slots": [
                "# view(V, slot, shape, steps) begins at a slot and moves by steps along axes",
                *buffers.list_views("V"),
            ],
            "forward": buffers.forward,
            f"gradients: G has {len(self.gradients):,} slots": buffers.list_views("G"),
            "gradients that no run changes": self._once,
            "backward": self._backward,
            "other arrays: numbers (k), slots (i), ones, and room for results (s, t, z)": (
                buffers.list_arrays()
            ),
        }
        return "\n\n".join(
            "\n".join([f"# ---- {title} ----", *lines]) for title, lines in parts.items() if lines
        )

    def run(self, arrays: Sequence[Numbers], *, gradients: bool) -> tuple[float, bool]:
        """Replay on these inputs; leave gradients of the parameters in `grad`.

        Returns:
            The result, and whether it and the sum of all gradients' squares are finite, and no
            input is nan.

        Raises:
            ArithmeticError: an operation was given a number outside its domain.
        """
        return self._context.run(self._replay, arrays, gradients)

    def _replay(self, arrays: Sequence[Numbers], gradients: bool) -> tuple[float, bool]:
        for target, array in zip(self.inputs, arrays, strict=True):
            # A list has the numbers of all its samples in order.
            target[...] = np.reshape(array, target.shape) if isinstance(array, list) else array
        self.data[...] = self.parameters.data
        self.suspect = not self.flags
        # The quickest test of many numbers for inf and nan is the sum of their squares.
        squares = float(self.given.dot(self.given))
        if isnan(squares):
            return squares, False
        self.forward()
        if self.suspect:  # maybe by a branch that `where` does not take, so it is looked into
            self.check()
        loss: float = self.values.item(self.plan.out)
        self.doubtful = self._mixes and not all(isfinite(x.dot(x)) for x in self.outputs())
        if not gradients:
            return loss, isfinite(loss)
        self.backward()
        return loss, isfinite(loss) and isfinite(self.grad.dot(self.grad))

    def leave_out_slopes(self, arrays: Sequence[Numbers]) -> tuple[float, list[Met]] | None:
        """Find the gradients of the last run again; 0 times a slope that is inf or nan is 0.

        Returns:
            The result and the slopes met that are not finite, or None if the result or a gradient
            is not finite, or an operation was given a number outside its domain.
        """
        if self._careful is None:
            cuts = Cuts()
            replay = ArrayReplay(self.plan, self.parameters, self.slots_of_inputs, cuts)
            self._careful = cuts, replay
        cuts, replay = self._careful
        cuts.met = []
        try:
            loss, finite = replay.run(arrays, gradients=True)
        except ArithmeticError:
            return None
        self.grad[...] = replay.grad
        return (loss, cuts.met) if finite else None

    def _suspected(self, kind: str, flag: int) -> None:
        self.suspect = True

    def store_gradients(self, *, add: bool) -> None:
        """Set the gradients of the parameters to those of the last run, or add those to them."""
        self.parameters.grad = self.parameters.grad + self.grad if add else self.grad

    def outputs(self) -> list[NDArray[np.float64]]:
        """Return the numbers of the outputs, shape (n_samples,) each."""
        return [self.values[slots] for slots in self.plan.outputs]


def array_replay(
    rolled: Rolled, shapes: Sequence[tuple[int, ...]], n_samples: int | None
) -> ArrayReplay:
    """Return the array program of a tape for arguments of these shapes.

    Args:
        rolled: the tape in lane classes.
        shapes: of the arguments, with the axis of samples if there is one.
        n_samples: how many samples, for a tape of one; else None.
    """
    parameters = rolled.tape.parameters
    # In the order of their block, which makes most lists a slice.
    order = np.argsort([p.index for p in parameters if isinstance(p, Live)])
    together = LiveArrays([parameters[i] for i in order.tolist()])
    positions = np.empty(len(parameters), dtype=np.intp)
    positions[order] = np.arange(len(parameters))
    inputs = Inputs(shapes)
    planner = Planner(rolled, positions, inputs, n_samples)
    return ArrayReplay(planner.make(), together, inputs)


def flags_reported(report: Callable[[str, int], None]) -> Context:
    """Return a context in which NumPy, when a number leaves a function's domain, calls `report`.

    NumPy keeps its error state in the context; entering one is cheaper than changing the state.
    """
    context = Context()
    context.run(np.seterr, all="ignore", divide="call", invalid="call")
    context.run(np.seterrcall, report)
    return context


@cache
def has_flags() -> bool:
    """Return whether NumPy notices when a number leaves a function's domain.

    It asks the processor for its floating-point flags, and WebAssembly has none.
    """
    seen: list[str] = []
    flags_reported(lambda kind, flag: seen.append(kind)).run(np.log, np.full(8, -1.0))
    return bool(seen)


def function(lines: Sequence[str], space: dict[str, object]) -> Callable[[], None]:
    """Return a function that carries out lines on the arrays of `space`."""
    code = [line for line in lines if not line.startswith("#")]
    # Global, since `v1 += x` would make v1 a variable of the function's own.
    changed = {line.split()[0] for line in code if CHANGES.match(line)}
    declared = [f"global {', '.join(sorted(changed))}"] if changed else []
    text = "\n    ".join(["def run():", *declared, *code, "return"])
    names = dict(space)
    program: str | ast.Module = text
    if len(code) <= MANY_LINES:
        peephole = Peephole(space)
        program = ast.fix_missing_locations(peephole.visit(ast.parse(text)))
        names |= peephole.arrays
    exec(compile(program, "<array program>", "exec"), names)
    run: Callable[[], None] = names.pop("run")  # type: ignore[assignment]  # no cycle
    return run
