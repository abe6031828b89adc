"""What a network predicts, and how often or how nearly it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

import engine
from engine import Value, no_grad
from nn import losses
from nn.data.samples import Rows, check_lengths, checked

Model = Callable[[Sequence[float]], Value | Sequence[Value]]
Output = float | list[float]
MANY = 64  # from this many samples on, recording the model takes less time than it saves
CHUNK = 4096  # samples per replay, so that its buffers stay small


def predict(model: Model, X: Rows) -> list[Output]:
    """Return the model's raw outputs, without recording a graph.

    Args:
        model: takes one sample, returns one Value or several.
        X: the inputs, shape (n_samples, n_features).

    Returns:
        A float per sample, or a list of floats if the model has several outputs.

    Raises:
        ValueError: samples of different lengths, nan or inf in X, or not as many features as the
            model takes.
    """
    samples = checked(X)
    if len(samples) >= MANY:
        found = replayed(model, samples)
        if found is not None:
            return found
    with no_grad():
        return [plain(model(x)) for x in samples]


def replayed(model: Model, samples: list[list[float]]) -> list[Output] | None:
    """Return the outputs by a program, if one has trained the model and it can be recorded.

    A model of plain Values stays one: a program would take its parameters into arrays, and a
    training loop written by hand would read them more slowly from there.
    """
    parameters: list[Value] = getattr(model, "parameters", list)()
    if engine.live_arrays(parameters) is None:
        return None
    import numpy as np

    def one(x: Sequence[float]) -> tuple[Value, list[Value]]:
        outputs = outputs_of(model(x))
        return outputs[0], outputs

    program = engine.compile(one, batched=True)
    found: list[Output] = []
    for begin in range(0, len(samples), CHUNK):
        try:
            first = program.evaluate(np.array(samples[begin : begin + CHUNK]))
        except (engine.RecordingError, TypeError, ValueError, AttributeError):
            return None  # calling the model itself gives the better error
        if not isfinite(first):
            return None
        found += by_sample(program.outputs)
    return found


def outputs_of(answer: Value | Sequence[Value]) -> list[Value]:
    """Return a model's output as a list, even if it is one Value."""
    return [answer] if isinstance(answer, Value) else list(answer)


def by_sample(outputs: Sequence[Any]) -> list[Output]:
    """Return for each sample its output, or a list of them, from the numbers of each output."""
    if len(outputs) == 1:
        return [float(x) for x in outputs[0]]
    return [[float(x) for x in sample] for sample in zip(*outputs, strict=True)]


def accuracy(model: Model, X: Rows, y: Sequence[float]) -> float:
    """Return the share of samples whose class the model gets right, from 0 to 1.

    Args:
        model: one output for two classes, whose sign decides; else one output per class, of
            which the largest decides.
        X: the inputs, shape (n_samples, n_features).
        y: classes: −1 and +1 or 0 and 1 for one output, else numbers from 0; shape (n_samples,).

    Raises:
        ValueError: X and y differ in length, there are no samples, or y has a class that the model
            has no output for.
    """
    outputs, targets = predict(model, X), list(y)
    check_lengths(outputs, targets)
    if not targets:
        raise ValueError("accuracy needs at least one sample, got none")
    one = isinstance(outputs[0], float)
    classes = (-1, 0, 1) if one else range(len(flat(outputs[:1])))
    for i, target in enumerate(targets):
        if target not in classes:
            raise ValueError(
                f"accuracy needs classes {'-1 and 1, or 0 and 1' if one else 'from 0'} for a model "
                f"of {len(flat(outputs[:1]))} outputs, got {target} for sample {i}"
            )
    return share_right(outputs, targets)


def plain(answer: Value | Sequence[Value]) -> Output:
    """Return a model's output as numbers."""
    return answer.data if isinstance(answer, Value) else [value.data for value in answer]


def class_of(output: Output) -> int:
    """Return the class that an output means: 0 or 1 by its sign, or the index of the largest."""
    if isinstance(output, float):
        return int(output > 0)
    return max(range(len(output)), key=output.__getitem__)


def share_right(outputs: Sequence[Output], targets: Sequence[float]) -> float:
    """Return the share of outputs that decide for their target's class."""
    right = 0
    for output, target in zip(outputs, targets, strict=True):
        wanted = int(target > 0) if isinstance(output, float) else int(target)
        right += class_of(output) == wanted
    return right / len(targets)


def r_squared(outputs: Sequence[Output], targets: Sequence[Output]) -> float:
    """Return the share of the targets' variance that the predictions explain, at most 1."""
    found, wanted = flat(outputs), flat(targets)
    centre = sum(wanted) / len(wanted)
    # Products, since ** raises on overflow where a product gives inf.
    left = sum((a - b) * (a - b) for a, b in zip(found, wanted, strict=True))
    total = sum((b - centre) * (b - centre) for b in wanted)
    return 1 - left / total if total else float(left == 0)


def flat(outputs: Sequence[Output]) -> list[float]:
    """Return numbers, or lists of them, as one list."""
    return [float(x) for out in outputs for x in (out if isinstance(out, Iterable) else [out])]


Metric = Callable[[Sequence[Output], Sequence[float]], float]


def metric_for(loss: object) -> tuple[str, Metric]:
    """Return the metric that goes with a loss, and its name."""
    if loss in (losses.hinge, losses.binary_cross_entropy, losses.cross_entropy):
        return "accuracy", share_right
    return "R²", r_squared
