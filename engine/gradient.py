"""Gradients as Values: the chain rule recorded as a graph, so that it can be applied again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine import functions, value
from engine.graph import nodes
from engine.ops import OPS, Op
from engine.table.evaluate import compiled
from engine.typed import overload
from engine.value import Choice, Value

NAMES = {name: getattr(functions, name) for name in OPS if hasattr(functions, name)}

_over_values: dict[str, tuple[Callable[..., Value | float], ...]] = {}


def slopes_over_values(row: Op) -> tuple[Callable[..., Value | float], ...]:
    """Return the slopes of `row` as functions over Values, which record what they compute."""
    if row.name not in _over_values:
        _over_values[row.name] = tuple(compiled(text, NAMES) for text in row.slopes)
    return _over_values[row.name]


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
    if value._recorder is not None:
        value._recorder.refuse("engine.grad() inside a compiled function", "compile without it")
    wanted = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for given in (out, *wanted):
        if not isinstance(given, Value):
            raise TypeError(
                f"grad(out, inputs) needs Values, got {type(given).__name__}; "
                "keep the Values that the computation started from, not their .data"
            )
    order = nodes(out)
    reached = {id(x) for x in wanted}
    for node in order:
        if id(node._a) in reached or id(node._b) in reached:
            reached.add(id(node))
    gradients: dict[int, Value | float] = {id(out): 1.0}
    for node in reversed(order):
        if node.op is None or id(node) not in gradients or id(node) not in reached:
            continue
        gradient = gradients[id(node)]
        a = node._da if node._a is None else node._a
        b = node._db if node._b is None else node._b
        c = condition_of(node)
        for x, slope in zip((node._a, node._b), slopes_over_values(node.op), strict=False):
            if x is None or id(x) not in reached:
                continue
            path = product(gradient, slope(a, b, c, node))
            gradients[id(x)] = gradients[id(x)] + path if id(x) in gradients else path
    found = [gradients.get(id(x), 0.0) if id(x) in reached else 0.0 for x in wanted]
    results = [g if isinstance(g, Value) else Value(g) for g in found]
    return results[0] if isinstance(inputs, Value) else results


def condition_of(node: Value) -> float | None:
    """Return the number that decided a `where`, or None for any other operation."""
    if not isinstance(node, Choice):
        return None
    condition = node.condition
    return condition.data if isinstance(condition, Value) else condition


def product(x: Value | float, y: Value | float) -> Value | float:
    """Return x × y, without recording a multiplication by a plain 1 or 0."""
    for one, other in ((x, y), (y, x)):
        if isinstance(one, float):
            if one == 1.0:
                return other
            if one == 0.0:
                return 0.0
    return x * y
