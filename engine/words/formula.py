"""Writes how a number was computed as a formula, such as `tanh(w × x + b)`, or in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from engine.graph import nodes
from engine.ops import Op
from engine.tag import one_line
from engine.value import Value
from engine.words.binding import ATOM, BINDING, UNARY, Part, abridged
from engine.words.names import without_stray_end
from engine.words.numbers import number_text
from engine.words.recording import Recording

LONGEST = {"text": 60, "latex": 200}  # characters, by style


def formula(node: Value, *, longest: int | None = None, style: str = "text") -> str:
    r"""Return the operation that made `node`, written with the labels of its inputs.

    An input without a label is written as the formula that made it, a leaf without one as its
    number.

    Args:
        node: the number; a leaf gives its label, or its number.
        longest: characters; what is too much in the middle of a longer formula is left out. By
            default 60, in LaTeX 200, of those that are printed.
        style: "text", or "latex" for math mode, without the signs of dollar around it: in a paper
            it needs amsmath, in a notebook `IPython.display.Math` shows it.

    Raises:
        TypeError: `node` is not a Value.
        ValueError: there is no such style.

    Example:
        >>> import engine
        >>> w, x, b = engine.Value(0.5, "w"), engine.Value(2.0, "x"), engine.Value(-1.0, "b")
        >>> engine.formula(engine.tanh(w * (x + b)))
        'tanh(w × (x + b))'
        >>> n = w * x + b
        >>> n.label = "n"
        >>> engine.formula(engine.tanh(n)), engine.formula(n)
        ('tanh(n)', 'w × x + b')
        >>> print(engine.formula(w * x**2 / (x + b), style="latex"))
        \frac{w \cdot x^{2}}{x + b}
    """
    if not isinstance(node, Value):
        raise TypeError(
            f"formula needs a Value, got {type(node).__name__}; give the result itself, not its "
            ".data"
        )
    if style not in LONGEST:
        raise ValueError(f"style must be one of {', '.join(LONGEST)}, got {style!r}")
    longest = LONGEST[style] if longest is None else longest
    if style == "latex":
        from engine.words import latex  # seldom needed

        operation = partial(latex.within, longest=longest)
        return written(node, latex.Names(), latex.number_part, operation)
    return written(node, name_part, number_part, partial(cut_operation, longest=longest))


def written(
    node: Value,
    name: Callable[[str], Part],
    number: Callable[[float | None], Part],
    operation: Callable[[Op, Sequence[Part]], Part],
) -> str:
    """Return the formula of `node` as these functions write names, numbers and operations."""
    parts: dict[int, Part] = {}
    order = nodes(node)
    recording = Recording(order)
    for x in order:
        label = one_line(x.label)
        if x.op is None or (label and x is not node):
            parts[id(x)] = name(label) if label else number(recording.number(x))
            continue
        inputs = [parts[id(y)] if isinstance(y, Value) else number(y) for y in x.inputs]
        parts[id(x)] = operation(x.op, inputs)
    return parts[id(node)][0]


def cut_operation(op: Op, parts: Sequence[Part], longest: int) -> Part:
    """Return an operation without the middle of its text, if that is longer than `longest`."""
    text, binding = operation(op, parts)
    return without_middle(text, longest), binding


def operation(op: Op, parts: Sequence[Part]) -> Part:
    """Return `op` written with its inputs, in the brackets that they need."""
    if not op.infix:
        texts = abridged([text for text, _ in parts], "… {n} more …")
        return f"{op.symbol}({', '.join(texts)})", ATOM
    if len(parts) == 1:
        return f"{op.symbol}{bracketed(*parts[0], UNARY + 1)}", UNARY
    binding = BINDING[op.infix]
    # Python groups a − b − c from the left, and a ** b ** c from the right.
    from_right = op.infix == "**"
    left = bracketed(*parts[0], binding + from_right)
    right = bracketed(*parts[1], binding + (not from_right))
    return f"{left} {op.symbol} {right}", binding


def name_part(label: str) -> Part:
    """Return a label as it is."""
    return label, ATOM


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
