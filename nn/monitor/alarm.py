"""An alarm says what is wrong, where, since when, by which numbers, and what to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nn.checks import require_numpy
from nn.monitor.evidence import Shown, picture
from nn.renamed import renamed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Each kind of alarm, and what to try: `python -m tests.benchmarks.alarms` tries it.
KINDS = {
    "vanishing": "use relu or tanh instead of sigmoid, fewer layers, or init='auto'",
    "exploding": "start with smaller weights (init='auto')",
    "dead": "start with biases of 0 and init='auto', or use activation='leaky_relu'",
    "saturated": "start with smaller weights and biases (init='auto'), or use relu",
    "symmetric": "start with random weights: init='auto'",
    "stuck_bias": "give the optimizer model.parameters(), which includes the biases",
    "stuck_weights": "give the optimizer model.parameters(), which includes the weights",
    "replaced": "make the optimizer, and a new Monitor, after the last change of the model",
    "not_updated": "call optimizer.step() after loss.backward(), with an optimizer made of "
    "model.parameters(); `p -= …` makes a new Value, `p.data -= …` moves the parameter",
    "no_gradient": "call loss.backward() before optimizer.step()",
    "gradients_add_up": "call optimizer.zero_grad() before each loss.backward()",
    "graph_grows": "update numbers, not Values: w.data -= learning_rate * w.grad",
    "non_finite": "lower the learning rate, scale the inputs, or give the optimizer clip_norm=1.0",
    "learning_rate_too_high": "divide the learning rate by 10, and again until the loss falls",
    "learning_rate_too_low": "multiply the learning rate by 10, and again until the loss falls",
    "penalty_too_strong": "divide the strength of the penalty (or the weight_decay) by 100",
    "unscaled": "subtract the mean of each column, and divide it by its standard deviation",
    "constant_targets": "look at how the targets were read: there is nothing to learn from them",
    "wrong_output": "use output='linear'",
    "all_linear": "use activation='tanh' or 'relu' in the hidden layers: without one, all layers "
    "together draw a straight line",
    "class_never_predicted": "repeat the samples of the rare class until the classes are about "
    "equal, or train for longer",
    "overfitting": "use more samples, a smaller network, or penalty=nn.l2; fit with validation "
    "samples keeps the best epoch",
    "underfitting": "give the network (more) hidden neurons",
}


class Suspicion(NamedTuple):
    """What a rule has found at one look; alone it proves nothing.

    Attributes:
        kind: one of `KINDS`.
        layer: the name of a layer, or None.
        neuron: the names of neurons, separated by commas, or None.
        evidence: the numbers that show it.
        ready: whether there is enough evidence for an alarm, if it persists.
        lasts: for how many steps it must persist.
        advice: what to try; that of the kind if None.
        otherwise: another reading of the same numbers, where they do not decide.
        shown: the numbers that decided, for a picture.
    """

    kind: str
    layer: str | None
    neuron: str | None
    evidence: str
    ready: bool = True
    lasts: int = 0
    advice: str | None = None
    otherwise: str = ""
    shown: Shown | None = None


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
        otherwise: another reading of the same numbers; "" where they decide.
        shown: the numbers that decided; None where there is nothing to draw.
    """

    kind: str
    layer: str | None
    neuron: str | None
    step: int
    evidence: str
    advice: str
    otherwise: str = ""
    shown: Shown | None = None

    @property
    def confidence(self) -> str:
        """How sure it is: "sure", or "perhaps" where there is another reading, `otherwise`."""
        return "perhaps" if self.otherwise else "sure"

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

    def show(self) -> Figure:
        """Draw the numbers that decided.

        Raises:
            ValueError: there is nothing to draw.
            ModuleNotFoundError: NumPy is not installed.
        """
        if self.shown is None:
            raise ValueError(
                f"{self.name} is a fact, with nothing to draw; read alarm.evidence: {self.evidence}"
            )
        require_numpy("Alarm.show")
        return picture(self.shown, f"{self.name} in {self.location}", self.step)

    def __str__(self) -> str:
        perhaps = f"perhaps {self.name}" if self.otherwise else self.name
        other = f" (or: {self.otherwise})" if self.otherwise else ""
        return (
            f"{perhaps} in {self.location} since step {self.step}: {self.evidence}{other}; "
            f"try: {self.advice}"
        )
