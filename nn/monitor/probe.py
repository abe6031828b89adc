"""What every neuron says of a few samples, computed beside the training and never in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import engine
from engine import Value
from nn.layers import ACTIVATIONS, MLP, Activation, Neuron
from nn.monitor.parameter_groups import Anatomy

Floats = NDArray[np.float64]
SAMPLES = 64  # enough to tell a neuron that never speaks from one that seldom does


class Answers(NamedTuple):
    """Of each neuron for each sample.

    Attributes:
        sums: before the bend, shape (n_neurons, n_samples).
        activations: after it, same shape.
    """

    sums: Floats
    activations: Floats


class Probe:
    """Some of the samples, and the quickest way to every neuron's answers to them.

    Args:
        anatomy: of the model.
        X: samples, shape (n_samples, n_features); evenly spaced ones are taken.
    """

    def __init__(self, anatomy: Anatomy, X: Floats) -> None:
        n = min(len(X), SAMPLES)
        self.X = np.asarray(X, dtype=float)[np.linspace(0, len(X) - 1, n).astype(int)]
        self.anatomy = anatomy
        self._program: Any = None
        self._stack = anatomy.is_stack and all(
            neuron.activation in ACTIVATIONS for neuron in anatomy.neurons
        )

    def answers(self, data: Floats) -> Answers | None:
        """Return what the neurons say now, or None where the model cannot be computed.

        Args:
            data: the numbers of the parameters.
        """
        if not self.anatomy.neurons:
            return None
        with np.errstate(all="ignore"):  # of a network that explodes, inf is the news
            if self._stack:
                return self._from_weights(data)
        # A program would turn parameters that are plain Values into those of a program.
        if engine.live_arrays(self.anatomy.parameters) is not None:
            found = self._replayed()
            if found is not None:
                return found
        try:
            return self._eager()
        except engine.DomainError:
            return None

    def _from_weights(self, data: Floats) -> Answers:
        """Compute a plain network layer by layer."""
        model = self.anatomy.model
        assert isinstance(model, MLP)
        values, begin = self.X.T, 0
        sums, activations = [], []
        for layer in model.layers:
            neuron = layer.neurons[0]
            n_in, n_out = neuron.n_inputs, len(layer.neurons)
            width = n_in + (neuron.bias is not None)
            block = data[begin : begin + n_out * width].reshape(n_out, width)
            begin += n_out * width
            z = block[:, :n_in] @ values
            if width > n_in:
                z += block[:, n_in:]
            values = bent(neuron.activation, z)
            sums.append(z)
            activations.append(values)
        return Answers(np.concatenate(sums), np.concatenate(activations))

    def _replayed(self) -> Answers | None:
        """Replay the model with the neurons' Values as outputs; None where it gives inf or nan."""
        model, neurons = self.anatomy.model, self.anatomy.neurons

        def with_all_neurons(x: Sequence[Value]) -> tuple[Value, list[Value]]:
            with listening(neurons) as heard:
                answer = model(x)  # type: ignore[operator]
            total = answer if isinstance(answer, Value) else sum(answer[1:], answer[0])
            used = [heard[id(neuron)] for neuron in neurons if id(neuron) in heard]
            return total, [z for z, _ in used] + [a for _, a in used]

        if self._program is None:
            self._program = engine.compile(with_all_neurons, batched=True)
        try:
            if not np.isfinite(self._program.evaluate(self.X)):
                return None
        except (engine.RecordingError, engine.DomainError, TypeError):
            return None
        found = np.array(self._program.outputs)
        if len(found) != 2 * len(neurons):  # the model leaves a neuron out
            return None
        return Answers(found[: len(neurons)], found[len(neurons) :])

    def _eager(self) -> Answers:
        """Call the model sample by sample; a neuron that is left out gives nan."""
        neurons = self.anatomy.neurons
        found = np.full((2, len(neurons), len(self.X)), np.nan)
        for j, x in enumerate(self.X.tolist()):
            with engine.no_grad(), listening(neurons) as heard:
                self.anatomy.model(x)  # type: ignore[operator]
            for i, neuron in enumerate(neurons):
                if id(neuron) in heard:
                    found[:, i, j] = [value.data for value in heard[id(neuron)]]
        return Answers(found[0], found[1])


@contextmanager
def listening(neurons: Sequence[Neuron]) -> Iterator[dict[int, tuple[Value, Value]]]:
    """Collect each neuron's sum and activation by its id while a model is called.

    Of a neuron that is used several times the last answer is kept.
    """
    heard: dict[int, tuple[Value, Value]] = {}
    bends = [neuron._bend for neuron in neurons]

    def overheard(key: int, bend: Activation) -> Activation:
        def hear(z: Value) -> Value:
            a = bend(z)
            heard[key] = (z, a)
            return a

        return hear

    try:
        for neuron in neurons:
            neuron._bend = overheard(id(neuron), neuron._bend)
        yield heard
    finally:
        for neuron, bend in zip(neurons, bends, strict=True):
            neuron._bend = bend


def bent(activation: str, z: Floats) -> Floats:
    """Return an activation of many numbers, by its row of the engine's table."""
    if activation == "linear":
        return z
    if not abs(z.sum()) < 1e150:  # the bend of a very large number is that of inf
        z = np.clip(z, -1e150, 1e150)
    return engine.on_arrays(activation)(z)
