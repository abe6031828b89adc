"""Stale graphs: results whose inputs have been changed since they were computed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from engine.errors import StaleGraphError, StaleGraphWarning
from engine.origin import Notes, Origin, current, epoch_of, renew
from engine.table.evaluate import ieee_functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from engine.origin import Node

    N = TypeVar("N", bound=Node)


def is_suspicious(leaves: Iterable[Node], origins: Iterable[Origin | Notes]) -> bool:
    """Return whether some leaf of a graph was changed after some result was computed from a leaf.

    Quick, and never wrong when it says no. It says yes too often where results are older than the
    change of a leaf they do not use, and for results of another thread.

    Args:
        leaves: of the graph.
        origins: of the results that have leaves among their inputs.
    """
    return max(leaf.changed_at() for leaf in leaves) > min(map(epoch_of, origins))


def stale_inputs(results: Iterable[Node]) -> dict[Node, float | None]:
    """Return the inputs that were changed after use, each with the number that was used.

    Args:
        results: what operations made.

    Returns:
        The number is None where it has been forgotten: only the last few are kept.
    """
    found: dict[Node, float | None] = {}
    for _, x, number in stale_uses(results):
        found.setdefault(x, number)
    return found


def stale_uses(results: Iterable[N]) -> Iterator[tuple[N, N, float | None]]:
    """Yield each result with each input that was changed after use, and the number that was used.

    Args:
        results: what operations made.
    """
    for node in results:
        epoch = epoch_of(node._origin)
        for x in node.inputs:
            if not isinstance(x, float) and x.changed_at() > epoch and not still_holds(node):
                number = x.number_at(epoch)
                if number is None or not same(number, x._data):
                    yield node, x, number


def still_holds(node: Node) -> bool:
    """Return whether computing a result again would give the same number and slopes."""
    row = node.op
    if row is None or not row.slopes:  # made by hand: it cannot be computed again
        return row is None
    a = node._da if node._a is None else node._a._data
    b = node._db if node._b is None else node._b._data
    condition = getattr(node, "condition", 0.0)
    c = condition if isinstance(condition, float) else condition._data
    forward, *slopes = ieee_functions(row)
    out = forward(a, b, c, None)
    kept = ((node._a, node._da), (node._b, node._db))
    return same(out, node._data) and all(
        x is None or same(slope(a, b, c, out), known)
        for slope, (x, known) in zip(slopes, kept, strict=False)
    )


def same(x: float, y: float) -> bool:
    """Return whether two numbers are equal, or both nan."""
    return x == y or (x != x and y != y)


def report_stale(results: Sequence[Node], *, stacklevel: int) -> None:
    """Warn of numbers that were changed after use, if there are any.

    Args:
        results: what operations made.
        stacklevel: how many calls up the line of the user's code is.

    Raises:
        StaleGraphError: inside `engine.strict()`.
    """
    stale = stale_inputs(results)
    if not stale:
        renew()  # the suspicion was unfounded: in this thread it need not come up again
        return
    message = (
        f"this graph is stale: {described(stale)}; the gradients are those at the numbers of the "
        "recording; compute the result again after changing a number"
    )
    if current().strict:
        raise StaleGraphError(message)
    warnings.warn(message, StaleGraphWarning, stacklevel=stacklevel + 1)


def described(
    stale: Mapping[N, float | None], *, written: Callable[[float], str] = "{:g}".format
) -> str:
    """Return which numbers were changed, and from what to what, in words.

    Args:
        stale: them, with what they were before; not empty.
        written: how to print a number.
    """
    node, before = next(iter(stale.items()))
    name = repr(node.label) if node.label else "an unnamed Value"
    was = "" if before is None else f" from {written(before)}"
    more = f", and {len(stale) - 1} more" if len(stale) > 1 else ""
    return f"{name} was changed{was} to {written(node._data)} after it was used{more}"
