"""Reads a formula such as "tanh(w*x + b)" into a graph, without running it as a program."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from engine.functions import FUNCTIONS, OPERATIONS
from engine.ops import OPS
from engine.table.evaluate import operators
from engine.value import Value

CONSTANTS = {"pi": math.pi, "e": math.e}
DEEPEST = 100  # brackets within brackets; a formula that people wrote has few


def parse(text: str, numbers: Mapping[str, float]) -> Value:
    """Return the result of a formula, recorded, with a labelled leaf for each name.

    Args:
        text: names, numbers, + − * / % **, brackets, and the functions of the table by name.
        numbers: the number of each name.

    Raises:
        ValueError: the text is not a valid formula, a function is unknown, or a number is missing
            or unused.

    Example:
        >>> from engine import parse
        >>> out = parse("tanh(w*x + b)", {"w": -0.5, "x": 2.0, "b": 0.6})
        >>> round(out.data, 4)
        -0.3799
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        pointer = " " * max(0, (error.offset or 1) - 1) + "^"
        raise ValueError(f"not a valid formula:\n  {text.strip()}\n  {pointer}") from None
    except (RecursionError, MemoryError):
        raise ValueError("the formula nests too deeply; write it in parts") from None
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    names = used - called - (set(CONSTANTS) - set(numbers))
    missing, unused = sorted(names - set(numbers)), sorted(set(numbers) - names)
    if missing:
        raise ValueError(f"no number for {', '.join(missing)}; give {missing[0]}=NUMBER")
    if unused:
        raise ValueError(
            f"{', '.join(unused)} not in the formula; it has {', '.join(sorted(names))}"
        )
    leaves = {name: Value(x, name) for name, x in numbers.items()}
    result = computed(tree, leaves, DEEPEST)
    if not isinstance(result, Value):
        raise ValueError("the formula has no names in it, so there is nothing to differentiate")
    return result


def computed(tree: ast.expr, leaves: Mapping[str, Value], depth: int) -> Value | float:
    """Return the result of a part of a formula.

    Raises:
        ValueError: it is not a part of a formula.
    """
    if depth == 0:
        raise ValueError("the formula nests too deeply; write it in parts")
    if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)):
        return float(tree.value)
    if isinstance(tree, ast.Name):
        return leaves[tree.id] if tree.id in leaves else CONSTANTS[tree.id]
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        inner = computed(tree.operand, leaves, depth - 1)
        return -inner if isinstance(tree.op, ast.USub) else inner
    if isinstance(tree, ast.BinOp):
        left = computed(tree.left, leaves, depth - 1)
        right = computed(tree.right, leaves, depth - 1)
        if not isinstance(left, Value) and not isinstance(right, Value):
            with_value: Value | float = applied(tree.op, Value(left), right)
            return with_value.data if isinstance(with_value, Value) else with_value
        return applied(tree.op, left, right)
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        left = computed(tree.left, leaves, depth - 1)
        right = computed(tree.comparators[0], leaves, depth - 1)
        if isinstance(tree.ops[0], ast.Gt):
            return float(left > right)
        if isinstance(tree.ops[0], ast.Lt):
            return float(left < right)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        name = tree.func.id
        if name not in FUNCTIONS:
            raise ValueError(f"unknown function {name}; the functions are {', '.join(FUNCTIONS)}")
        row = OPS[name]
        wanted = len(row.slopes) + (name == "where")
        if len(tree.args) != wanted:
            raise ValueError(f"{name} takes {wanted} inputs, got {len(tree.args)}")
        result: Value | float = FUNCTIONS[name](
            *(computed(x, leaves, depth - 1) for x in tree.args)
        )
        return result
    raise ValueError(
        "a formula may contain names, numbers, + - * / % **, brackets and functions, "
        f"but not {ast.unparse(tree)}"
    )


def applied(op: ast.operator, left: Value | float, right: Value | float) -> Value | float:
    """Return an operator's result; at least one side is a Value.

    Raises:
        ValueError: it is not one of + - * / % **.
    """
    if type(op) not in operators():
        raise ValueError("a formula may use the operators + - * / % ** only")
    return OPERATIONS[operators()[type(op)]](left, right)
