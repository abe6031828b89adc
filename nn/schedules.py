"""Learning rates that change over the steps of a training run.

A schedule is a function from the number of the step, from 0, to the learning rate; every optimiser
takes one where it takes a number.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from nn.checks import not_negative, positive, whole_number
from nn.other_names import says_how

Schedule = Callable[[int], float]


class Made:
    """A schedule that a function of this file made: prints as that call, and does not change."""

    def __init__(self, text: str, rule: Schedule) -> None:
        # Messages call a function by its __qualname__.
        vars(self).update(__qualname__=text, rule=rule)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return self.rule(step)  # type: ignore[attr-defined,no-any-return]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{self!r} does not change, so its {name} cannot be set; make another schedule, and "
            "set optimizer.learning_rate to it"
        )

    def __repr__(self) -> str:
        return str(vars(self)["__qualname__"])


@says_how("schedules.constant(0.1)")
def constant(rate: float) -> Schedule:
    """Always the same rate."""
    rate = positive(rate)
    return Made(f"constant({rate})", lambda step: rate)


@says_how("schedules.step_decay(0.1, every=100)")
def step_decay(rate: float, *, every: int, factor: float = 0.5) -> Schedule:
    """Multiply the rate by `factor` after every `every` steps."""
    rate, factor = positive(rate), positive(factor, "factor")
    every = whole_number(every, "every")
    text = f"step_decay({rate}, every={every}, factor={factor})"
    return Made(text, lambda step: rate * factor ** (step // every))


@says_how("schedules.linear(0.1, steps=1000)")
def linear(rate: float, *, steps: int, end: float = 0.0) -> Schedule:
    """Go from `rate` to `end` in a straight line over `steps` steps, and stay there."""
    rate, end = positive(rate), not_negative(end, "end")
    steps = whole_number(steps, "steps")
    text = f"linear({rate}, steps={steps}, end={end})"
    return Made(text, lambda step: rate + (end - rate) * min(1.0, step / steps))


@says_how("schedules.cosine(0.1, steps=1000)")
def cosine(rate: float, *, steps: int, end: float = 0.0) -> Schedule:
    """Go from `rate` to `end` along half a cosine over `steps` steps, and stay there.

    References:
        Loshchilov & Hutter (2017), SGDR, equation 5, without restarts.
    """
    rate, end = positive(rate), not_negative(end, "end")
    steps = whole_number(steps, "steps")
    text = f"cosine({rate}, steps={steps}, end={end})"
    return Made(
        text, lambda step: end + (rate - end) * 0.5 * (1 + cos(pi * min(1.0, step / steps)))
    )


@says_how("schedules.warm_up(0.1, steps=100)")
def warm_up(schedule: float | Schedule, *, steps: int) -> Schedule:
    """Rise from nearly 0 to the schedule's rate over `steps` steps, then follow the schedule."""
    steps = whole_number(steps, "steps")
    follow = schedule if callable(schedule) else constant(schedule)
    text = f"warm_up({follow!r}, steps={steps})"
    return Made(text, lambda step: follow(step) * min(1.0, (step + 1) / steps))


# What makes a schedule, with an example: given in the place of one, it has not been called.
SCHEDULES: dict[object, str] = {
    constant: "constant(0.1)",
    step_decay: "step_decay(0.1, every=100)",
    linear: "linear(0.1, steps=1000)",
    cosine: "cosine(0.1, steps=1000)",
    warm_up: "warm_up(0.1, steps=100)",
}
