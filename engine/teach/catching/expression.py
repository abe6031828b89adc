"""Reads what a student wrote, a text or a function, into a graph; never runs a text."""

from __future__ import annotations

import ast
import inspect
import re
import unicodedata
from collections.abc import Callable, Sequence

from engine.functions import FUNCTIONS
from engine.graph import leaves
from engine.parse import CONSTANTS, DEEPEST, check_parts, computed, tree_of
from engine.teach.isolate.limits import StepLimit, limited_steps
from engine.value import Value
from engine.words.numbers import number_text

NUMBERS = {"a": 2.0, "b": -3.0}  # one positive, one negative, of different size
THE_NUMBERS = " and ".join(f"{name} = {number_text(x)}" for name, x in NUMBERS.items())
MOST_LETTERS = 1000  # of a text
MOST_LINES, MOST_SECONDS = 100_000, 10.0  # that a function may run
DEFINITION = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)(.*)", re.DOTALL)


def read(expression: str | Callable[..., Value]) -> Value:
    """Return the result of an expression, recorded.

    Args:
        expression: a formula, with definitions before it if a result is used several times, as in
            "c = a * b; c + c"; or a function of one or two Values.

    Raises:
        TypeError: it is neither.
        ValueError: it cannot be read, or does not run; the message says why.
    """
    if not isinstance(expression, str) and not callable(expression):
        raise TypeError(
            'an expression is a text, such as "a * b + a", or a function, such as '
            f"lambda a, b: a * b + a; got {type(expression).__name__}"
        )
    numbers = {name: Value(x, name) for name, x in NUMBERS.items()}
    if isinstance(expression, str):
        root = of_text(expression, dict(numbers))
    else:
        root = of_function(expression, list(numbers.values()))
    if not isinstance(root, Value) or root.op is None:
        what = "a name" if isinstance(root, Value) else f"a {type(root).__name__}"
        raise ValueError(
            f"the expression must compute something from a or b, such as a * b; it is only {what}"
        )
    if not set(numbers.values()) & set(leaves(root)):
        raise ValueError("the expression uses neither a nor b; write one such as a * b")
    return root


def of_text(text: str, names: dict[str, Value]) -> object:
    """Return the result of a text.

    Args:
        text: what a student wrote.
        names: the numbers that it may use; those that it defines are added.

    Raises:
        ValueError: it is not a valid formula, or has no number.
    """
    if len(text) > MOST_LETTERS:
        raise ValueError(
            f"an expression has at most {MOST_LETTERS} letters, got {len(text):,}; a short one is "
            "enough for each bug"
        )
    *definitions, last = [part for part in re.split(r"[;\n]", text) if part.strip()] or [""]
    for part in definitions:
        found = DEFINITION.fullmatch(part)
        if not found:
            raise ValueError(
                "only the last part is the expression, those before it define names, as in "
                f'"c = a * b; c + c"; got "{part.strip()}"'
            )
        name = unicodedata.normalize("NFKC", found[1])
        if name in names or name in FUNCTIONS:
            raise ValueError(f"{name} has a meaning already; give the result another name")
        names[name] = named(result_of(found[2], names), name)
    if found := DEFINITION.fullmatch(last):
        raise ValueError(
            f'the last part must be the expression, without a name: write "{last.strip()}; '
            f'{found[1]}"'
        )
    return result_of(last, names)


def named(result: Value | float, name: str) -> Value:
    """Return a result with a name, unless it has one, or is a plain number."""
    if not isinstance(result, Value):
        return Value(result, name)
    result.label = result.label or name
    return result


def result_of(text: str, names: dict[str, Value]) -> Value | float:
    """Return the result of one formula.

    Raises:
        ValueError: it is not valid, has a name that is unknown, or no number.
    """
    text = text.strip()
    tree = tree_of(text)
    for part in ast.walk(tree):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            # As in micrograd: a.relu() is relu(a).
            part.args.insert(0, part.func.value)
            part.func = ast.Name(part.func.attr)
    check_parts(tree, dict.fromkeys(names, 0.0))
    parts = list(ast.walk(tree))
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    for part in parts:
        if isinstance(part, ast.Compare):
            raise ValueError(f"an expression computes, and does not compare; got {text}")
        if not isinstance(part, ast.Name) or id(part) in called:
            continue
        if part.id in FUNCTIONS and part.id not in names:
            raise ValueError(f"{part.id} is a function; write {part.id}(…)")
        if part.id not in names and part.id not in CONSTANTS:
            raise ValueError(f"unknown name {part.id}; the game's numbers are {THE_NUMBERS}")
    try:
        return computed(tree, names, DEEPEST)
    except ArithmeticError as error:
        raise ValueError(f"{text} has no number for {THE_NUMBERS}: {error}") from None


def of_function(function: Callable[..., Value], numbers: Sequence[Value]) -> object:
    """Return what a function of the game's numbers returns.

    Args:
        function: what a student wrote.
        numbers: what it may take, in this order.

    Raises:
        ValueError: it has other arguments, raises, does not end, or changes the numbers.
    """
    try:
        needed = [
            p
            for p in inspect.signature(function).parameters.values()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        needed = []
    if not 1 <= len(needed) <= len(numbers):
        raise ValueError(
            f"the function must take one or two Values, a and b; it takes {len(needed)}: write "
            "lambda a, b: a * b"
        )
    numbers = numbers[: len(needed)]
    try:
        with limited_steps(MOST_LINES, MOST_SECONDS):
            result = function(*numbers)
    except StepLimit:
        raise ValueError(
            f"the function has run {MOST_LINES:,} lines without an end; look for a loop that does "
            "not stop"
        ) from None
    except (Exception, SystemExit) as error:
        raise ValueError(f"the function raised {type(error).__name__}: {error}") from error
    if [x.data for x in numbers] != list(NUMBERS.values())[: len(needed)]:
        raise ValueError(f"the function must leave {THE_NUMBERS}; it has changed a number's data")
    return result
