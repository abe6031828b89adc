"""Gives every number in a graph a name to speak of it by: its label, or else a letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.value import Value

LONGEST = 24  # letters of a name in running text
LETTERS = "efghijkmnopqrstuvz"  # none that looks like a number, an input or a weight


def one_line(text: object) -> str:
    """Return a label as one printable line: whatever a program put in it."""
    return "".join(
        letter if letter == " " or unicodedata.category(letter) not in _UNPRINTABLE else " "
        for letter in str(text)
    ).strip()


# Control characters, lone surrogates, unassigned code points and line ends: XML refuses some.
_UNPRINTABLE = frozenset(("Cc", "Cs", "Cn", "Zl", "Zp"))


def names_of(order: Sequence[Value]) -> dict[int, str]:
    """Return a name for each node, by id; those without a label get letters that are still free."""
    labels = {id(node): cut(one_line(node.label)) for node in order}
    taken = set(labels.values())
    free = [letter for letter in LETTERS if letter not in taken]
    names, n = {}, 0
    for node in order:
        name = labels[id(node)]
        while not name:
            name = free.pop(0) if free else f"v{(n := n + 1)}"
            if name in taken:
                name = ""
        names[id(node)] = name
    return names


def cut(text: str) -> str:
    """Return a name of bearable length."""
    if len(text) <= LONGEST:
        return text
    # A cut inside an emoji or before an accent would leave a stray half.
    short = text[: LONGEST - 1]
    while short and (unicodedata.combining(short[-1]) or short[-1] in "\u200d\ufe0f"):
        short = short[:-1]
    return short.rstrip() + "…"


def formula(symbol: str, names: Sequence[str], *, infix: bool) -> str:
    """Return how an op is written: `a × b`, `−a` or `tanh(a)`."""
    if not infix:
        return f"{symbol}({', '.join(names)})"
    if len(names) == 1:
        return f"{symbol}({names[0]})" if names[0].startswith("−") else f"{symbol}{names[0]}"
    return f" {symbol} ".join(names)
