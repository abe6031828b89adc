"""Learning rates that change over the steps of a training run.

A schedule is a function from the number of the step, from 0, to the learning rate; every optimiser
takes one where it takes a number.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from nn.checks import not_negative, positive

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """Always the same rate."""
    positive(rate)
    return lambda step: rate


def step_decay(rate: float, *, every: int, factor: float = 0.5) -> Schedule:
    """Multiply the rate by `factor` after every `every` steps."""
    positive(rate)
    positive(factor, "factor")
    at_least_one(every, "every")
    return lambda step: rate * factor ** (step // every)


def linear(rate: float, *, steps: int, end: float = 0.0) -> Schedule:
    """Go from `rate` to `end` in a straight line over `steps` steps, and stay there."""
    from_to(rate, end, steps)
    return lambda step: rate + (end - rate) * min(1.0, step / steps)


def cosine(rate: float, *, steps: int, end: float = 0.0) -> Schedule:
    """Go from `rate` to `end` along half a cosine over `steps` steps, and stay there.

    References:
        Loshchilov & Hutter (2017), SGDR, equation 5, without restarts.
    """
    from_to(rate, end, steps)
    return lambda step: end + (rate - end) * 0.5 * (1 + cos(pi * min(1.0, step / steps)))


def warm_up(schedule: float | Schedule, *, steps: int) -> Schedule:
    """Rise from nearly 0 to the schedule's rate over `steps` steps, then follow the schedule."""
    at_least_one(steps, "steps")
    follow = schedule if callable(schedule) else constant(schedule)
    return lambda step: follow(step) * min(1.0, (step + 1) / steps)


def from_to(rate: float, end: float, steps: int) -> None:
    """Raise ValueError if a schedule cannot go from `rate` to `end` in `steps` steps."""
    positive(rate)
    not_negative(end, "end")
    at_least_one(steps, "steps")


def at_least_one(n: int, name: str) -> None:
    """Raise ValueError if a number of steps is below 1."""
    if n < 1:
        raise ValueError(f"{name} must be at least 1 step, got {n}")
