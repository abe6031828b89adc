"""Prints on any console: letters that its encoding lacks are spelled in ASCII."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from io import TextIOWrapper

SPELLED = {
    "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "±": "+-", "→": "->", "←": "<-", "…": "...",
    "∂": "d", "²": "2", "³": "3", "≥": ">=", "≤": "<=", "≠": "!=", "∞": "inf", "√": "sqrt",
    "µ": "mu", "⚠": "!", "’": "'", "“": '"', "”": '"', "│": "|", "├": "|", "└": "`", "─": "-",
    "✓": "right", "✗": "wrong:",
}  # fmt: skip


def spelled(letter: str) -> str:
    """Return a letter in ASCII: σ is sigma, é is e, one without any likeness is a question mark."""
    if letter in SPELLED:
        return SPELLED[letter]
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK"):
        return name.rpartition(" ")[2].lower()
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or "?"


def spell_out(error: UnicodeError) -> tuple[str, int]:
    """Return what to write for letters that cannot be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(spelled, error.object[error.start : error.end])), error.end


def print_anywhere() -> None:
    """Let standard output and standard error print every letter, whatever their encoding."""
    codecs.register_error("glassgrad", spell_out)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="glassgrad")
