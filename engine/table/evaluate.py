"""Readers of a row's text: as Python source, over floats that never raise, and over Values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

from engine.ops import OPS, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

NAN, INF = math.nan, math.inf


def with_calls(text: str, *, power: str = "pow", quotient: str = "", modulo: str = "") -> str:
    """Return `text` with `x ** y` as a call of `power`; `x / y` and `x % y` too if a name is given.

    Python's own `**` turns a negative base complex and its `/` refuses zero; a function need not.
    """
    import ast  # only needed to generate code, and where Python's arithmetic raises

    class Calls(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
            self.generic_visit(node)
            name = ""
            if isinstance(node.op, ast.Pow):
                name = power
            elif isinstance(node.op, ast.Div):
                name = quotient
            elif isinstance(node.op, ast.Mod):
                name = modulo
            if not name:
                return node
            return ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], [])

    return ast.unparse(Calls().visit(ast.parse(text, mode="eval")))


@cache
def operators() -> dict[type[ast.operator | ast.unaryop], Op]:
    """Return the rows that Python writes with an operator, by what its parser calls that."""
    import ast

    trees = {
        row.name: ast.parse(row.forward, mode="eval").body for row in OPS.values() if row.infix
    }
    return {
        type(tree.op): OPS[name]
        for name, tree in trees.items()
        if isinstance(tree, (ast.BinOp, ast.UnaryOp))
    }


def as_function(text: str, names: Mapping[str, object]) -> Callable[..., float]:
    """Return `text` as a function of a, b, c and out, with `names` for the functions in it."""
    # The text is a row of our own table, or what the user has just given to `engine.define`; what
    # comes from a file is compared with those, never evaluated.
    function: Callable[..., float] = eval(f"lambda a, b, c, out: {text}", {**names, "inf": INF})
    return function


def ieee_pow(x: float, y: float) -> float:
    """Return x ** y by the rules of IEEE 754: inf on overflow, nan for a complex result."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0 and y % 2 == 1 else INF
    except ValueError:
        return INF if x == 0 else NAN


def ieee_divide(x: float, y: float) -> float:
    """Return x / y by the rules of IEEE 754: ±inf for x / 0, nan for 0 / 0."""
    if y != 0:
        return x / y
    if x == 0 or x != x:
        return NAN
    return math.copysign(INF, x) * math.copysign(1.0, y)


def ieee_modulo(x: float, y: float) -> float:
    """Return x % y, with the sign of y; nan for y = 0."""
    return x % y if y != 0 else NAN


def ieee(name: str, function: Callable[..., float]) -> Callable[..., float]:
    """Return `function` with inf for an overflow and nan outside its domain."""
    pole = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}.get(name)

    def answer(*x: float) -> float:
        try:
            return function(*x)
        except OverflowError:
            return -INF if name == "sinh" and x[0] < 0 else INF
        except ValueError:
            return -INF if x[0] == pole else NAN

    return answer


IEEE: dict[str, object] = {
    **{name: ieee(name, f) for name, f in vars(math).items() if callable(f)},
    "abs": abs,
    "pow": ieee_pow,
    "divide": ieee_divide,
    "modulo": ieee_modulo,
}

_ieee_functions: dict[Op, tuple[Callable[..., float], ...]] = {}


def ieee_functions(row: Op) -> tuple[Callable[..., float], ...]:
    """Return forward and slopes of `row` as functions over floats that follow IEEE 754."""
    if row not in _ieee_functions:
        _ieee_functions[row] = tuple(map(ieee_function, row.texts))
    return _ieee_functions[row]


@cache
def ieee_function(text: str) -> Callable[..., float]:
    """Return `text` as a function of a, b, c and out, over floats that follow IEEE 754."""
    return as_function(with_calls(text, quotient="divide", modulo="modulo"), IEEE)


def in_domain(condition: str, a: float, b: float = 0.0) -> bool:
    """Return whether a row's `domain` or `smooth` is met; nan passes, since it gives nan."""
    return not condition or a != a or b != b or bool(ieee_function(condition)(a, b, NAN, NAN))
