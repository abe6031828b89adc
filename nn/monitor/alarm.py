"""An alarm says what is wrong, where, since when, by which numbers, and what to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nn.renamed import renamed

# Each kind of alarm, and what to try.
KINDS = {
    "vanishing": "use relu or tanh instead of sigmoid, fewer layers, or init='auto'",
    "exploding": "start with smaller weights (init='auto'), scale inputs and targets to about 1, "
    "or give the optimizer clip_norm=1.0",
    "dead": "start with biases of 0, lower the learning rate, or use activation='leaky_relu'",
    "saturated": "start with smaller weights (init='auto'), scale the inputs to about 1, or use "
    "relu",
    "symmetric": "start with random weights: init='auto'",
    "stuck_bias": "give the optimizer model.parameters(), which includes the biases",
    "non_finite": "lower the learning rate, scale the inputs, or give the optimizer clip_norm=1.0",
    "learning_rate_too_high": "divide the learning rate by 10",
    "learning_rate_too_low": "multiply the learning rate by 10",
    "overfitting": "use more samples, a smaller network, penalty=nn.l2, or patience=5 in fit",
    "underfitting": "give the network (more) hidden neurons, or more informative features",
}


class Suspicion(NamedTuple):
    """What a rule has found at one look; alone it proves nothing.

    Attributes:
        kind: one of `KINDS`.
        layer: the name of a layer, or None.
        neuron: the names of neurons, or None.
        evidence: the numbers that show it.
    """

    kind: str
    layer: str | None
    neuron: str | None
    evidence: str


@dataclass(frozen=True)
class Alarm:
    """Something that stops a network from learning.

    Attributes:
        kind: one of `KINDS`.
        layer: the layer it is in, such as "layer 2"; None if it concerns the whole network.
        neuron: the neuron, such as "n3", or several separated by commas; None if it concerns the
            whole layer.
        step: the step at which it began.
        evidence: the numbers that show it.
        advice: what to try.
    """

    kind: str
    layer: str | None
    neuron: str | None
    step: int
    evidence: str
    advice: str

    @property
    def location(self) -> str:
        """Where it is, in words."""
        if self.layer is None:
            return "the network"
        return self.layer if self.neuron is None else f"{self.layer}, {self.neuron}"

    @renamed("location")
    def place(self) -> None:
        """Old name of `location`."""

    @property
    def name(self) -> str:
        """The kind, in words."""
        return self.kind.replace("_", " ")

    def __str__(self) -> str:
        return (
            f"{self.name} in {self.location} since step {self.step}: {self.evidence}; "
            f"try: {self.advice}"
        )
