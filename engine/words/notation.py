"""What to write in a formula, where someone writes as on paper or as in another library."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Callable, Collection
from difflib import get_close_matches

SIGNS = {"*": "×·⋅∙•", "/": "÷∕", "-": "−–—", "**": "↑"}  # and what stands for them on paper
NAMES = {
    "maximum": ("max", "fmax"),
    "minimum": ("min", "fmin"),
    "log": ("ln", "loge"),
    "log10": ("lg",),
    "log2": ("ld", "lb"),
    "sigmoid": ("σ", "logistic", "expit"),
    "tan": ("tg",),
    "asin": ("arcsin",),
    "acos": ("arccos",),
    "atan": ("arctan",),
    "atan2": ("arctan2",),
    "asinh": ("arcsinh", "arsinh"),
    "acosh": ("arccosh", "arcosh"),
    "atanh": ("arctanh", "artanh"),
    "pow": ("power",),
    "where": ("if", "ifelse", "iif"),
}
OTHER_NAMES = {name: ours for ours, others in NAMES.items() for name in others}

WORD = r"[^\W\d]\w*"
NUMBER = r"\d+(?:\.\d*)?|\.\d+"
RULES: list[tuple[str, Callable[[re.Match[str]], str]]] = [
    (
        r"(\w*)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)",
        lambda m: f"write {m[1]}**{unicodedata.normalize('NFKC', m[2])} for {m[0]}",
    ),
    (r"√\s*(\w*)", lambda m: f"write sqrt({m[1]}) for {m[0]}"),
    (r"[¼½¾⅓⅔]", lambda m: f"write {unicodedata.numeric(m[0]):.4g} for {m[0]}"),
    (r"\|([^|]*)\|", lambda m: f"write abs({m[1]}) for {m[0]}"),
    (r"(?<![<>=!])=(?!=)", lambda _: "a formula has no =; each name gets its number separately"),
    (rf"\b({NUMBER})\s*({WORD}|\()", lambda m: "" if is_number(m[0]) else product(m[1], m[2])),
    (rf"\b({WORD})\s+({WORD}|{NUMBER})", lambda m: product(m[1], m[2])),
    (rf"\)\s*({WORD}|{NUMBER}|\()", lambda m: product(")", m[1])),
]


def is_number(text: str) -> bool:
    """Return whether a text is a number, such as 2e5."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def product(left: str, right: str) -> str:
    """Return that a product needs its sign."""
    if keyword.iskeyword(left) or keyword.iskeyword(right):
        return ""
    return f"a product needs its sign: write {left}*{right}"


def advice_on_signs(text: str) -> str:
    """Return what to write for the first sign that is not one of a formula's, or ""."""
    for ours, others in SIGNS.items():
        for sign in others:
            if sign in text:
                return f"write {ours} for {sign}"
    return ""


def advice_on_text(text: str, functions: Collection[str]) -> str:
    """Return what to write instead of a text that is not a formula in Python's grammar, or "".

    Args:
        text: the formula.
        functions: the names of those that there are.
    """
    for match in re.finditer(rf"\b({WORD})\s+({WORD}|{NUMBER})", text):
        if match[1] in functions or match[1] in OTHER_NAMES:
            return f"write {OTHER_NAMES.get(match[1], match[1])}({match[2]}) for {match[0]}"
    for word in re.findall(WORD, text):
        if keyword.iskeyword(word) and word not in ("and", "or", "not", "if", "else", "in", "is"):
            return f"{word} is a word of Python's own; give the name another spelling, as {word}_"
    for pattern, advise in RULES:
        for match in re.finditer(pattern, text):
            if advice := advise(match):
                return advice
    return ""


def advice_on_part(part: ast.expr, functions: Collection[str]) -> str:
    """Return what to write instead of a part that Python knows and a formula does not, or "".

    Args:
        part: of a formula.
        functions: the names of those that there are.
    """
    text = ast.unparse
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitXor):
        return f"powers are written **: {text(part.left)}**{text(part.right)}"
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitOr):
        return "write abs(x) for |x|"
    if isinstance(part, ast.IfExp):
        return f"write where({text(part.test)}, {text(part.body)}, {text(part.orelse)})"
    if isinstance(part, ast.Tuple):
        return "numbers are written with a point, as 1.5, and one formula is taken at a time"
    if isinstance(part, (ast.Attribute, ast.Subscript)):
        return "a name has letters, digits and _ only, such as w_1"
    if isinstance(part, ast.Call):
        return advice_on_call(part, functions)
    return ""


def advice_on_call(part: ast.Call, functions: Collection[str]) -> str:
    """Return what to write instead of a call, or ""."""
    inputs = ", ".join(map(ast.unparse, part.args))
    if isinstance(part.func, ast.Attribute) and not part.args:
        inputs = ast.unparse(part.func.value)  # x.relu()
    name = part.func.attr if isinstance(part.func, ast.Attribute) else ""
    name = part.func.id if isinstance(part.func, ast.Name) else name
    if not name:
        return product(ast.unparse(part.func), f"({inputs})")
    known = OTHER_NAMES.get(name, name)
    if known not in functions:
        known = next(iter(get_close_matches(name.lower(), functions, n=1, cutoff=0.75)), "")
    return (
        f"write {known}({inputs})" if known and f"{known}(" != f"{ast.unparse(part.func)}(" else ""
    )
