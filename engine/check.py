"""Holds backward() against central differences, and names the operation whose slope is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.errors import DomainError, GradientMismatch
from engine.gradient import condition_of
from engine.graph import nodes
from engine.reading import over_floats
from engine.value import Value

STEP = 6e-6  # the cube root of a float's precision, where truncation and rounding errors meet


def check_gradients(
    fn: Callable[..., Value],
    inputs: Sequence[Value | float],
    *,
    step: float = STEP,
    tolerance: float = 1e-6,
) -> float:
    """Compare the gradients of `fn(*inputs)` with central differences (f(x+h) − f(x−h)) / 2h.

    Args:
        fn: takes the inputs, returns one Value. May read other Values too.
        inputs: numbers, or Values whose data is moved and put back.
        step: h for an input of size 1 or less; grows with larger inputs, and shrinks with smaller
            ones where x−h would leave the domain.
        tolerance: the largest error allowed, relative to the gradient where that is above 1.

    Returns:
        The largest error found.

    Raises:
        GradientMismatch: a gradient is off; names the input and the first operation whose
            recorded slope is wrong.
        TypeError: `fn` does not return a Value.

    Example:
        >>> import engine
        >>> engine.check_gradients(lambda x, y: engine.tanh(x * y), [0.5, -2.0]) < 1e-9
        True
    """
    leaves = [x if isinstance(x, Value) else Value(x, f"input {i}") for i, x in enumerate(inputs)]
    out = fn(*leaves)
    if not isinstance(out, Value):
        raise TypeError(f"check_gradients needs fn to return a Value, got {type(out).__name__}")
    kept = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    if out.op is not None:
        out.backward()
    found = [leaf.grad for leaf in leaves]
    for leaf, grad in zip(leaves, kept, strict=True):
        leaf.grad = grad
    worst = 0.0
    for i, (leaf, grad) in enumerate(zip(leaves, found, strict=True)):
        slope, h, rounding = central_difference(fn, leaves, leaf, step)
        size = max(1.0, abs(grad), abs(slope))
        error = abs(grad - slope)
        if not error <= tolerance * size + rounding:
            name = f" ({leaf.label!r})" if leaf.label and leaf.label != f"input {i}" else ""
            raise GradientMismatch(
                f"input {i}{name}: backward {grad:.6g}, central difference {slope:.6g} "
                f"(step {h:.2g}); {blame(out, tolerance)}"
            )
        worst = max(worst, error / size)
    return worst


def central_difference(
    fn: Callable[..., Value], leaves: Sequence[Value], leaf: Value, step: float
) -> tuple[float, float, float]:
    """Return the slope of fn along `leaf`, the step taken, and what rounding can add to it."""
    x = leaf.data
    steps = [step * max(1.0, abs(x))]
    if 0 < abs(x) < 1:
        steps.append(step * abs(x))
    try:
        for h in steps:
            try:
                leaf.data = x + h
                above = float(fn(*leaves).data)
                leaf.data = x - h
                below = float(fn(*leaves).data)
            except DomainError:
                if h == steps[-1]:
                    raise
                continue
            rounding = 4 * 2.3e-16 * max(abs(above), abs(below)) / h
            return (above - below) / (2 * h), h, rounding
    finally:
        leaf.data = x
    raise AssertionError("unreachable: the last step returns or raises")


def blame(out: Value, tolerance: float) -> str:
    """Return which recorded slope is wrong, oldest first, or that none is."""
    for node in nodes(out):
        if node.op is None:
            continue
        forward = over_floats(node.op)[0]
        at = [node._da if node._a is None else node._a.data]
        at.append(node._db if node._b is None else node._b.data)
        c = condition_of(node)
        for i, (x, kept) in enumerate(((node._a, node._da), (node._b, node._db))):
            if x is None:
                continue
            h = STEP * max(1.0, abs(at[i]))
            above, below = ([*at[:i], at[i] + d, *at[i + 1 :]] for d in (h, -h))
            slope = (forward(*above, c, None) - forward(*below, c, None)) / (2 * h)
            if abs(kept - slope) > 10 * tolerance * max(1.0, abs(slope)):
                where = f" at {', '.join(f'{v:.6g}' for v in at[: len(node.op.slopes)])}"
                return f"first wrong slope: {node.op}{where}, kept {kept:.6g}, found {slope:.6g}"
    return (
        "every recorded slope is right: is fn random, does it detach or read .data on the way, "
        "or does it jump here?"
    )
