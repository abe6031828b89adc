"""Writes the operators of Value and the functions of engine from the table: `python -m engine.ops`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from engine.ops import OPS, Op
from engine.reading import with_calls

BEGIN, END = "# [written from the table]\n", "# [end of what is written]\n"
HERE = Path(__file__).parent

# How Python spells an operation between two numbers; every other row becomes a named method.
OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow"}
PREFIXES = {"neg": "__neg__", "abs": "__abs__"}


def main() -> None:
    """Write the files anew, and say what changed."""
    for path, text in written().items():
        changed = path.read_text(encoding="utf-8") != text
        if changed:
            path.write_text(text, encoding="utf-8")
        print(f"{path.parent.name}/{path.name}: {'written anew' if changed else 'up to date'}")


def written() -> dict[Path, str]:
    """Return the text that each file with markers should have."""
    rows = list(OPS.values())
    named = [row for row in rows if row.name not in (*OPERATORS, "neg")]
    methods = [row for row in rows if not conditional(row)]
    sections = {
        "value.py": (
            f"from math import {listed(math_names(rows))}\n"
            f"from engine.ops import {listed(row.name.upper() for row in methods)}",
            "\n".join(method(row) for row in methods).rstrip(),
        ),
        "functions.py": (
            f"from engine.ops import {listed(row.name.upper() for row in named)}",
            "\n\n".join(function(row) for row in named).rstrip(),
        ),
        "__init__.py": (f"from engine.functions import {listed(row.name for row in named)}",),
    }
    return {HERE / name: between(HERE / name, texts) for name, texts in sections.items()}


def listed(names: Iterable[str]) -> str:
    """Return names for an import statement, wrapped."""
    text = fill(", ".join(sorted(names)), 90, initial_indent="    ", subsequent_indent="    ")
    return f"(\n{text},\n)"


def math_names(rows: list[Op]) -> set[str]:
    """Return the functions of math in the methods of `rows`."""
    used = re.findall(r"\b([a-z]\w*)\(", " ".join(with_calls(t) for r in rows for t in r.texts))
    return {name for name in used if hasattr(math, name)}


def between(path: Path, texts: tuple[str, ...]) -> str:
    """Return the file's text with each of `texts` between its pair of markers."""
    parts = re.split(f"( *{re.escape(BEGIN)})(.*?)( *{re.escape(END)})", path.read_text("utf-8"), flags=re.S)
    for i, text in enumerate(texts):
        parts[2 + 4 * i] = text + "\n"
    return "".join(parts)


def conditional(row: Op) -> bool:
    """Tell whether `row` chooses by a condition `c`."""
    return uses(row.forward, "c")


def uses(text: str, name: str) -> bool:
    """Tell whether `name` stands in `text` as a word."""
    return re.search(rf"\b{name}\b", text) is not None


def can_raise(row: Op) -> bool:
    """Tell whether Python raises on some floats: all arithmetic but + − × may."""
    return any(re.search(r"\w\(|/|\*\*", text.replace("abs(", "")) for text in row.texts)


def docstring(row: Op) -> str:
    """Return one line that says what `row` computes, its slopes and its domain."""
    slopes = "; ".join(
        f"∂out/∂{x} = {slope}" for x, slope in zip("ab", row.slopes, strict=False)
    )
    domain = f"; needs {row.domain}" if row.domain else ""
    return f'"""out = {row.forward}; {slopes}{domain}."""'


def method(row: Op) -> str:
    """Return the method, or for two inputs the method and its reflection, as source text."""
    if len(row.slopes) == 1:
        name = PREFIXES.get(row.name, row.name)
        return head(name, "", row) + body(row, ["a = self.data"], "self", None)
    python = OPERATORS.get(row.name)
    name, reflected = (
        (f"__{python}__", f"__r{python}__") if python else (row.name, f"_{row.name}_from")
    )
    symbol = {"div": "/", "mul": "*", "sub": "-"}.get(row.name, row.symbol)
    both = body(row, ["b = other.data"], "self", "other")
    return (
        head(name, "other: Value | float", row)
        + "        a = self.data\n"
        + "        if isinstance(other, Value):\n"
        + re.sub(r"(?m)^", "    ", both).rstrip(" ")
        + body(row, [f'b = other if type(other) is float else operand(self, "{symbol}", other)'],
               "self", None, constant="b")  # fmt: skip
        + "\n"
        + head(reflected, "other: float", row)
        + body(
            row,
            [
                "b = self.data",
                f'a = other if type(other) is float else operand(self, "{symbol}", other, '
                "reflected=True)",
            ],
            None,
            "self",
            constant="a",
        )
    )


def head(name: str, parameter: str, row: Op) -> str:
    """Return the first lines of a method."""
    arguments = f"self, {parameter}" if parameter else "self"
    return f"    def {name}({arguments}) -> Value:\n        {docstring(row)}\n"


def body(row: Op, reads: list[str], a: str | None, b: str | None, *, constant: str = "") -> str:
    """Return the lines that read the inputs, compute, and make the node."""
    forward, *slopes = (with_calls(text) for text in row.texts)
    kept = [a or "None", slopes[0] if a else "a"]
    if len(slopes) == 2:
        kept += [b or "None", slopes[1] if b else "b"]
    if len(slopes) == 1:
        kept += ["None", "0.0"]
    # A call of Value(...) would take as long again as all the rest of the method.
    lines = [
        f"out = {forward}",
        "node = new(Value)",
        'node.data, node.grad, node.label = out, 0.0, ""',
        f"node.op, node._a, node._da = {row.name.upper()}, {kept[0]}, {kept[1]}",
        f"node._b, node._db = {kept[2]}, {kept[3]}",
        "node._mark, node.scope = 0, _scope",
        "return told(node) if _watchers else node",
    ]
    if can_raise(row):
        inputs = ", ".join([a or constant, b or constant][: len(slopes)])
        lines = (
            ["try:"]
            + [f"    {line}" for line in lines]
            + ["except (ArithmeticError, ValueError):"]
            + [f"    return outside({row.name.upper()}, {inputs})"]
        )
    return "".join(f"        {line}\n" for line in reads + lines)


def function(row: Op) -> str:
    """Return the module function of a row, for Values and plain numbers alike, as source text."""
    if conditional(row):
        return choosing_function(row)
    if len(row.slopes) == 1:
        return (
            signatures(row, ["x"])
            + "    if isinstance(x, Value):\n"
            + f"        return x.{PREFIXES.get(row.name, row.name)}()\n"
            + f"    return on_floats({row.name.upper()}, x)\n"
        )
    return (
        signatures(row, ["x", "y"])
        + f"    if isinstance(x, Value):\n        return x.{row.name}(y)\n"
        + f"    if isinstance(y, Value):\n        return y._{row.name}_from(x)\n"
        + f"    return on_floats({row.name.upper()}, x, y)\n"
    )


def signatures(row: Op, names: list[str], before: str = "") -> str:
    """Return the overloads (a Value in gives a Value out) and the first lines of the function."""
    lines = []
    for values in [n for n in range(1, 2 ** len(names))] + [0]:
        kinds = [
            f"{name}: {'Value' if values >> i & 1 else 'float'}" for i, name in enumerate(names)
        ]
        result = "Value" if values else "float"
        lines += ["@overload", f"def {row.name}({before}{', '.join(kinds)}) -> {result}: ..."]
    either = ", ".join(f"{name}: Value | float" for name in names)
    lines += [
        f"def {row.name}({before}{either}) -> Value | float:",
        f"    {docstring(row)}",
    ]
    return "\n".join(lines) + "\n"


def choosing_function(row: Op) -> str:
    """Return the module function of a row with a condition, as source text."""
    name = row.name.upper()
    kept = ", ".join(
        f"{x} if isinstance({x}, Value) else None, "
        f"({slope}) if isinstance({x}, Value) else {letter}"
        for x, letter, slope in zip("xy", "ab", row.slopes, strict=True)
    )
    return (
        signatures(row, ["x", "y"], before="condition: Value | float, ")
        + "    a = x.data if isinstance(x, Value) else number(x)\n"
        + "    b = y.data if isinstance(y, Value) else number(y)\n"
        + "    test = condition if isinstance(condition, Value) else number(condition)\n"
        + "    c = test.data if isinstance(test, Value) else test\n"
        + f"    out = {row.forward}\n"
        + "    if not (isinstance(x, Value) or isinstance(y, Value)):\n        return out\n"
        + f"    return Choice(out, {name}, test, {kept})\n"
    )
