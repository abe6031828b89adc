"""Reads a formula such as "tanh(w*x + b)" into a graph, without running it as a program."""

from __future__ import annotations

import ast
import math
import operator
import sys
import unicodedata
from collections.abc import Callable, Mapping

from engine.functions import FUNCTIONS, OPERATIONS
from engine.guards.number import as_float
from engine.ops import OPS
from engine.table.evaluate import operators
from engine.value import Value
from engine.words.notation import advice_on_part, advice_on_signs, advice_on_text

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}
LONGEST = 200  # characters of a formula in a message
MOST_OPERATORS = 1000
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
    tree = tree_of(text.strip())
    # As Python reads names: µ, the micro sign, is the letter μ.
    numbers = {unicodedata.normalize("NFKC", name): x for name, x in numbers.items()}
    check_parts(tree, numbers)
    check_names(tree, numbers)
    leaves = {name: Value(x, name) for name, x in numbers.items()}
    result = computed(tree, leaves, DEEPEST)
    if not isinstance(result, Value):
        compares = isinstance(tree, ast.Compare)
        what = "only compares; use it inside where(…)" if compares else "has no names in it"
        raise ValueError(f"the formula {what}, so there is nothing to differentiate")
    return result


def tree_of(text: str) -> ast.expr:
    """Return the syntax tree of a formula.

    Raises:
        ValueError: it is not a valid formula.
    """
    if not text:
        raise ValueError('the formula is empty; write one, such as "tanh(w*x + b)"')
    if nesting(text) > DEEPEST or sum(map(text.count, "+-*/%")) > MOST_OPERATORS:
        # In a browser, where the stack is small, Python's own parser would end the interpreter.
        raise ValueError("the formula is too long, or nests too deeply; write it in parts")
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if advice := advice_on_signs(text):
        raise ValueError(f"not a valid formula: {advice}\n  {shown}")
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        pointer = " " * min(max(0, (error.offset or 1) - 1), len(shown)) + "^"
        advice = advice_on_text(text, FUNCTIONS)
        colon = f": {advice}" if advice else ":"
        raise ValueError(f"not a valid formula{colon}\n  {shown}\n  {pointer}") from None
    except ValueError as error:  # a number of more than 4,300 digits, or a zero byte
        raise ValueError(f"not a valid formula: {error}") from None
    except (RecursionError, MemoryError):
        raise ValueError(
            "the formula is too long, or nests too deeply; write it in parts"
        ) from None


def nesting(text: str) -> int:
    """Return how deeply brackets are nested in a text."""
    depth = deepest = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    return deepest


def check_parts(tree: ast.expr, numbers: Mapping[str, float]) -> None:
    """Raise if a formula has a part that no formula has.

    Raises:
        ValueError: it has; the message says what to write instead.
    """
    for part in ast.walk(tree):
        if not isinstance(part, ast.expr) or is_part(part):
            continue
        what = ast.unparse(part)
        what = what if len(what) <= 60 else f"{what[:59]}…"
        if advice := advice_on_part(part, FUNCTIONS):
            raise ValueError(f"not a valid formula: {advice}; it has {what}")
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and not part.keywords:
            name = part.func.id
            if name in numbers:
                inputs = ", ".join(map(ast.unparse, part.args))
                raise ValueError(f"{name} is a number here; for a product write {name}*({inputs})")
            raise ValueError(f"unknown function {name}; the functions are {', '.join(FUNCTIONS)}")
        raise ValueError(
            "a formula may contain names, numbers, + - * / % **, brackets and functions, "
            f"but not {what}"
        )


def is_part(part: ast.expr) -> bool:
    """Return whether a formula may have such a part."""
    if isinstance(part, ast.Constant):
        return type(part.value) in (int, float)
    if isinstance(part, ast.UnaryOp):
        return isinstance(part.op, (ast.USub, ast.UAdd))
    if isinstance(part, ast.BinOp):
        return type(part.op) in operators()
    if isinstance(part, ast.Compare):
        return len(part.ops) == 1 and type(part.ops[0]) in COMPARISONS
    if isinstance(part, ast.Call):
        return isinstance(part.func, ast.Name) and part.func.id in FUNCTIONS and not part.keywords
    return isinstance(part, ast.Name)


def check_names(tree: ast.expr, numbers: Mapping[str, float]) -> None:
    """Raise if the names of a formula are not those that numbers were given for.

    Raises:
        ValueError: one is missing or unused.
    """
    parts = list(ast.walk(tree))
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    names = {part.id for part in parts if isinstance(part, ast.Name) and id(part) not in called}
    names -= set(CONSTANTS) - set(numbers)
    missing, unused = sorted(names - set(numbers)), sorted(set(numbers) - names)
    if missing and missing[0] in FUNCTIONS:
        raise ValueError(f"{missing[0]} is a function; write {missing[0]}(…)")
    if missing:
        raise ValueError(f"no number for {', '.join(missing)}; give {missing[0]}=NUMBER")
    if unused:
        has = f"it has {', '.join(sorted(names))}" if names else "it has no names"
        raise ValueError(f"{', '.join(unused)} not in the formula; {has}")


def computed(tree: ast.expr, leaves: Mapping[str, Value], depth: int) -> Value | float:
    """Return the result of a part of a formula.

    Raises:
        ValueError: it nests too deeply, or a function has too many or too few inputs.
    """
    if depth == 0:
        raise ValueError("the formula nests too deeply; write it in parts")
    chain: list[ast.BinOp] = []  # of a long sum, whose terms are nested to the left
    while isinstance(tree, ast.BinOp):
        chain.append(tree)
        tree = tree.left
    result = computed_alone(tree, leaves, depth - 1)
    for step in reversed(chain):
        result = applied(step.op, result, computed(step.right, leaves, depth - 1))
    return result


def computed_alone(tree: ast.expr, leaves: Mapping[str, Value], depth: int) -> Value | float:
    """Return the result of a part of a formula that is not an operator between two.

    Raises:
        ValueError: as of `computed`.
    """
    if isinstance(tree, ast.Constant):
        number = as_float(tree.value)
        if number == math.inf:
            raise ValueError(
                f"a number in the formula is too large; the largest is {sys.float_info.max:.2g}"
            )
        return number
    if isinstance(tree, ast.Name):
        return leaves[tree.id] if tree.id in leaves else CONSTANTS[tree.id]
    if isinstance(tree, ast.UnaryOp):
        inner = computed(tree.operand, leaves, depth)
        return -inner if isinstance(tree.op, ast.USub) else inner
    if isinstance(tree, ast.Compare):
        left, right = (
            computed(tree.left, leaves, depth),
            computed(tree.comparators[0], leaves, depth),
        )
        return float(COMPARISONS[type(tree.ops[0])](data_of(left), data_of(right)))
    assert isinstance(tree, ast.Call)
    assert isinstance(tree.func, ast.Name)
    name = tree.func.id
    row = OPS[name]
    wanted = len(row.slopes) + (name == "where")
    if len(tree.args) != wanted:
        inputs = "1 input" if wanted == 1 else f"{wanted} inputs"
        raise ValueError(f"{name} takes {inputs}, got {len(tree.args)}")
    result: Value | float = FUNCTIONS[name](*(computed(x, leaves, depth) for x in tree.args))
    return result


def applied(op: ast.operator, left: Value | float, right: Value | float) -> Value | float:
    """Return an operator's result, a number for two numbers."""
    function = OPERATIONS[operators()[type(op)]]
    if isinstance(left, Value) or isinstance(right, Value):
        return function(left, right)
    return data_of(function(Value(left), right))


def data_of(x: Value | float) -> float:
    """Return the number of a Value, or a number as it is."""
    return x.data if isinstance(x, Value) else x
