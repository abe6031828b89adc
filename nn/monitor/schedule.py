"""Which steps a monitor looks at: all at first, then fewer, sooner if something moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LookSchedule:
    """The steps to look at.

    Attributes:
        first: how many steps at the start are all looked at, since a bad start shows at once.
        second: up to there, every `recheck`-th is looked at.
        early_every: interval up to `early_until`, so that short runs have pictures too.
        early_until: the step up to which that holds.
        every: interval from then on.
        recheck: steps until the next look while a suspicion is pending.

    Raises:
        ValueError: `every` is below 1.
    """

    first: int = 5
    second: int = 15
    early_every: int = 25
    early_until: int = 200
    every: int = 100
    recheck: int = 5

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every must be at least 1 step, got {self.every}")

    def next_after(self, step: int, *, pending: bool) -> int:
        """Return the step of the look after that at `step`.

        Args:
            step: of the latest look.
            pending: whether there is a suspicion that may become an alarm.
        """
        if step < self.first:
            return step + 1
        if step < self.second and self.every > self.second:
            return (step // self.recheck + 1) * self.recheck
        interval = min(self.early_every, self.every) if step < self.early_until else self.every
        regular = (step // interval + 1) * interval
        return min(regular, step + self.recheck) if pending else regular
