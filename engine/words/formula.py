"""Writes how a number was computed as a formula, such as `tanh(w × x + b)`."""

from __future__ import annotations

from collections.abc import Sequence

from engine.graph import nodes
from engine.ops import Op
from engine.tag import one_line
from engine.value import Value
from engine.words.names import without_stray_end
from engine.words.numbers import number_text
from engine.words.recording import Recording

# How tightly Python's operators bind their operands; a name or a call needs no brackets.
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "**": 4}
UNARY, ATOM = 3, 5
MOST_INPUTS = 8  # to write; an operation made by hand may have any number

Part = tuple[str, int]  # a text, and how tightly its outermost operation binds


def formula(node: Value, *, longest: int = 60) -> str:
    """Return the operation that made `node`, written with the labels of its inputs.

    An input without a label is written as the formula that made it, a leaf without one as its
    number.

    Args:
        node: the number; a leaf gives its label, or its number.
        longest: characters; the middle of a longer formula is left out.

    Example:
        >>> import engine
        >>> w, x, b = engine.Value(0.5, "w"), engine.Value(2.0, "x"), engine.Value(-1.0, "b")
        >>> engine.formula(engine.tanh(w * (x + b)))
        'tanh(w × (x + b))'
        >>> n = w * x + b
        >>> n.label = "n"
        >>> engine.formula(engine.tanh(n)), engine.formula(n)
        ('tanh(n)', 'w × x + b')
    """
    parts: dict[int, Part] = {}
    order = nodes(node)
    recording = Recording(order)
    for x in order:
        label = one_line(x.label)
        if x.op is None or (label and x is not node):
            parts[id(x)] = (label, ATOM) if label else number_part(recording.number(x))
            continue
        inputs = [parts[id(y)] if isinstance(y, Value) else number_part(y) for y in x.inputs]
        text, binding = operation(x.op, inputs)
        parts[id(x)] = (without_middle(text, longest), binding)
    return parts[id(node)][0]


def operation(op: Op, parts: Sequence[Part]) -> Part:
    """Return `op` written with its inputs, in the brackets that they need."""
    if not op.infix:
        texts = [text for text, _ in parts]
        if len(texts) > MOST_INPUTS:
            left_out = f"… {len(texts) - MOST_INPUTS:,} more …"
            texts[MOST_INPUTS // 2 : -MOST_INPUTS // 2] = [left_out]
        return f"{op.symbol}({', '.join(texts)})", ATOM
    if len(parts) == 1:
        return f"{op.symbol}{bracketed(*parts[0], UNARY + 1)}", UNARY
    binding = BINDING[op.infix]
    # Python groups a − b − c from the left, and a ** b ** c from the right.
    from_right = op.infix == "**"
    left = bracketed(*parts[0], binding + from_right)
    right = bracketed(*parts[1], binding + (not from_right))
    return f"{left} {op.symbol} {right}", binding


def number_part(x: float | None) -> Part:
    """Return a number, or None if it was forgotten; a minus sign binds like a negation."""
    text = number_text(x)
    return text, UNARY if text.startswith("−") else ATOM


def bracketed(text: str, binding: int, needed: int) -> str:
    """Return a part, in brackets if it binds too loosely for where it is."""
    return f"({text})" if binding < needed else text


def without_middle(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{without_stray_end(text[:half])}…{text[len(text) - half :]}"
