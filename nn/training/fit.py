"""Training: go through the data in minibatches, step by step, and keep the best weights."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from math import isfinite, nan
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from engine import Value, no_grad
from nn.checks import whole_number
from nn.data.samples import Rows, paired, pick, split
from nn.files import fingerprint
from nn.history import History
from nn.losses import OURS, Loss
from nn.metrics import Output, metric_for
from nn.module import Module
from nn.optim import Optimizer
from nn.training import checkpoint as checkpoints
from nn.training.steps import EagerSteps, Task, steps_for

if TYPE_CHECKING:
    from nn.monitor import Alarm, Monitor


class Step(NamedTuple):
    """What `on_step` is shown after each step.

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


def fit(
    model: Module,
    X: Rows,
    y: Sequence[float],
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    validation: float | tuple[Rows, Sequence[float]] = 0.2,
    patience: int | None = None,
    penalty: Callable[[Module], Value] | None = None,
    seed: int = 0,
    progress: bool = True,
    on_step: Callable[[Step], object] | None = None,
    checkpoint: str | Path | None = None,
    compiled: bool | str = "auto",
    monitor: Monitor | None = None,
) -> History:
    """Train a model, and leave it with the weights of its best epoch.

    The best epoch is the one of the smallest validation loss; without validation, the last.
    Ctrl-C ends training early in the same way, with the history so far.

    Args:
        model: takes a row, returns one Value or several.
        X: the inputs, shape (n_samples, n_features).
        y: the targets, shape (n_samples,), as the loss wants them.
        loss: from predictions and targets of a minibatch to one Value, such as `nn.hinge`.
        optimizer: moves the model's parameters, such as `nn.Adam(model.parameters())`.
        epochs: how often to go through the data.
        batch_size: samples a step; the last minibatch of an epoch may be smaller.
        validation: share of the samples to hold back and judge by; or a pair (X, y) of others.
        patience: stop after so many epochs without a better validation loss; None never does.
        penalty: from the model to a Value that is added to the loss, such as `nn.l2`.
        seed: for the split and the order of samples; same seed, same bits.
        progress: show a bar with loss and metric.
        on_step: called after each step.
        checkpoint: file to keep the run's state in after each epoch. If it is there already, the
            run goes on from it, to the same bits as if it had never stopped.
        compiled: whether to record the computation once and replay it (see `engine.compile`), which
            gives the same numbers many times faster; "auto" does so wherever it can.
        monitor: an `nn.Monitor` of this model, which watches; its alarms show above the bar.

    Returns:
        The history of losses and metrics.

    Raises:
        ValueError: the data or a setting is not as described.
        OSError: the checkpoint cannot be written.

    Warns:
        RuntimeWarning: training stopped because the loss became inf or nan; or the model or the
            loss cannot be compiled, and trains eagerly.
    """
    rows, targets = paired(X, y)
    batch_size = whole_number(batch_size, "batch_size")
    epochs = whole_number(epochs, "epochs", least=0)
    if patience is not None and patience < 1:
        raise ValueError(f"patience must be at least 1 epoch, or None, got {patience}")
    own = {id(p) for p in model.parameters()}
    if not own.intersection(id(p) for p in optimizer.parameters):
        raise ValueError(
            "the optimizer moves no parameter of this model; make it with model.parameters()"
        )
    rng = Random(seed)
    if isinstance(validation, tuple):
        train, held_back = (rows, targets), paired(*validation)
    else:
        kept, left = split(len(rows), validation, rng)
        train, held_back = (pick(rows, targets, kept), pick(rows, targets, left))
    if patience is not None and not held_back[0]:
        raise ValueError("patience needs validation samples to judge by; set validation above 0")
    # What does not fit is better said before the first epoch, and by its row in y.
    answer = model(rows[0])  # type: ignore[operator]
    if loss in OURS:
        with no_grad():
            loss([answer] * len(rows), targets)

    metric_name, metric = metric_for(loss)
    history = History(metric_name)
    best = model.state_dict()
    run = fingerprint(
        train, held_back, batch_size, seed, getattr(loss, "__name__", loss), sorted(best)
    )
    if checkpoint is not None and Path(checkpoint).exists():
        best = checkpoints.resume(
            checkpoint, run=run, model=model, optimizer=optimizer, rng=rng, history=history
        )
    size = min(batch_size, len(train[0]))
    task = Task(model, train, held_back, loss, optimizer, penalty, size)
    steps = steps_for(compiled, task)
    if monitor is not None:
        if monitor.model is not model:
            raise ValueError(
                f"the monitor watches another model, {monitor.model!r}; make one of this model: "
                "nn.Monitor(model)"
            )
        monitor.begin(*train, loss, optimizer)
    started = time.perf_counter() - history.seconds
    n_steps = -(-len(train[0]) // batch_size)
    bar = progress_bar(epochs * n_steps, len(history) * n_steps, progress)
    history.stopped = "epochs"
    order = list(range(len(train[0])))
    try:
        while len(history) < epochs:
            epoch = len(history)
            bar.set_description(f"epoch {epoch + 1}/{epochs}")
            shuffled = rng.sample(order, len(order))
            total, outputs = 0.0, list[Output]()
            for begin in range(0, len(shuffled), batch_size):
                batch = shuffled[begin : begin + batch_size]
                value, answers = steps.train(batch)
                if not isfinite(value):
                    if monitor is not None:
                        again = EagerSteps(task)
                        show(bar, monitor.failed(lambda: again.loss_of(batch)))  # noqa: B023
                    history.stopped = f"loss is {value} in epoch {epoch + 1}"
                    raise FloatingPointError
                total += value * len(batch)
                outputs += answers
                bar.update()
                if monitor is not None:
                    show(bar, monitor.step(value))
                if on_step is not None:
                    on_step(Step(optimizer.steps, epoch, value, model, optimizer))
            history.loss.append(total / len(shuffled))
            history.metric.append(metric(outputs, [train[1][i] for i in shuffled]))
            history.learning_rate.append(optimizer.rate)
            if held_back[0]:
                validation_loss, answers = steps.judge()
                history.validation_loss.append(validation_loss)
                history.validation_metric.append(metric(answers, held_back[1]) if answers else nan)
            if monitor is not None:
                show(bar, monitor.epoch(history.loss[-1], *history.validation_loss[-1:]))
            if is_best(history):
                history.best_epoch, best = epoch + 1, model.state_dict()
            history.seconds = time.perf_counter() - started
            bar.set_postfix_str(latest(history))
            if checkpoint is not None:
                checkpoints.write(
                    checkpoint,
                    run=run,
                    model=model,
                    optimizer=optimizer,
                    rng=rng,
                    history=history,
                    best=best,
                )
            if patience is not None and epoch + 1 - (history.best_epoch or 0) >= patience:
                history.stopped = "patience"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    except FloatingPointError:
        warnings.warn(
            f"training stopped: {history.stopped}; the best weights so far are kept; try a smaller "
            "learning rate, or clip_norm=1.0 in the optimizer",
            RuntimeWarning,
            stacklevel=2,
        )
    finally:
        bar.close()
    history.seconds = time.perf_counter() - started
    model.load_state_dict(best)
    return history


def is_best(history: History) -> bool:
    """Tell whether the last epoch is the best so far; without validation each one is."""
    if not history.validation_loss:
        return True
    *earlier, last = history.validation_loss
    return isfinite(last) and all(last < loss for loss in earlier if isfinite(loss))


def latest(history: History) -> str:
    """Return the last epoch's loss and metric, for the progress bar."""
    text = f"loss {history.loss[-1]:.4f}, {history.metric_name} {history.metric[-1]:.3f}"
    if history.validation_loss:
        text += f"; validation {history.validation_loss[-1]:.4f}"
        text += f", {history.validation_metric[-1]:.3f}"
    return text


def show(bar, alarms: Sequence[Alarm]) -> None:  # type: ignore[no-untyped-def]
    """Write alarms above a progress bar, if it is shown."""
    if not bar.disable:
        for alarm in alarms:
            bar.write(f"⚠ {alarm}", file=bar.fp)


def progress_bar(total: int, done: int, shown: bool):  # type: ignore[no-untyped-def]
    """Return a tqdm bar over all steps."""
    from tqdm import tqdm  # takes a while to import

    return tqdm(total=total, initial=done, disable=not shown, unit="step", dynamic_ncols=True)
