"""How tightly operations bind their operands: what needs brackets in a formula."""

from __future__ import annotations

# How tightly Python's operators bind their operands; a name or a call needs no brackets.
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "**": 4}
UNARY, ATOM = 3, 5
MOST_INPUTS = 8  # to write; an operation made by hand may have any number

Part = tuple[str, int]  # a text, and how tightly its outermost operation binds


def abridged(texts: list[str], left_out: str) -> list[str]:
    """Return what an operation is written with: of more than `MOST_INPUTS`, some at either end.

    Args:
        texts: its inputs.
        left_out: what stands for the others, with {n} for how many those are.
    """
    if len(texts) <= MOST_INPUTS:
        return texts
    half = MOST_INPUTS // 2
    return [*texts[:half], left_out.format(n=f"{len(texts) - MOST_INPUTS:,}"), *texts[-half:]]
