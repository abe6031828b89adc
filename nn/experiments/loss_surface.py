"""The loss as a landscape over two of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.data.samples import Rows, paired
from nn.losses import OURS, Loss, mean_squared_error
from nn.module import Module

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """The loss at many places.

    Attributes:
        names: the paths of the two parameters.
        across: the numbers tried for the first, shape (n,).
        up: the numbers tried for the second, shape (n,).
        loss: at each of them, shape (n, n), a row for each number of the second.
        here: where the two are now.
    """

    names: tuple[str, str]
    across: Floats
    up: Floats
    loss: Floats
    here: tuple[float, float]

    @property
    def lowest(self) -> tuple[float, float]:
        """The place of the least loss among those tried."""
        row, column = divmod(int(self.loss.argmin()), len(self.across))
        return float(self.across[column]), float(self.up[row])


def loss_surface(
    model: Module,
    X: Rows,
    y: Sequence[float],
    p1: Value | str,
    p2: Value | str,
    *,
    loss: Loss = mean_squared_error,
    across: tuple[float, float] | None = None,
    up: tuple[float, float] | None = None,
    n: int = 41,
) -> Surface:
    """Return the loss over two parameters, all others staying where they are.

    Args:
        model: takes a row, returns one Value or several; it is left as it is.
        X: the inputs, shape (n_samples, n_features).
        y: the targets, shape (n_samples,), as the loss wants them.
        p1: one parameter of the model, or its path.
        p2: another.
        loss: such as `nn.hinge`.
        across: the range of the first; 3 to either side of where it is, if None.
        up: the range of the second.
        n: how many numbers to try of each.

    Raises:
        ValueError: they are not two parameters of this model, or X and y do not fit.
    """
    import numpy as np

    if n < 2:
        raise ValueError(f"n must be at least 2 places a side, got {n}")
    rows, targets = paired(X, y)
    names = path_of(model, p1), path_of(model, p2)
    if names[0] == names[1]:
        raise ValueError(f"a surface is over two parameters, got {names[0]} twice")
    copy: Any = deepcopy(model)  # compiling and moving leave no trace on the model
    parameters = dict(copy.named_parameters())
    first, second = parameters[names[0]], parameters[names[1]]
    here = first.data, second.data

    def of_sample(x: Sequence[Value], target: float) -> Value:
        return loss([copy(x)], [target])

    def of_all(X: Sequence[Sequence[Value]], y: Sequence[float]) -> Value:
        return loss([copy(x) for x in X], y)

    # Ours are means over samples, so that one sample says all; of another loss it is not known.
    by_sample = loss in OURS
    program = engine.compile(of_sample if by_sample else of_all, batched=by_sample)
    X_array, y_array = np.array(rows), np.array(targets, dtype=float)
    ranges = []
    for ends, x in zip((across, up), here, strict=True):
        low, high = ends or (x - 3.0, x + 3.0)
        ranges.append(np.linspace(low, high, n))
    found = np.empty((n, n))
    for i, b in enumerate(ranges[1]):
        second.data = float(b)
        for j, a in enumerate(ranges[0]):
            first.data = float(a)
            found[i, j] = program.evaluate(X_array, y_array)
    return Surface(names, ranges[0], ranges[1], found, here)


def path_of(model: Module, parameter: Value | str) -> str:
    """Return the path of a parameter of a model.

    Raises:
        ValueError: the model has no such parameter.
    """
    for name, value in model.named_parameters():
        if parameter is value or (isinstance(parameter, str) and parameter == name):
            return name
    names = [name for name, _ in model.named_parameters()]
    raise ValueError(
        f"{model!r} has no parameter {parameter!r}; give one of model.parameters(), or its path, "
        f"such as {names[0] if names else 'weight'}"
    )
