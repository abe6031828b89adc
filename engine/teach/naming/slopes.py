"""Which wrong slope explains what one operation did alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import nan

from engine.ops import OPS
from engine.table.evaluate import ieee_function
from engine.teach.faults import (
    INPUT_OUTPUT_MIXED,
    MISSING_GRADIENT,
    OPERANDS_SWAPPED,
    WRONG_SIGN,
    WRONG_SLOPE,
)
from engine.teach.naming.model import Key, Slope
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph


def function_of(text: str) -> Slope:
    """Return a slope's text as a function of a, b and out."""
    function = ieee_function(text)
    return lambda a, b, out: function(a, b, 0.0, out)


def renamed(text: str, **names: str) -> str:
    """Return a formula with other letters."""
    return re.sub(r"\b(a|b|out)\b", lambda m: names.get(m[0], m[0]), text)


def guesses(row: str, operand: int) -> Iterator[tuple[str, Slope]]:
    """Yield the slopes that a student may have in mind, each with the name of its fault."""
    slopes = OPS[row].slopes
    text = slopes[operand]
    right = function_of(text)
    yield MISSING_GRADIENT, lambda a, b, out: 0.0
    yield WRONG_SIGN, lambda a, b, out: -right(a, b, out)
    if len(slopes) == 2:
        other = slopes[1 - operand]
        for swapped in (other, renamed(text, a="b", b="a"), renamed(other, a="b", b="a")):
            yield OPERANDS_SWAPPED, function_of(swapped)
    for letters in ({"out": "a"}, {"a": "out"}, {"a": "out", "out": "a"}):
        if renamed(text, **letters) != text:
            yield INPUT_OUTPUT_MIXED, function_of(renamed(text, **letters))


def wrong_slopes(
    evidence: Evidence, row: str, graphs: list[Graph], seed: float | None, loose: float = 0.0
) -> dict[Key, tuple[str, Slope | None]]:
    """Return the wrong slopes of an operation, from graphs of it alone.

    Args:
        evidence: what was seen.
        row: the operation.
        graphs: where it is alone, with data that are right.
        seed: the gradient that the result begins with; None for its data.
        loose: how far off a slope may be.

    Returns:
        The name of the fault of each operand, and its slope as far as the numbers show it.
    """
    found: dict[Key, tuple[str, Slope | None]] = {}
    for operand in range(len(graphs[0].leaves)):
        points = []
        for graph in graphs:
            a, b, out = numbers_of(graph)
            got = evidence.leaves(graph)[operand]
            begins = out if seed is None else seed
            points.append(((a, b, out), got or 0.0, begins))

        def fits(
            slope: Slope, points: list[tuple[tuple[float, float, float], float, float]] = points
        ) -> bool:
            return all(evidence.close(got, slope(*x) * begins, loose) for x, got, begins in points)

        right = function_of(OPS[row].slopes[operand])
        if fits(right):
            continue
        for name, slope in guesses(row, operand):
            if fits(slope):
                found[row, operand] = (name, slope)
                break
        else:
            found[row, operand] = (WRONG_SLOPE, measured(points, right))
    return found


def measured(
    points: list[tuple[tuple[float, float, float], float, float]], right: Slope
) -> Slope | None:
    """Return a slope that is the same everywhere, or a multiple of the right one; else None.

    For each second operand the multiple may be another: as that of a power is, by its exponent.
    """
    slopes = [(x, got / begins) for x, got, begins in points if begins]
    if slopes and all(abs(y - slopes[0][1]) <= 1e-9 for _, y in slopes):
        return lambda a, b, out: slopes[0][1]
    factors: dict[float, list[float]] = {}
    for (a, b, out), slope in slopes:
        exact = right(a, b, out)
        if abs(exact) < 1e-9:
            return None
        factors.setdefault(b, []).append(slope / exact)
    groups = list(factors.values())
    if all(abs(y - group[0]) <= 1e-9 * (1 + abs(y)) for group in groups for y in group) and (
        all(abs(group[0] - groups[0][0]) <= 1e-9 for group in groups)
        or all(len(group) > 1 for group in groups)
    ):
        return lambda a, b, out: factors.get(b, [nan])[0] * right(a, b, out)
    return None


def numbers_of(graph: Graph) -> tuple[float, float, float]:
    """Return a, b and out of a graph of one operation."""
    data, operands = graph.right.data, graph.steps[0][1]
    numbers = [data[x] if isinstance(x, int) else float(x[0]) for x in operands]
    return numbers[0], numbers[-1], data[-1]
