"""Trains a model: minibatch after minibatch, epoch after epoch, keeping the best weights."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import StaleProgramError, Value, no_grad
from nn.checks import whole_number
from nn.data.samples import Rows, ordered, paired, pick, split
from nn.decision import Output
from nn.history import History
from nn.init import random_source
from nn.losses import MEAN_LOSSES, Loss, loss_named, mean_squared_error, penalty_named
from nn.metrics import decision_for, metric_for, numbered
from nn.module import Module, evaluating
from nn.optim import Optimizer, optimizer_for
from nn.other_names import says_how
from nn.progress import Bar, ordinary_output, progress_bar
from nn.training import checkpoint as checkpoints
from nn.training.class_weight import ClassWeight, weighted
from nn.training.interruption import undisturbed
from nn.training.settings import (
    call_once,
    callable_or_none,
    check_model,
    check_moved,
    check_unchanged,
    monitor_of,
    numbers_of,
    path_or_none,
    patience_of,
    validation_of,
    warn_of_shared,
)
from nn.training.steps import EagerSteps, Penalty, Task, steps_for

if TYPE_CHECKING:
    from nn.monitor import Alarm, Monitor


class Step(NamedTuple):
    """What `on_step` is called with after each step.

    Attributes:
        step: how many steps have been taken in all.
        epoch: the number of the epoch, from 0.
        loss: the loss of this minibatch, before the step.
        model: the model, after the step; gradients are still those of this step.
        optimizer: the optimiser.
    """

    step: int
    epoch: int
    loss: float
    model: Module
    optimizer: Optimizer


@says_how(
    "nn.fit(model, X, y, loss=nn.hinge, epochs=10, "
    "optimizer=nn.Adam(model.parameters(), learning_rate=0.01))"
)
def fit(
    model: Module,
    X: Rows,
    y: Sequence[float],
    *,
    loss: Loss | str,
    optimizer: Optimizer | Callable[[list[Value]], Optimizer] | str,
    epochs: int,
    batch_size: int = 32,
    validation: float | tuple[Rows, Sequence[float]] | None = 0.2,
    patience: int | None = None,
    penalty: Penalty | str | None = None,
    seed: int | None = 0,
    progress: bool = True,
    on_step: Callable[[Step], object] | None = None,
    checkpoint: str | Path | None = None,
    compiled: bool | str = "auto",
    audit: bool | str = True,
    monitor: Monitor | None = None,
    threshold: float | None = None,
    class_weight: ClassWeight | None = None,
) -> History:
    """Train a model, and leave it with the weights of its best epoch.

    The best epoch is the one of the smallest validation loss; without validation, the last.
    Ctrl-C ends training early in the same way, with the history so far.

    `nn.Dropout` is on in each step, and off where the validation samples are judged and in the
    model that is left (`model.train()` turns it on again).

    Args:
        model: takes one sample, returns one Value or several.
        X: the inputs, shape (n_samples, n_features): lists, an array, a data frame, a dictionary of
            columns or a list of dictionaries.
        y: the targets, shape (n_samples,), as the loss takes them; or the classes as texts, which
            `nn.classify` answers with: in order, −1 and 1 for `nn.hinge`, and numbers from 0 for
            any other loss.
        loss: from predictions and targets of a minibatch to one Value, such as `nn.hinge`; or its
            name, such as "hinge" or "mse".
        optimizer: moves the model's parameters, such as `nn.Adam(model.parameters())`; or a class,
            its name, or a function that makes one of these parameters.
        epochs: how often to go through the data.
        batch_size: samples per step; the last minibatch of an epoch may be smaller.
        validation: share of the samples to hold back and judge by, of each class in proportion; or
            a pair (X, y) of others; None for none.
        patience: stop after this many epochs without a better validation loss; None never does.
        penalty: from the model to a Value that is added to the loss, such as `nn.l2`, or "l2".
        seed: for the split and the order of samples; same seed, same bits; None draws one from
            `random`.
        progress: show a bar with loss and metric.
        on_step: called after each step.
        checkpoint: file to keep the run's state in after each epoch. If it is there already, the
            run resumes from it, to the same bits as if it had never stopped.
        compiled: whether to record the computation once and replay it (see `engine.compile`), which
            gives the same numbers many times faster; "auto" does so wherever it can. A model that
            asks for the `type` of a number, or whether it `is` True, is answered otherwise there.
        audit: True to run model and loss again after some epochs and at the end, which takes some
            3 % of the time, and compare what they do with the recording; False never; "always" in
            each step. If they do something else, training goes back to the last epoch that was
            audited, and on eagerly.
        monitor: an `nn.Monitor` of this model, which watches; its alarms show above the bar.
        threshold: a single output above it means the second of two classes; by default it follows
            from the loss, the output activation and the labels.
        class_weight: by what to multiply the loss of each sample, by its class in y, also where
            epochs are judged; "balanced" gives each class the same weight in all, so that a rare
            one counts as much as a common one.

    Returns:
        The history of losses and metrics.

    Raises:
        ValueError: the data or a setting is not as described.
        OSError: the checkpoint cannot be written.

    Warns:
        RuntimeWarning: training stopped because the loss became inf or nan; or the model or the
            loss cannot be compiled, or changed after it was, and trains eagerly; or samples to
            judge by are among those to train on.
    """
    check_model(model, X)
    with ordinary_output():
        run = Run(
            model,
            loss=loss_named(loss),
            optimizer=optimizer_for(optimizer, model.parameters()),
            epochs=whole_number(epochs, "epochs", least=0),
            batch_size=whole_number(batch_size, "batch_size"),
            patience=patience_of(patience),
            seed=seed,
            on_step=callable_or_none(on_step, "on_step", "from a Step to anything"),
            checkpoint=path_or_none(checkpoint),
            monitor=monitor_of(monitor, model),
        )
        run.prepare(
            X,
            y,
            validation=validation_of(validation),
            penalty=penalty_named(penalty),
            compiled=compiled,
            audit=audit,
            threshold=threshold,
            class_weight=class_weight,
        )
        run.open_bar(shown=progress)
        try:
            while not run.ended:
                run.epoch()
        except KeyboardInterrupt:
            run.ended = "interrupted"
        finally:
            run.bar.close()
        with undisturbed():
            return run.finish()


class Done(NamedTuple):
    """How far a run has come, replaced as a whole: Ctrl-C may come between any two lines.

    Attributes:
        epochs: how many have been done.
        best_epoch: the best of them, from 1; None before the first.
        best: the state of the model after it.
    """

    epochs: int
    best_epoch: int | None
    best: dict[str, float]


class Run:
    """One training run: `prepare`, then `epoch` after epoch, then `finish`.

    Args:
        model, loss, optimizer, epochs, batch_size, patience, seed, on_step, checkpoint, monitor: as
            of `fit`.

    Attributes:
        history: losses and metrics so far.
        done: the epochs that are complete, and the best of them.
        ended: why training ends, as in `History.stopped`; "" while it goes on.
    """

    def __init__(
        self,
        model: Module,
        *,
        loss: Loss,
        optimizer: Optimizer,
        epochs: int,
        batch_size: int,
        patience: int | None,
        seed: int | None,
        on_step: Callable[[Step], object] | None,
        checkpoint: str | Path | None,
        monitor: Monitor | None,
    ) -> None:
        self.parameters = dict(model.named_parameters())
        check_moved(self.parameters, optimizer)
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.epochs, self.batch_size, self.patience = epochs, batch_size, patience
        self.seed, self.rng = seed, random_source(seed)
        self.on_step, self.checkpoint, self.monitor = on_step, checkpoint, monitor
        self.history = History("")
        self.done = Done(0, None, model.state_dict())

    def prepare(
        self,
        X: Rows,
        y: Sequence[float],
        *,
        validation: float | tuple[Rows, Sequence[float]],
        penalty: Penalty | None,
        compiled: bool | str,
        audit: bool | str,
        threshold: float | None,
        class_weight: ClassWeight | None,
    ) -> None:
        """Check and split the samples, resume from a checkpoint, and record the computation."""
        X, y = ordered(X, y)
        names: list[Any] = list(X) if isinstance(X, dict) else []
        if set(names) != set(self.model._columns or ()):
            self.model._columns = names or None
        y, numbers = numbered(y, self.loss)
        samples, targets = paired(X, y, self.model._columns)
        # A target that the loss refuses is reported before the first epoch, by its index in y.
        with evaluating():
            answer = call_once(self.model, samples[0], self.parameters)
        if self.loss in MEAN_LOSSES:
            check_targets(self.loss, answer, targets)
        if isinstance(validation, tuple):
            X_held_back, y_held_back = ordered(*validation)
            if numbers is not None:
                y_held_back = numbers_of(y_held_back, numbers)
            self.train = samples, targets
            self.held_back = paired(X_held_back, y_held_back, self.model._columns)
            warn_of_shared(self.train, self.held_back, stacklevel=4)  # the caller of fit
        else:
            classes = targets if decision_for(self.loss, answer, targets) else None
            kept, left = split(len(samples), validation, self.rng, classes)
            self.train, self.held_back = pick(samples, targets, kept), pick(samples, targets, left)
        if self.patience is not None and not self.held_back[0]:
            raise ValueError(
                "patience needs validation samples to judge by; set validation above 0"
            )
        loss = weighted(self.loss, class_weight, self.train[1], numbers)
        Module.train(self.model)
        self.set_decision(answer, targets, numbers, threshold)
        if self.checkpoint is not None:
            run = checkpoints.identity(
                self.model,
                self.optimizer,
                (self.train, self.held_back),
                loss=loss,
                penalty=penalty,
                batch_size=self.batch_size,
                seed=self.seed,
            )
            self.state = checkpoints.State(run, self.model, self.optimizer, self.rng, self.history)
            if Path(self.checkpoint).exists():
                best = checkpoints.resume(self.checkpoint, self.state)
                self.done = Done(len(self.history), self.history.best_epoch, best)
        self.history.stopped = "epochs"  # unless something else ends it
        self.ended = self.end_reached()
        self.task = Task(
            self.model,
            self.train,
            self.held_back,
            loss,
            self.optimizer,
            penalty,
            min(self.batch_size, len(self.train[0])),
        )
        self.steps = steps_for(compiled, audit, self.task)
        self.kept = Kept(self)
        if self.monitor is not None:
            self.monitor.begin(
                *self.train, self.loss, self.optimizer, penalised=penalty is not None
            )

    def set_decision(
        self,
        answer: Any,
        targets: Sequence[float],
        numbers: dict[str, int] | None,
        threshold: float | None,
    ) -> None:
        """Find by which rule outputs become classes, for this run and for all that uses the model.

        Args:
            answer: the model's output for a sample.
            targets: as the loss takes them.
            numbers: which number each text in y became, or None.
            threshold: as of `fit`.

        Raises:
            ValueError: a threshold is given, and the targets are not classes; or there are not as
                many texts as outputs.
        """
        decision = decision_for(self.loss, answer, targets)
        if decision is None and threshold is not None:
            raise ValueError("threshold is for classes, and these targets are quantities")
        if decision is not None:
            decision = decision.with_threshold(threshold)
            if numbers is not None and len(numbers) != len(decision.labels):
                raise ValueError(
                    f"y has {len(numbers)} classes ({', '.join(numbers)}), and the model "
                    f"{len(decision.labels)} outputs; give it an output for each class"
                )
            if numbers is not None:
                decision = replace(decision, labels=tuple(numbers))
        self.model._decision = decision
        self.history.metric_name, self.metric = metric_for(decision)

    def open_bar(self, *, shown: bool) -> None:
        """Show a progress bar, and start the clock."""
        self.started = time.perf_counter() - self.history.seconds
        n_steps = -(-len(self.train[0]) // self.batch_size)
        self.bar = progress_bar(
            self.epochs * n_steps, done=len(self.history) * n_steps, unit="step", shown=shown
        )

    def epoch(self) -> None:
        """Go through the data once; or say why training stops, or goes on eagerly.

        Warns:
            RuntimeWarning: the model or the loss does something else than it did when recorded.
        """
        try:
            self.go_through()
            if self.steps.audit(len(self.history), last=bool(self.ended)):
                self.kept = Kept(self)
        except StaleProgramError as error:
            if isinstance(self.steps, EagerSteps):  # then it is a program of the user's own
                raise
            self.kept.put_back(self)
            self.steps, self.ended = EagerSteps(self.task), ""
            warnings.warn(
                f"training goes back to the end of epoch {len(self.history)} and on eagerly, many "
                f"times slower: {str(error).splitlines()[0]}",
                RuntimeWarning,
                stacklevel=4,  # the caller of fit
            )

    def go_through(self) -> None:
        """Go through the data once, judge the result, and keep it; or say why training stops."""
        history = self.history
        self.bar.set_description(f"epoch {len(history) + 1}/{self.epochs}")
        n_samples = len(self.train[0])
        shuffled = self.rng.sample(range(n_samples), n_samples)
        total, outputs = 0.0, list[Output]()
        for begin in range(0, n_samples, self.batch_size):
            batch = shuffled[begin : begin + self.batch_size]
            value, answers = self.step(batch)
            if not isfinite(value):
                return
            total += value * len(batch)
            outputs += answers
        check_unchanged(self.model, self.parameters, f"in epoch {len(history) + 1}")
        history.loss.append(total / n_samples)
        history.metric.append(self.metric(outputs, [self.train[1][i] for i in shuffled]))
        history.learning_rate.append(self.optimizer.rate)
        self.judge()
        history.seconds = time.perf_counter() - self.started
        self.bar.set_postfix_str(latest(history))
        if self.checkpoint is not None:
            checkpoints.write(self.checkpoint, self.state, self.done.best)
        self.ended = self.end_reached()

    def end_reached(self) -> str:
        """Return why training ends after the epochs so far, or an empty text: it goes on."""
        epochs = len(self.history)
        if self.patience is not None and epochs - (self.history.best_epoch or 0) >= self.patience:
            return "patience"
        return "epochs" if epochs >= self.epochs else ""

    def step(self, batch: Sequence[int]) -> tuple[float, list[Output]]:
        """Take one step on the samples with these indices; return their loss and the predictions.

        If the loss is inf or nan, no step is taken, and training stops.
        """
        epoch = len(self.history)
        value, answers = self.steps.train(batch)
        if not isfinite(value):
            if self.monitor is not None:
                again = EagerSteps(self.task)
                show(self.bar, self.monitor.failed(lambda: again.loss_of(batch)))
            self.ended = f"loss is {value} in epoch {epoch + 1}"
            return value, answers
        self.bar.update()
        if self.monitor is not None:
            show(self.bar, self.monitor.step(value))
        if self.on_step is not None:
            self.on_step(Step(self.optimizer.steps, epoch, value, self.model, self.optimizer))
        return value, answers

    def judge(self) -> None:
        """Judge the epoch by the samples held back, and keep its weights if it is the best."""
        history = self.history
        if self.held_back[0]:
            loss, answers = self.steps.judge()
            history.validation_loss.append(loss)
            history.validation_metric.append(
                self.metric(answers, self.held_back[1]) if answers else nan
            )
        if self.monitor is not None:
            alarms = self.monitor.epoch(history.loss[-1], *history.validation_loss[-1:])
            show(self.bar, alarms)
        done = self.done._replace(epochs=len(history))
        if is_best(history):
            done = Done(len(history), len(history), self.model.state_dict())
        self.done, history.best_epoch = done, done.best_epoch

    def finish(self) -> History:
        """Leave the model with the weights of its best epoch.

        Warns:
            RuntimeWarning: training stopped because the loss became inf or nan.
        """
        history = self.history
        history.cut(self.done.epochs)
        history.best_epoch, history.stopped = self.done.best_epoch, self.ended
        if self.ended.startswith("loss is "):
            warnings.warn(
                f"training stopped: {self.ended}; the best weights so far are kept; try a "
                "smaller learning rate, or clip_norm=1.0 in the optimizer",
                RuntimeWarning,
                stacklevel=4,  # the caller of fit
            )
        history.seconds = time.perf_counter() - self.started
        self.model.load_state_dict(self.done.best)
        Module.train(self.model, False)
        return history


class Kept:
    """What a run was after an epoch that has been audited, to go back to."""

    def __init__(self, run: Run) -> None:
        parameters = dict.fromkeys([*run.parameters.values(), *run.optimizer.parameters])
        self.data = [(p, p.data) for p in parameters]
        self.optimizer, self.rng = run.optimizer.state_dict(), run.rng.getstate()
        self.generators = run.steps.generators.states
        self.history = {name: copy(x) for name, x in run.history.state_dict().items()}
        self.done = run.done

    def put_back(self, run: Run) -> None:
        """Put a run back into that state."""
        run.done = self.done
        for p, number in self.data:
            p.data = number
        run.optimizer.load_state_dict(self.optimizer)
        run.rng.setstate(self.rng)
        run.steps.generators.states = self.generators
        run.history.load_state_dict(self.history)


def check_targets(loss: Loss, answer: Any, targets: Sequence[Any]) -> None:
    """Raise what a loss raises for these targets, asking about each different one once.

    Raises:
        ValueError: it does not take one of them.
    """
    if loss is mean_squared_error and not any(isinstance(t, (list, tuple)) for t in targets):
        different = [min(targets), max(targets)]  # it takes any number, and warns by the range
    else:
        different = list({str(t): t for t in targets}.values())
    with no_grad():
        try:
            loss([answer] * len(different), different)
        except (TypeError, ValueError):
            loss([answer] * len(targets), targets)  # whose message has the index in y
            raise


def is_best(history: History) -> bool:
    """Return whether the last epoch is the best so far; without validation each one is."""
    if not history.validation_loss:
        return True
    *earlier, last = history.validation_loss
    return isfinite(last) and all(last < loss for loss in earlier if isfinite(loss))


def latest(history: History) -> str:
    """Return the last epoch's loss and metric, for the progress bar."""
    text = (
        f"loss {short(history.loss[-1], 4)}, {history.metric_name} {short(history.metric[-1], 3)}"
    )
    if history.validation_loss:
        text += f"; validation {short(history.validation_loss[-1], 4)}"
        text += f", {short(history.validation_metric[-1], 3)}"
    return text


def short(x: float, decimals: int) -> str:
    """Return a number with that many decimals; one that has diverged without its 300 digits."""
    return f"{x:.{decimals}f}" if abs(x) < 1e6 else f"{x:.3g}"


def show(bar: Bar, alarms: Sequence[Alarm]) -> None:
    """Write alarms above a progress bar, if it is shown."""
    if not bar.disable:
        for alarm in alarms:
            bar.write(f"⚠ {alarm}")
