"""Compares gradients with finite differences, and names the operation whose derivative is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite

from engine.errors import DomainError, GradientMismatch
from engine.gradient import condition_of
from engine.graph import nodes
from engine.ops import Op
from engine.table.evaluate import ieee_functions, in_domain
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
        step: h for an input of size 1; grows with larger inputs. Where that does not confirm the
            gradient, smaller steps are tried, for functions that are strongly curved.
        tolerance: the largest error allowed, relative to the gradient where that is above 1.

    Returns:
        The largest error found.

    Raises:
        GradientMismatch: a gradient is off; names the input and the first operation whose
            recorded slope is wrong.
        TypeError: `fn` does not return a Value, or the inputs are not a list of numbers.

    Example:
        >>> import engine
        >>> engine.check_gradients(lambda x, y: engine.tanh(x * y), [0.5, -2.0]) < 1e-9
        True
    """
    if not isinstance(inputs, Iterable):
        raise TypeError(
            f"check_gradients needs a list of inputs, got {inputs!r}; write a single one as [x]"
        )
    leaves = [x if isinstance(x, Value) else Value(x, f"input {i}") for i, x in enumerate(inputs)]
    out = fn(*leaves)
    if not isinstance(out, Value):
        raise TypeError(
            f"check_gradients needs fn to return a Value, got {type(out).__name__}; return the "
            "result itself, not its .data"
        )
    worst = 0.0
    for i, (leaf, grad) in enumerate(zip(leaves, backward_gradients(out, leaves), strict=True)):
        found = []
        for slope, h, rounding in central_differences(fn, leaves, leaf, step):
            size = max(1.0, abs(grad), abs(slope))
            found.append((slope, h))
            # A smaller step counts only where rounding could not hide a slope wrong by 0.1 %.
            sharp = len(found) == 1 or rounding < 1e-4 * size
            if sharp and isfinite(size) and abs(grad - slope) <= tolerance * size + rounding:
                worst = max(worst, abs(grad - slope) / size)
                break
        else:
            name = f" ({leaf.label!r})" if leaf.label and leaf.label != f"input {i}" else ""
            slope, h = found[0]
            raise GradientMismatch(
                f"input {i}{name}: backward {grad:.6g}, central difference {slope:.6g} "
                f"(step {h:.2g}); {blame(out, tolerance)}"
            )
    return worst


def backward_gradients(out: Value, leaves: Sequence[Value]) -> list[float]:
    """Return what backward() finds for `leaves`, and leave every `.grad` as it was."""
    graph = nodes(out, *leaves)
    kept = [node.grad for node in graph]
    try:
        for leaf in leaves:
            leaf.grad = 0.0
        if out.op is None:
            out.grad = 1.0  # fn returned one of its inputs, or a number that depends on none
        else:
            out.backward()
        return [leaf.grad for leaf in leaves]
    finally:
        for node, grad in zip(graph, kept, strict=True):
            node.grad = grad


def step_sizes(x: float, step: float) -> list[float]:
    """Return the steps to try at `x`: one that suits its size, then smaller ones for curvature."""
    size = abs(x)
    large = step * max(1.0, size)
    small = step * (min(1.0, size) or 1.0)
    # Where rounding leaves fewer than about six digits of h in x + h, h is of no use.
    finer = {h for h in (small, small / 1000) if h > 1e-10 * size}
    return sorted({large} | finer, reverse=True)


def central_differences(
    fn: Callable[..., Value], leaves: Sequence[Value], leaf: Value, step: float
) -> Iterator[tuple[float, float, float]]:
    """Yield the slope of fn along `leaf`, the step taken, and what rounding can add to the slope.

    Raises:
        DomainError: fn is not defined on both sides of `leaf`, however small the step.
    """
    x = leaf.data
    sizes = step_sizes(x, step)
    some = False
    for h in sizes:
        try:
            leaf.data = x + h
            above = fn(*leaves).data
            leaf.data = x - h
            below = fn(*leaves).data
        except DomainError:
            if h == sizes[-1] and not some:
                raise
            continue
        finally:
            leaf.data = x
        some = True
        width = (x + h) - (x - h)  # not quite 2h, since x + h is rounded too
        yield (above - below) / width, h, 9.2e-16 * max(abs(above), abs(below)) / h


def central_difference(
    row: Op, at: Sequence[float], i: int, h: float, condition: float | None = None
) -> float:
    """Return the slope of a row along its input `i`; nan or inf outside its domain.

    Args:
        row: the row.
        at: both inputs; the second is any number if the row has one.
        i: which of them is moved.
        h: how far.
        condition: what decides a `where`.
    """
    forward = ieee_functions(row)[0]
    above, below = ([*at[:i], at[i] + d, *at[i + 1 :]] for d in (h, -h))
    rise = forward(*above, condition, None) - forward(*below, condition, None)
    return rise / (above[i] - below[i])


def close(kept: float, slope: float, tolerance: float) -> bool:
    """Return whether two slopes agree, relative to their size where that is above 1."""
    return abs(kept - slope) <= tolerance * max(1.0, abs(slope))


def blame(out: Value, tolerance: float) -> str:
    """Name the first wrong local derivative in topological order, or say that none is wrong."""
    kink = ""
    for node in nodes(out):
        if node.op is None:
            continue
        sides = ((node._a, node._da), (node._b, node._db))
        at = [kept if x is None else x.data for x, kept in sides]
        c = condition_of(node)
        for i, (x, kept) in enumerate(sides):
            if x is None:
                continue
            slopes = [central_difference(node.op, at, i, h, c) for h in step_sizes(at[i], STEP)]
            defined = [s for s in slopes if s == s]  # nan: outside the domain
            if not defined or any(close(kept, s, 10 * tolerance) for s in defined):
                continue
            where = ", ".join(f"{v:.6g}" for v in at[: len(node.op.slopes)])
            if in_domain(node.op.smooth, *at):
                found = f"kept {kept:.6g}, found {defined[0]:.6g}"
                return f"first wrong slope: {node.op} at {where}, {found}"
            kink = kink or (
                f"{node.op} has no single slope at {where} (it needs {node.op.smooth}): "
                "move the inputs a little"
            )
    return kink or (
        "every recorded slope is right: is fn random, does it detach or read .data on the way, "
        "or does it jump here?"
    )
