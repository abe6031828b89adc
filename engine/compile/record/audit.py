"""The audit: when a function is run again, and what it then does differently from its recording."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Sequence

from engine.compile.record.draws import same_runs
from engine.compile.record.tape import CONSTANT, INPUT, PARAMETER, Tape
from engine.errors import NonFiniteWarning
from engine.value import Value

LARGE = 10_000  # nodes


def next_audit(calls: int, n_nodes: int) -> int:
    """Return at which call of a recording its next audit is.

    Audits are at calls 2 to 5, 8, 16, 64, 256, …; of a large recording, which takes as long as
    thousands of calls, at 2, 4, 16, 64, ….

    Args:
        calls: how many calls there have been.
        n_nodes: the length of the recording.
    """
    large = n_nodes >= LARGE
    if calls < 5 and not large:
        return calls + 1
    n = 2 if large else 8
    while n <= calls:
        n = {2: 4, 8: 16}.get(n, 4 * n)
    return n


def first_difference(first: Tape, again: Tape) -> int | None:
    """Return the first step in which two recordings differ, or None; names need not agree."""
    if (
        first.ops == again.ops
        and first.args == again.args
        and first.parameters == again.parameters
        and constants(first) == constants(again)
        and same_runs(first.runs, again.runs)
        and (first.out, first.outputs, first.penalty) == (again.out, again.outputs, again.penalty)
    ):
        return None
    steps = zip(
        zip(first.ops, first.args, strict=True),
        zip(again.ops, again.args, strict=True),
        strict=False,
    )
    found = [i for i, (a, b) in enumerate(steps) if a != b][:1]
    leaves = zip(first.leaves, first.parameters, again.parameters, strict=False)
    found += [i for i, p, q in leaves if p is not q][:1]
    numbers = zip(first.numbers.items(), again.numbers.values(), strict=False)
    found += [i for (i, x), y in numbers if repr(x) != repr(y)][:1]
    shorter = min(len(first), len(again))
    return min(found, default=shorter - (len(first) == len(again)))


def constants(tape: Tape) -> bytes:
    """Return the constants of a recording, to the bit."""
    return array("d", tape.numbers.values()).tobytes()


def in_words(tape: Tape, i: int, *, deep: bool = True) -> str:
    """Return what a step is, such as "mul(parameter 'w', input 'x[0]')"."""
    if i >= len(tape):
        return "nothing more"
    op = tape.ops[i]
    if op is PARAMETER:
        p = tape.parameters[tape.leaves.index(i)]
        return f"parameter {p.label!r}" if p.label else f"a parameter with data = {p._data:g}"
    if op is INPUT:
        return f"input {tape.input_labels[tape.inputs.index(i)]!r}"
    if op is CONSTANT:
        return f"the constant {tape.numbers[i]:g}"
    inputs = ", ".join(in_words(tape, j, deep=False) for j in tape.args[i][:4]) if deep else "…"
    return f"{op.name}({inputs})"


def is_close(a: float, b: float, tape: Tape, inputs: Sequence[float]) -> bool:
    """Return whether two results of one recording, computed in two ways, differ by rounding only.

    Rounding is 1e-9 of the largest term; or, where a small difference grows, as in a chaotic
    recurrence, 1e-13 of every number times the gradient of the loss there.

    Args:
        a: one result.
        b: the other.
        tape: the recording.
        inputs: the number of each input step, in order.
    """
    if repr(a) == repr(b):
        return True
    difference = abs(a - b)
    root, made = tape.graph(inputs)
    if difference <= 1e-9 * max(abs(float(x)) for x in made):
        return True
    values = {x for x in made if isinstance(x, Value)}
    kept = [(p, p.grad) for p in tape.parameters]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonFiniteWarning)
        root.backward()  # type: ignore[union-attr]
    bound = 1e-13 * sum(abs(x.data * x.grad) for x in values)
    for p, grad in kept:
        p.grad = grad
    return difference <= bound
