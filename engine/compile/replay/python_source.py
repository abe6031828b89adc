"""Writes a tape as straight-line Python: a function of one line per operation, and per gradient."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from engine.compile.record.tape import CONSTANT, DETACH, LARGEST, TAKE, Tape
from engine.compile.reroll.classes import eliminate_common_subexpressions, use_counts
from engine.ops import OPS, Op
from engine.table.evaluate import with_calls
from engine.tag import one_line

MOST_TERMS = 50  # in a line; Python's compiler would run out of stack at some thousands


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


def forward_lines(op: Op, i: int | str, inputs: list[str]) -> list[str]:
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
    op: Op, i: int | str, g: str, args: Sequence[int], inputs: list[str], looks: bool
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


def substitute(text: str, i: int | str, inputs: list[str], op: Op) -> str:
    """Return a row's text with the names of a program's variables substituted."""
    b = inputs[1] if len(op.slopes) > 1 else ""
    return template(text)(inputs[0], b, inputs[-1], f"v{i}")
