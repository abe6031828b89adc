"""What an op does to a gradient, in words, read from its row of the table."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from engine.ops import Op
from engine.table.evaluate import ieee_function, operators
from engine.value import Value
from engine.words.binding import ATOM, BINDING, UNARY
from engine.words.formula import bracketed, number_part, operation
from engine.words.numbers import number_text
from engine.words.recording import Recording

COMPARISONS = {ast.Gt: " > ", ast.Lt: " < ", ast.GtE: " ≥ ", ast.LtE: " ≤ "}
OPPOSITES = {ast.Gt: ast.LtE, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.LtE: ast.Gt}
ORDINALS = {"a": "first", "b": "second"}
Shown = Mapping[str, str]  # what to print for a, b, c and out


def letters_of(op: Op, inputs: Sequence[object]) -> str:
    """Return the letters of the table that stand for a node's inputs, in their order."""
    return "cab" if len(inputs) > len(op.slopes) else "ab"[: len(inputs)]


def made_of(node: Value, names: Mapping[int, str], recording: Recording) -> str:
    """Return how a node was made, in names and in numbers: `e = a × b = 2 × −3 = −6`."""
    if node.op is None:
        return f"{names[id(node)]} = {number_text(recording.number(node))}"
    numbers = [number_part(recording.used(node, x)) for x in node.inputs]
    called = [
        (names[id(x)], ATOM) if isinstance(x, Value) else n
        for x, n in zip(node.inputs, numbers, strict=True)
    ]
    parts = [
        names[id(node)],
        operation(node.op, called)[0],
        operation(node.op, numbers)[0],
        number_text(recording.number(node)),
    ]
    return " = ".join(dict.fromkeys(parts))


def gate_in_words(node: Value) -> str:
    """Return what a node's op does to the gradient that comes back to it."""
    op = node.op
    if op is None:
        return "a leaf: gradients end here, and add up"
    slopes = op.slopes
    if not slopes:
        return f"{op.symbol} was made by hand: its slopes are hidden in a function"
    if all(slope == "1.0" for slope in slopes):
        rule = "hands its gradient on, unchanged"
        return f"{op.symbol} {rule}, to {'both inputs' if len(slopes) == 2 else 'its input'}"
    if slopes == ("b", "a"):
        return f"{op.symbol} swaps: each input gets the gradient times the other input"
    if slopes == ("1.0", "-1.0"):
        return (
            f"{op.symbol} hands its gradient on: unchanged to the first input, with its sign "
            "flipped to the second"
        )
    if slopes == ("-1.0",):
        return f"{op.symbol} flips the sign of its gradient"
    if all(" if " in slope and set(branches(slope)) <= {0.0, 0.5, 1.0} for slope in slopes):
        if len(slopes) == 2:
            return f"{op.symbol} routes: the input that was taken gets the gradient, the other none"
        return f"{op.symbol} is a switch: the gradient passes whole or not at all"
    each = "each input gets" if len(slopes) == 2 else "its input gets"
    return f"{op.symbol} scales: {each} the gradient times the slope at this point"


def branches(slope: str) -> list[float | None]:
    """Return the numbers that a slope with conditions can be; None for anything but a number."""
    found: list[float | None] = []
    waiting: list[ast.expr] = [ast.parse(slope, mode="eval").body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.IfExp):
            waiting += [part.body, part.orelse]
        else:
            is_number = isinstance(part, ast.Constant) and isinstance(part.value, float)
            found.append(part.value if is_number else None)  # type: ignore[attr-defined]
    return found


def slopes_in_words(node: Value, names: Mapping[int, str], recording: Recording) -> list[str]:
    """Return each local derivative as a formula, then with numbers substituted.

    For example `∂o/∂h = 1 − o² = 1 − 0.7071² = 0.5`. An operation made by hand has none.
    """
    if node.op is None or not node.op.slopes:
        return []
    letters = letters_of(node.op, node.inputs)
    data = {k: recording.used(node, x) for k, x in zip(letters, node.inputs, strict=True)}
    data["out"] = recording.number(node)
    numbers = {k: number_text(x) for k, x in data.items()}
    called = dict(numbers, out=names[id(node)])
    for letter, x in zip(letters, node.inputs, strict=True):
        if isinstance(x, Value):
            called[letter] = names[id(x)]
    lines = []
    for letter, x, slope in zip(letters, node.inputs, node.local_derivatives, strict=True):
        if not isinstance(x, Value) or slope is None:
            continue
        tree, condition = chosen(node.op.slopes["ab".index(letter)], data)
        parts = [
            f"∂{called['out']}/∂{called[letter]}",
            *(
                []
                if isinstance(tree, ast.IfExp)
                else [as_text(tree, called), as_text(tree, numbers)]
            ),
            number_text(slope),
        ]
        line = " = ".join(dict.fromkeys(parts))
        if condition is not None and isinstance(tree, ast.Constant):
            test = ast.unparse(condition)
            is_given = test in ("c", "not c")
            since = f"the condition is {numbers['c']}" if is_given else as_text(condition, called)
            line += f", since {since}"
        twice = sum(other is x for other in node.inputs) > 1
        lines.append(f"{line} ({ORDINALS[letter]} input)" if twice else line)
    return lines


def chosen(slope: str, data: Mapping[str, float | None]) -> tuple[ast.expr, ast.expr | None]:
    """Return the branch of a slope that holds at these numbers, and the condition for it.

    If one of the numbers has been forgotten, nothing is chosen.
    """
    tree = ast.parse(slope, mode="eval").body
    condition: ast.expr | None = None
    known = {name: x for name, x in data.items() if x is not None}
    if len(known) < len(data):
        return tree, condition
    inputs = [known.get(name, float("nan")) for name in ("a", "b", "c", "out")]
    while isinstance(tree, ast.IfExp):
        if ieee_function(ast.unparse(tree.test))(*inputs):
            condition, tree = tree.test, tree.body
        else:
            condition, tree = turned(tree.test), tree.orelse
    return tree, condition


def turned(test: ast.expr) -> ast.expr:
    """Return the opposite of a condition."""
    if isinstance(test, ast.Compare) and type(test.ops[0]) in OPPOSITES:
        return ast.Compare(test.left, [OPPOSITES[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def as_text(tree: ast.expr, shown: Shown) -> str:
    """Return a formula of the table as a reader writes it."""
    return printed(tree, shown)[0]


def printed(tree: ast.expr, shown: Shown) -> tuple[str, int]:
    """Return a formula, and how tightly its outermost part binds."""
    if isinstance(tree, ast.Constant):
        return number_text(float(tree.value)), ATOM  # type: ignore[arg-type]
    if isinstance(tree, ast.Name):
        text = shown.get(tree.id, tree.id)
        return text, 1 if text.startswith("−") else ATOM
    if isinstance(tree, ast.UnaryOp):
        text, binding = printed(tree.operand, shown)
        if isinstance(tree.op, ast.Not):
            return f"not {text}", 0
        return f"−{bracketed(text, binding, UNARY)}", UNARY
    if isinstance(tree, ast.BinOp):
        return binary(tree, shown)
    if isinstance(tree, ast.Compare):
        right = as_text(tree.comparators[0], shown)
        return f"{as_text(tree.left, shown)}{COMPARISONS[type(tree.ops[0])]}{right}", 0
    if isinstance(tree, ast.BoolOp):
        word = " and " if isinstance(tree.op, ast.And) else " or "
        return word.join(as_text(x, shown) for x in tree.values), 0
    if isinstance(tree, ast.Call):
        inside = ", ".join(as_text(x, shown) for x in tree.args)
        return f"{ast.unparse(tree.func)}({inside})", ATOM
    return ast.unparse(tree), 0


def binary(tree: ast.BinOp, shown: Shown) -> tuple[str, int]:
    """Return an operation between two parts; a product of two alike is a square."""
    row = operators()[type(tree.op)]
    binding = BINDING[row.infix]
    left, left_binds = printed(tree.left, shown)
    right, right_binds = printed(tree.right, shown)
    if row.infix == "*" and ast.dump(tree.left) == ast.dump(tree.right):
        return f"{bracketed(left, left_binds, ATOM)}²", BINDING["**"]
    if row.infix == "**" and right == "1":
        return left, left_binds
    tighter = binding + (row.infix in ("-", "/", "%", "**"))
    left = bracketed(left, left_binds, binding)
    sign = "/" if row.infix == "/" else row.symbol  # a fraction, as books print slopes
    return f"{left} {sign} {bracketed(right, right_binds, tighter)}", binding
