"""Runs a tape step by step, for as long as that costs less than to compile its lines.

It takes some 13 µs to write and compile the lines of a step, and then 0.1 µs to run them. A loop
over the steps of a tape is ready in 1 µs for each, and takes 0.6 µs. Both compute the same numbers
to the last bit: they read the same rows, and add in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.compile.record.tape import Tape
from engine.compile.replay.python_source import forward_lines, slopes, sources
from engine.compile.reroll.classes import eliminate_common_subexpressions, use_counts
from engine.ops import Op

Step = tuple[
    Callable[..., None], int, tuple[int, ...]
]  # what to do, for which step, and its inputs


class StepByStep:
    """A function of a tape, run as a loop over its steps.

    Args:
        tape: what was recorded.
        roots: the steps of the result and of the outputs.
        space: the functions that rows call, by name.
    """

    def __init__(self, tape: Tape, roots: list[int], space: Mapping[str, object]) -> None:
        ops, args, same = eliminate_common_subexpressions(tape)
        self.roots = [same[i] for i in roots]
        self.parameters, self.inputs = tape.leaves, tape.inputs
        self.start = [0.0] * len(ops)
        for i, number in tape.numbers.items():
            self.start[i] = number
        self.forward: list[Step] = []
        uses = use_counts(ops, args, self.roots)
        moving = bytearray(len(ops))  # whether a step needs a gradient
        for i in tape.leaves:
            moving[i] = True
        rows = Rows(space)
        for i, op in enumerate(ops):
            if uses[i] and args[i]:
                self.forward.append((rows.forward(op, len(args[i])), i, args[i]))
                moving[i] = any(moving[j] for j in sources(op, args[i]))
        arrives = bytearray(len(ops))
        arrives[self.roots[0]] = True
        self.backward: list[Step] = []
        for _, i, inputs in reversed(self.forward):
            if arrives[i] and moving[i]:
                to = tuple([moving[j] for j in inputs])
                self.backward.append((rows.backward(ops[i], to), i, inputs))
                for j in sources(ops[i], inputs):
                    arrives[j] = True
        self.reached = [i if arrives[i] else -1 for i in tape.leaves]

    def __call__(
        self, w: Sequence[float], x: Sequence[float]
    ) -> tuple[float, list[float], list[float]]:
        """Return the result, the gradients of the parameters and the outputs."""
        v = self.start.copy()
        for i, number in zip(self.parameters, w, strict=True):
            v[i] = number
        for i, number in zip(self.inputs, x, strict=True):
            v[i] = number
        for run, i, inputs in self.forward:
            run(v, i, *inputs)
        g = [-0.0] * len(v)  # to which any number can be added, 0 and -0 too
        g[self.roots[0]] = 1.0
        for run, i, inputs in self.backward:
            run(v, g, i, *inputs)
        result, *outputs = [v[i] for i in self.roots]
        return result, [g[i] if i >= 0 else 0.0 for i in self.reached], outputs


class Rows:
    """Rows of the table as functions that carry out one step.

    Step `i` reads and writes lists: `v` of numbers and `g` of gradients; a0, a1, … are its inputs.

    Args:
        space: the functions that rows call, by name.
    """

    def __init__(self, space: Mapping[str, object]) -> None:
        self._space = {**space, "k": {}}  # k: what each `take` has taken
        self._known: dict[object, Callable[..., None]] = {}

    def forward(self, op: Op, n: int) -> Callable[..., None]:
        """Return what computes a step of n inputs."""
        key = op, n
        if key not in self._known:
            inputs = [f"v[a{k}]" for k in range(n)]
            self._known[key] = self._function("v", n, forward_lines(op, "[i]", inputs))
        return self._known[key]

    def backward(self, op: Op, to: tuple[int, ...]) -> Callable[..., None]:
        """Return what adds the gradients of those inputs of a step that need one."""
        key = op, to
        if key not in self._known:
            inputs = [f"v[a{k}]" for k in range(len(to))]
            parts = slopes(op, "[i]", "g[i]", range(len(to)), inputs, looks=False)
            lines = [f"g[a{k}] += {part}" for k, part in parts if to[k]]
            self._known[key] = self._function("v, g", len(to), lines)
        return self._known[key]

    def _function(self, lists: str, n: int, lines: list[str]) -> Callable[..., None]:
        """Return lines as a function of lists, a step and its n inputs."""
        inputs = "".join(f", a{k}" for k in range(n))
        found: dict[str, Any] = {}
        exec(f"def run({lists}, i{inputs}):\n    " + "\n    ".join(lines), self._space, found)
        run: Callable[..., None] = found["run"]
        return run
