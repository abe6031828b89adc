"""Replays a tape as straight-line Python, one line per operation, without NumPy.

The array program is the same computation re-rolled; this one is easier to read in a lesson.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from engine.compile.record.arguments import Numbers, floats
from engine.compile.record.tape import CONSTANT, DETACH, LARGEST, TAKE, Tape
from engine.compile.replay.cuts import Cuts, Met
from engine.compile.reroll.classes import eliminate_common_subexpressions, use_counts
from engine.ops import OPS, Op
from engine.table.evaluate import ieee_functions, with_calls
from engine.tag import one_line
from engine.value import Value

if TYPE_CHECKING:
    from engine.compile.live import LiveLists


MOST_TERMS = 50  # in a line; Python's compiler would run out of stack at some thousands


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
        roots, looks = [tape.out, *tape.outputs], cuts is not None
        self._lines = [function_source("sample" if n_samples else "program", tape, roots, looks)]
        if tape.penalty >= 0:
            self._lines.append(function_source("penalty", tape, [tape.penalty], looks))
        space = {name: f for name, f in vars(math).items() if callable(f)}
        space |= {"abs": abs, "inf": math.inf, "nan": math.nan, "whole": whole}
        if cuts is not None:
            space["cut"] = cuts.number
            for op in {op for op in tape.ops if op.slopes}:
                _, *found = ieee_functions(op)
                space |= {slope_name(op, k): slope for k, slope in enumerate(found)}
        exec(compile(self.source(), "<straight-line program>", "exec"), space)
        self._run: list[Callable[..., tuple[float, list[float], list[float]]]] = [
            # Popped, so that no cycle keeps a program that is dropped for the garbage collector.
            space.pop(text.split("(")[0].removeprefix("def "))
            for text in self._lines
        ]

    def source(self) -> str:
        """Return the lines as functions."""
        return "\n\n".join(self._lines)

    def run(self, arrays: Sequence[Numbers], *, gradients: bool) -> tuple[float, bool]:
        """Replay on these inputs; leave gradients of the parameters in `grad`.

        Returns:
            The result, and whether it and all gradients asked for are finite, and no input is nan.

        Raises:
            ArithmeticError: an operation was given a number outside its domain, or overflowed.
        """
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


def function_source(name: str, tape: Tape, roots: list[int], looks: bool = False) -> str:
    """Return a function from parameters and inputs to (result, gradients, outputs), as text.

    Args:
        name: of the function.
        tape: what was recorded.
        roots: the steps of the result and of the outputs.
        looks: whether its lines look at each slope (see `Cuts`).
    """
    ops, args, same = eliminate_common_subexpressions(tape)
    roots = [same[i] for i in roots]
    uses = use_counts(ops, args, roots)
    parameters = tape.leaves
    labels = [p.label for p in tape.parameters], tape.input_labels
    leaves = {
        i: f"{letter}[{k}]" + (f"  # {one_line(label)}" if label else "")
        for letter, steps, named in zip("wx", (parameters, tape.inputs), labels, strict=True)
        for k, (i, label) in enumerate(zip(steps, named, strict=True))
    }
    names = {i: in_brackets(repr(x)) for i, x in tape.numbers.items()}
    lines: list[str] = []
    moving = set(parameters)  # the steps that need a gradient
    results: list[int] = []  # those of them that are results, in order
    for i, op in enumerate(ops):
        if not uses[i] or op is CONSTANT:
            continue
        names[i] = f"v{i}"
        if i in leaves:
            lines.append(f"v{i} = {leaves[i]}")
            continue
        lines += forward_lines(op, i, [names[j] for j in args[i]])
        if not moving.isdisjoint(sources(op, args[i])):
            moving.add(i)
            results.append(i)
    arriving = {roots[0]: ["1.0"]}  # at each step, what its gradient is the sum of
    for i in reversed(results):
        if i not in arriving:  # only an output needs it
            continue
        g, found = gradient(i, arriving[i])
        lines += found
        for j, part in slopes(ops[i], i, g, args[i], [names[j] for j in args[i]], looks):
            if j in moving:
                arriving.setdefault(j, []).append(part)
    gradients: list[str] = []
    for i in parameters:
        g, found = gradient(i, arriving.get(i, ["0.0"]))
        lines += found
        gradients.append(g)
    outputs = ", ".join(names[i] for i in roots[1:])
    lines.append(f"return {names[roots[0]]}, [{', '.join(gradients)}], [{outputs}]")
    return f"def {name}(w, x):\n    " + "\n    ".join(lines) + "\n"


def gradient(i: int, parts: list[str]) -> tuple[str, list[str]]:
    """Return the name of the gradient of step `i`, and the lines that add it up."""
    if len(parts) == 1 and (parts[0].isidentifier() or parts == ["0.0"]):
        return parts[0], []  # that of the step after it
    first, *rest = (parts[k : k + MOST_TERMS] for k in range(0, len(parts), MOST_TERMS))
    lines = [f"g{i} = {' + '.join(first)}"]
    return f"g{i}", lines + [f"g{i} = g{i} + {' + '.join(terms)}" for terms in rest]


def sources(op: Op, args: tuple[int, ...]) -> Sequence[int]:
    """Return the inputs of a step to which a gradient goes on."""
    if op is TAKE:
        return args[1:]
    return [j for j, slope in zip(args, op.slopes, strict=False) if slope != "0.0"]


def in_brackets(text: str) -> str:
    """Return a factor, in brackets unless it is a name or a number without a sign."""
    return text if text.replace(".", "").isalnum() else f"({text})"


def forward_lines(op: Op, i: int, inputs: list[str]) -> list[str]:
    """Return the lines that compute step `i`."""
    if op is DETACH:
        return [f"v{i} = {inputs[0]}"]
    if op is LARGEST:
        return [f"v{i} = max({', '.join(inputs)},)" if len(inputs) > 1 else f"v{i} = {inputs[0]}"]
    if op is TAKE:
        entries = ", ".join(inputs[1:])
        return [f"k{i} = whole({inputs[0]}, {len(inputs) - 1})", f"v{i} = ({entries},)[k{i}]"]
    lines = [f"v{i} = {substitute(op.forward, i, inputs, op)}"]
    if op.defined and op.domain:  # outside that of a built-in row Python raises by itself
        test = substitute(op.domain, i, inputs, op)
        lines.insert(0, f"if not ({test}): raise ValueError")
    return lines


def slope_name(op: Op, k: int) -> str:
    """Return what the function for a slope is called; `engine.define` may replace a row by name."""
    replaced = op.defined and OPS.get(op.name) is not op
    return f"{op.name}_{id(op)}_slope_{k}" if replaced else f"{op.name}_slope_{k}"


def slopes(
    op: Op, i: int, g: str, args: tuple[int, ...], inputs: list[str], looks: bool
) -> list[tuple[int, str]]:
    """Return for each input of step `i` its gradient `g` times the slope, if that is not 0."""
    if op is TAKE:
        return [(j, f"({g} if k{i} == {k} else 0.0)") for k, j in enumerate(args[1:])]
    found = []
    n = len(op.slopes)
    for k, (j, text) in enumerate(zip(args, op.slopes, strict=False)):
        if text == "1.0":
            found.append((j, g))
        elif text == "-1.0":
            found.append((j, f"-{g}"))
        elif looks and text != "0.0":
            a, b, c = (*inputs[:n], *["0.0"] * (2 - n), inputs[-1])
            slope = f"{slope_name(op, k)}({a}, {b}, {c}, v{i})"
            found.append((j, f"cut({g}, {slope}, {i}, {', '.join(inputs[:n])})"))
        elif text != "0.0":
            found.append((j, f"{g} * {in_brackets(substitute(text, i, inputs, op))}"))
    return found


@cache
def template(text: str) -> Callable[..., str]:
    """Return what puts names into a row's text, in the order a, b, c, out."""
    order = {"a": "{0}", "b": "{1}", "c": "{2}", "out": "{3}"}
    return re.sub(r"\b(a|b|c|out)\b", lambda found: order[found[0]], with_calls(text)).format


def substitute(text: str, i: int, inputs: list[str], op: Op) -> str:
    """Return a row's text with the names of a program's variables substituted."""
    b = inputs[1] if len(op.slopes) > 1 else ""
    return template(text)(inputs[0], b, inputs[-1], f"v{i}")
