"""What a network predicts, and how often or how nearly it is right."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import engine
from engine import Value, no_grad
from nn import losses
from nn.data.samples import Rows, check_lengths, checked, ordered, targets_of
from nn.decision import UNBOUNDED, Decision, Label, Output, one_hot, output_span, two_labels
from nn.module import Module, check_callable, evaluating
from nn.other_names import says_how

Model = Callable[[Sequence[float]], Value | Sequence[Value]]
MANY = 64  # from this many samples on, recording the model takes less time than it saves
CHUNK = 4096  # samples per replay, so that its buffers stay small


@says_how("nn.predict(model, X)")
def predict(model: Model, X: Rows) -> list[Output]:
    """Return the model's raw outputs, without dropout and without recording a graph.

    Args:
        model: takes one sample, returns one Value or several.
        X: the inputs, shape (n_samples, n_features): lists, an array, a data frame, a dictionary of
            columns or a list of dictionaries. Columns with names are found by name, if those that
            the model was trained with had names.

    Returns:
        A float per sample, or a list of floats if the model has several outputs.

    Raises:
        ValueError: samples of different lengths, nan or inf in X, or not as many features as the
            model takes.
        TypeError: the model cannot be called.
    """
    if isinstance(model, Module):
        check_callable(model)
    elif not callable(model) or isinstance(model, type):
        raise TypeError(f"the model comes first, and is called for each sample; got {model!r}")
    samples = checked(X, columns_of(model))
    with evaluating():
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


@says_how("nn.accuracy(model, X, y)")
def accuracy(model: Model, X: Rows, y: Sequence[Label], *, threshold: float | None = None) -> float:
    """Return the share of samples whose class the model gets right, from 0 to 1.

    Args:
        model: one output for two classes, or one output per class, of which the largest decides.
        X: the inputs, shape (n_samples, n_features).
        y: classes: −1 and +1 or 0 and 1 for one output, else numbers from 0; or the texts that the
            model was trained with; shape (n_samples,).
        threshold: an output above it means the second of two classes. By default what `fit` found
            for the loss; of a model trained otherwise, the middle between what its output
            activation gives at most and at least, and 0 if that has no bounds.

    Raises:
        ValueError: X and y differ in length, there are no samples, or y has a class that the model
            has no output for.

    Warns:
        RuntimeWarning: another threshold would judge far better.
    """
    X, targets = ordered(X, y)
    samples = checked(X, columns_of(model))
    outputs = predict(model, samples)
    check_lengths(outputs, targets)
    if not targets:
        raise ValueError("accuracy needs at least one sample, got none")
    decision = decision_of(model, samples, outputs, targets, threshold=threshold)
    return decision.share_right(outputs, targets)


@says_how("nn.classify(model, X)")
def classify(model: Model, X: Rows, *, threshold: float | None = None) -> list[Label]:
    """Return the class that the model finds for each sample, as a label of y.

    Args:
        model: as of `accuracy`.
        X: the inputs, shape (n_samples, n_features).
        threshold: as of `accuracy`.

    Returns:
        Labels as the model was trained with; of a model that `fit` has not trained, numbers from 0.

    Warns:
        RuntimeWarning: `fit` has not trained it, its only output has no bounds, and no threshold is
            given.
    """
    samples = checked(X, columns_of(model))
    outputs = predict(model, samples)
    if not outputs:
        return []
    decision = decision_of(model, samples, outputs, None, threshold=threshold)
    return [decision.labels[decision.number_of(output)] for output in outputs]


def plain(answer: Value | Sequence[Value]) -> Output:
    """Return a model's output as a number, or as a list of them if there are several."""
    numbers = [value.data for value in outputs_of(answer)]
    return numbers[0] if len(numbers) == 1 else numbers


def columns_of(model: object) -> Sequence[str] | None:
    """Return the names of the columns that a model was trained with, if they had names."""
    return getattr(model, "_columns", None)


# ---- the rule by which a model is judged ----


def decision_for(
    loss: object, answer: Value | Sequence[Value], targets: Sequence[Any]
) -> Decision | None:
    """Return the rule that goes with a loss, an output activation and labels; None for quantities.

    A single output is pulled to one number for each class; the threshold lies midway between the
    two, as far as the output activation lets it go.

    Args:
        loss: what is minimised.
        answer: the model's output for a sample, with its graph.
        targets: as the loss takes them.
    """
    outputs = outputs_of(answer)
    if len(outputs) > 1:
        is_list = isinstance(targets[0], (list, tuple))
        hot = is_list and all(one_hot(row) is not None for row in targets)
        numbers = not is_list and loss is not losses.mean_squared_error
        of_classes = hot or (numbers and all(t in range(len(outputs)) for t in targets))
        if not of_classes and loss is not losses.cross_entropy:
            return None
        return Decision(tuple(range(len(outputs))), None)
    labels = {losses.hinge: (-1, 1), losses.binary_cross_entropy: (0, 1)}.get(
        loss,
        two_labels(targets),  # type: ignore[call-overload]
    )
    if labels is None:
        return None
    low, high = output_span(outputs[0])
    ends = UNBOUNDED if loss is losses.binary_cross_entropy else labels
    if loss not in losses.MEAN_LOSSES and labels == (0, 1) and low < 0:
        ends = labels if pulls_to_labels(loss, answer, high) else UNBOUNDED
    middle = sum(min(max(end, low), high) for end in ends) / 2
    return Decision(labels, middle if isfinite(middle) else 0.0)


def numbered(y: Any, loss: object) -> tuple[Any, dict[str, int] | None]:
    """Return y with classes as the numbers that a loss takes, and which number each text became.

    Args:
        y: targets; anything but texts is returned as it is.
        loss: −1 and 1 go with hinge, numbers from 0 with any other.

    Raises:
        ValueError: the loss takes two classes, and there are more.
        TypeError: some of y are texts, and others are not.
    """
    targets = targets_of(y)
    names = sorted({t for t in targets if isinstance(t, str)})
    others = [(i, t) for i, t in enumerate(targets) if not isinstance(t, str)]
    if others and len(names) > 1:
        raise TypeError(
            f"y has texts, such as {names[0]!r}, and {others[0][1]!r} for sample {others[0][0]}; "
            "give every class as a text, and leave out samples without one"
        )
    # One class is nothing to tell apart, and numbers in quotation marks are a table read as text.
    if len(names) < 2 or not all(isinstance(t, str) and not is_number(t) for t in targets):
        return y, None
    if len(names) > 2 and loss in (*losses.OF_TWO_CLASSES, losses.mean_squared_error):
        raise ValueError(
            f"y has {len(names)} classes ({', '.join(names[:5])}{', …' * (len(names) > 5)}); give "
            "the network an output for each, and use cross_entropy"
        )
    first, step = (-1, 2) if loss is losses.hinge else (0, 1)
    numbers = {name: first + step * k for k, name in enumerate(names)}
    return [numbers[t] for t in targets], numbers


def is_number(text: str) -> bool:
    """Return whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def pulls_to_labels(loss: Any, like: Value | Sequence[Value], high: float) -> bool:
    """Return whether a loss of your own pulls outputs to 0 and 1, and not ever further apart.

    Of class 1 a squared error is larger at 3 than at 1, and a loss on logits smaller. If they are
    equal, or outputs do not go so far: one of 0.25 is nearer to 0 for the first, to 1 for the
    second.

    Args:
        loss: what is minimised.
        like: an output of the model: one Value, or a list of one.
        high: what an output can be at most.

    Warns:
        RuntimeWarning: the loss cannot be asked about a single sample.
    """

    def at(output: float, target: int) -> float:
        value = Value(output)
        return float(loss([value if isinstance(like, Value) else [value]], [target]).data)

    try:
        with no_grad():
            near, far = (at(1.0, 1), at(3.0, 1)) if high > 3 else (0.0, 0.0)
            return near < far if near != far else at(0.25, 0) < at(0.25, 1)
    except Exception as error:  # whatever anybody's loss raises
        warnings.warn(
            "an output above 0 is taken for class 1, as of a loss on logits, since this loss "
            f"cannot be asked about one sample ({type(error).__name__}: {error}); if it pulls "
            "outputs to 0 and 1, give threshold=0.5",
            RuntimeWarning,
            stacklevel=7,  # the caller of fit
        )
        return False


def decision_of(
    model: Any,
    X: Rows,
    outputs: Sequence[Output],
    targets: Sequence[Any] | None,
    *,
    threshold: float | None = None,
) -> Decision:
    """Return the rule that a model was trained with, or else the one that its outputs suggest.

    Args:
        model: what answers.
        X: the inputs, shape (n_samples, n_features).
        outputs: the model's, for X.
        targets: classes; None if they are not known.
        threshold: to use instead.

    Raises:
        ValueError: the threshold is not finite, or the largest of several outputs decides.

    Warns:
        RuntimeWarning: another threshold would judge far better; or none is known.
    """
    kept: Decision | None = getattr(model, "_decision", None)
    one = isinstance(outputs[0], float)
    if kept is not None and (kept.threshold is not None) == one:
        if targets is not None and threshold is None and kept.labels == (-1, 1):
            warn_of_half(kept, outputs, targets)
        return kept.with_threshold(threshold)
    if not one:
        return Decision(tuple(range(len(flat(outputs[:1])))), None).with_threshold(threshold)
    labels = two_labels(targets or []) or (0, 1)
    if threshold is not None:
        return Decision(labels, 0.0).with_threshold(threshold)
    with evaluating():
        low, high = output_span(outputs_of(model(X[0]))[0])
    middle = (low + high) / 2
    rule = Decision(labels, middle if isfinite(middle) else 0.0)
    if targets is not None:
        warn_of_half(rule, outputs, targets)
    elif not isfinite(middle):
        warnings.warn(
            "an output above 0 is taken for the second class, since fit has not trained this "
            "model; give threshold=0 if that is right, or threshold=0.5 after a squared error on "
            "0 and 1",
            RuntimeWarning,
            stacklevel=4,  # the caller of classify
        )
    return rule


def warn_of_half(rule: Decision, outputs: Sequence[Output], targets: Sequence[Any]) -> None:
    """Warn where 0.5 judges far better than the threshold of a rule.

    Warns:
        RuntimeWarning: the targets are 0 and 1, and it does.
    """
    if two_labels(targets) != (0, 1) or rule.threshold == 0.5:
        return
    at_half = replace(rule, threshold=0.5).share_right(outputs, targets)
    if at_half > rule.share_right(outputs, targets) + 0.1:
        warnings.warn(
            f"an output above {rule.threshold} is taken for class 1, as of a loss on logits; "
            f"above 0.5 the accuracy would be {at_half:.3g}: if the model was trained with a "
            "squared error on 0 and 1, give threshold=0.5",
            RuntimeWarning,
            stacklevel=5,  # the caller of accuracy
        )


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


Metric = Callable[[Sequence[Output], Sequence[Any]], float]


def metric_for(decision: Decision | None) -> tuple[str, Metric]:
    """Return the metric that goes with a rule, and its name."""
    return ("R²", r_squared) if decision is None else ("accuracy", decision.share_right)
