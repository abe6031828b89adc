"""How much each weight matters: how predictions change when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.checks import positive, require_numpy
from nn.data.samples import Rows, checked
from nn.metrics import outputs_of
from nn.module import Module
from nn.other_names import says_how
from nn.parameters import name_in_pictures
from nn.renamed import renamed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Sensitivity:
    """How each output depends on each parameter; prints the parameters that matter most.

    Attributes:
        names: the paths of the parameters.
        by_gradient: change of each output per unit of each parameter, from the gradient, shape
            (n_parameters, n_samples, n_outputs).
        by_finite_difference: the same as a central difference with step `move`, same shape.
        move: the step of the finite difference.
        importance: root mean square of `by_gradient` over samples and outputs, shape
            (n_parameters,).
    """

    def __init__(
        self, names: Sequence[str], by_gradient: Floats, by_finite_difference: Floats, move: float
    ) -> None:
        self.names, self.by_gradient = list(names), by_gradient
        self.by_finite_difference, self.move = by_finite_difference, move

    @renamed("by_finite_difference")
    def by_moving(self) -> None:
        """Old name of `by_finite_difference`."""

    @property
    def importance(self) -> Floats:
        """How strongly the predictions depend on each parameter."""
        return rms(self.by_gradient)

    def most(self, n: int = 10) -> list[str]:
        """Return the names of the parameters that matter most, in order."""
        return [self.names[i] for i in (-self.importance).argsort(kind="stable")[:n]]

    def __str__(self) -> str:
        gradient, difference = self.importance, rms(self.by_finite_difference)
        names = list(map(name_in_pictures, self.names))
        width = max(len("parameter"), *map(len, names))
        lines = [f"{'parameter':{width}}  by gradient  moved by ±{self.move:g}"]
        for i in (-gradient).argsort(kind="stable")[:10]:
            lines.append(f"{names[i]:{width}}  {gradient[i]:11.4g}  {difference[i]:11.4g}")
        if len(self.names) > 10:
            lines.append(f"… and {len(self.names) - 10} that matter less")
        return "\n".join(lines)

    __repr__ = __str__


@says_how("nn.sensitivity(model, X)")
def sensitivity(model: Module, X: Rows, *, move: float = 0.01) -> Sensitivity:
    """Return by how much predictions change with each weight and bias.

    It is computed twice: from the gradient, which is exact for small changes, and by moving each
    parameter up and down. Where the two differ, the prediction is curved in between. The model is
    not changed.

    Args:
        model: takes one sample, returns one Value or several.
        X: the inputs, shape (n_samples, n_features).
        move: how far to move each parameter up and down.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        ValueError: the model has no parameters, X is empty or not a table, or `move` is not
            above 0.

    Example:
        >>> import nn
        >>> model = nn.MLP(1, [1], seed=0)
        >>> s = nn.sensitivity(model, [[3.0], [4.0]])
        >>> s.names
        ['layers.0.neurons.0.weights.0', 'layers.0.neurons.0.bias']
        >>> s.by_gradient[:, :, 0].tolist()  # of w·x + b: x, and 1
        [[3.0, 4.0], [1.0, 1.0]]
        >>> s.by_finite_difference[:, :, 0].round(9).tolist()
        [[3.0, 4.0], [1.0, 1.0]]
    """
    require_numpy("nn.sensitivity")
    import numpy as np

    move = positive(move, "move")
    samples = checked(X, getattr(model, "_columns", None))
    if not samples:
        raise ValueError("sensitivity needs at least one sample, got none")
    if not model.named_parameters():
        raise ValueError(f"sensitivity needs a model with parameters, but {model!r} has none")
    # A copy, so that compiling it and moving its parameters leaves no trace on the model.
    copy: Any = deepcopy(model).eval()
    named = copy.named_parameters()
    parameters = [p for _, p in named]
    by_gradient = np.array([gradients(copy, parameters, x) for x in samples]).transpose(2, 0, 1)

    def outputs(x: Sequence[Value]) -> tuple[Value, list[Value]]:
        found = outputs_of(copy(x))
        return found[0], found

    program = engine.compile(outputs, batched=True)
    table = np.array(samples)
    by_finite_difference = np.empty_like(by_gradient)
    for i, p in enumerate(parameters):
        kept = p.data
        ends = []
        for moved in (kept + move, kept - move):
            p.data = moved
            program.evaluate(table)
            ends.append(np.array(program.outputs, dtype=float).T)
        by_finite_difference[i] = (ends[0] - ends[1]) / (2 * move)
        p.data = kept
    return Sensitivity([name for name, _ in named], by_gradient, by_finite_difference, move)


def gradients(model: Any, parameters: Sequence[Value], x: Sequence[float]) -> list[list[float]]:
    """Return the gradients of each output for one sample, shape (n_outputs, n_parameters)."""
    found = []
    for output in outputs_of(model(x)):
        for p in parameters:
            p.grad = 0.0
        output.backward()
        found.append([p.grad for p in parameters])
    return found


def rms(table: Floats) -> Floats:
    """Return the root mean square over samples and outputs."""
    found: Floats = (table**2).mean(axis=(1, 2)) ** 0.5
    return found
