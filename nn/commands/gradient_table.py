"""A computation graph as a table: one line per number, with its data and its gradient."""

from __future__ import annotations

import engine
from engine import Value

LONGEST = 40  # characters of a formula; the middle of a longer one is left out


def gradient_table(root: Value) -> str:
    """Return formula, op, data and grad of `root` and every number below it.

    Leaves come first, then each result after its inputs.
    """
    order = sorted(engine.nodes(root), key=lambda node: node.op is not None)
    columns = [
        ["name", *(engine.formula(node, longest=LONGEST) for node in order)],
        ["op", *(node.op.symbol if node.op else "leaf" for node in order)],
        aligned("data", [node.data for node in order]),
        aligned("grad", [node.grad for node in order]),
    ]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*columns, strict=True)
    ]
    return "\n".join(lines)


def aligned(title: str, numbers: list[float]) -> list[str]:
    """Return a column of numbers, aligned at their decimal points."""
    texts = [f"{x:.6g}" for x in numbers]
    before = [len(text.partition(".")[0]) for text in texts]
    widest = max(before)
    cells = [" " * (widest - n) + text for text, n in zip(texts, before, strict=True)]
    return [title.rjust(widest), *cells]
