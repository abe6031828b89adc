"""Does what an alarm advises help? Each kind's advice, applied to a sick training as a student would.

Where the illness is an accident in mid-run there is no setting to change, and nothing is tested.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.benchmarks.trainings import NUMBERS, Numbers, Training, numbers

Applied = Iterator[Training]  # what is tried one after the other, until it helps


def changed(case: Training, **settings: Any) -> Training:
    """Return a training with some settings changed."""
    new = copy.copy(case)
    for key, value in settings.items():
        setattr(new, key, value)
    return new


def other_activation(case: Training) -> Applied:
    yield changed(case, activation="tanh", change=None)


def initialised(case: Training) -> Applied:
    if case.onset == 0:
        yield changed(case, change=None)


def leaky(case: Training) -> Applied:
    if case.onset == 0:
        yield changed(case, change=None)
    else:
        yield changed(case, activation="leaky_relu")


def slower(case: Training) -> Applied:
    factors = (0.1, 0.01, 0.001)
    if case.raised != 1.0:
        yield from (changed(case, raised=max(case.raised * f, 1.0)) for f in factors)
    else:
        yield from (changed(case, rate=case.rate * f) for f in factors)


def faster(case: Training) -> Applied:
    yield from (changed(case, rate=case.rate * f) for f in (10.0, 100.0, 1e3, 1e4, 1e5))


def all_parameters(case: Training) -> Applied:
    yield changed(case, parameters=None)


def weaker_penalty(case: Training) -> Applied:
    decay = case.settings.get("weight_decay", 0.0) / 100
    yield changed(
        case, penalty=case.penalty / 100, settings={"weight_decay": decay} if decay else {}
    )


def standardised(case: Training) -> Applied:
    t = case.task
    X = (t.X - t.X.mean(axis=0)) / t.X.std(axis=0)
    y, clean = t.y, t.clean
    if case.data in NUMBERS:
        y, clean = ((a - t.y.mean()) / t.y.std() for a in (t.y, t.clean))
    yield changed(case, task=t._replace(X=X, y=y, clean=clean))


def linear_output(case: Training) -> Applied:
    yield changed(case, output="linear")


def curved(case: Training) -> Applied:
    yield changed(case, activation="tanh")


def repeated(case: Training) -> Applied:
    t = case.task
    classes, counts = np.unique(t.y, return_counts=True)
    rows = [
        np.resize(np.flatnonzero(t.y == c), counts.max()) for c in classes
    ]  # each class as often
    which = np.concatenate(rows)
    yield changed(case, task=t._replace(X=t.X[which], y=t.y[which], clean=t.clean[which]))
    yield changed(case, steps=5 * case.steps)


def smaller(case: Training) -> Applied:
    yield changed(case, hidden=[6])
    yield changed(case, penalty=0.01)


def larger(case: Training) -> Applied:
    yield changed(case, hidden=[16, 16])


ADVICE: dict[str, Callable[[Training], Applied]] = {
    "vanishing": other_activation, "exploding": initialised, "dead": leaky,
    "saturated": initialised, "symmetric": initialised, "stuck_bias": all_parameters,
    "stuck_weights": all_parameters, "learning_rate_too_high": slower,
    "learning_rate_too_low": faster, "penalty_too_strong": weaker_penalty,
    "unscaled": standardised, "wrong_output": linear_output, "all_linear": curved,
    "class_never_predicted": repeated, "overfitting": smaller, "underfitting": larger,
}  # fmt: skip


def helped(ill: Training, found: Numbers) -> bool | None:
    """Return whether what the alarm of an illness advises helps; None if there is nothing to try.

    It helps if more is explained, or if what was wrong is gone and no less is explained.
    """
    tried = None
    for case in ADVICE.get(ill.illness, lambda _: iter(()))(ill):
        now = numbers(case)
        tried = better(ill, found, now)
        if tried:
            return True
    return tried


def better(ill: Training, before: Numbers, now: Numbers) -> bool:
    """Return whether a training went better than another."""
    if ill.illness == "overfitting":
        return now.validation[-1] < 0.9 * before.validation[-1]
    if now.score[-1] >= before.score[-1] + 0.1:
        return True
    gone = {
        "dead": sum(now.silent) < sum(before.silent),
        "saturated": sum(now.silent) < sum(before.silent),
        "symmetric": now.loss[-1] < 0.95 * before.loss[-1],
        "stuck_bias": now.loss[-1] < 1.05 * before.loss[-1],
    }.get(ill.illness, now.loss[-1] < 0.7 * before.loss[-1])
    return gone and now.score[-1] >= before.score[-1] - 0.05
