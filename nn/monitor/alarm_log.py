"""Raises an alarm once a suspicion has persisted for several looks, and each alarm only once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from statistics import fmean

from nn.monitor.alarm import KINDS, Alarm, Suspicion
from nn.monitor.arrays import np
from nn.monitor.measurements import Losses, Measurements
from nn.monitor.rules import RULES

AVERAGED = 10  # losses, since those of minibatches fluctuate


class AlarmLog:
    """The alarms raised, and the suspicions that may become alarms.

    Args:
        alarms: the list to which alarms are appended, in order.
    """

    def __init__(self, alarms: list[Alarm]) -> None:
        self.alarms = alarms
        self._since: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._raised: set[tuple[str, str | None]] = set()
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=AVERAGED)
        self._count = 0

    def add_loss(self, x: float) -> None:
        """Record the loss of a step."""
        if len(self._first) < AVERAGED:
            self._first.append(x)
        self._recent.append(x)
        self._count += 1

    @property
    def losses(self) -> Losses:
        """The losses so far, averaged."""
        if not self._count:
            return Losses(0.0, 0.0, 0)
        return Losses(fmean(self._first), fmean(self._recent), self._count)

    @property
    def kinds(self) -> set[str]:
        """The kinds of alarm raised so far."""
        return {alarm.kind for alarm in self.alarms}

    @property
    def pending(self) -> bool:
        """Whether there are suspicions that may become alarms."""
        return any(key not in self._raised for key in self._since)

    def evaluate(self, measured: Measurements) -> list[Alarm]:
        """Apply every rule, and return the alarms that are new."""
        new = []
        measured.suspected |= self.kinds
        with np.errstate(all="ignore"):  # inf and nan are what the rules look for
            for rule, looks in RULES:
                suspicions = list(rule(measured))
                measured.suspected.update(suspicion.kind for suspicion in suspicions)
                new += self.confirm(rule.__name__, suspicions, measured.look.step, looks)
        return new

    def confirm(
        self, kind: str, suspicions: Iterable[Suspicion], step: int, looks: int
    ) -> list[Alarm]:
        """Return alarms for the suspicions of a kind that have persisted.

        Args:
            kind: of the suspicions.
            suspicions: at this look; one that was there before and is missing now is dropped.
            step: of this look.
            looks: how many consecutive looks must agree.
        """
        by_key = {key_of(suspicion): suspicion for suspicion in suspicions}
        for key in [key for key in self._since if key[0] == kind]:
            if key not in by_key:
                del self._since[key]
        new = []
        for key, suspicion in by_key.items():
            since, count = self._since.get(key, (step, 0))
            self._since[key] = since, count + 1
            if count + 1 >= looks and key not in self._raised:
                new.append(self.raise_alarm(suspicion, since))
        return new

    def raise_alarm(self, suspicion: Suspicion, step: int, advice: str | None = None) -> Alarm:
        """Turn a suspicion into an alarm, and log it.

        Args:
            suspicion: what is wrong.
            step: at which it began.
            advice: what to try; that of the kind if None.
        """
        kind, layer, neuron, evidence = suspicion
        alarm = Alarm(kind, layer, neuron, step, evidence, advice or KINDS[kind])
        self._raised.add(key_of(suspicion))
        self.alarms.append(alarm)
        return alarm


def key_of(suspicion: Suspicion) -> tuple[str, str | None]:
    """Return what makes two suspicions the same: kind and layer, or kind alone."""
    network_wide = suspicion.kind in (
        "exploding",
        "learning_rate_too_high",
        "learning_rate_too_low",
    )
    return suspicion.kind, None if network_wide else suspicion.layer
