"""The losses of whole epochs, training and validation, in bounded memory."""

from __future__ import annotations

from math import isfinite
from statistics import median
from typing import NamedTuple

SMOOTHED = 5  # epochs: a single one proves nothing


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
        first: the first epoch.
        best: the epoch up to which the validation loss, smoothed, was lowest, and that loss.
        since_best: how many epochs there have been since then.
        recent: the last few epochs.
        level: the validation loss now, smoothed; None without any.
        jumps: how far the validation loss jumps from epoch to epoch, on average.
    """

    def __init__(self, keep: int = 512) -> None:
        self.epochs: list[Epoch] = []
        self.baseline: float | None = None
        self.keep = keep
        self.first: Epoch | None = None
        self.best: Epoch | None = None
        self.level: float | None = None
        self.jumps = 0.0
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
        self.recent = [*self.recent, epoch][-SMOOTHED:]
        losses = [e.validation_loss for e in self.recent if e.validation_loss is not None]
        if not losses or not all(map(isfinite, losses)):
            return
        if len(losses) > 1:
            self.jumps += 0.1 * (abs(losses[-1] - losses[-2]) - self.jumps)
        self.level = median(losses)
        if self.best is None or self.best.validation_loss is None:
            self.best, self.since_best = epoch, 0
        elif self.level < self.best.validation_loss:
            self.best, self.since_best = epoch._replace(validation_loss=self.level), 0
        else:
            self.since_best += 1

    @property
    def scale(self) -> float:
        """What there is to learn: the loss of a constant prediction, or that of the first epoch."""
        assert self.first is not None
        return self.baseline if self.baseline is not None else self.first.loss
