"""Derivatives of whole functions: one pass per output backward, or one per input forward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.gradient import grad
from engine.graph import nodes
from engine.value import Value, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    Function = Callable[..., "Value | Sequence[Value]"]

MODES = ("auto", "reverse", "forward")


class Jacobian(list[list[float]]):
    """A table of derivatives, one list per output: `jacobian[i][j]` is d(output i)/d(input j).

    Attributes:
        mode: "reverse" or "forward": the direction in which the passes went.
        passes: how many times the graph was walked to find it.
    """

    def __init__(self, rows: Iterable[list[float]], mode: str, passes: int) -> None:
        super().__init__(rows)
        self.mode = mode
        self.passes = passes


def jacobian(fn: Function, inputs: Sequence[Value | float], *, mode: str = "auto") -> Jacobian:
    """Return the derivative of every output of `fn(*inputs)` with respect to every input.

    The function runs once. Then reverse mode walks its graph once per output, from that output to
    all inputs, and forward mode once per input, from that input to all outputs. So reverse mode is
    the one for a loss of a million weights, and forward mode for a curve: one number in, many out.

    Args:
        fn: takes the inputs, returns one Value or a list of Values.
        inputs: numbers or Values, of any unit. Their `.data` and `.grad` are left alone.
        mode: "reverse", "forward", or "auto": whichever takes fewer passes.

    Returns:
        A Jacobian, shape (n_outputs, n_inputs): a list of lists with `.mode` and `.passes`.

    Raises:
        TypeError: `fn` returns anything but Values, or `inputs` is not a list of numbers.
        ValueError: the mode is unknown, there are no outputs, an input is given twice, or nothing
            is recorded because of `engine.no_grad()`.

    References:
        Griewank and Walther (2008), Evaluating Derivatives, chapter 3.
        Baydin et al. (2018), Automatic Differentiation in Machine Learning: a Survey, section 3.

    Example:
        >>> import engine
        >>> polar = lambda r, t: [r * engine.cos(t), r * engine.sin(t)]
        >>> engine.jacobian(polar, [2.0, 0.0])
        [[1.0, 0.0], [0.0, 2.0]]
        >>> curve = engine.jacobian(lambda t: [t, t**2, t**3], [2.0])
        >>> curve, curve.mode, curve.passes
        ([[1.0], [4.0], [12.0]], 'forward', 1)
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(map(repr, MODES))}, got {mode!r}")
    xs = as_values(inputs, "jacobian")
    outs, _ = outputs_of(fn, xs, "jacobian")
    order = nodes(*outs)
    if mode == "auto":
        mode = "forward" if len(xs) < len(outs) else "reverse"
    if mode == "reverse":
        rows = []
        for out in outs:
            gradients = reverse_pass(order, out)
            rows.append([gradients.get(x, 0.0) for x in xs])
        return Jacobian(rows, mode, passes=len(outs))
    columns = []
    for x in xs:
        tangents = forward_pass(order, {other: float(other is x) for other in xs})
        columns.append([tangents[out] for out in outs])
    rows = [[column[i] for column in columns] for i in range(len(outs))]
    return Jacobian(rows, mode, passes=len(xs))


def hessian(fn: Callable[..., Value], inputs: Sequence[Value | float]) -> Jacobian:
    """Return the second derivatives of `fn(*inputs)`: the Jacobian of its gradient.

    Takes one pass that records the gradient as a graph of its own, and then one pass per input,
    from each entry of the gradient.

    Args:
        fn: takes the inputs, returns one Value.
        inputs: numbers or Values, of any unit. Their `.data` and `.grad` are left alone.

    Returns:
        A Jacobian, shape (n_inputs, n_inputs): `hessian[i][j]` is d²fn/d(input i)d(input j). It is
        symmetric up to rounding.

    Raises:
        TypeError: `fn` does not return one Value, or `inputs` is not a list of numbers.
        ValueError: an input is given twice, or nothing is recorded because of `engine.no_grad()`.
        DomainError: a slope on the way is not finite.

    References:
        Griewank and Walther (2008), Evaluating Derivatives, chapter 5.

    Example:
        >>> import engine
        >>> bowl = engine.hessian(lambda x, y: x**2 * y + y**3, [3.0, 1.0])
        >>> bowl, bowl.passes
        ([[2.0, 6.0], [6.0, 6.0]], 3)
    """
    xs = as_values(inputs, "hessian")

    def gradient(*xs: Value) -> list[Value]:
        outs, is_single = outputs_of(fn, xs, "hessian")
        if not is_single:
            raise TypeError(
                f"hessian needs fn to return one Value, got {len(outs)}; "
                "add them up, or take the Hessian of one at a time"
            )
        return grad(outs[0], xs)

    found = jacobian(gradient, xs, mode="reverse")
    found.passes += 1
    return found


def jvp(
    fn: Function, inputs: Sequence[Value | float], tangents: Sequence[float]
) -> tuple[float | list[float], float | list[float]]:
    """Return `fn(*inputs)` and how fast it moves as the inputs move at the speeds `tangents`.

    This is forward mode: a single pass carries each number's speed, its tangent, from the inputs to
    the outputs. The result is the product of the Jacobian and the vector of tangents (a
    Jacobian-vector product), of which the Jacobian itself is never computed.

    Args:
        fn: takes the inputs, returns one Value or a list of Values.
        inputs: numbers or Values, of any unit. Their `.data` and `.grad` are left alone.
        tangents: one number per input; 1 for one input and 0 for the others gives one column of
            the Jacobian.

    Returns:
        The outputs and their tangents: two numbers for one Value, else two lists.

    Raises:
        TypeError: `fn` returns anything but Values, or `inputs` is not a list of numbers.
        ValueError: there are not as many tangents as inputs, there are no outputs, an input is
            given twice, or nothing is recorded because of `engine.no_grad()`.

    References:
        Baydin et al. (2018), Automatic Differentiation in Machine Learning: a Survey, section 3.1.

    Example:
        >>> import engine
        >>> engine.jvp(lambda x, y: x * y, [3.0, 5.0], [1.0, 0.0])
        (15.0, 5.0)
        >>> engine.jvp(lambda t: [t, t**2], [3.0], [2.0])
        ([3.0, 9.0], [2.0, 12.0])
    """
    xs = as_values(inputs, "jvp")
    speeds = [float(speed) for speed in tangents]
    if len(speeds) != len(xs):
        raise ValueError(f"jvp needs one tangent per input, got {len(speeds)} for {len(xs)}")
    outs, is_single = outputs_of(fn, xs, "jvp")
    found = forward_pass(nodes(*outs), dict(zip(xs, speeds, strict=True)))
    if is_single:
        return outs[0].data, found[outs[0]]
    return [out.data for out in outs], [found[out] for out in outs]


# ---- the two directions of the chain rule, on floats ----


def reverse_pass(order: Sequence[Value], out: Value) -> dict[Value, float]:
    """Return d(out)/d(node) for each node that `out` depends on, from `out` back to the leaves."""
    gradients = {out: 1.0}
    for node in reversed(order):
        if node in gradients:
            for x, slope in edges(node):
                gradients[x] = gradients.get(x, 0.0) + zero_safe_product(slope, gradients[node])
    return gradients


def forward_pass(order: Sequence[Value], tangents: dict[Value, float]) -> dict[Value, float]:
    """Return how fast each node moves as the inputs move at `tangents`, from the leaves up."""
    moving = dict(tangents)
    for node in order:
        if node not in moving:
            moving[node] = sum(
                (zero_safe_product(slope, moving[x]) for x, slope in edges(node)), 0.0
            )
    return moving


def edges(node: Value) -> list[tuple[Value, float]]:
    """Return the inputs of a node that are Values, each with its local derivative."""
    pairs = zip(node.inputs, node.local_derivatives, strict=True)
    return [(x, slope) for x, slope in pairs if isinstance(x, Value) and slope is not None]


def zero_safe_product(x: float, y: float) -> float:
    """Return x × y, and 0 if one of them is exactly 0, even if the other is inf or nan.

    A branch that `where` did not take has the slope 0, and may well have an infinite one below it.
    """
    return x * y if x and y else 0.0


# ---- what came in, and what fn returns ----


def as_values(inputs: Sequence[Value | float], caller: str) -> list[Value]:
    """Return the inputs as Values; those that are Values already stay as they are.

    Raises:
        TypeError: `inputs` is not a list, or an entry is not one real number.
        ValueError: a Value is given twice.
    """
    if isinstance(inputs, (Value, str)) or not isinstance(inputs, Iterable):
        raise TypeError(
            f"{caller} needs a list of inputs, got {inputs!r}; write a single one as [x]"
        )
    xs = [x if isinstance(x, Value) else Value(x) for x in inputs]
    if len(set(xs)) < len(xs):
        raise ValueError(f"{caller} got the same Value as two inputs; make a Value for each")
    return xs


def outputs_of(fn: Function, xs: Sequence[Value], caller: str) -> tuple[list[Value], bool]:
    """Return the outputs of `fn(*xs)`, and whether it returned a single one, not in a list.

    Raises:
        TypeError: `fn` returns anything but Values.
        ValueError: there are none, or nothing is recorded because of `engine.no_grad()`.
    """
    recorder = current().recorder
    if recorder is not None:
        recorder.refuse(f"engine.{caller}() inside a compiled function", "call it outside")
    if (Value(1.0) * 1.0).op is None:
        raise ValueError(f"{caller} differentiates what is recorded; call it outside no_grad()")
    returned = fn(*xs)
    is_list = isinstance(returned, Iterable) and not isinstance(returned, Value)
    outs: list[Value] = list(returned) if is_list else [returned]  # type: ignore[arg-type, list-item]
    for out in outs:
        if not isinstance(out, Value):
            raise TypeError(
                f"{caller} needs fn to return a Value or a list of Values, got "
                f"{'a list with ' if is_list else ''}{type(out).__name__}; return the results "
                "themselves, not their .data"
            )
    if not outs:
        raise ValueError(f"{caller} needs fn to return at least one Value, got an empty list")
    return outs, not is_list
