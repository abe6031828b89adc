"""How much each weight matters: what a prediction does when one of them is moved."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.data.samples import Rows, checked
from nn.metrics import outputs_of
from nn.module import Module

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Sensitivity:
    """A table with a row for each parameter; prints those that matter most.

    Attributes:
        names: the paths of the parameters.
        by_gradient: change of each output per unit of each parameter, as its gradient has it, shape
            (n_parameters, n_samples, n_outputs).
        by_moving: the same from moving it by `move` up and down, same shape.
        move: by how much each was moved.
        importance: root mean square of `by_gradient` over samples and outputs, shape
            (n_parameters,).
    """

    def __init__(
        self, names: Sequence[str], by_gradient: Floats, by_moving: Floats, move: float
    ) -> None:
        self.names, self.by_gradient, self.by_moving = list(names), by_gradient, by_moving
        self.move = move

    @property
    def importance(self) -> Floats:
        """How strongly the predictions answer to each parameter."""
        return rms(self.by_gradient)

    def most(self, n: int = 10) -> list[str]:
        """Return the names of the parameters that matter most, the first most."""
        return [self.names[i] for i in (-self.importance).argsort(kind="stable")[:n]]

    def __str__(self) -> str:
        gradient, moving = self.importance, rms(self.by_moving)
        width = max(map(len, self.names))
        lines = [f"{'parameter':{width}}  by gradient  moved by ±{self.move:g}"]
        for i in (-gradient).argsort(kind="stable")[:10]:
            lines.append(f"{self.names[i]:{width}}  {gradient[i]:11.4g}  {moving[i]:11.4g}")
        if len(self.names) > 10:
            lines.append(f"… and {len(self.names) - 10} that matter less")
        return "\n".join(lines)

    __repr__ = __str__


def sensitivity(model: Module, X: Rows, *, move: float = 0.01) -> Sensitivity:
    """Return by how much predictions change with each weight and bias.

    Twice: by its gradient, which is exact for small moves; and by actually moving it up and down.
    Where the two differ, the prediction bends on the way. The model is left as it is.

    Args:
        model: takes a row, returns one Value or several.
        X: the inputs, shape (n_samples, n_features).
        move: by how much to move each parameter.

    Raises:
        ValueError: the model has no parameters, X is empty or no table, or `move` is not above 0.

    Example:
        >>> import nn
        >>> model = nn.MLP(1, [1], seed=0)
        >>> s = nn.sensitivity(model, [[3.0], [4.0]])
        >>> s.names
        ['layers.0.neurons.0.weights.0', 'layers.0.neurons.0.bias']
        >>> s.by_gradient[:, :, 0].tolist()  # of w·x + b: x, and 1
        [[3.0, 4.0], [1.0, 1.0]]
        >>> s.by_moving[:, :, 0].round(9).tolist()
        [[3.0, 4.0], [1.0, 1.0]]
    """
    import numpy as np

    if not move > 0:
        raise ValueError(f"move must be above 0, got {move}")
    rows = checked(X)
    if not rows:
        raise ValueError("sensitivity needs at least one sample, got none")
    if not model.named_parameters():
        raise ValueError(f"sensitivity needs a model with parameters, and {model!r} has none")
    # A copy: compiling it, and moving its parameters, leaves no trace on the model.
    copy: Any = deepcopy(model)
    named = copy.named_parameters()
    parameters = [p for _, p in named]
    by_gradient = np.array([gradients(copy, parameters, row) for row in rows]).transpose(2, 0, 1)

    def outputs(x: Sequence[Value]) -> tuple[Value, list[Value]]:
        found = outputs_of(copy(x))
        return found[0], found

    program = engine.compile(outputs, batched=True)
    table = np.array(rows)
    by_moving = np.empty_like(by_gradient)
    for i, p in enumerate(parameters):
        kept = p.data
        ends = []
        for moved in (kept + move, kept - move):
            p.data = moved
            program.evaluate(table)
            ends.append(np.array(program.outputs, dtype=float).T)
        by_moving[i] = (ends[0] - ends[1]) / (2 * move)
        p.data = kept
    return Sensitivity([name for name, _ in named], by_gradient, by_moving, move)


def gradients(model: Any, parameters: Sequence[Value], row: Sequence[float]) -> list[list[float]]:
    """Return the gradients of each output for one sample, shape (n_outputs, n_parameters)."""
    found = []
    for output in outputs_of(model(row)):
        for p in parameters:
            p.grad = 0.0
        output.backward()
        found.append([p.grad for p in parameters])
    return found


def rms(table: Floats) -> Floats:
    """Return the root mean square over samples and outputs."""
    found: Floats = (table**2).mean(axis=(1, 2)) ** 0.5
    return found
