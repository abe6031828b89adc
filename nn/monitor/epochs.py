"""Over- and underfitting: what the losses of whole epochs tell, and the rules that read it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log
from typing import NamedTuple

from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from nn.monitor.rules import Suspicion

PATIENCE = 5  # epochs in a row
RISEN = 0.15  # of what a constant guess loses
PLATEAU = 8  # epochs
LEARNT_NOTHING = 0.6  # of what a constant guess loses
FLAT_CURVE = 0.01  # of it, over the plateau
ENOUGH_STEPS = 40


class Epoch(NamedTuple):
    """What is known at the end of an epoch.

    Attributes:
        step: the last step of it.
        loss: of the training samples.
        validation_loss: of those held back; None without.
    """

    step: int
    loss: float
    validation_loss: float | None


class Curves:
    """The losses of all epochs, in bounded room.

    Attributes:
        epochs: those kept; when there are too many, every second one is let go.
        guess: the loss of the best constant answer; None where it is not known.
    """

    def __init__(self, keep: int = 512) -> None:
        self.epochs: list[Epoch] = []
        self.guess: float | None = None
        self.keep = keep
        self._stride = 1
        self._count = 0
        self._recent: list[Epoch] = []
        self._first: Epoch | None = None
        self._best: Epoch | None = None
        self._worse = 0

    def add(self, epoch: Epoch) -> list[Suspicion]:
        """Remember an epoch, and return what it makes one suspect, with the step it began."""
        if self._count % self._stride == 0:
            self.epochs.append(epoch)
        self._count += 1
        if len(self.epochs) > self.keep:
            del self.epochs[1::2]
            self._stride *= 2
        self._first = self._first or epoch
        self._recent = [*self._recent, epoch][-PLATEAU:]
        validation = epoch.validation_loss
        if validation is not None and isfinite(validation):
            best = self._best.validation_loss if self._best else None
            if best is None or validation < best:
                self._best, self._worse = epoch, 0
            else:
                self._worse += 1
        return [*self._overfitting(epoch), *self._underfitting()]

    @property
    def best(self) -> Epoch | None:
        """The epoch of the least validation loss."""
        return self._best

    @property
    def recent_step(self) -> int:
        """The step at which the last few epochs began."""
        return self._recent[0].step

    @property
    def scale(self) -> float:
        """What there is to learn: the loss of a constant answer, or that of the first epoch."""
        assert self._first is not None
        return self.guess if self.guess is not None else self._first.loss

    def _overfitting(self, now: Epoch) -> list[Suspicion]:
        best = self._best
        if best is None or now.validation_loss is None or best.validation_loss is None:
            return []
        risen = now.validation_loss - best.validation_loss
        gap = now.validation_loss - now.loss
        if self._worse < PATIENCE or min(risen, gap) < RISEN * self.scale or now.loss >= best.loss:
            return []
        return [
            Suspicion(
                "overfitting",
                None,
                None,
                f"the validation loss rose from {best.validation_loss:.3g} to "
                f"{now.validation_loss:.3g} while the training loss fell from {best.loss:.3g} to "
                f"{now.loss:.3g}",
            )
        ]

    def _underfitting(self) -> list[Suspicion]:
        if len(self._recent) < PLATEAU or self._recent[-1].step < ENOUGH_STEPS:
            return []
        old, new = self._recent[: PLATEAU // 2], self._recent[PLATEAU // 2 :]
        before, now = (sum(e.loss for e in part) / len(part) for part in (old, new))
        stands = abs(before - now) < FLAT_CURVE * self.scale
        if not stands or now < LEARNT_NOTHING * self.scale:
            return []
        guess = "" if self.guess is None else f"; the best constant answer has {self.guess:.3g}"
        return [
            Suspicion(
                "underfitting",
                None,
                None,
                f"the training loss has stood at {now:.3g} for {PLATEAU} epochs{guess}",
            )
        ]


def guess_loss(loss: object, targets: Sequence[float]) -> float | None:
    """Return the loss of the best answer that is the same for every sample.

    Args:
        loss: one of ours; of another nothing is known.
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
