"""Writes the operators of Value and the functions of engine from the table of ops."""

from __future__ import annotations

import ast
import math
import os
import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import fill, indent

from engine.ops import OPS, Op
from engine.table.evaluate import with_calls

BEGIN, END = "# [written from the table]\n", "# [end of what is written]\n"
ENGINE = Path(__file__).parent.parent

# How Python spells an operation between two numbers; every other row becomes a named method.
OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow"}
PREFIXES = {"neg": "__neg__", "abs": "__abs__"}
SIGNS = {"div": "/", "mul": "*", "sub": "-"}  # where the symbol of the pictures is not Python's


def main() -> None:
    """Write the files anew, and say what changed."""
    for row in OPS.values():
        check(row)
    for path, text in written().items():
        changed = path.read_text(encoding="utf-8") != text
        if changed:
            fresh = path.with_suffix(".new")  # whole or not at all
            fresh.write_text(text, encoding="utf-8")
            os.replace(fresh, path)
        print(f"{path.parent.name}/{path.name}: {'written anew' if changed else 'up to date'}")


def check(row: Op) -> None:
    """Refuse a row that could be written but not run.

    Raises:
        ValueError: the text of a row is no Python expression, or uses a name that it cannot.
    """
    known = {"a", "b", "c", "out", "abs"}
    functions = {name for name, function in vars(math).items() if callable(function)}
    for what, text in zip(("forward", "∂out/∂a", "∂out/∂b"), row.texts, strict=False):
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError as error:
            raise ValueError(f"row {row.name}: {what} is no expression: {text}") from error
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if unknown := used - known - functions:
            raise ValueError(
                f"row {row.name}: {what} may use a, b, c, out, abs and the functions of math, "
                f"got {', '.join(sorted(unknown))} in {text}"
            )
        # Second derivatives compute a slope on Values, and there every function is a row.
        if what != "forward" and (without := used & functions - set(OPS)):
            raise ValueError(
                f"row {row.name}: {what} uses {', '.join(sorted(without))}, which has no row of "
                "its own; add that row, or write the slope with out"
            )


def written() -> dict[Path, str]:
    """Return the text that each file with markers should have."""
    rows = list(OPS.values())
    named = [row for row in rows if row.name not in (*OPERATORS, "neg")]
    methods = [row for row in rows if not conditional(row)]
    public = ENGINE / "__init__.py"
    sections = {
        ENGINE / "value.py": (
            f"from math import {listed(math_names(rows))}\n"
            f"from engine.ops import {listed(row.name.upper() for row in methods)}",
            "\n".join(indent(method(row), "    ") for row in methods),
        ),
        ENGINE / "functions.py": (
            f"from engine.ops import {listed(row.name.upper() for row in named)}",
            "\n\n".join(function(row) for row in named) + "\n",
        ),
        public: (
            f"from engine.functions import {listed(row.name for row in named)}",
            f"__all__ = {listed(public_names(public, named), quotes=True)}",
        ),
    }
    return {path: between(path, texts) for path, texts in sections.items()}


def listed(names: Iterable[str], *, quotes: bool = False) -> str:
    """Return names in parentheses (or in quotes and brackets), sorted and wrapped."""
    words = sorted(names, key=lambda name: (not name[0].isupper(), name))
    text = ", ".join(f'"{word}"' if quotes else word for word in words)
    text = fill(text, 90, initial_indent="    ", subsequent_indent="    ")
    return f"[\n{text},\n]" if quotes else f"(\n{text},\n)"


def math_names(rows: list[Op]) -> set[str]:
    """Return the functions of math in the methods of `rows`."""
    used = re.findall(r"\b([a-z]\w*)\(", " ".join(with_calls(t) for r in rows for t in r.texts))
    return {name for name in used if hasattr(math, name)}


def public_names(path: Path, named: list[Op]) -> set[str]:
    """Return the names that `path` imports above what is written, and those of the functions."""
    above = path.read_text(encoding="utf-8").split(BEGIN)[0]
    imports = [node for node in ast.walk(ast.parse(above)) if isinstance(node, ast.ImportFrom)]
    by_hand = {alias.asname or alias.name for node in imports for alias in node.names}
    return by_hand - {"TYPE_CHECKING"} | {row.name for row in named}


def between(path: Path, texts: tuple[str, ...]) -> str:
    """Return the file's text with each of `texts` between its pair of markers."""
    markers = f"( *{re.escape(BEGIN)})(.*?)( *{re.escape(END)})"
    parts = re.split(markers, path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for i, text in enumerate(texts):
        parts[2 + 4 * i] = text + "\n"
    return "".join(parts)


def conditional(row: Op) -> bool:
    """Tell whether `row` chooses by a condition `c`."""
    return re.search(r"\bc\b", row.forward) is not None


def can_raise(row: Op) -> bool:
    """Tell whether Python raises on some floats: all arithmetic but + − × may."""
    return any(re.search(r"\w\(|/|\*\*", text.replace("abs(", "")) for text in row.texts)


# ---- methods of Value ----


def method(row: Op) -> str:
    """Return the method, or for two inputs the method and its reflection, as source text."""
    if len(row.slopes) == 1:
        name = PREFIXES.get(row.name, row.name)
        return f"def {name}(self) -> Value:\n{docstring(row)}" + indented(
            ["a = self._data", *recorded(row, "self")]
        )
    python = OPERATORS.get(row.name)
    name, reflected = (
        (f"__{python}__", f"__r{python}__") if python else (row.name, f"_{row.name}_from")
    )
    sign = SIGNS.get(row.name, row.symbol)
    number = 'other if type(other) is float else operand("{}", other{})'
    both = [
        "a = self._data",
        "if isinstance(other, Value):",
        *(f"    {line}" for line in ["b = other._data", *recorded(row, "self", "other")]),
        f"b = {number.format(sign, '')}",
        *recorded(row, "self", None),
    ]
    right = [
        "b = self._data",
        f"a = {number.format(sign, ', reflected=True')}",
        *recorded(row, None, "self"),
    ]
    return (
        f"def {name}(self, other: Value | float) -> Value:\n{docstring(row)}{indented(both)}\n"
        f"def {reflected}(self, other: float) -> Value:\n"
        f'    """Apply {row.name} with a plain number on the left."""\n{indented(right)}'
    )


def recorded(row: Op, *inputs: str | None) -> list[str]:
    """Return the lines that compute `row` and make its node; an input of None is a plain number."""
    forward, *slopes = (with_calls(text) for text in row.texts)
    computed, found, kept = [f"out = {forward}"], ["out"], []
    for letter, name, slope in zip("ab", inputs, slopes, strict=False):
        if name is None:
            kept += ["None", letter]
            found.append("_")
        elif can_raise(row):
            computed.append(f"d{letter} = {slope}")
            kept += [name, f"d{letter}"]
            found.append(f"d{letter}")
        else:
            kept += [name, slope]
    kept += ["None", "0.0"][: 4 - len(kept)]
    if can_raise(row):
        names = ", ".join(x or letter for letter, x in zip("ab", inputs, strict=False))
        computed = [
            "try:",
            *(f"    {line}" for line in computed),
            "except (ArithmeticError, ValueError):",
            f"    {', '.join(found)} = at_the_edge({row.name.upper()}, {names})",
        ]
    return [
        *computed,
        # A call of Value(...) would take as long again as all the rest of the method.
        "node = new(Value)",
        "node.data, node.grad, node._place = out, 0.0, _scope",
        f"node.op, node._a, node._da = {row.name.upper()}, {kept[0]}, {kept[1]}",
        f"node._b, node._db = {kept[2]}, {kept[3]}",
        "return node if _watcher is None else _watcher(node)",
    ]


def indented(lines: list[str]) -> str:
    """Return the lines of a body."""
    return "".join(f"    {line}\n" for line in lines)


def docstring(row: Op) -> str:
    """Return what `row` computes, its slopes and its domain, a line each."""
    slopes = [f"∂out/∂{x} = {slope}" for x, slope in zip("ab", row.slopes, strict=False)]
    domain = [f"where {row.domain}"] if row.domain else []
    lines = [f'"""Apply {row.name}.', "", f"out = {row.forward}", *slopes, *domain, '"""']
    return "".join(f"    {line}".rstrip() + "\n" for line in lines)


# ---- functions of the module ----


def function(row: Op) -> str:
    """Return the module function of a row, for Values and plain numbers alike, as source text."""
    name = row.name.upper()
    if conditional(row):
        lines = [f"return choose({name}, condition, a, b)"]
    elif len(row.slopes) == 1:
        lines = [
            "if isinstance(a, Value):",
            f"    return a.{PREFIXES.get(row.name, row.name)}()",
            f"return on_floats({name}, a)",
        ]
    else:
        lines = [
            "if isinstance(a, Value):",
            f"    return a.{row.name}(b)",
            "if isinstance(b, Value):",
            f"    return b._{row.name}_from(a)",
            f"return on_floats({name}, a, b)",
        ]
    return signatures(row) + docstring(row) + indented(lines)


def signatures(row: Op) -> str:
    """Return the overloads (a Value in gives a Value out) and the head of the function."""
    first = "condition: Value | float, " if conditional(row) else ""
    names = "ab"[: len(row.slopes)]
    lines = []
    for values in (*range(1, 2 ** len(names)), 0):  # the bits say which inputs are Values
        kinds = [
            f"{name}: {'Value' if values >> i & 1 else 'float'}" for i, name in enumerate(names)
        ]
        result = "Value" if values else "float"
        lines += ["@overload", f"def {row.name}({first}{', '.join(kinds)}) -> {result}: ..."]
    either = ", ".join(f"{name}: Value | float" for name in names)
    lines += [f"def {row.name}({first}{either}) -> Value | float:"]
    return "\n".join(lines) + "\n"
