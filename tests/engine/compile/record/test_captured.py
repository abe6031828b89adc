"""Tests of captured state: what a function takes from outside besides Values, and how it is watched."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest

import engine
from engine import Value

w = Value(1.0, "w")


def test_a_change_of_a_number_closed_over_records_again() -> None:
    w, rate = Value(2.0), 0.5
    program = engine.compile(lambda x: w * x * rate)
    assert program(1.0) == 1.0
    rate = 3.0
    assert program(1.0) == 6.0
    assert program.stats.recordings == 2


def test_a_change_of_a_number_in_a_captured_array_records_again() -> None:
    w, mask = Value(2.0), np.array([1.0, 0.0])
    program = engine.compile(lambda X: sum(m * w * x for m, x in zip(mask, X, strict=True)))
    assert program([1.0, 10.0]) == 2.0
    mask[:] = [0.0, 1.0]  # another dropout
    assert program([1.0, 10.0]) == 20.0
    mask = np.array([1.0, 1.0])
    assert program([1.0, 10.0]) == 22.0
    mask[0] = 3.0
    assert program([1.0, 10.0]) == 26.0
    assert program.stats.recordings == 4


class Switches:
    """What a user's own objects and classes may hold."""

    kind = 1.0

    def __init__(self) -> None:
        self.mask = np.array([1.0, 0.0])
        self.name = "plain"
        self.last = 0.0

    def __call__(self, X: list[float]) -> Value:
        out = sum(m * w * x for m, x in zip(self.mask, X, strict=True)) * self.kind
        return out * 2.0 if self.name == "double" else out


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda s: setattr(s, "mask", np.array([0.0, 1.0])), 3.0),
        (lambda s: setattr(s, "mask", [1.0, 1.0]), 4.0),
        (lambda s: s.mask.fill(2.0), 8.0),
        (lambda s: setattr(s, "name", "double"), 2.0),
        (lambda s: setattr(s, "kind", 5.0), 5.0),
    ],
)
def test_what_the_code_reads_of_an_object_is_watched(
    change: Callable[[Switches], None], wanted: float
) -> None:
    switches = Switches()
    program = engine.compile(lambda X: switches(X))
    assert program([1.0, 3.0]) == 1.0
    switches.last = 7.0  # which no code reads that is recorded
    assert program([1.0, 3.0]) == 1.0
    assert program.stats.recordings == 1
    change(switches)
    assert program([1.0, 3.0]) == wanted


def test_what_dicts_lists_and_defaults_hold_is_watched() -> None:
    w, config, factors = Value(1.0), {"mask": [1.0, 0.0], "scale": None}, [2.0]

    def fn(X, *, extra=1.0):
        out = sum(m * w * x for m, x in zip(config["mask"], X, strict=True))
        return out * (config["scale"] or 1.0) * len(factors) * extra

    program = engine.compile(fn)
    found = [program([1.0, 3.0])]
    config["mask"] = [0.0, 1.0]
    found.append(program([1.0, 3.0]))
    config["scale"] = 2.0
    found.append(program([1.0, 3.0]))
    factors.append(9.0)
    found.append(program([1.0, 3.0]))
    fn.__kwdefaults__["extra"] = 0.5
    found.append(program([1.0, 3.0]))
    assert found == [1.0, 3.0, 6.0, 12.0, 6.0]
    extras = []
    program = engine.compile(lambda x: w * x + sum(extras))
    assert program(2.0) == 2.0
    extras.append(5.0)  # to a list that had nothing in it
    assert program(2.0) == 7.0


def test_two_arrays_in_turn_are_recorded_once_each() -> None:
    w, masks = Value(1.0), (np.array([1.0]), np.array([2.0]))
    mask = masks[0]
    program = engine.compile(lambda x: mask[0] * w * x)
    for i in range(10):
        mask = masks[i % 2]
        assert program(1.0) == mask[0]
    assert program.stats.recordings <= 3


def test_a_program_can_forget_what_it_has_recorded() -> None:
    w, many = Value(2.0), np.ones(20_000)  # too many numbers to watch
    program = engine.compile(lambda x: many[7] * w * x, audit=False)
    assert program(1.0) == 2.0
    many[7] = 3.0
    assert program(1.0) == 2.0
    program.forget()
    assert program(1.0) == 6.0


def test_a_change_of_a_number_inside_another_object_records_again() -> None:
    class Settings:
        rate = 1.0

        def __init__(self):
            self.scale, self.mask = 2.0, [1.0, 0.0]

    w, chosen, table = Value(2.0), Settings(), {"shift": 0.5}

    def helper(v):
        return v * chosen.mask[0] + table["shift"]

    program = engine.compile(lambda x: helper(w * x) * chosen.scale)
    assert program(1.0) == (2.0 + 0.5) * 2.0
    chosen.scale = np.float32(3.0)
    assert program(1.0) == (2.0 + 0.5) * 3.0
    chosen.mask[0] = 0.0
    assert program(1.0) == 0.5 * 3.0
    table["shift"] = 1.0
    assert program(1.0) == 3.0
    w = Value(7.0)  # another weight under the same name, as when a cell of a notebook is run again
    chosen.mask[0] = 1.0
    assert program(1.0) == (7.0 + 1.0) * 3.0


def test_the_number_in_a_penalty_is_watched_too() -> None:
    w, strength = Value(2.0), 0.1
    program = engine.compile(lambda x: w * x, batched=True, penalty=lambda: strength * w * w)
    assert program([1.0]) == pytest.approx(2.4)
    strength = 10.0
    assert program([1.0]) == pytest.approx(42.0)


def test_many_recordings_are_reported_once() -> None:
    w, rate = Value(2.0), 0.0
    program = engine.compile(lambda x: w * x * rate)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for i in range(40):
            rate = float(i)
            assert program(1.0) == 2.0 * i
    assert ["has been recorded 20 times" in str(c.message) for c in caught] == [True]


def test_an_attribute_of_a_function_is_watched_and_may_count() -> None:
    w = Value(2.0)

    def fn(x):
        fn.calls += 1
        return w * x * fn.scale * (5.0 if fn.calls > 8 else 1.0)

    fn.calls, fn.scale = 0, 1.0
    program = engine.compile(fn)
    assert [program(1.0) for _ in range(7)] == [2.0] * 7
    fn.scale = 3.0
    assert [program(1.0) for _ in range(2)] == [6.0, 30.0]
