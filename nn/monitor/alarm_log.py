"""Raises an alarm once a suspicion has persisted for several looks, and again if it comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from statistics import fmean

from nn.monitor.alarm import KINDS, Alarm, Suspicion
from nn.monitor.arrays import np
from nn.monitor.measurements import Losses, Measurements
from nn.monitor.rules import RULES

AVERAGED = 10  # losses, since those of minibatches fluctuate
FORGOTTEN = 4  # looks without it after which a suspicion that was told can be told again
DOUBTED = 12  # looks after which a suspicion that is not confirmed no longer asks for more
# One thing, though the worst layer may change from look to look.
NETWORK_WIDE = ("exploding", "learning_rate_too_high", "learning_rate_too_low", "non_finite")

Key = tuple[str, str | None, str | None]  # kind, layer, neuron


class Case:
    """A suspicion that persists.

    Attributes:
        since: the step at which it began.
        first: what was seen then.
        looks: how many looks in a row have agreed.
        told: whether an alarm has been raised.
        missed: how many looks in a row have not agreed.
    """

    def __init__(self, since: int, first: Suspicion) -> None:
        self.since, self.first, self.looks, self.told, self.missed = since, first, 0, False, 0


class AlarmLog:
    """The alarms raised, and the suspicions that may become alarms.

    Args:
        alarms: the list to which alarms are appended, in order.
    """

    def __init__(self, alarms: list[Alarm]) -> None:
        self.alarms = alarms
        self._cases: dict[Key, Case] = {}
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=AVERAGED)
        self._count = 0

    def add_loss(self, x: float) -> bool:
        """Record the loss of a step, and return whether it is far above those before."""
        jumped = (
            len(self._recent) == AVERAGED
            and x > 2.0 * max(self._recent)
            and x > 0.2 * self._first[0]
        )
        if len(self._first) < AVERAGED:
            self._first.append(x)
        self._recent.append(x)
        self._count += 1
        return jumped

    @property
    def losses(self) -> Losses:
        """The losses so far, averaged."""
        if not self._count:
            return Losses(0.0, 0.0, 0)
        return Losses(fmean(self._first), fmean(self._recent), self._count)

    @property
    def raised(self) -> dict[str, set[str | None]]:
        """The layers of the alarms that are still true, by kind."""
        found: dict[str, set[str | None]] = {}
        for (kind, layer, _), case in self._cases.items():
            if case.told:
                found.setdefault(kind, set()).add(layer)
        return found

    @property
    def pending(self) -> bool:
        """Whether there are suspicions that may become alarms."""
        return any(0 < case.looks < DOUBTED and not case.told for case in self._cases.values())

    def evaluate(self, measured: Measurements, since: int) -> list[Alarm]:
        """Apply every rule, and return the alarms that are new.

        Args:
            measured: the look.
            since: the first step that may have been different from the look before.
        """
        new = []
        measured.raised = self.raised
        for (kind, layer, _), case in self._cases.items():
            if case.looks and not case.told:
                measured.pending.setdefault(kind, set()).add(layer)
        measured.suspected |= set(measured.raised)
        with np.errstate(all="ignore"):  # inf and nan are what the rules look for
            for rule, looks in RULES:
                suspicions = list(rule(measured))
                measured.suspected.update(suspicion.kind for suspicion in suspicions)
                new += self.confirm(rule.__name__, suspicions, since, looks, measured.step)
        return new

    def confirm(
        self, kind: str, suspicions: Iterable[Suspicion], since: int, looks: int, step: int
    ) -> list[Alarm]:
        """Return alarms for the suspicions of a kind that have persisted.

        Args:
            kind: of the suspicions.
            suspicions: at this look; one that was there before and is missing now is dropped.
            since: the step at which those that are new may have begun.
            looks: how many consecutive looks must agree.
            step: of this look.
        """
        new: list[Alarm] = []
        seen: set[Key] = set()
        for suspicion in suspicions:
            cases = {}
            for key in keys_of(suspicion):
                case = self._cases.setdefault(key, Case(since, suspicion))
                case.looks, case.missed = case.looks + 1, 0
                cases[key] = case
            seen |= cases.keys()
            ripe = {
                key: case
                for key, case in cases.items()
                if not case.told and case.looks >= looks and step - case.since >= suspicion.lasts
            }
            if ripe and suspicion.ready:
                for case in ripe.values():
                    case.told = True
                names = [neuron for _, _, neuron in ripe if neuron is not None]
                if names:  # those that have been told are not told again
                    suspicion = suspicion._replace(neuron=", ".join(names))
                if suspicion.kind in NETWORK_WIDE:  # it spreads from where it was seen first
                    suspicion = next(iter(ripe.values())).first
                new.append(self.raise_alarm(suspicion, min(c.since for c in ripe.values())))
        for key in [key for key in self._cases if key[0] == kind and key not in seen]:
            case = self._cases[key]
            case.missed, case.looks = case.missed + 1, 0
            if not case.told or case.missed >= FORGOTTEN:
                del self._cases[key]
        return new

    def hasten(self) -> list[Alarm]:
        """Return alarms for all that is suspected: nothing more will be seen."""
        found: dict[str, Alarm] = {}
        for key, case in self._cases.items():
            if not case.told and case.looks and key[0] not in found:
                case.told = True
                found[key[0]] = self.raise_alarm(case.first, case.since)
        return list(found.values())

    def tell(self, suspicion: Suspicion, since: int) -> list[Alarm]:
        """Return an alarm at once, unless it has been told and is still true."""
        return self.confirm(suspicion.kind, [suspicion], since, looks=1, step=since)

    def raise_alarm(self, suspicion: Suspicion, step: int) -> Alarm:
        """Turn a suspicion into an alarm, and log it.

        Args:
            suspicion: what is wrong.
            step: at which it began.
        """
        kind, layer, neuron, evidence, _, _, advice, otherwise, shown = suspicion
        alarm = Alarm(
            kind, layer, neuron, step, evidence, advice or KINDS[kind], otherwise, shown
        )  # fmt: skip
        self.alarms.append(alarm)
        return alarm


def keys_of(suspicion: Suspicion) -> list[Key]:
    """Return what makes two suspicions the same: kind, layer and neuron, or kind alone."""
    if suspicion.kind in NETWORK_WIDE:
        return [(suspicion.kind, None, None)]
    names = suspicion.neuron.split(", ") if suspicion.neuron else [None]
    return [(suspicion.kind, suspicion.layer, name) for name in names]
