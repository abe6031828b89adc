r"""Writes operations, names and numbers as LaTeX, such as `\tanh\left(w_{1} + b\right)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan

from engine.ops import Op
from engine.words.binding import ATOM, BINDING, MOST_INPUTS, UNARY, Part, abridged
from engine.words.numbers import number_text
from engine.words.tex_letters import GREEK, SUBSCRIPTS, escaped

DOTS: Part = (r"\ldots", ATOM)
LOOSE, FRACTION = 0, BINDING["**"]  # bracketed wherever there is anything around; but as a base
FUNCTIONS = {
    **{name: rf"\{name}" for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "log": r"\ln",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "sigmoid": r"\sigma",
    "maximum": r"\max",
    "minimum": r"\min",
}
COMMANDS = {letter: rf"\{name}" for name, letter in GREEK.items()} | {
    name: rf"\{name}" for name in GREEK
}
NAME = re.compile(r"([^\W\d_]+)((?:_?\d+|_[^\W_]+)*)('*)")


def operation(op: Op, parts: Sequence[Part]) -> Part:
    """Return `op` written with its inputs, in the brackets that they need."""
    texts = [text for text, _ in parts]
    if not op.infix:
        return call(op, texts), LOOSE if op.name == "where" and len(texts) == 3 else ATOM
    if len(parts) == 1:
        return f"-{bracketed(parts[0], UNARY + 1)}", UNARY
    if op.infix == "/":
        return rf"\frac{{{texts[0]}}}{{{texts[1]}}}", FRACTION
    if op.infix == "**":
        base = bracketed(parts[0], ATOM, call_too=True)
        return f"{base}^{{{texts[1]}}}", BINDING["**"]
    if op.infix == "%":  # in books it binds more loosely than a sum
        left, right = (bracketed(part, UNARY + 1) for part in parts)
        return rf"{left} \bmod {right}", LOOSE
    binding = BINDING[op.infix]
    left, right = bracketed(parts[0], binding), bracketed(parts[1], binding + 1, signed=True)
    sign = r"\cdot" if op.infix == "*" else op.infix
    return f"{left} {sign} {right}", binding


def call(op: Op, texts: list[str]) -> str:
    """Return a function of its inputs."""
    if op.slopes and not op.defined:
        if op.name == "sqrt":
            return rf"\sqrt{{{texts[0]}}}"
        if op.name in ("abs", "fabs"):
            return rf"\left|{texts[0]}\right|"
        if op.name == "where" and len(texts) == 3:
            condition, a, b = texts
            return (
                rf"\begin{{cases}} {a} & \text{{if }} {condition} \neq 0 \\ {b} & "
                r"\text{otherwise} \end{cases}"
            )
    is_known = op.slopes and not op.defined and op.name in FUNCTIONS
    function = FUNCTIONS[op.name] if is_known else operator_name(op.symbol)
    inside = ", ".join(abridged(texts, r"\text{{\ldots{{}} {n} more \ldots{{}}}}"))
    return rf"{function}\left({inside}\right)"


def operator_name(symbol: str) -> str:
    """Return a function's name, upright."""
    if symbol in COMMANDS:
        return COMMANDS[symbol]
    is_plain = symbol.isascii() and symbol.isalnum()
    return rf"\operatorname{{{symbol if is_plain else literal_name(symbol)}}}"


def bracketed(part: Part, needed: int, *, signed: bool = False, call_too: bool = False) -> str:
    """Return a part, in brackets if it binds too loosely for where it is.

    Args:
        part: a text, and how tightly it binds.
        needed: how tightly it must bind.
        signed: whether there is a sign before it, so that it may not begin with another.
        call_too: whether a function of something needs brackets, as the base of a power.
    """
    text, binding = part
    loose = binding < needed or (signed and text.startswith("-"))
    if loose or (call_too and r"\right)" in text):
        return rf"\left({text}\right)"
    return text


def number_part(x: float | None) -> Part:
    """Return a number, or None if it was forgotten."""
    if x is None:
        return r"\cdot", ATOM
    if isnan(x):
        return r"\mathrm{nan}", ATOM
    text = number_text(x).replace("−", "-").replace("inf", r"\infty")
    mantissa, e, exponent = text.partition("e")
    if e:
        return rf"{mantissa} \times 10^{{{exponent}}}", BINDING["*"]
    return text, UNARY if text.startswith("-") else ATOM


def name_of(label: str) -> str:
    """Return a label as a name in a formula: w1 is w with the index 1, alpha is α."""
    found = NAME.fullmatch(label.translate(SUBSCRIPTS))
    if found is None or not label.isprintable():
        return literal_name(label)
    base, indices, primes = found.groups()
    whole = letters(base)
    if whole is None:
        return literal_name(label)
    below = [letters(x) or "" for x in re.findall(r"\d+|[^\W_]+", indices)]
    if "" in below:
        return literal_name(label)
    return whole + (f"_{{{', '.join(below)}}}" if below else "") + primes


def letters(word: str) -> str | None:
    """Return a word or a number of a name; None if it needs text mode."""
    if word in COMMANDS:
        return COMMANDS[word]
    if not word.isascii():
        return None
    return word if len(word) == 1 or word.isdecimal() else rf"\mathrm{{{word}}}"


def literal_name(label: str) -> str:
    """Return a label as it is."""
    return rf"\text{{{escaped(label)}}}"


class Names:
    """The names of a formula: two labels that would look alike, such as w1 and w_1, do not."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}

    def __call__(self, label: str) -> Part:
        """Return the name of what has a label."""
        name = name_of(label)
        if self._labels.setdefault(name, label) != label:
            name = literal_name(label)
        return name, ATOM


def within(op: Op, parts: Sequence[Part], longest: int) -> Part:
    """Return an operation; while it is longer than `longest`, its longest inputs become dots."""
    parts = list(parts)
    while True:
        text, binding = operation(op, parts)
        lengths = [length(x) if (x, b) != DOTS else 0 for x, b in parts[:MOST_INPUTS]]
        if length(text) <= longest or not any(lengths):
            return text, binding
        parts[lengths.index(max(lengths))] = DOTS


def length(tex: str) -> int:
    """Return about how many letters a formula has when it is printed."""
    tex = re.sub(r"\\(left|right|text|mathrm|operatorname|begin|end)\b|[{}\s^_]", "", tex)
    return len(re.sub(r"\\[a-z]+", "x", tex))
