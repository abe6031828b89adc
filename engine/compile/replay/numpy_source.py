"""Translates a row of the table to NumPy: conditionals become `where`, math becomes array math."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.ops import Op
from engine.table.evaluate import IEEE

# Functions that NumPy names differently from math.
RENAMED = {
    "pow": "power",
    "remainder": "",  # NumPy's has the sign of the divisor, as Python's %; math's is nearest to 0
    **{
        name: f"arc{name[1:]}"
        for name in ("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh")
    },
}
UFUNCS = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.Mod: "mod",
    ast.MatMult: "matmul",
}

ARRAY = re.compile(r"\b[a-z]\d+\b")  # a name that `Buffers.new_name` gives
MOST_PATTERNS = 10_000


def array_function(name: str) -> Callable[..., object]:
    """Return the function of `math` called `name`, for arrays.

    NumPy has most of them, and SciPy, if installed, some of the rest. Any other is called number
    by number, which is slow but correct.
    """
    found = getattr(np, RENAMED.get(name, name), None)
    if isinstance(found, np.ufunc):
        return found
    try:
        from scipy import special
    except ImportError:
        special = None
    found = getattr(special, name, None)
    if isinstance(found, np.ufunc):
        return found
    one = IEEE[name]
    assert callable(one)
    return np.vectorize(one, otypes=[float])


class ToArrays(ast.NodeTransformer):
    """Rewrites an expression on numbers as one on arrays, with other names for its inputs."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.used: set[str] = set()

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Substitute the name of an array."""
        array: ast.expr = ast.parse(self.names.get(node.id, node.id), mode="eval").body
        return array

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Note which functions are used."""
        assert isinstance(node.func, ast.Name)
        self.used.add(node.func.id)
        return ast.Call(node.func, [self.visit(x) for x in node.args], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Write a power as a call, as the eager engine does."""
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow):
            self.used.add("pow")
            return ast.Call(ast.Name("pow", ast.Load()), [left, right], [])
        return ast.BinOp(left, node.op, right)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Write `and` and `or` number by number."""
        sign = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        first: ast.expr
        first, *rest = (self.visit(x) for x in node.values)
        for x in rest:
            first = ast.BinOp(first, sign, x)
        return first

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Write `not` number by number."""
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            self.used.add("logical_not")
            return ast.Call(ast.Name("logical_not", ast.Load()), [operand], [])
        return ast.UnaryOp(node.op, operand)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Write a conditional as `where`, or shorter in two common cases."""
        if is_never(node.test, self.names):
            folded: ast.expr = self.visit(node.orelse)
            return folded
        if ast.unparse(node.orelse) == "0.0" and ast.unparse(node.body) == "1.0":
            test = self.visit(node.test)  # 1 where it holds and 0 elsewhere: the test itself
            return test if isinstance(test, ast.Compare) else self.where(test, node)
        match node.test:  # "k if a <= k else a" is the larger of a and k
            case ast.Compare(ast.Name(a), [ast.LtE()], [ast.Constant(float() | int() as k)]) if (
                ast.unparse(node.orelse) == a
                and is_number(ast.unparse(node.body))
                and float(ast.unparse(node.body)) == k
            ):
                self.used.add("maximum")
                return ast.Call(
                    ast.Name("maximum", ast.Load()), [self.visit(node.orelse), node.body], []
                )
        return self.where(self.visit(node.test), node)

    def where(self, test: ast.expr, node: ast.IfExp) -> ast.expr:
        """Return a call of `where`."""
        self.used.add("where")
        return ast.Call(
            ast.Name("where", ast.Load()),
            [test, self.visit(node.body), self.visit(node.orelse)],
            [],
        )


def is_never(test: ast.expr, names: Mapping[str, str]) -> bool:
    """Return whether a condition is false by its constants, or by a part of its `and`."""
    match test:
        case ast.BoolOp(ast.And(), parts):
            return any(is_never(part, names) for part in parts)
        case ast.Compare():
            found = {x.id for x in ast.walk(test) if isinstance(x, ast.Name)} - {"abs", "inf"}
            texts = {name: names.get(name, name).strip("()") for name in found}
            if all(is_number(text) for text in texts.values()):
                numbers = {name: float(text) for name, text in texts.items()}
                return not eval(ast.unparse(test), {"abs": abs, "inf": math.inf}, numbers)
    return False


def to_numpy_source(text: str, names: Mapping[str, str]) -> tuple[str, set[str]]:
    """Return a row's text with arrays substituted for its names, and the functions that it uses."""
    arrays = {k: v for k, v in names.items() if v.isidentifier() and not is_number(v)}
    stand_ins = {k: f"_{k}_" if k in arrays else v for k, v in names.items()}
    pattern, used = rewritten(text, tuple(stand_ins.items()))
    for name, array in arrays.items():
        pattern = pattern.replace(stand_ins[name], array)
    return pattern, set(used)


@lru_cache(maxsize=MOST_PATTERNS)
def rewritten(text: str, names: tuple[tuple[str, str], ...]) -> tuple[str, frozenset[str]]:
    """Return a row's text for NumPy; once for all instructions that differ in their arrays only."""
    rewriter = ToArrays(dict(names))
    tree = rewriter.visit(ast.parse(text, mode="eval").body)
    return ast.unparse(tree), frozenset(rewriter.used)


@cache
def as_array_function(op: Op) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """Return a row of one input as a function of an array."""
    text, used = to_numpy_source(op.forward, {})
    known = {"where": np.where, "inf": np.inf, "nan": np.nan}
    space = known | {name: array_function(name) for name in used - set(known)}
    function: Callable[..., NDArray[np.float64]] = eval(f"lambda a: {text}", space)
    return lambda a: np.asarray(function(np.asarray(a, dtype=float)), dtype=float)


def assign_to(text: str, out: str) -> tuple[str, str]:
    """Return a statement that assigns an expression to the array `out`, and the ufunc it calls.

    Where it can, the outermost ufunc writes straight into `out`.
    """
    pattern, ufunc = assignment(ARRAY.sub("_", text))
    return pattern.format(*ARRAY.findall(text), out=out), ufunc


@lru_cache(maxsize=MOST_PATTERNS)
def assignment(text: str) -> tuple[str, str]:
    """Return an assignment to {out}, with {} for every array; once for all that look like it."""
    line, ufunc = written_into(text, "OUT")
    return re.sub(r"\b_\b", "{}", line).replace("OUT", "{out}"), ufunc


def written_into(text: str, out: str) -> tuple[str, str]:
    """Return the statement of `assign_to`."""
    tree = ast.parse(text, mode="eval").body
    name, args = "", list[ast.expr]()
    match tree:
        case ast.BinOp(left, op, right) if type(op) in UFUNCS:
            name, args = UFUNCS[type(op)], [left, right]
        case ast.UnaryOp(ast.USub(), operand):
            name, args = "negative", [operand]
        case ast.Call(ast.Name(called)) if isinstance(
            getattr(np, RENAMED.get(called, called), None), np.ufunc
        ):
            name, args = called, tree.args
        case ast.Call(ast.Attribute(attr="reduce" | "reduceat")):
            return f"{text[:-1]}, out={out})", ""
        case ast.Call(ast.Attribute(attr="take")):
            return f'{text[:-1]}, out={out}, mode="clip")', ""
    if not name:
        return f"{out}[...] = {text}", ""
    return f"{name}({', '.join(map(ast.unparse, args))}, out={out})", name


def is_number(text: str) -> bool:
    """Return whether an expression is a plain number."""
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False
