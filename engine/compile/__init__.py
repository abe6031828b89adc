"""Scalar code, recorded once, re-rolled into array instructions, and replayed at array speed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec

from engine.value import Value, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from engine.compile.live import LiveArrays
    from engine.compile.program import Optimizer, Program
    from engine.compile.record.draws import Draw


def compile(
    fn: Callable[..., object],
    *,
    optimizer: Optimizer | None = None,
    batched: bool = False,
    penalty: Callable[[], Value] | None = None,
    backend: str = "auto",
    audit: bool | str = True,
) -> Program:
    """Return a program that computes `fn` and its gradients many times faster.

    `fn` is ordinary scalar code. It is run to record its operations when the program is first
    called; the operations become instructions on whole arrays, which every call then replays with
    the numbers it is given. Arguments of another shape are recorded separately.

    While it is recorded, `fn` may compute with numbers but not read them: `if`, `==`, `max`,
    `float()`, text, or catching an error that depends on one raise `RecordingError`, which says
    what to write instead. `is`, `type` and `isinstance` answer otherwise than eagerly: an input
    is not a float, a comparison not a bool; where that changes the number, it is refused as well.

    Args:
        fn: takes numbers in lists, tuples and arrays, returns one Value: the loss; or a pair of the
            loss and a list of Values whose numbers `program.outputs` gives after each call.
            Leaves from outside that it uses are the parameters.
        optimizer: moves the parameters in `program.step`; anything with a method `step()`. If it
            has a list `parameters`, memory keeps them in its order; else in that of first use.
        batched: whether `fn` takes one sample. The program then takes each argument with a leading
            axis of samples, and returns the mean.
        penalty: for a batched program: gives a Value to add to the mean once, such as L2.
        backend: "numpy" for arrays; "python" for straight-line Python, without NumPy; "auto" for
            arrays, except where there is little repetition, as in a long chain of single
            operations, and straight-line Python is faster; or where NumPy is not installed. More
            than 1,000 array instructions on a few numbers each become straight-line Python even for
            "numpy": to make them would take seconds. `program.stats` says which it is.
        audit: True for audits now and then, False for none, "always" for one at each call.

    Raises:
        ModuleNotFoundError: `backend` is "numpy", and NumPy is not installed.
        TypeError: `fn` is not a function.
        ValueError: there is no such backend or audit, or a penalty without `batched`.

    What `fn` reads around it and can be compared quickly is compared before each call, and a change
    records again: numbers and texts in closures, globals, attributes, lists, dicts and sets; arrays
    of up to 10,000 numbers; and which Values, functions and objects are there. Of lists of Values
    and of layers only the nearest 16 are.

    For whatever else may change (files, iterators, a weight replaced deep inside a network) there
    is the audit: `fn` is run again on the arguments of a call, recording, and each operation and
    constant is compared with the first recording. A difference raises `engine.StaleProgramError`
    before the call returns a number; the program has then forgotten its recordings, and the next
    call records again. Audits are at calls 2 to 5, 8, 16, 64, 256, … of each recording; at calls 2,
    4, 16, 64, … of one of 10,000 nodes or more. A batched program audits one sample.

    While `fn` is recorded, numbers in its arguments are Values. Most code that would notice is
    refused, but Python does not let us see `is`, `type`, `isinstance` and the like. So at its
    recording and at each audit `fn` is also run on the plain arguments, and must give the same
    number. Where types decide a gradient alone, that goes unseen. Narrow floats in arrays are
    computed with in 64 bits.

    Example:
        >>> import engine
        >>> w, b = engine.Value(0.5, "w"), engine.Value(0.0, "b")
        >>> def loss(X, y):
        ...     return sum((w * x + b - t) ** 2 for x, t in zip(X, y)) / len(X)
        >>> program = engine.compile(loss)
        >>> program([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), w.grad
        (10.5, -14.0)
    """
    from engine.compile.program import Program

    if backend == "numpy":
        require_numpy('backend="numpy"')
    elif backend == "auto" and not has_numpy():
        backend = "python"
    return Program(fn, optimizer, batched, penalty, backend, audit)


def random_inputs(draw: Draw, n: int, *, label: str = "random") -> Sequence[Value | float]:
    """Return n random numbers, which each call of a compiled function draws anew.

    A call draws what the function draws without `compile`, in the same order, and for every sample
    of a batched program. Recording draws nothing more.

    Args:
        draw: takes a number and returns as many numbers; the next ones of a stream, so that
            `draw(2)` and `draw(3)` give what `draw(5)` gives.
        n: how many numbers.
        label: what pictures of a program call them.

    Returns:
        A list of floats; while a program records, of Values, which code may not decide by.

    Raises:
        TypeError: what is drawn is not numbers.
        ValueError: it is more or fewer than n.

    Example:
        >>> import engine, random
        >>> w, rng = engine.Value(0.5), random.Random(0)
        >>> def draw(n):
        ...     return [rng.gauss(0.0, 0.1) for _ in range(n)]
        >>> def loss(x):
        ...     (noise,) = engine.random_inputs(draw, 1)
        ...     return w * (x + noise)
        >>> program = engine.compile(loss)
        >>> [round(program(1.0), 3) for _ in range(3)]
        [0.547, 0.43, 0.466]
    """
    recorder = current().recorder
    if recorder is not None:
        return recorder.random_inputs(draw, n, label)
    from engine.compile.record.draws import instead, numbers_drawn

    draws = instead.get()
    return numbers_drawn(draw, n) if draws is None else draws.next(draw, n)


def on_arrays(name: str) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """Return an operation of one input as a function of arrays, number by number, for a plot.

    Args:
        name: of its row in the table of operations.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        ValueError: there is no operation of one input of that name.

    Example:
        >>> import engine
        >>> engine.on_arrays("relu")([-1.0, 0.0, 2.0]).tolist()
        [0.0, 0.0, 2.0]
    """
    require_numpy("on_arrays")
    from engine.compile.replay.numpy_source import as_array_function
    from engine.ops import OPS

    row = OPS.get(name)
    if row is None or len(row.slopes) != 1:
        known = ", ".join(name for name, row in OPS.items() if len(row.slopes) == 1)
        raise ValueError(f"on_arrays takes the name of one of {known}, got {name!r}")
    return as_array_function(row)


def live_arrays(parameters: Sequence[Value]) -> LiveArrays | None:
    """Return the numbers and gradients of parameters as arrays, if programs keep them as arrays.

    Args:
        parameters: leaves, such as those an optimiser moves.

    Returns:
        An object whose `.data` and `.grad`, shape (n_parameters,), read and write those of the
        parameters in one go, whatever happens to them later; None if they are plain Values, or
        belong to unrelated programs.

    Example:
        >>> import engine
        >>> w, b = engine.Value(2.0), engine.Value(1.0)
        >>> program = engine.compile(lambda x: w * x + b)
        >>> program(3.0)
        7.0
        >>> arrays = engine.live_arrays([w, b])
        >>> arrays.grad.tolist()
        [3.0, 1.0]
        >>> arrays.data = arrays.data - 0.1 * arrays.grad
        >>> round(w.data, 1), round(b.data, 1)
        (1.7, 0.9)
    """
    if not parameters or type(parameters[0]) is Value:  # the quick answer
        return None
    if "engine.compile.live" not in sys.modules:  # no program has arrays; spares loading NumPy
        return None
    from engine.compile.live import Live, LiveArrays, parameter_blocks

    if not all(isinstance(p, Live) for p in parameters) or len(parameter_blocks(parameters)) > 1:
        return None
    return LiveArrays(parameters)


def has_numpy() -> bool:
    """Return whether NumPy is installed: in a browser it need not be."""
    with suppress(ModuleNotFoundError):  # raised by a finder that hides NumPy, as in a sandbox
        return find_spec("numpy") is not None
    return False


def require_numpy(what: str) -> None:
    """Raise if NumPy is not installed.

    Args:
        what: what needs it.

    Raises:
        ModuleNotFoundError: the message says how to install it.
    """
    if not has_numpy():
        raise ModuleNotFoundError(
            f"{what} needs NumPy, which is not installed; pip install numpy", name="numpy"
        )
