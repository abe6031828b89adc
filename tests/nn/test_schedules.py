"""Learning-rate schedules: the curve of each, and what they refuse."""

import pytest

from nn import schedules


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (schedules.constant(0.5), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
        (schedules.step_decay(1.0, every=2), [1, 1, 0.5, 0.5, 0.25, 0.25]),
        (schedules.linear(1.0, steps=4), [1, 0.75, 0.5, 0.25, 0, 0]),
        (schedules.cosine(1.0, steps=4, end=0.0), [1, 0.853553, 0.5, 0.146447, 0, 0]),
        (schedules.warm_up(1.0, steps=4), [0.25, 0.5, 0.75, 1, 1, 1]),
        (schedules.warm_up(schedules.linear(1.0, steps=4), steps=2), [0.5, 0.75, 0.5, 0.25, 0, 0]),
    ],
)
def test_schedule_follows_its_curve(schedule, expected) -> None:
    assert [schedule(step) for step in range(6)] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("attempt", "wording"),
    [
        (lambda: schedules.constant(-1), "learning_rate must be above 0, got -1"),
        (lambda: schedules.step_decay(1, every=0), "every must be at least 1, got 0"),
        (lambda: schedules.linear(1, steps=3, end=-1), "end must be 0 or more, got"),
        (lambda: schedules.cosine(0, steps=3), "learning_rate must be above 0, got 0"),
        (lambda: schedules.linear(1.0, steps=0), "steps must be at least 1, got 0"),
    ],
)
def test_bad_settings_are_refused_in_words(attempt, wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        attempt()
