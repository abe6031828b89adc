"""Which steps are looked at."""

import pytest

from nn.monitor.schedule import LookSchedule


def looks(schedule: LookSchedule, until: int, *, pending: bool = False) -> list[int]:
    found = [1]
    while found[-1] < until:
        found.append(schedule.next_after(found[-1], pending=pending))
    return found


def test_looks_are_close_at_first_and_rare_later() -> None:
    early = [1, 2, 3, 4, 5, 10, 15, 25, 50, 75, 100, 125, 150, 175, 200]
    assert looks(LookSchedule(), 500) == [*early, 300, 400, 500]


def test_suspicion_is_looked_into_within_five_steps() -> None:
    assert looks(LookSchedule(), 25, pending=True) == [1, 2, 3, 4, 5, 10, 15, 20, 25]
    assert LookSchedule().next_after(298, pending=True) == 300


@pytest.mark.parametrize("every", [1, 10])
def test_short_interval_holds_from_the_start(every: int) -> None:
    assert looks(LookSchedule(every=every), 60)[5:] == [
        step for step in range(6, 61) if step % every == 0
    ]


def test_interval_below_1_is_refused() -> None:
    with pytest.raises(ValueError, match="every must be at least 1 step, got 0"):
        LookSchedule(every=0)
