"""Picks among Values by their numbers: a row of a table, the right answer, the largest."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from engine.guards.number import as_float
from engine.typed import overload
from engine.value import Value, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    Row = Sequence["Value | float"]


@overload
def take(values: Sequence[Row], index: Value | float) -> list[Value | float]: ...
@overload
def take(values: Row, index: Value | float) -> Value: ...
def take(values: Row | Sequence[Row], index: Value | float) -> Value | float | list[Value | float]:
    """Return `values[index]`; inside a compiled function the index may differ at each replay.

    Gradients flow into what was picked, and nowhere else.

    Args:
        values: what to pick from; of a table, shape (n_rows, n_columns), a whole row is picked.
        index: a whole number from 0; no gradient enters it.

    Raises:
        TypeError: the index is not a whole number.
        IndexError: there is no such entry.

    Example:
        >>> from engine import Value, take
        >>> table = [[Value(0.1), Value(0.2)], [Value(0.3), Value(0.4)]]
        >>> [v.data for v in take(table, 1)]
        [0.3, 0.4]
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not len(values):
        raise IndexError("take needs at least one value to pick from, got none")
    if isinstance(values[0], (list, tuple)):
        widths = {len(row) for row in values}  # type: ignore[arg-type]
        if len(widths) > 1:
            raise ValueError(
                f"take needs rows of one length, got lengths {', '.join(map(str, sorted(widths)))}"
            )
        return [take([row[j] for row in values], index) for j in range(widths.pop())]  # type: ignore[index]
    recorder = current().recorder
    if recorder is not None and isinstance(index, Value):
        return recorder.take(values, index)  # type: ignore[arg-type]
    i = index.data if isinstance(index, Value) else as_float(index, "take needs a whole number")
    return entry(values, i)  # type: ignore[arg-type]


def entry(values: Row, i: float) -> Value | float:
    """Return `values[i]`.

    Raises:
        TypeError: the index is not a whole number.
        IndexError: there is no such entry.
    """
    if not isfinite(i) or i != int(i):
        raise TypeError(f"take needs a whole number as its index, got {i}")
    if not 0 <= i < len(values):
        raise IndexError(f"take needs an index from 0 to {len(values) - 1}, got {int(i)}")
    return values[int(i)]


def detached_maximum(values: Row) -> Value:
    """Return the largest number as a new leaf, through which no gradient flows.

    A stable softmax subtracts it from its logits first: it cancels out of the result, so that its
    gradient would be 0, apart from rounding.

    Raises:
        ValueError: there are no values.

    Example:
        >>> from engine import Value, detached_maximum
        >>> detached_maximum([Value(1.0), Value(3.0)]).data
        3.0
    """
    if not len(values):
        raise ValueError("detached_maximum needs at least one value, got none")
    recorder = current().recorder
    if recorder is not None:
        return recorder.largest(values)
    return Value(max(x.data if isinstance(x, Value) else as_float(x) for x in values))
