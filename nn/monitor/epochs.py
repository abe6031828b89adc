"""Over- and underfitting: the losses of whole epochs, and the two rules that read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite, log
from statistics import median
from typing import NamedTuple

from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from nn.monitor.alarm import Suspicion

PATIENCE = 5  # consecutive epochs
RISEN = 0.15  # times the loss of a constant prediction
PLATEAU = 8  # epochs
NOTHING_LEARNED = 0.6  # times the loss of a constant prediction
FLAT_CURVE = 0.01  # times that loss, over the plateau
ENOUGH_STEPS = 40


class Epoch(NamedTuple):
    """What is known at the end of an epoch.

    Attributes:
        step: its last step.
        loss: of the training samples.
        validation_loss: of the samples held back; None without any.
    """

    step: int
    loss: float
    validation_loss: float | None


class Curves:
    """The losses of all epochs, in bounded memory.

    Args:
        keep: how many epochs to keep at most; beyond that, every second one is dropped.

    Attributes:
        epochs: those kept.
        baseline: the loss of the best constant prediction; None where it is not known.
        misfit: why the loss does not go with the end of the network; None if it does.
        first: the first epoch.
        best: the epoch with the lowest validation loss.
        since_best: how many epochs there have been since then.
        recent: the last few epochs.
    """

    def __init__(self, keep: int = 512) -> None:
        self.epochs: list[Epoch] = []
        self.baseline: float | None = None
        self.misfit: str | None = None
        self.keep = keep
        self.first: Epoch | None = None
        self.best: Epoch | None = None
        self.since_best = 0
        self.recent: list[Epoch] = []
        self._stride = 1
        self._count = 0

    def add(self, epoch: Epoch) -> None:
        """Record an epoch."""
        if self._count % self._stride == 0:
            self.epochs.append(epoch)
        self._count += 1
        if len(self.epochs) > self.keep:
            del self.epochs[1::2]
            self._stride *= 2
        self.first = self.first or epoch
        self.recent = [*self.recent, epoch][-PLATEAU:]
        validation = epoch.validation_loss
        if validation is not None and isfinite(validation):
            lowest = self.best.validation_loss if self.best else None
            if lowest is None or validation < lowest:
                self.best, self.since_best = epoch, 0
            else:
                self.since_best += 1

    @property
    def scale(self) -> float:
        """What there is to learn: the loss of a constant prediction, or that of the first epoch."""
        assert self.first is not None
        return self.baseline if self.baseline is not None else self.first.loss


class Finding(NamedTuple):
    """A suspicion that is an alarm at once.

    Attributes:
        suspicion: what is wrong.
        since: the step at which it began.
        advice: what to try; that of the kind if None.
    """

    suspicion: Suspicion
    since: int
    advice: str | None = None


def finding(
    curves: Curves, *, raised: Collection[str], layers: Sequence[str], moves: bool
) -> Finding | None:
    """Return what the curves show, if that is new and not the consequence of something else.

    Args:
        curves: with the epoch that has just ended.
        raised: the kinds of alarm raised so far.
        layers: the names of the layers.
        moves: whether the steps are long enough to learn from.
    """
    found = None
    # A learning rate that is too high makes any loss jump.
    if not {"overfitting", "learning_rate_too_high"} & set(raised):
        found = overfitting(curves)
    # Whatever else is wrong is the cause; and a network that hardly moves has not tried yet.
    if found is None and not raised and moves:
        found = underfitting(curves, layers)
    return found


def overfitting(curves: Curves) -> Finding | None:
    """The validation loss rises while the training loss falls."""
    now, best = curves.recent[-1], curves.best
    if best is None or now.validation_loss is None or best.validation_loss is None:
        return None
    # A single epoch proves nothing: with few samples a validation loss jumps up and down.
    level = median(e.validation_loss or 0.0 for e in curves.recent[-PATIENCE:])
    risen = level - best.validation_loss
    gap = level - now.loss
    large = min(risen, gap) >= RISEN * curves.scale
    # A network that has learned next to nothing has memorised nothing either.
    learned = now.loss < min(best.loss, NOTHING_LEARNED * curves.scale)
    if curves.since_best < PATIENCE or not large or not learned:
        return None
    evidence = (
        f"the validation loss rose from {best.validation_loss:.3g} to {level:.3g} "
        f"while the training loss fell from {best.loss:.3g} to {now.loss:.3g}"
    )
    return Finding(Suspicion("overfitting", None, None, evidence), best.step)


def underfitting(curves: Curves, layers: Sequence[str]) -> Finding | None:
    """The training loss stays where a constant prediction has it."""
    recent = curves.recent
    if len(recent) < PLATEAU or recent[-1].step < ENOUGH_STEPS:
        return None
    before, now = (
        sum(epoch.loss for epoch in half) / len(half)
        for half in (recent[: PLATEAU // 2], recent[PLATEAU // 2 :])
    )
    flat = abs(before - now) < FLAT_CURVE * curves.scale
    if not flat or now < NOTHING_LEARNED * curves.scale:
        return None
    evidence = f"the training loss has stayed at {now:.3g} for {PLATEAU} epochs"
    if curves.baseline is not None:
        evidence += f"; the best constant prediction has a loss of {curves.baseline:.3g}"
    advice = curves.misfit
    if advice is None and len(layers) == 1:
        advice = "add a hidden layer: without one the network can only draw a straight line"
    return Finding(Suspicion("underfitting", layers[0], None, evidence), recent[0].step, advice)


def baseline_loss(loss: object, targets: Sequence[float]) -> float | None:
    """Return the loss of the best prediction that is the same for every sample.

    Args:
        loss: one of the losses of `nn`; for any other the result is None.
        targets: as that loss takes them.
    """
    n = len(targets)
    if loss is mean_squared_error:
        if isinstance(targets[0], (list, tuple)):
            return None
        mean = sum(targets) / n
        return sum((t - mean) ** 2 for t in targets) / n
    counts: dict[float, int] = {}
    for target in targets:
        counts[target] = counts.get(target, 0) + 1
    shares = [count / n for count in counts.values()]
    if loss is hinge:
        # p·max(0, 1−c) + (1−p)·max(0, 1+c) is least at c = ±1.
        return 2 * min(shares) if len(shares) == 2 else 0.0
    if loss in (binary_cross_entropy, cross_entropy):
        return -sum(share * log(share) for share in shares)
    return None
