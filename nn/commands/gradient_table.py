"""A computation graph as a table: a row a number, with its data and its gradient."""

from __future__ import annotations

from engine import Value

WIDEST = 40  # characters of a name; the middle of a longer one is left out
# How an operation is written between its operands, and how tightly it binds them.
INFIX = {"add": (" + ", 1), "sub": (" - ", 1), "mul": ("*", 2), "div": ("/", 2), "pow": ("**", 4)}
NEG, ATOM = 3, 5


def gradient_table(root: Value) -> str:
    """Return name, op, data and grad of every number that `root` was made from, and of `root`.

    What was given comes first, then each result after what it was made from.
    """
    order = oldest_first(root)
    names = written_out(order)
    leaves = [node for node in order if node.op is None]
    results = [node for node in order if node.op is not None]
    rows = [
        (names[id(node)], node.op.symbol if node.op else "leaf", node.data, node.grad)
        for node in (*leaves, *results)
    ]
    columns = [
        ["name", *(name for name, _, _, _ in rows)],
        ["op", *(op for _, op, _, _ in rows)],
        at_the_point("data", [data for _, _, data, _ in rows]),
        at_the_point("grad", [grad for _, _, _, grad in rows]),
    ]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*columns, strict=True)
    ]
    return "\n".join(lines)


def oldest_first(root: Value) -> list[Value]:
    """Return `root` and everything it was made from, each after its inputs."""
    order: dict[int, Value] = {}
    stack = [root]
    while stack:
        node = stack[-1]
        waiting = [x for x in node.inputs if isinstance(x, Value) and id(x) not in order]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            order.setdefault(id(stack.pop()), node)
    return list(order.values())


def written_out(order: list[Value]) -> dict[int, str]:
    """Return for each node its label, or how it was made: tanh(w*x + b)."""
    texts: dict[int, tuple[str, int]] = {}
    for node in order:
        parts = [texts[id(x)] if isinstance(x, Value) else (f"{x:g}", ATOM) for x in node.inputs]
        if node.label or node.op is None:
            texts[id(node)] = (node.label or f"{node.data:g}", ATOM)
        elif node.op.name in INFIX:
            between, binding = INFIX[node.op.name]
            (left, left_binds), (right, right_binds) = parts
            # a - (b - c), a / (b / c) and (a ** b) ** c need their brackets.
            power = node.op.name == "pow"
            left = f"({left})" if left_binds < binding + power else left
            right = f"({right})" if right_binds < binding + (not power) else right
            texts[id(node)] = (shortened(f"{left}{between}{right}"), binding)
        elif node.op.name == "neg":
            inner, binds = parts[0]
            texts[id(node)] = (f"-({inner})" if binds < NEG else f"-{inner}", NEG)
        else:
            inside = ", ".join(text for text, _ in parts)
            texts[id(node)] = (shortened(f"{node.op.name}({inside})"), ATOM)
    return {key: text for key, (text, _) in texts.items()}


def shortened(text: str) -> str:
    """Return a text of at most WIDEST characters, so that the names of a deep graph stay short."""
    if len(text) <= WIDEST:
        return text
    half = (WIDEST - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def at_the_point(title: str, numbers: list[float]) -> list[str]:
    """Return a column of numbers, their decimal points below each other."""
    texts = [f"{x:.6g}" for x in numbers]
    before = [len(text.partition(".")[0]) for text in texts]
    widest = max(before)
    cells = [" " * (widest - n) + text for text, n in zip(texts, before, strict=True)]
    return [title.rjust(widest), *cells]
