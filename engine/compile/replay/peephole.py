"""Peephole optimisation: rewrites an array program so that NumPy does the same work in fewer steps.

A step of a small network is some thirty calls on a few hundred numbers each, so what NumPy does
before it begins to compute takes as long as the computing.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np


class Peephole(ast.NodeTransformer):
    """Rewrites a program so that it does the same in less time.

    Numbers that are combined with arrays become arrays of one number, which NumPy need not convert;
    loop-invariant views, such as `x.T`, are made once; products of matrices go to `dot`, which
    checks less than `matmul` before it calls BLAS; booleans become floats before they are factors.

    Args:
        space: what the names in the program mean.

    Attributes:
        arrays: the new arrays by name.
    """

    def __init__(self, space: Mapping[str, object]) -> None:
        self.space = space
        self.arrays: dict[str, np.ndarray] = {}
        self._names: dict[str, str] = {}

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        """Write a comparison as floats first; as a factor, NumPy would convert it part by part."""
        self.generic_visit(node)
        match node.value:
            case ast.Call(
                ast.Name("multiply") as multiply, [g, ast.Compare() as test], [ast.keyword() as out]
            ):
                array = out.value
                whole = ast.Subscript(array, ast.Constant(...), ast.Store())
                times = ast.Call(multiply, [g, array], [out])
                return [ast.Assign([whole], test), ast.Expr(times)]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Rewrite both sides; here `@` is always a product over one or two axes, which is `dot`."""
        self.generic_visit(node)
        left, right = node.left, node.right
        if isinstance(node.op, ast.MatMult):
            return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], [])
        return ast.BinOp(self.operand(left, right), node.op, self.operand(right, left))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Rewrite the right side."""
        self.generic_visit(node)
        node.comparators = [self.operand(x, node.left) for x in node.comparators]
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Rewrite what is added."""
        self.generic_visit(node)
        node.value = self.operand(node.value, node.target)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Rewrite the arguments of a ufunc."""
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("matmul"), [left, right], [ast.keyword("out", ast.Name(out))]):
                array = self.space[out]
                assert isinstance(array, np.ndarray)
                # dot() treats stacks of matrices differently, and can write to no other array.
                if array.ndim == 2 and array.flags.c_contiguous:
                    return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], node.keywords)
            case ast.Call(ast.Attribute(ast.Name() as x, "swapaxes")) if self.is_array(x):
                return self.view(node)
            case ast.Call(called) if self.is_ufunc(called):
                node.args = [self.as_array(x) for x in node.args]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Make a transposed view."""
        self.generic_visit(node)
        made = node.attr == "T" and isinstance(node.value, ast.Name) and self.is_array(node.value)
        return self.view(node) if made else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Make a view with one more axis."""
        made = isinstance(node.value, ast.Name) and self.is_array(node.value)
        if made and ast.unparse(node.slice) == ":, None":
            return self.view(node)
        self.generic_visit(node)
        return node

    def view(self, node: ast.expr) -> ast.expr:
        """Return a view of an array of the program under a name of its own."""
        text = ast.unparse(node)
        return self.name_array(text, eval(text, {}, self.space))

    def operand(self, node: ast.expr, other: ast.expr) -> ast.expr:
        """Return an operand, as an array if it is a number and the other operand is an array."""
        return self.as_array(node) if self.is_array(other) else node

    def as_array(self, node: ast.expr) -> ast.expr:
        """Return an array for an expression that is a number, any other as it is."""
        if any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node)):
            return node
        text = ast.unparse(node)
        return self.name_array(text, np.array(float(eval(text))))  # it has only literal numbers

    def name_array(self, text: str, array: np.ndarray) -> ast.Name:
        """Return the name of an array that replaces an expression."""
        name = self._names.setdefault(text, f"array{len(self._names)}")
        self.arrays[name] = array
        return ast.Name(name, ast.Load())

    def is_array(self, node: ast.expr) -> bool:
        """Return whether an expression is an array of floats, as far as its text shows."""
        match node:
            case ast.Name(name):
                found = self.space.get(name, self.arrays.get(name))
                return isinstance(found, np.ndarray) and found.dtype == float
            case ast.BinOp(left, _, right):
                return self.is_array(left) or self.is_array(right)
            case ast.UnaryOp(_, operand):
                return self.is_array(operand)
            case ast.Call(called):
                return self.is_ufunc(called)
        return False

    def is_ufunc(self, node: ast.expr) -> bool:
        """Return whether an expression is a function of floats on arrays."""
        found = self.space.get(node.id) if isinstance(node, ast.Name) else None
        return isinstance(found, np.ufunc) and any(kind.endswith("->d") for kind in found.types)
