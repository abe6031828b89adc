"""Measurements: a look with what the rules compute from it, each quantity only once."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from nn.monitor.arrays import NDArray, np
from nn.monitor.look import Look
from nn.monitor.parameter_groups import Groups, ParameterGroups
from nn.monitor.statistic import is_flat, norms

Floats = NDArray[np.float64]
HARDLY_MOVES = 1e-4  # update over weights, norm by norm


class Losses(NamedTuple):
    """The losses of minibatches so far, averaged.

    Attributes:
        first: the mean of the first few.
        recent: the mean of the last few.
        steps: how many there have been.
    """

    first: float
    recent: float
    steps: int


class LearningRates(NamedTuple):
    """The learning rates so far.

    Attributes:
        lowest: of all steps looked at.
        current: at this step.
        highest: of all steps looked at.
    """

    lowest: float
    current: float
    highest: float

    @property
    def constant(self) -> bool:
        """Whether there is no schedule, as far as one can see."""
        return self.lowest == self.current == self.highest


class Measurements:
    """A look, and what several rules compute from it.

    Args:
        parameters: of the model.
        look: the look.
        losses: so far.
        rates: None if the optimizer is not known.
        previous: the measurements at the look before.

    Attributes:
        suspected: the kinds that earlier rules suspect, or of which an alarm has been raised.
    """

    def __init__(
        self,
        parameters: ParameterGroups,
        look: Look,
        losses: Losses,
        rates: LearningRates | None,
        previous: Measurements | None,
    ) -> None:
        self.parameters, self.look, self.losses, self.rates = parameters, look, losses, rates
        self.suspected: set[str] = set()
        self.previous = previous
        self.flat_at_first: dict[str, float] = previous.flat_at_first if previous else self.flat()
        if previous is not None:
            previous.previous = None  # otherwise all of them would stay in memory

    @cached_property
    def _weights(self) -> Groups:
        return self.parameters.select(of_biases=False, by_layer=True)

    @cached_property
    def layers(self) -> list[str]:
        """The names of the layers with weights, in order."""
        return [self.parameters.layers[i] for i in self._weights.owners]

    @cached_property
    def gradient_norms(self) -> Floats:
        """The norm of the gradients of each layer's weights."""
        return norms(self.look.grad[self._weights.indices], self._weights.starts)

    @cached_property
    def gradient_sizes(self) -> Floats:
        """The root mean square of the gradients of each layer's weights."""
        sizes = np.diff([*self._weights.starts, len(self._weights.indices)])
        out: Floats = self.gradient_norms / np.sqrt(sizes)
        return out

    @cached_property
    def update_ratios(self) -> Floats:
        """The norm of each layer's update over the norm of its weights before it."""
        indices, starts = self._weights.indices, self._weights.starts
        before = self.look.before[indices]
        moved = self.look.data[indices] - before
        size = norms(before, starts)
        # For weights that are all 0 there is no ratio.
        return np.where(size > 0, norms(moved, starts) / np.where(size > 0, size, 1.0), 0.0)

    @property
    def hardly_moves(self) -> bool:
        """Whether the step was too short to learn anything from in every layer."""
        return bool(self.update_ratios.max() < HARDLY_MOVES)

    def flat(self) -> dict[str, float]:
        """Return the share of flat activations of each hidden layer of tanh or sigmoid."""
        if self.look.activations is None:
            return {}
        found = {}
        for layer in self.parameters.neuron_layers:
            flat = is_flat(layer.activation, self.look.activations.activation[layer.indices])
            if flat is not None and layer.name != self.parameters.layers[-1]:
                found[layer.name] = float(flat.mean())
        return found
