"""The loss as a function of two of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.checks import require_numpy, whole_number
from nn.data.samples import Rows, paired
from nn.losses import MEAN_LOSSES, Loss, loss_named, mean_squared_error
from nn.module import Module
from nn.other_names import says_how

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """The loss on a grid over two parameters.

    Attributes:
        names: the paths of the two parameters.
        across: the values of the first, shape (n,).
        up: the values of the second, shape (n,).
        loss: the loss, shape (n, n); the first index is that of `up`.
        here: the two parameters now.
    """

    names: tuple[str, str]
    across: Floats
    up: Floats
    loss: Floats
    here: tuple[float, float]

    @property
    def lowest(self) -> tuple[float, float]:
        """The point of the grid with the lowest loss."""
        i, j = divmod(int(self.loss.argmin()), len(self.across))
        return float(self.across[j]), float(self.up[i])


@says_how("nn.loss_surface(model, X, y, weight, bias, loss=nn.hinge)")
def loss_surface(
    model: Module,
    X: Rows,
    y: Sequence[float],
    p1: Value | str,
    p2: Value | str,
    *,
    loss: Loss | str = mean_squared_error,
    across: tuple[float, float] | None = None,
    up: tuple[float, float] | None = None,
    n: int = 41,
) -> Surface:
    """Return the loss over two parameters, with all others held fixed.

    Args:
        model: takes one sample, returns one Value or several; it is not changed.
        X: the inputs, shape (n_samples, n_features).
        y: the targets, shape (n_samples,), as the loss takes them.
        p1: one parameter of the model, or its path.
        p2: another.
        loss: such as `nn.hinge`, or its name.
        across: the range of the first; if None, 3 to either side of its value now.
        up: the range of the second.
        n: how many values of each to try.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        ValueError: they are not two parameters of this model, or X and y differ in length.
    """
    require_numpy("nn.loss_surface")
    import numpy as np

    n, loss = whole_number(n, "n", least=2), loss_named(loss)
    samples, targets = paired(X, y, getattr(model, "_columns", None))
    names = path_of(model, p1), path_of(model, p2)
    if names[0] == names[1]:
        raise ValueError(f"loss_surface needs two different parameters, got {names[0]} twice")
    copy: Any = deepcopy(model).eval()  # so that compiling and moving leave no trace on the model
    parameters = dict(copy.named_parameters())
    first, second = parameters[names[0]], parameters[names[1]]
    here = first.data, second.data

    def of_sample(x: Sequence[Value], target: float) -> Value:
        return loss([copy(x)], [target])

    def of_all(X: Sequence[Sequence[Value]], y: Sequence[float]) -> Value:
        return loss([copy(x) for x in X], y)

    # The losses of nn are means over samples, so a program of one sample will do.
    by_sample = loss in MEAN_LOSSES
    program = engine.compile(of_sample if by_sample else of_all, batched=by_sample)
    X_array, y_array = np.array(samples), np.array(targets, dtype=float)
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
