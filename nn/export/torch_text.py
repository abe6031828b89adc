"""Pieces of PyTorch source: attributes, parts of the last axis, numbers, lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nn.export.formulas import number, torch_function
from nn.export.steps import Element, One, Stack

Numbers = float | tuple[float, ...] | tuple[tuple[float, ...], ...]

WIDEST = 96  # letters of a line
NUMBERS_IN_A_ROW = 4


def runs_in(x: Stack) -> Iterator[tuple[One, int]]:
    """Yield the first of each run of neighbours in a vector, and how many there are."""
    first, n = x.items[0], 1
    for item in x.items[1:]:
        if isinstance(first, Element) and item == Element(first.vector, first.index + n):
            n += 1
        else:
            yield first, n
            first, n = item, 1
    yield first, n


def along_last_axis(name: str, parts: list[ast.expr]) -> ast.expr:
    """Return a call of `torch.stack` or `torch.cat`."""
    return ast.Call(torch_function(name), [ast.List(parts)], [ast.keyword("dim", ast.Constant(-1))])


def own(name: str) -> ast.expr:
    """Return an attribute of the module."""
    return ast.Attribute(ast.Name("self"), name)


def subscript(value: ast.expr, index: ast.expr) -> ast.expr:
    """Return a part of the last axis."""
    return ast.Subscript(value, ast.Tuple([ast.Constant(...), index]))


def listed(numbers: Numbers, indent: int) -> str:
    """Return numbers as lists, a few in a line."""
    if isinstance(numbers, float):
        return ast.unparse(number(numbers))
    pad, end = " " * indent, " " * (indent - 4)
    if isinstance(numbers[0], tuple):
        rows = "".join(f"{pad}{listed(row, indent + 4)},\n" for row in numbers)
        return f"[\n{rows}{end}]"
    if len(numbers) <= NUMBERS_IN_A_ROW:
        return f"[{', '.join(listed(x, indent) for x in numbers)}]"
    starts = range(0, len(numbers), NUMBERS_IN_A_ROW)
    lines = [
        ", ".join(listed(x, indent) for x in numbers[k : k + NUMBERS_IN_A_ROW]) for k in starts
    ]
    return "[\n" + "".join(f"{pad}{line},\n" for line in lines) + f"{end}]"


def wrapped(line: str, indent: int) -> str:
    """Return a line; one that is too long is broken after commas, which are all in brackets."""
    if len(line) <= WIDEST:
        return line
    first, *parts = line.split(", ")
    lines = [first]
    for part in parts:
        if len(lines[-1]) + len(part) + 2 < WIDEST:
            lines[-1] += f", {part}"
        else:
            lines[-1] += ","
            lines.append(" " * indent + part)
    return "\n".join(lines)
