"""The activations of every neuron for a few samples, computed without disturbing training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import engine
from engine import Value
from nn.layers import MLP, Activation, Neuron, activations
from nn.module import evaluating
from nn.monitor.arrays import NDArray, np, on_arrays
from nn.monitor.parameter_groups import ParameterGroups
from nn.renamed import renamed

Floats = NDArray[np.float64]
SAMPLES = 64  # for each look
MOST = 5_000  # where a rule must be sure
STEP = 1e-4  # of a slope by central difference


class Activations(NamedTuple):
    """The numbers of each neuron for each sample.

    Attributes:
        pre_activation: weighted sum plus bias, shape (n_neurons, n_samples).
        activation: the neuron's output, same shape.
    """

    pre_activation: Floats
    activation: Floats

    @renamed("pre_activation")
    def sums(self) -> None:
        """Old name of `pre_activation`."""

    @renamed("activation")
    def activations(self) -> None:
        """Old name of `activation`."""


class Probe:
    """Some of the samples, and the fastest way to the activations of all neurons for them.

    Args:
        parameters: of the model.
        X: samples, shape (n_samples, n_features); evenly spaced ones are taken.
        targets: of all samples, if they are known.

    Attributes:
        X: the samples taken.
        targets: theirs, or None.
        everything: all samples, or evenly spaced ones of very many.
        noise: what of the targets even the nearest samples do not tell, once that is known.
    """

    def __init__(
        self, parameters: ParameterGroups, X: Floats, targets: Sequence[float] | None = None
    ) -> None:
        X = np.asarray(X, dtype=float)
        taken = np.linspace(0, len(X) - 1, min(len(X), SAMPLES)).astype(int)
        self.X = X[taken]
        self.targets = None if targets is None else [targets[i] for i in taken.tolist()]
        self.everything = X[np.linspace(0, len(X) - 1, min(len(X), MOST)).astype(int)]
        self.parameters = parameters
        self.noise: float | None = None
        self._program: Any = None

    @cached_property
    def columns(self) -> list[list[float]]:
        """The numbers of each feature for all samples."""
        return self.everything.T.tolist()  # type: ignore[no-any-return]

    def activations(self, data: Floats, X: Floats | None = None) -> Activations | None:
        """Return the activations now, or None if the model cannot be computed.

        Args:
            data: of the parameters.
            X: other samples, for an MLP; those taken if None.
        """
        if not self.parameters.neurons:
            return None
        with np.errstate(all="ignore"):  # an exploding network gives inf, as it should
            if self.parameters.is_stack and self._named():
                return self._from_weights(data, self.X if X is None else X)
        with evaluating():
            return self._called()

    def _called(self) -> Activations | None:
        """Compute any model by calling it."""
        # Compiling would turn parameters that are plain Values into those of a program.
        if engine.live_arrays(self.parameters.parameters) is not None:
            found = self._replayed()
            if found is not None:
                return found
        try:
            return self._eager()
        except engine.DomainError:
            return None

    def _named(self) -> bool:
        """Return whether each activation is what the engine has under its name."""
        known = activations()
        return all(known.get(x.activation) is x._activate for x in self.parameters.neurons)

    def _blocks(self, data: Floats) -> Iterator[tuple[Neuron, Floats]]:
        """Yield the first neuron of each layer of an MLP, and its weights, biases at the end."""
        model, begin = self.parameters.model, 0
        assert isinstance(model, MLP)
        for layer in model.layers:
            neuron = layer.neurons[0]
            n_out = len(layer.neurons)
            width = neuron.n_inputs + (neuron.bias is not None)
            yield neuron, data[begin : begin + n_out * width].reshape(n_out, width)
            begin += n_out * width

    def _from_weights(self, data: Floats, X: Floats) -> Activations:
        """Compute an MLP layer by layer; its dropout is off in evaluation."""
        values = X.T
        pre_activations, activations = [], []
        for neuron, block in self._blocks(data):
            n_in = neuron.n_inputs
            z = block[:, :n_in] @ values
            if neuron.bias is not None:
                z += block[:, n_in:]
            values = activate(neuron.activation, z)
            pre_activations.append(z)
            activations.append(values)
        return Activations(np.concatenate(pre_activations), np.concatenate(activations))

    def sensitivities(self, data: Floats, pre_activation: Floats) -> list[float]:
        """Return how far the output of an MLP moves with the sums of each layer.

        The root mean square, over samples, of the norm of ∂output/∂z: what of a gradient arrives.

        Args:
            data: of the parameters.
            pre_activation: for the samples taken.
        """
        blocks = list(self._blocks(data))
        parts = np.split(pre_activation, list(accumulate(len(block) for _, block in blocks))[:-1])
        # Of several outputs, a sum with signs: one backward pass, in which they do not cancel.
        arriving: Floats = np.array(
            [[(-1.0) ** i] * len(self.X) for i in range(len(blocks[-1][1]))]
        )
        found = []
        for i in range(len(blocks) - 1, -1, -1):
            neuron, block = blocks[i]
            z = parts[i]
            up, down = activate(neuron.activation, z + STEP), activate(neuron.activation, z - STEP)
            arriving = arriving * (up - down) * (0.5 / STEP)
            found.append(float((arriving * arriving).sum() / len(self.X)) ** 0.5)
            arriving = block[:, : neuron.n_inputs].T @ arriving
        return found[::-1]

    def _replayed(self) -> Activations | None:
        """Replay the model with all neurons as outputs; None if it gives inf or nan."""
        model, neurons = self.parameters.model, self.parameters.neurons

        def with_all_neurons(x: Sequence[Value]) -> tuple[Value, list[Value]]:
            with capturing(neurons) as captured:
                output = model(x)  # type: ignore[operator]
            total = output if isinstance(output, Value) else sum(output[1:], output[0])
            used = [captured[id(neuron)] for neuron in neurons if id(neuron) in captured]
            return total, [z for z, _ in used] + [a for _, a in used]

        if self._program is None:
            self._program = engine.compile(with_all_neurons, batched=True)
        try:
            if not np.isfinite(self._program.evaluate(self.X)):
                return None
        except (
            engine.RecordingError,
            engine.StaleProgramError,  # the next look records again
            engine.DomainError,
            TypeError,
        ):
            return None
        found = np.array(self._program.outputs)
        if len(found) != 2 * len(neurons):  # the model does not use every neuron
            return None
        return Activations(found[: len(neurons)], found[len(neurons) :])

    def _eager(self) -> Activations:
        """Call the model sample by sample; a neuron that it does not use gives nan."""
        neurons = self.parameters.neurons
        found = [[[np.nan] * len(self.X) for _ in neurons] for _ in Activations._fields]
        for j, x in enumerate(self.X.tolist()):
            with engine.no_grad(), capturing(neurons) as captured:
                self.parameters.model(x)  # type: ignore[operator]
            for i, neuron in enumerate(neurons):
                if id(neuron) in captured:
                    for numbers, value in zip(found, captured[id(neuron)], strict=True):
                        numbers[i][j] = value.data
        return Activations(*map(np.array, found))


@contextmanager
def capturing(neurons: Sequence[Neuron]) -> Iterator[dict[int, tuple[Value, Value]]]:
    """Capture each neuron's pre-activation and activation by its id while a model is called.

    For a neuron that is used several times, the last use counts.
    """
    captured: dict[int, tuple[Value, Value]] = {}
    activations = [neuron._activate for neuron in neurons]

    def capture(key: int, activation: Activation) -> Activation:
        def record(z: Value) -> Value:
            a = activation(z)
            captured[key] = (z, a)
            return a

        return record

    try:
        for neuron in neurons:
            neuron._activate = capture(id(neuron), neuron._activate)
        yield captured
    finally:
        for neuron, activation in zip(neurons, activations, strict=True):
            neuron._activate = activation


def activate(activation: str, z: Floats) -> Floats:
    """Return the activations of many pre-activations, by the engine's table of ops."""
    if activation == "linear":
        return z
    if not abs(z.sum()) < 1e150:  # its activation is that of inf
        z = np.clip(z, -1e150, 1e150)
    return on_arrays(activation)(z)
