"""Gradients as Values: the chain rule recorded as a graph, so that it can be applied again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.errors import DomainError
from engine.functions import FUNCTIONS
from engine.graph import nodes
from engine.guards.domain import made_from, named, where_made
from engine.guards.stale import report_stale
from engine.ops import Op
from engine.table.evaluate import as_function
from engine.typed import overload
from engine.value import Choice, Opaque, Value, current


@overload
def grad(out: Value, inputs: Value) -> Value: ...
@overload
def grad(out: Value, inputs: Sequence[Value]) -> list[Value]: ...
def grad(out: Value, inputs: Value | Sequence[Value]) -> Value | list[Value]:
    """Return the gradient of `out` with respect to `inputs`, as Values.

    The gradients are results of recorded operations themselves, so that `grad` or `backward()` of
    them gives second and third derivatives. No `.grad` is touched. The numbers in the graph must
    still be those it was computed from: take gradients before an optimiser moves the leaves.

    Args:
        out: the number to differentiate.
        inputs: one Value, or a sequence of them: leaves or results in between.

    Returns:
        One Value for one Value, else a list of as many; 0 where `out` does not depend on an input.

    Raises:
        TypeError: `out` or an input is not a Value.

    Example:
        >>> from engine import Value, grad
        >>> x = Value(2.0)
        >>> slope = grad(x ** 3, x)
        >>> slope.data, grad(slope, x).data
        (12.0, 12.0)
    """
    recorder = current().recorder
    if recorder is not None:
        recorder.refuse("engine.grad() inside a compiled function", "compile without it")
    wanted = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for given in (out, *wanted):
        if not isinstance(given, Value):
            raise TypeError(
                f"grad(out, inputs) needs Values, got {type(given).__name__}; "
                "keep the Values that the computation started from, not their .data"
            )
    gradients = chain_rule(out, wanted)
    found = [gradients.get(x, 0.0) for x in wanted]
    results = [g if isinstance(g, Value) else Value(g) for g in found]
    return results[0] if isinstance(inputs, Value) else results


def chain_rule(out: Value, wanted: Iterable[Value]) -> dict[Value, Value | float]:
    """Return d(out)/d(node) of each node between `wanted` and `out`, as recorded Values.

    A plain float is a gradient that depends on no input, so a path along which it is 0 is left out:
    the branch that a `where` did not take, a ReLU that is off. A Value is kept even if its number
    is 0 here, since its own derivatives need not be.
    """
    order = nodes(out)
    report_stale([node for node in order if node.op is not None], stacklevel=3)
    dependent = set(wanted)
    for node in order:
        if node._a in dependent or node._b in dependent:
            dependent.add(node)
        elif isinstance(node, Opaque) and not dependent.isdisjoint(node.inputs):
            raise TypeError(
                f"{node.op} was made by hand, as Value(data, inputs, {str(node.op)!r}), and only "
                "backward() can differentiate it; define it with engine.define"
            )
    gradients: dict[Value, Value | float] = {out: 1.0} if out in dependent else {}
    for node in reversed(order):
        gradient = gradients.get(node)
        if node.op is None or gradient is None or is_number(gradient, 0):
            continue
        a = node._da if node._a is None else node._a
        b = node._db if node._b is None else node._b
        c = None if node._has_two_inputs else condition_of(node)
        for x, local_derivative in zip((node._a, node._b), over_values(node.op), strict=False):
            if x is None or x not in dependent:
                continue
            if isinstance(local_derivative, float):
                slope: Value | float = local_derivative
            else:
                try:
                    slope = local_derivative(a, b, c, node)
                except DomainError:
                    raise without_a_slope(node, x) from None
            path = product(gradient, slope)
            if is_number(path, 0):
                continue
            others = gradients.get(x)
            gradients[x] = path if others is None else others + path
    return gradients


_over_values: dict[Op, tuple[Callable[..., Value | float] | float, ...]] = {}


def over_values(row: Op) -> tuple[Callable[..., Value | float] | float, ...]:
    """Return the slopes of `row` as functions over Values, or as numbers where they are constant.

    A function records what it computes.
    """
    if row not in _over_values:
        numbers = (constant(text) for text in row.slopes)
        _over_values[row] = tuple(
            as_function(text, FUNCTIONS) if number is None else number
            for text, number in zip(row.slopes, numbers, strict=True)
        )
    return _over_values[row]


def constant(text: str) -> float | None:
    """Return the number that `text` is, or None for a formula."""
    try:
        return float(text)
    except ValueError:
        return None


def without_a_slope(node: Value, x: Value) -> DomainError:
    """Return the error for an operation whose slope towards `x` is not finite here."""
    slope = node._da if x is node._a else node._db
    smooth = node.op.smooth or node.op.domain if node.op else ""
    needs = f"; a finite slope needs {smooth}" if smooth else ""
    return DomainError(
        f"grad() through {node.op} from {made_from(node)}: its slope is {slope} towards "
        f"{named(x)}{where_made(node)}{needs}; move the inputs a little, or keep this branch out "
        "of the result"
    )


def condition_of(node: Value) -> float | None:
    """Return the number that decided a `where`, or None for any other operation."""
    if not isinstance(node, Choice):
        return None
    condition = node.condition
    return condition.data if isinstance(condition, Value) else condition


def product(gradient: Value | float, slope: Value | float) -> Value | float:
    """Return gradient × slope, without recording a multiplication by a plain 1."""
    if not isinstance(slope, Value):
        return gradient if slope == 1 else gradient * slope
    return slope if is_number(gradient, 1) else gradient * slope


def is_number(x: Value | float, number: float) -> bool:
    """Return whether `x` is this plain number, which depends on no input."""
    return not isinstance(x, Value) and x == number
