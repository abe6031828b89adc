"""A graph as indented text: each number under the one that was made from it."""

from __future__ import annotations

from engine.graph import nodes
from engine.guards.domain import where_made
from engine.value import Value
from engine.words.gates import made_of
from engine.words.names import names_of
from engine.words.numbers import number_text
from engine.words.recording import Recording

INDENT = "  "


class Tree(str):
    """Text that a notebook shows as `print` prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def tree(out: Value, *, depth: int = 12, max_lines: int = 200) -> Tree:
    """Return the graph below `out` as text, for terminals and screen readers.

    Each node has a line: its name, how it was made in names and in numbers, and its gradient. Its
    inputs follow below it, indented by two more spaces. A node that is used several times is
    written with its inputs once, and later only by its own line. Where numbers have been changed
    since they were used, a first line says so, and the text shows those of the recording.

    Args:
        out: the number on the first line.
        depth: how many operations to go down.
        max_lines: how many lines to write at most, not counting the note on what is left out.

    Raises:
        TypeError: `out` is not a Value.
        ValueError: `depth` or `max_lines` is too small to show anything.

    Example:
        >>> import engine
        >>> x, w = engine.Value(2.0, "x"), engine.Value(-3.0, "w")
        >>> out = engine.tanh(w * x + 5.0) * x
        >>> out.label = "out"
        >>> out.backward()
        >>> print(engine.tree(out))
        out = g × x = −0.7616 × 2 = −1.523, grad +1
          g = tanh(f) = tanh(−1) = −0.7616, grad +2
            f = e + 5 = −6 + 5 = −1, grad +0.8399
              e = w × x = −3 × 2 = −6, grad +0.8399
                w = −3, grad +1.68
                x = 2, grad −3.281
          x = 2 (see above)
    """
    if not isinstance(out, Value):
        raise TypeError(f"tree needs a Value, got {type(out).__name__}")
    if depth < 0 or max_lines < 1:
        raise ValueError(
            "tree needs a depth of at least 0 and at least 1 line, "
            f"got depth={depth}, max_lines={max_lines}"
        )
    order = nodes(out)
    names, recording = names_of(order), Recording(order)
    lines: list[str] = []
    complete: set[Value] = set()  # those whose inputs have been written below them
    shown: set[Value] = set()
    stack = [(out, 0)]
    while stack and len(lines) < max_lines:
        node, level = stack.pop()
        indent = INDENT * level
        if node in complete:
            lines.append(
                f"{indent}{names[id(node)]} = {number_text(recording.number(node))} (see above)"
            )
            continue
        inputs = [x for x in dict.fromkeys(node.inputs) if isinstance(x, Value)]
        cut = inputs and level == depth
        note = " (inputs not shown)" if cut else ""
        grad = number_text(node.grad, signed=True)
        lines.append(
            f"{indent}{made_of(node, names, recording)}, grad {grad}{where_made(node)}{note}"
        )
        shown.add(node)
        if not cut:
            complete.add(node)
            stack += [(x, level + 1) for x in reversed(inputs)]
    if len(shown) < len(order):
        lines.append(
            f"… {len(order) - len(shown):,} of {len(order):,} nodes are not shown; "
            f"tree(out, depth={depth}, max_lines={max_lines}) takes larger limits, "
            "and any node in place of out"
        )
    return Tree("\n".join(filter(None, (recording.note, *lines))))
