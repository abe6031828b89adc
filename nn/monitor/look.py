"""A look is what a monitor measures at one step: parameters, gradients and activations."""

from __future__ import annotations

from typing import NamedTuple

from nn.monitor.arrays import NDArray, np
from nn.monitor.probe import Activations
from nn.renamed import renamed

Floats = NDArray[np.float64]
Smaller = NDArray[np.float32]


class Look(NamedTuple):
    """The numbers of one step.

    Attributes:
        step: the number of the step, from 1.
        loss: of the step's minibatch, before the step.
        before: the parameters before the step, shape (n_parameters,).
        data: the parameters after it.
        grad: the gradients used in it.
        activations: of the neurons after the step; None without samples to compute them for.
    """

    step: int
    loss: float
    before: Floats
    data: Floats
    grad: Floats
    activations: Activations | None

    @renamed("activations")
    def answers(self) -> None:
        """Old name of `activations`."""

    def compact(self) -> Look:
        """Return the look in half the memory, for the record."""
        with np.errstate(over="ignore"):
            before, data, grad = (x.astype(np.float32) for x in (self.before, self.data, self.grad))
            activations = self.activations
            if activations is not None:
                # Only rules read pre-activations; pictures show activations.
                small: Smaller = activations.activation.astype(np.float32)
                activations = Activations(small, small)  # type: ignore[arg-type]
        return self._replace(before=before, data=data, grad=grad, activations=activations)  # type: ignore[arg-type]

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        arrays = [self.before, self.data, self.grad]
        if self.activations is not None:
            arrays.append(self.activations.activation)
        return sum(array.nbytes for array in arrays)
