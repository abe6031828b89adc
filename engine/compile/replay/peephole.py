"""Takes the lines of an array program the way that costs NumPy the least time.

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
    views such as `x.T` are made once; products of matrices go to `dot`, which asks less than
    `matmul` before it calls BLAS.

    Args:
        space: what the names in the program stand for.

    Attributes:
        arrays: the new arrays by name.
    """

    def __init__(self, space: Mapping[str, object]) -> None:
        self.space = space
        self.arrays: dict[str, np.ndarray] = {}
        self._names: dict[str, str] = {}

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Look at both sides; `@` stands for products over one axis or two, where it is dot."""
        self.generic_visit(node)
        left, right = node.left, node.right
        if isinstance(node.op, ast.MatMult):
            return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], [])
        return ast.BinOp(self.beside(left, right), node.op, self.beside(right, left))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Look at the right side."""
        self.generic_visit(node)
        node.comparators = [self.beside(x, node.left) for x in node.comparators]
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Look at what is added."""
        self.generic_visit(node)
        node.value = self.beside(node.value, node.target)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Look at what a ufunc is called with."""
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("matmul"), [left, right], [ast.keyword("out", ast.Name(out))]):
                array = self.space[out]
                assert isinstance(array, np.ndarray)
                # dot() multiplies stacks of matrices otherwise, and writes to nothing else.
                if array.ndim == 2 and array.flags.c_contiguous:
                    return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], node.keywords)
            case ast.Call(ast.Attribute(ast.Name() as x, "swapaxes")) if self.is_array(x):
                return self.view(node)
            case ast.Call(called) if self.is_ufunc(called):
                node.args = [self.boxed(x) for x in node.args]
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
        return self.named(text, eval(text, {}, self.space))

    def beside(self, node: ast.expr, other: ast.expr) -> ast.expr:
        """Return what stands beside something, as an array if it is a number beside an array."""
        return self.boxed(node) if self.is_array(other) else node

    def boxed(self, node: ast.expr) -> ast.expr:
        """Return an array for an expression that is a number, any other as it is."""
        if any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node)):
            return node
        text = ast.unparse(node)
        return self.named(text, np.array(float(eval(text))))  # of Python's numbers alone

    def named(self, text: str, array: np.ndarray) -> ast.Name:
        """Return the name of an array that stands for an expression."""
        name = self._names.setdefault(text, f"array{len(self._names)}")
        self.arrays[name] = array
        return ast.Name(name, ast.Load())

    def is_array(self, node: ast.expr) -> bool:
        """Tell whether an expression is an array of floats, as far as its text tells."""
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
        """Tell whether an expression is a function of floats on arrays."""
        found = self.space.get(node.id) if isinstance(node, ast.Name) else None
        return isinstance(found, np.ufunc) and any(kind.endswith("->d") for kind in found.types)
