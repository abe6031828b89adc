"""Domain errors, IEEE 754 results where Python raises, and warnings of non-finite gradients."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from math import isfinite

from engine.errors import DomainError, NonFiniteWarning
from engine.graph import nodes
from engine.guards.number import as_float, describe_for_error
from engine.guards.stale import stale_uses
from engine.ops import POW, Op
from engine.origin import current
from engine.table.evaluate import ieee_functions, in_domain
from engine.tag import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from engine.origin import Node

    class Recorder(Protocol):
        """What is told of errors while a function is recorded."""

        def raised(self, error: Exception) -> None:
            """Note an error that depends on a number."""


def operand(symbol: str, other: object, *, reflected: bool = False) -> float:
    """Return `other` as a float, or say which two things an operator does not take.

    Raises:
        TypeError: `other` is not one real number.
    """
    try:
        return as_float(other)
    except TypeError:
        kind = type(other).__name__
        sides = f"{kind} {symbol} Value" if reflected else f"Value {symbol} {kind}"
        what = describe_for_error(other)
        what = f"an array {what}" if what.startswith("of shape") else what
        message = f"{sides}: operands must be Value, int or float, got {what}"
    raise TypeError(message)


def ieee_result(row: Op, a: Node | float, b: Node | float = 0.0) -> list[float]:
    """Return the IEEE 754 result and local derivatives of `row` where Python raises.

    Args:
        row: the operation.
        a: its first input; a float needs no slope, and is itself returned where the slope would be.
        b: its second input, if it has one.

    Raises:
        DomainError: an input is outside the domain of `row`.
    """
    x, y = (v if isinstance(v, float) else v.data for v in (a, b))
    if not in_domain(row.domain, x, y):
        # Without a context: that Python's own log raised before says nothing more.
        raise domain_error(row, a, b) from None
    forward, *slopes = ieee_functions(row)
    found = [forward(x, y, None, None)]
    for v, slope in zip((a, b), slopes, strict=False):
        found.append(v if isinstance(v, float) else slope(x, y, None, found[0]))
    return found


def domain_error(row: Op, *inputs: Node | float) -> DomainError:
    """Return the error for inputs outside the domain of `row`, in the names of the nodes."""
    names, came, sources = {"a": "a", "b": "b"}, [], []
    for letter, x in zip("ab", inputs, strict=False):
        if letter not in row.domain.replace("abs", ""):
            continue
        if isinstance(x, float):
            came.append(f"{letter} = {x:g}")
            continue
        came.append(f"{letter} = {x.data:g}")
        names[letter] = one_line(x.label) or letter
        sources.append(f"node {x.label!r}" if x.label else f"an unnamed {x.op or 'leaf'} node")
    where = f" at {' and '.join(sources)}" if sources else ""
    asked = row.forward if len(row.slopes) == 2 else f"{row.name}(a)"
    needs = "a positive base, or a whole exponent (and none below 0 for a = 0)"
    error = DomainError(
        f"{asked} needs {needs if row is POW else row.domain}, got {', '.join(came)}{where}; "
        f"{row.remedy.format(**names)}"
    )
    recorder: Recorder | None = current().recorder  # type: ignore[assignment]
    if recorder is not None and sources:  # a constant gives the same error each time
        recorder.raised(error)
    return error


def warn_of_non_finite(
    root: Node, order: Sequence[Node], leaves: Iterable[Node], stacklevel: int = 3
) -> None:
    """Warn of the inf or nan that backward() met, and say where it comes from.

    Args:
        root: where backward() was called.
        order: the results of operations that it went through, each after its inputs.
        leaves: at which it arrived.
        stacklevel: how many calls up the line that called backward() is.
    """
    message = infinite_slope(order) if isfinite(root.data) else non_finite_number(root)
    if not message:
        leaf = next(leaf for leaf in leaves if not isfinite(leaf.grad))
        message = (
            f"backward() gave {named(leaf)} a gradient of {leaf.grad}, though every number and "
            "slope is finite: it overflowed on the way, or was not finite before; scale the inputs "
            "down, and call zero_grad() between two passes"
        )
    warnings.warn(message, NonFiniteWarning, stacklevel=stacklevel)


def non_finite_number(root: Node) -> str:
    """Return what to say of the first number that is not finite."""
    first = next(node for node in nodes(root) if not isfinite(node.data))
    made = "a leaf" if first.op is None else f"made by {first.op} from {made_from(first)}"
    return (
        f"backward() from {root.data}: every gradient may be inf or nan; the first non-finite "
        f"node is {named(first)} = {first.data}, {made}{where_made(first)}; "
        "inside engine.strict() the operation itself raises"
    )


def infinite_slope(order: Sequence[Node]) -> str:
    """Return what to say of the first slope that is not finite, or "" if all are."""
    for node in order:
        for x, slope in ((node._a, node._da), (node._b, node._db)):
            if x is None or node.op is None or isfinite(slope):
                continue
            condition = node.op.smooth or node.op.domain
            needs = f"; a finite slope needs {condition}" if condition else ""
            names = {"a": node._a, "b": node._b}
            remedy = node.op.remedy.format(
                **{a: (one_line(v.label) if v is not None else "") or a for a, v in names.items()}
            )
            cut = "" if node.grad else " (left out: the gradient that arrives there is exactly 0)"
            return (
                f"backward() through {node.op} from {made_from(node)}: its slope is {slope} "
                f"towards {named(x)}{where_made(node)}{cut}{needs}; "
                f"{remedy or 'inside engine.strict() the operation itself raises'}"
            )
    return ""


def named(node: Node) -> str:
    """Return the label of a node in quotes, or say that it has none."""
    return repr(node.label) if node.label else "an unnamed node"


def where_made(node: Node) -> str:
    """Return the file and line that made `node`, as the end of a text, or "" if not traced."""
    return f", made at {node.made_at}" if node.made_at else ""


def made_from(node: Node) -> str:
    """Return the numbers that `node` was made from, as text; "?" for one that was forgotten."""
    used = {id(x): number for _, x, number in stale_uses([node])}
    numbers = [x if isinstance(x, float) else used.get(id(x), x.data) for x in node.inputs]
    return ", ".join("?" if x is None else f"{x:g}" for x in numbers)
