"""Where in a student's source an operation passes its gradient on."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from types import FunctionType

Line = list[object]  # its number and its text
LONGEST = 200_000  # characters of a source to read


def lines_of(methods: Mapping[str, FunctionType]) -> dict[str, dict[str, list[Line]]]:
    """Return for each method its first line, and those that assign to data and to grad.

    A method whose source is not known, such as one made in a string, has none.
    """
    trees: dict[str, ast.Module | None] = {}
    found = {}
    for name, function in methods.items():
        code = function.__code__
        file = code.co_filename
        if file not in trees:
            trees[file] = parsed("".join(linecache.getlines(file, function.__globals__)))
        tree = trees[file]
        node = definition_at(tree, code.co_firstlineno) if tree else None
        if node is not None:
            found[name] = {
                "def": [line_of(file, node.lineno)],
                "=": [line_of(file, k) for k in assignments(node, "grad", ast.Assign)],
                "+=": [line_of(file, k) for k in assignments(node, "grad", ast.AugAssign)],
                "data": [line_of(file, k) for k in assignments(node, "data", ast.AugAssign)],
            }
    return found


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a source, or None."""
    try:
        return ast.parse(source) if source and len(source) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def definition_at(tree: ast.Module, number: int) -> ast.FunctionDef | None:
    """Return the function whose first line, that of a decorator included, has this number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == number:
                return node
    return None


def assignments(
    node: ast.AST, name: str, kind: type[ast.Assign] | type[ast.AugAssign]
) -> Iterator[int]:
    """Yield the numbers of the lines that assign to an attribute."""
    for statement in ast.walk(node):
        if isinstance(statement, kind):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Attribute) and part.attr == name:
                        yield statement.lineno


def line_of(file: str, number: int) -> Line:
    """Return the number and the text of a line."""
    return [number, linecache.getline(file, number).strip()]
