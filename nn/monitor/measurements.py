"""Measurements: a look with what the rules compute from it, each quantity only once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from nn.losses import mean_squared_error
from nn.monitor.alarm import Suspicion
from nn.monitor.arrays import NDArray, np
from nn.monitor.evidence import Shown
from nn.monitor.look import Look
from nn.monitor.losses import class_of, loss_of, wrong_share
from nn.monitor.parameter_groups import Groups, NeuronLayer, ParameterGroups
from nn.monitor.statistic import is_flat, norms

if TYPE_CHECKING:
    from engine import Value
    from nn.monitor.probe import Activations, Probe
    from nn.optim import Optimizer

Floats = NDArray[np.float64]
MOST_PAST = 40  # looks that rules remember
ARRIVES = 0.02  # how far the output moves with the first layer, as a share of the most sensitive
FLAT_AT_FIRST = 0.35  # share of a layer's activations


class Known(NamedTuple):
    """What a monitor has been told besides the model.

    Attributes:
        probe: computes activations for some samples; None without any.
        trained: the same for those that are trained on, whose targets are known.
        targets: of all samples; None if they are not known.
        loss: what is minimised, or None.
        optimizer: what moves the parameters, or None.
        baseline: the loss of the best constant prediction; None where it is not known.
        penalised: whether something pulls weights to 0; None where it is not known.
        misfit: why the loss does not go with the end of the model; None if it does.
    """

    probe: Probe | None = None
    trained: Probe | None = None
    targets: Sequence[float] | None = None
    loss: object = None
    optimizer: Optimizer | None = None
    baseline: float | None = None
    penalised: bool | None = None
    misfit: str | None = None


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


class Past(NamedTuple):
    """What rules remember of an earlier look.

    Attributes:
        step: its number.
        before: the loss before the step, see `Measurements.start`.
        loss: see `Measurements.loss`.
        movements: see `Measurements.movements`.
        sizes: the norm of each layer's weights.
        gradients: the norm of each layer's gradient.
        flat: the share of flat activations of each layer that has any.
        rate: the learning rate, or None.
        rises: whether the step raised the loss that it was to lower.
    """

    step: int
    before: float
    loss: float
    movements: list[float]
    sizes: list[float]
    gradients: list[float]
    flat: dict[str, float]
    rate: float | None
    rises: bool


class AtFirst(NamedTuple):
    """What was measured before the first step.

    Attributes:
        sensitivities: see `Measurements.sensitivities`.
        flat: see `Measurements.flat`.
    """

    sensitivities: list[float]
    flat: dict[str, float]

    @property
    def vanished(self) -> bool:
        """Whether the output hardly moved with the first layer."""
        first = self.sensitivities[0] if len(self.sensitivities) > 2 else 0.0
        return 0.0 < first < ARRIVES * max(0.3, *self.sensitivities)

    @property
    def flattened(self) -> bool:
        """Whether a layer was flat."""
        return max(self.flat.values(), default=0.0) > FLAT_AT_FIRST


class Measurements:
    """A look, and what several rules compute from it.

    Args:
        parameters: of the model.
        look: the look.
        losses: of minibatches so far.
        known: what else is known.
        past: earlier looks: the first, and the latest.
        root: the loss as a Value, where it is one.

    Attributes:
        suspected: the kinds that earlier rules suspect, or whose alarm is still true.
        raised: the layers of the alarms that are still true, by kind.
        well: the latest step at which nothing was suspected, nor seemed to change.
        sudden: whether a parameter or the loss has just moved as never before.
        at_first: what was measured before the first step; empty where that is not possible.
        pending: the layers of the suspicions that are not alarms yet, by kind.
        exchanged: what of the model is not what it was, if anything.
        previous_gradient: the gradients of the step before, if that was looked at.
        graph_sizes: the numbers of nodes of the losses of the first steps, if they are graphs.
    """

    def __init__(
        self,
        parameters: ParameterGroups,
        look: Look,
        losses: Losses,
        known: Known,
        past: list[Past],
        root: Value | float = 0.0,
    ) -> None:
        self.parameters, self.look, self.losses, self.known = parameters, look, losses, known
        self.past, self.root = past, root
        self.step = look.step
        self.rate = known.optimizer.rate if known.optimizer is not None else None
        self.suspected: set[str] = set()
        self.raised: dict[str, set[str | None]] = {}
        self.well = 0
        self.sudden = False
        self.at_first = AtFirst([], {})
        self.pending: dict[str, set[str | None]] = {}
        self.exchanged: Suspicion | None = None
        self.previous_gradient: Floats | None = None
        self.graph_sizes: list[int] = []

    def told(self, kind: str) -> set[str | None]:
        """Return the layers in which an alarm of a kind is still true."""
        return self.raised.get(kind, set())

    # ---- what the step did ----

    @cached_property
    def _weights(self) -> Groups:
        return self.parameters.select(of_biases=False, by_layer=True)

    @cached_property
    def layers(self) -> list[str]:
        """The names of the layers with weights, in order."""
        return [self.parameters.layers[i] for i in self._weights.owners]

    def by_layer(self, numbers: Floats) -> list[float]:
        """Return the norm of what belongs to each layer's weights."""
        found: list[float] = norms(numbers[self._weights.indices], self._weights.starts).tolist()
        return found

    @cached_property
    def gradients(self) -> list[float]:
        """The norm of the gradients of each layer's weights."""
        return self.by_layer(self.look.grad)

    @cached_property
    def sizes(self) -> list[float]:
        """The norm of each layer's weights before the step."""
        return self.by_layer(self.look.before)

    @cached_property
    def counts(self) -> list[int]:
        """How many weights each layer has."""
        ends = [*self._weights.starts.tolist()[1:], len(self._weights.indices)]
        return [b - a for a, b in zip(self._weights.starts.tolist(), ends, strict=True)]

    @cached_property
    def movements(self) -> list[float]:
        """How far the step moved each layer's weights, as a share of their size.

        Weights that are nearly 0 count as half of what init='auto' would make them: so small a
        denominator would make every step look long.
        """
        moved = self.by_layer(self.look.data - self.look.before)
        usual = [0.5 * n**0.5 for n in self.outputs_by_layer]
        return [m / max(s, u) for m, s, u in zip(moved, self.sizes, usual, strict=True)]

    @cached_property
    def outputs_by_layer(self) -> list[int]:
        """How many neurons each layer with weights has, or 1."""
        numbers = {layer.name: len(layer.neurons) for layer in self.parameters.neuron_layers}
        return [numbers.get(name, 1) for name in self.layers]

    # ---- the loss, over the same samples at each look ----

    def loss_at(self, data: Floats) -> float | None:
        """Return the loss of the probe's samples for other weights; None where it is not known."""
        trained = self.known.trained
        if trained is None or not self.parameters.is_stack:
            return None
        found = trained.activations(data)
        return None if found is None else self._loss_of(found.activation)

    def _loss_of(self, activation: Floats) -> float | None:
        trained = self.known.trained
        assert trained is not None
        assert trained.targets is not None
        outputs = activation[self.parameters.neuron_layers[-1].indices]
        return loss_of(self.known.loss, outputs, trained.targets)

    @cached_property
    def loss_before(self) -> float | None:
        """The loss of the probe's samples before the step."""
        return self.loss_at(self.look.before)

    @cached_property
    def loss_after(self) -> float | None:
        """The loss of the probe's samples after the step."""
        known, activations = self.known, self.look.activations
        if activations is None or known.trained is not known.probe:
            return self.loss_at(self.look.data)
        if known.trained is None or not self.parameters.is_stack:
            return None  # the last neurons of another model need not be its output
        return self._loss_of(activations.activation)

    @property
    def loss(self) -> float:
        """The loss after the step, of the same samples at each look if they are known."""
        return self.losses.recent if self.loss_after is None else self.loss_after

    @cached_property
    def start(self) -> float:
        """The loss before the first step."""
        if self.past:
            return self.past[0].before
        return self.losses.first if self.loss_before is None else self.loss_before

    @property
    def scale(self) -> float:
        """What there is to learn: the loss of the best constant prediction, or the first loss."""
        baseline = self.known.baseline
        return baseline if baseline else max(self.start, 1e-12)

    @property
    def level(self) -> float:
        """What a network that has learned nothing has lost: the start, or a constant prediction."""
        baseline = self.known.baseline
        return min(self.start, baseline) if baseline else self.start

    @property
    def learned(self) -> float:
        """The share of the loss that has been learned away: 0 nothing, 1 all of it."""
        if self.known.baseline is None and self.losses.steps < 10:
            return 0.0
        return 1.0 - self.loss / max(self.level, 1e-12)

    @property
    def rises(self) -> bool:
        """Whether the step raised the loss that it was to lower, by more than a trifle."""
        before, after = self.loss_before, self.loss_after
        if before is None or after is None:
            return False
        return not after <= before + 0.05 * max(self.scale, before)

    def along_step(self, factor: float) -> float | None:
        """Return the loss after a step in the same direction, `factor` times as long."""
        before = self.look.before
        return self.loss_at(before + (self.look.data - before) * factor)

    # ---- activations ----

    @cached_property
    def flat(self) -> dict[str, float]:
        """The share of flat activations of each hidden layer of tanh or sigmoid."""
        return {} if self.look.activations is None else self._flat_of(self.look.activations)

    def _flat_of(self, activations: Activations) -> dict[str, float]:
        found = {}
        for layer in self.parameters.neuron_layers:
            flat = is_flat(layer.activation, activations.activation[layer.indices])
            if flat is not None and layer.name != self.parameters.layers[-1]:
                found[layer.name] = float(flat.mean())
        return found

    def before_the_step(self) -> AtFirst:
        """Measure what was before the step; nothing where the model is not an MLP."""
        probe = self.known.probe
        found = probe.activations(self.look.before) if probe and self.parameters.is_stack else None
        if found is None or probe is None:
            return self.at_first
        arriving = probe.sensitivities(self.look.before, found.pre_activation)
        return AtFirst(arriving, self._flat_of(found))

    @cached_property
    def everything(self) -> Floats | None:
        """The activations for all samples, computed only where a rule must be sure."""
        probe, look = self.known.trained or self.known.probe, self.look
        if look.activations is None or probe is None:
            return None
        whole = probe is self.known.probe and len(probe.everything) == len(probe.X)
        if whole or not self.parameters.is_stack:
            return look.activations.activation
        found = probe.activations(look.data, probe.everything)
        return None if found is None else found.activation

    @property
    def n_samples(self) -> int:
        """How many samples `everything` is about."""
        return 0 if self.everything is None else len(self.everything[0])

    @property
    def improving(self) -> bool:
        """Whether the loss is lower than at any look before."""
        return self.loss < 0.97 * self.best_past

    @cached_property
    def sensitivities(self) -> list[float]:
        """How far the output moves with what the neurons of each layer sum up.

        Where the model is not an MLP: the root mean square of each layer's gradients.
        """
        activations, probe = self.look.activations, self.known.probe
        if self.parameters.is_stack and activations is not None and probe is not None:
            return probe.sensitivities(self.look.data, activations.pre_activation)
        return [g / n**0.5 for g, n in zip(self.gradients, self.counts, strict=True)]

    @cached_property
    def gains(self) -> list[float]:
        """By how much each layer's weights multiply numbers of independent sizes, on average."""
        outputs = self.outputs_by_layer
        return [size / n**0.5 for size, n in zip(self.sizes, outputs, strict=True)]

    def largest_layer(self) -> int:
        """Return the layer that multiplies most."""
        return self.gains.index(max(self.gains))

    # ---- compared with the past ----

    @property
    def reference(self) -> Past:
        """The latest look at which nothing was suspected: what things were before they changed."""
        older = [past for past in self.past if past.step <= self.well]
        return older[-1] if older else self.past[0]

    def grown(self) -> tuple[int, float] | None:
        """Return the layer whose weights have grown most since `reference`, and by what factor.

        None if the learning rate rose, or steps have moved them there.
        """
        if not self.past or self.rate_raised():
            return None
        before = self.reference
        if max(before.movements) > 0.1:
            return None
        factors = [
            now / max(old, 0.1 * n**0.5)
            for now, old, n in zip(self.sizes, before.sizes, self.outputs_by_layer, strict=True)
        ]
        return factors.index(max(factors)), max(factors)

    @property
    def exploded_at_first(self) -> bool:
        """Whether the loss was far too large before the first step."""
        return self.known.baseline is not None and not self.start < 8.0 * self.scale

    @property
    def best_past(self) -> float:
        """The lowest loss of earlier looks."""
        return min((past.loss for past in self.past), default=self.start)

    def worse_than_before(self) -> bool:
        """Whether most of what had been learned at earlier looks is lost."""
        if len(self.past) < 3:
            return False
        had = self.level - self.best_past
        return self.loss > self.best_past + max(0.5 * had, 0.2 * self.scale)

    def rate_raised(self) -> float | None:
        """Return the lowest learning rate of earlier looks if this one is far above it."""
        if self.rate is None:
            return None
        recent = [past.rate for past in self.past if past.rate]
        lowest = min(recent[-8:], default=self.rate)
        return lowest if self.rate > 5.0 * lowest > 0 else None

    @cached_property
    def cosines_to_zero(self) -> list[float]:
        """For each layer, how much its gradient or its step points straight to 0."""
        indices, starts = self._weights.indices, self._weights.starts
        before = self.look.before[indices]
        pulls = (self.look.grad[indices], before - self.look.data[indices])
        found = []
        for pull in pulls:
            products = np.add.reduceat(pull * before, starts).tolist()
            lengths = norms(pull, starts).tolist()
            found.append(
                [p / (a * b) if a * b > 0 else 0.0
                 for p, a, b in zip(products, lengths, self.sizes, strict=True)]
            )  # fmt: skip
        return [max(pair) for pair in zip(*found, strict=True)]

    # ---- for pictures ----

    def over_time(self, name: str, field: str, layer: str, *, log: bool = False) -> Shown | None:
        """Return a number of a layer at each look, as evidence."""
        looks = [*self.past, self.remembered()]
        found = [getattr(past, field) for past in looks]
        i = self.layers.index(layer) if layer in self.layers else 0
        numbers = [x.get(layer, 0.0) if isinstance(x, dict) else x[i] for x in found]
        return Shown("step", tuple(past.step for past in looks), {name: tuple(numbers)}, log)

    def by_sample(self, name: str, layer: NeuronLayer, i: int) -> Shown | None:
        """Return a neuron's pre-activation for each sample of the probe in order, as evidence."""
        if self.look.activations is None:
            return None
        numbers = sorted(self.look.activations.pre_activation[layer.neurons[i]].tolist())
        n = len(numbers)
        of = f"{name} of {layer.name}, {layer.neuron_names[i]}"
        return Shown(
            "sample, in order", tuple(range(1, n + 1)), {of: tuple(numbers), "0": (0.0,) * n}
        )

    def loss_along_step(self, longest: float = 100.0) -> Shown | None:
        """Return the loss after shorter and longer steps in the same direction, as evidence."""
        if self.loss_before is None:
            return None
        factors = [0.01 * 10 ** (i / 2) for i in range(21) if 0.01 * 10 ** (i / 2) < 1.5 * longest]
        found = [(factor, self.along_step(factor)) for factor in factors]
        numbers = [(factor, x) for factor, x in found if x is not None and x < 1e100]
        return Shown(
            "length of the step, as a multiple of the one taken",
            tuple(factor for factor, _ in numbers),
            {
                "loss after it": tuple(x for _, x in numbers),
                "loss before it": (self.loss_before,) * len(numbers),
            },
            log=True,
        )

    @cached_property
    def wrong_share(self) -> float:
        """What the network gets wrong, as a share of what the best constant does."""
        known = self.known
        assert known.targets is not None
        assert self.everything is not None
        rows = self.everything[self.parameters.neuron_layers[-1].indices].T.tolist()
        if known.loss is mean_squared_error:
            return wrong_share(known.loss, [row[0] for row in rows], known.targets)
        return wrong_share(known.loss, [class_of(known.loss, row) for row in rows], known.targets)

    def remembered(self) -> Past:
        """Return what later looks compare with."""
        return Past(
            self.step,
            self.start if self.loss_before is None else self.loss_before,
            self.loss,
            self.movements,
            self.sizes,
            self.gradients,
            self.flat,
            self.rate,
            self.rises,
        )
