"""Makes alarms of suspicions that stand, each once, and knows since when they have stood."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from statistics import fmean

import numpy as np

from nn.monitor.alarm import KINDS, Alarm
from nn.monitor.rules import RULES, Losses, Scene, Suspicion

FEW = 10  # losses that are averaged, since those of minibatches jump


class Watch:
    """The memory of the alarms.

    Attributes:
        alarms: those raised, in order.
    """

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []
        self._since: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._raised: set[tuple[str, str | None]] = set()
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=FEW)
        self._count = 0

    def loss(self, x: float) -> None:
        """Remember the loss of a step."""
        if len(self._first) < FEW:
            self._first.append(x)
        self._recent.append(x)
        self._count += 1

    @property
    def losses(self) -> Losses:
        """What is remembered of the losses."""
        if not self._count:
            return Losses(0.0, 0.0, 0)
        return Losses(fmean(self._first), fmean(self._recent), self._count)

    def judge(self, scene: Scene) -> list[Alarm]:
        """Ask every rule, and return the alarms that are new."""
        new = []
        scene.suspected.update(alarm.kind for alarm in self.alarms)
        with np.errstate(all="ignore"):  # inf and nan are the news here
            for rule, looks in RULES:
                seen = list(rule(scene))
                scene.suspected.update(suspicion.kind for suspicion in seen)
                new += self.weigh(rule.__name__, seen, scene.look.step, looks)
        return new

    @property
    def pending(self) -> bool:
        """Whether there are suspicions that may become alarms."""
        return any(place not in self._raised for place in self._since)

    def weigh(self, kind: str, seen: Iterable[Suspicion], step: int, looks: int) -> list[Alarm]:
        """Return the suspicions of a kind that have stood for so many looks, as alarms."""
        places = {place_of(suspicion): suspicion for suspicion in seen}
        for place in [place for place in self._since if place[0] == kind]:
            if place not in places:
                del self._since[place]
        new = []
        for place, suspicion in places.items():
            since, count = self._since.get(place, (step, 0))
            self._since[place] = since, count + 1
            if count + 1 >= looks and place not in self._raised:
                new.append(self.raised(suspicion, since))
        return new

    def raised(self, suspicion: Suspicion, step: int, advice: str | None = None) -> Alarm:
        """Make an alarm of a suspicion, and remember it."""
        kind, layer, neuron, evidence = suspicion
        alarm = Alarm(kind, layer, neuron, step, evidence, advice or KINDS[kind])
        self._raised.add(place_of(suspicion))
        self.alarms.append(alarm)
        return alarm


def place_of(suspicion: Suspicion) -> tuple[str, str | None]:
    """Return what makes two suspicions the same: a layer, unless all of them go together."""
    whole = suspicion.kind in ("exploding", "learning_rate_too_high", "learning_rate_too_low")
    return suspicion.kind, None if whole else suspicion.layer
