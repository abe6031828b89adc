"""Gives every number in a graph a name for use in text: its label, or else a letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from engine.tag import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.value import Value

LONGEST = 24  # letters of a name in running text
LETTERS = "efghijkmnopqrstuvz"  # none that looks like a number, an input or a weight


def names_of(order: Sequence[Value]) -> dict[int, str]:
    """Return a name for each node, by id; those that have none get letters that are still free."""
    names = own_names(order)
    taken = set(names.values())
    free = [letter for letter in LETTERS if letter not in taken]
    n = 0
    for node in order:
        while id(node) not in names:
            name = free.pop(0) if free else f"v{(n := n + 1)}"
            if name not in taken:
                names[id(node)] = name
    return names


def own_names(order: Sequence[Value]) -> dict[int, str]:
    """Return the names that nodes have of their own: a label, or the scope whose result they are.

    The result of the third neuron of a second layer is called "layer 2/n3"; where a scope has
    several results, as for several samples, the second one is "layer 2/n3 #2".
    """
    names = {id(node): cut(one_line(node.label)) for node in order if one_line(node.label)}
    count: dict[str, int] = {}
    for node in order:
        for x in node.inputs:
            if isinstance(x, (int, float)) or x.op is None or id(x) in names:
                continue
            if x.scope is not None and x.scope is not node.scope and repr(x.scope):
                name = cut(one_line(repr(x.scope)))
                count[name] = count.get(name, 0) + 1
                names[id(x)] = name if count[name] == 1 else f"{name} #{count[name]}"
    return names


def cut(text: str) -> str:
    """Return a name of at most LONGEST characters."""
    if len(text) <= LONGEST:
        return text
    return without_stray_end(text[: LONGEST - 1]) + "…"


def without_stray_end(text: str) -> str:
    """Return the beginning of a text without half an emoji or a space at its end."""
    while text and (unicodedata.combining(text[-1]) or text[-1] in "\u200d\ufe0f"):
        text = text[:-1]
    return text.rstrip()
