"""One training step and one look at the validation samples: eagerly, or by a compiled program."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from math import isfinite, nan
from typing import NamedTuple, Protocol

import engine
from engine import Value
from nn.data.samples import Samples, as_array, pick, take
from nn.decision import Output
from nn.losses import MEAN_LOSSES, Loss, Prediction
from nn.metrics import by_sample, outputs_of, plain
from nn.module import Generators, Module, evaluating
from nn.optim import Optimizer
from nn.training.class_weight import ClassWeighted

Penalty = Callable[[Module], Value]


class Task(NamedTuple):
    """What is to be learned, from what, and by which rule.

    Attributes:
        model: takes one sample, returns one Value or several.
        samples: to train on.
        held_back: to judge by; may be none.
        loss: from predictions and targets to one Value.
        optimizer: moves the model's parameters.
        penalty: from the model to a Value to add to the loss, or None.
        batch_size: samples per step.
    """

    model: Module
    samples: Samples
    held_back: Samples
    loss: Loss
    optimizer: Optimizer
    penalty: Penalty | None
    batch_size: int


class Steps(Protocol):
    """What `fit` needs of eager and compiled steps alike.

    Attributes:
        generators: what draws the masks of dropout.
    """

    generators: Generators

    def train(self, indices: Sequence[int]) -> tuple[float, list[Output]]:
        """Take a step on the training samples with these indices.

        Returns:
            Their loss without the penalty, and the predictions. If the loss is inf or nan, no step
            has been taken, and the masks of dropout will be drawn again.
        """

    def judge(self) -> tuple[float, list[Output]]:
        """Return the loss and the predictions of the samples held back."""

    def audit(self, epochs: int, *, last: bool) -> bool:
        """Audit what is compiled, if that is due after so many epochs; return whether it was.

        Raises:
            StaleProgramError: the model or the loss does something else than it did when recorded.
        """


class EagerSteps:
    """Records each minibatch again, Value by Value."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.generators = Generators(task.model)

    def train(self, indices: Sequence[int]) -> tuple[float, list[Output]]:
        """Take a step on the training samples with these indices."""
        states = self.generators.states
        value, total, predictions = self._forward(indices)
        if not isfinite(value.data):
            self.generators.states = states
            return value.data, []
        self.task.optimizer.zero_grad()
        total.backward()
        self.task.optimizer.step()
        return value.data, [plain(prediction) for prediction in predictions]

    def audit(self, epochs: int, *, last: bool) -> bool:
        """Return False: nothing is compiled."""
        return False

    def loss_of(self, indices: Sequence[int]) -> Value:
        """Return the recorded loss of the training samples with these indices, with the penalty."""
        return self._forward(indices)[1]

    def _forward(self, indices: Sequence[int]) -> tuple[Value, Value, list[Prediction]]:
        """Return the loss without and with the penalty, and the predictions."""
        X, y = pick(*self.task.samples, indices)
        predictions = [self.task.model(x) for x in X]  # type: ignore[operator]
        value = self.task.loss(predictions, y)
        if not isinstance(value, Value):
            raise TypeError(
                f"a loss must return a Value, got {value!r}; compute it from the predictions as "
                "they are, not from their .data"
            )
        total = value if self.task.penalty is None else value + self.task.penalty(self.task.model)
        return value, total, predictions

    def judge(self) -> tuple[float, list[Output]]:
        """Return the loss and the predictions of the samples held back."""
        X, y = self.task.held_back
        with evaluating(), engine.no_grad():
            predictions = [self.task.model(x) for x in X]  # type: ignore[operator]
            value = self.task.loss(predictions, y).data
        return value, [plain(prediction) for prediction in predictions]


class CompiledSteps:
    """Replays a program recorded of one sample, or of a minibatch if the loss may couple them.

    Args:
        task: what to learn.
        audit: as of `engine.compile`.

    Raises:
        Exception: whatever goes wrong when the program is recorded.
    """

    def __init__(self, task: Task, audit: bool | str) -> None:
        model, samples, held_back, loss, optimizer, penalty, batch_size = task
        self.generators = Generators(model)
        self.samples = tuple(as_array(part) for part in samples)
        self.held_back = tuple(as_array(part) for part in held_back)
        # These are means over the samples; what another loss does with them is not known.
        self.by_sample = loss in MEAN_LOSSES or isinstance(loss, ClassWeighted)

        def of_sample(x: Sequence[Value], target: Value) -> tuple[Value, list[Value]]:
            predictions = outputs_of(model(x))  # type: ignore[operator]
            value = loss([predictions], [target])  # type: ignore[list-item]
            return value, [value, *predictions]

        def of_batch(X: Sequence[Sequence[Value]], y: Sequence[Value]) -> object:
            predictions = [model(x) for x in X]  # type: ignore[operator]
            value = loss(predictions, y)  # type: ignore[arg-type]
            flat = [out for prediction in predictions for out in outputs_of(prediction)]
            return (value if penalty is None else value + penalty(model)), [value, *flat]

        fn = of_sample if self.by_sample else of_batch
        often = audit if audit == "always" else False  # otherwise fit itself says when
        self.program = engine.compile(
            fn,
            optimizer=optimizer,
            batched=self.by_sample,
            penalty=(lambda: penalty(model)) if penalty is not None and self.by_sample else None,
            audit=often,
        )
        # A program of its own, since a model may do otherwise where it is not trained.
        self.judging = engine.compile(fn, batched=self.by_sample, audit=often)
        self.audits = audit is not False
        self._audited = (0, 0)  # after how many calls and epochs the last audit was
        # What cannot be recorded must fail now, not in the middle of the run.
        n = len(self.samples[0])
        sizes = {1} if self.by_sample else {batch_size, n % batch_size or batch_size}
        states = self.generators.states
        try:
            for size in sizes:
                self.program.evaluate(*(part[:size] for part in self.samples))
        finally:
            self.generators.states = states
        if len(self.held_back[0]):
            self.judge()
        if self.audits:
            self.program.audit()

    def train(self, indices: Sequence[int]) -> tuple[float, list[Output]]:
        """Take a step on the training samples with these indices."""
        X, y = (take(part, indices) for part in self.samples)
        states = self.generators.states
        try:
            self.program.step(X, y)
        except engine.NonFiniteError:
            self.generators.states = states
            loss = self.program.evaluate(X, y)
            self.generators.states = states
            return (nan if isfinite(loss) else loss), []
        return self._found(self.program, len(X))

    def judge(self) -> tuple[float, list[Output]]:
        """Return the loss and the predictions of the samples held back."""
        with evaluating():
            loss = self.judging.evaluate(*self.held_back)
        n_samples = len(self.held_back[0])
        return self._found(self.judging, n_samples) if isfinite(loss) else (loss, [])

    def audit(self, epochs: int, *, last: bool) -> bool:
        """Audit the program if that is due; return whether it was.

        It is after the last epoch; after epochs 1 and 8 of a small program; and as soon as an
        audit costs less than some 2 % of the steps since the last one, of 35 µs or more: that is
        after 500 steps, and two more per node.
        """
        stats = self.program.stats
        calls_then, epochs_then = self._audited
        samples = (epochs - epochs_then) * len(self.samples[0])
        steps = stats.replays - calls_then + samples * (1 / 35 + stats.nodes / 140_000)
        early = stats.nodes < 10_000 and epochs in (1, 8)
        if not self.audits or not (last or early or steps >= 500 + 2 * stats.nodes):
            return False
        if last and len(self.held_back[0]):
            with evaluating():
                self.judging.audit()
        self.program.audit()
        self._audited = stats.replays, epochs
        return True

    def _found(self, program: engine.Program, n_samples: int) -> tuple[float, list[Output]]:
        """Return the loss and the predictions of the last replay."""
        losses, *outputs = program.outputs
        if not self.by_sample:
            flat = [float(out[0]) for out in outputs]
            n = len(flat) // n_samples
            found = [flat[i : i + n] for i in range(0, len(flat), n)]
            return float(losses[0]), [output[0] if n == 1 else output for output in found]
        return float(sum(losses) / len(losses)), by_sample(outputs)


def steps_for(compiled: bool | str, audit: bool | str, task: Task) -> Steps:
    """Return compiled steps if they are wanted and possible, otherwise eager ones.

    Raises:
        ValueError: `compiled` is none of True, False and "auto", or `audit` of True, False and
            "always".

    Warns:
        RuntimeWarning: "auto", and the code cannot be recorded.
    """
    if compiled not in (True, False, "auto"):
        raise ValueError(f'compiled must be True, False or "auto", got {compiled!r}')
    if audit not in (True, False, "always"):
        raise ValueError(f'audit must be True, False or "always", got {audit!r}')
    if compiled is False:
        return EagerSteps(task)
    try:
        return CompiledSteps(task, audit)
    except (
        engine.RecordingError,
        engine.StaleProgramError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        if compiled is True:
            raise
        first_line = str(error).splitlines()[0]
        warnings.warn(
            f"training eagerly, many times slower, since this cannot be compiled: {first_line}",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )
        return EagerSteps(task)
