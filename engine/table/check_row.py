"""Refuses a row that could be written but not run: by Python, by NumPy, and on Values."""

from __future__ import annotations

import ast
import math

from engine.ops import OPS, Op

FUNCTIONS = {name for name, found in vars(math).items() if callable(found) and name[0] != "_"}
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow)
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
DEEPEST = 100  # brackets within brackets
EQUALITY = (ast.Eq, ast.NotEq)  # on Values == asks whether they are the same node


def check_row(row: Op, who: str) -> None:
    """Refuse a row whose text is not a formula, or uses a name that it cannot.

    Args:
        row: the row.
        who: what the messages begin with.

    Raises:
        ValueError: it is such a row.
    """
    inputs = "ab"[: len(row.slopes)] + ("" if row.defined else "c")
    for what, text in zip(("forward", "∂out/∂a", "∂out/∂b"), row.texts, strict=False):
        known = [*inputs, "inf", "abs"] if what == "forward" else [*inputs, "out", "inf", "abs"]
        tree = parsed(text, f"{who}: {what}")
        used = check_names(tree, text, known, f"{who}: {what}")
        # Second derivatives compute a slope on Values, and there every function is a row.
        built_in = {name for name, other in OPS.items() if not other.defined}
        if what != "forward" and (without := used & FUNCTIONS - built_in):
            raise ValueError(
                f"{who}: {what} uses {', '.join(sorted(without))}, which has no row of its own, so "
                "that the slope could not be differentiated; write the slope with out, or with "
                f"other functions: {text}"
            )
        Formula(f"{who}: {what}", ORDER).check_number(tree)
    for what, text in (("domain", row.domain), ("smooth", row.smooth)):
        if text:
            tree = parsed(text, f"{who}: {what}")
            check_names(tree, text, [*inputs, "inf", "abs"], f"{who}: {what}")
            Formula(f"{who}: {what}", ORDER + EQUALITY).check_condition(tree)


def parsed(text: str, what: str) -> ast.expr:
    """Return the tree of a text.

    Raises:
        ValueError: it is not a Python expression, or nests too deeply.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError):  # the last for a null byte
        raise ValueError(f"{what} is not a valid Python expression: {text}") from None
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [part for node in level for part in ast.iter_child_nodes(node)]
    if level:
        raise ValueError(f"{what} nests too deeply; make several operations of it")
    return tree


def check_names(tree: ast.expr, text: str, known: list[str], what: str) -> set[str]:
    """Return the names in a text.

    Raises:
        ValueError: one of them means nothing.
    """
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if unknown := used - set(known) - FUNCTIONS:
        rows = [f"; write {name}(a) as {OPS[name].forward}" for name in sorted(unknown & set(OPS))]
        raise ValueError(
            f"{what} may use {', '.join(known[:-1])}, {known[-1]} and the functions of math, got "
            f"{', '.join(sorted(unknown))} in {text}{''.join(rows)}"
        )
    return used


class Formula:
    """What a formula may consist of.

    Args:
        what: what the messages begin with.
        comparisons: the operators that a condition may use.
    """

    def __init__(self, what: str, comparisons: tuple[type[ast.cmpop], ...]) -> None:
        self.what = what
        self.comparisons = comparisons

    def check_number(self, tree: ast.expr) -> None:
        """Refuse what is not a number.

        Raises:
            ValueError: it is not one, or a function has the wrong number of inputs.
        """
        match tree:
            case ast.Constant(float() | int() as x) if not isinstance(x, bool):
                pass
            case ast.Name(name) if name != "c" and name not in FUNCTIONS | {"abs"}:
                pass
            case ast.UnaryOp(ast.USub() | ast.UAdd(), inner):
                self.check_number(inner)
            case ast.BinOp(left, op, right) if isinstance(op, OPERATORS):
                self.check_number(left)
                self.check_number(right)
            case ast.IfExp(test, body, orelse):
                self.check_condition(test)
                self.check_number(body)
                self.check_number(orelse)
            case ast.Call(ast.Name(name), args, []) if name in FUNCTIONS | {"abs"}:
                has_row = name in OPS and not OPS[name].defined
                wanted = len(OPS[name].slopes) if has_row else len(args)
                if len(args) != wanted:
                    raise ValueError(
                        f"{self.what}: {name} takes {wanted} input{'s' if wanted > 1 else ''}, got "
                        f"{len(args)} in {ast.unparse(tree)}"
                    )
                for given in args:
                    self.check_number(given)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not()):
                raise ValueError(
                    f"{self.what} needs a number where it has the condition {ast.unparse(tree)}; "
                    f"write 1.0 if {ast.unparse(tree)} else 0.0"
                )
            case _:
                raise ValueError(
                    f"{self.what} may have numbers, a, b, out, inf, + - * / % **, functions of "
                    f"math, and x if condition else y, but not {ast.unparse(tree)}"
                )

    def check_condition(self, tree: ast.expr) -> None:
        """Refuse what is not a condition.

        Raises:
            ValueError: it is not one, or could not be evaluated on arrays or on Values.
        """
        match tree:
            case ast.Compare(left, [op], [right]) if isinstance(op, self.comparisons):
                self.check_number(left)
                self.check_number(right)
            case ast.BoolOp(_, parts):
                for part in parts:
                    self.check_condition(part)
            case ast.UnaryOp(ast.Not(), inner):
                self.check_condition(inner)
            case ast.IfExp(test, body, orelse):
                for part in (test, body, orelse):
                    self.check_condition(part)
            case ast.Name("c"):
                pass
            case ast.Compare(_, [_, _, *_]):
                raise ValueError(
                    f"{self.what} may compare two numbers at a time, got {ast.unparse(tree)}; "
                    "write 0 < a and a < 1, not 0 < a < 1"
                )
            case ast.Compare(_, [ast.Eq() | ast.NotEq()]):
                raise ValueError(
                    f"{self.what} may compare with <, <=, > and >=, got {ast.unparse(tree)}; write "
                    "abs(a) <= 0, not a == 0"
                )
            case _:
                raise ValueError(
                    f"{self.what} needs a condition, such as a > 0, got {ast.unparse(tree)}"
                )
