"""Tests of `engine.compile.cache`: how much a program keeps, and what it leaves behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest

import engine
import nn
from engine import Value
from engine.compile import cache
from engine.compile.recent import Recent
from tests.random_programs import BACKENDS

pytestmark = pytest.mark.filterwarnings("ignore:.* has been recorded 20 times:RuntimeWarning")


def mean(w: Value) -> Callable[[list[float]], Value]:
    return lambda X: sum(w * x for x in X) / len(X)


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
@pytest.mark.parametrize("batched", [False, True])
def test_a_program_that_is_dropped_leaves_nothing_behind(backend: str, batched: bool) -> None:
    w = Value(2.0)
    optimizer = nn.SGD([w], learning_rate=0.1)
    fn = (lambda x: engine.tanh(w * x)) if batched else mean(w)
    program = engine.compile(fn, backend=backend, batched=batched, optimizer=optimizer)
    replays, tapes = [], []
    for n in (1, 2, 3):
        program.step([1.0] * n)
        call = program._cache.last
        replays += [weakref.ref(call.replay), weakref.ref(call.entry)]
        tapes.append(weakref.ref(call.entry.tape))
    gc.disable()
    del program, fn, call
    arrays_left = [
        x() for x in replays if x() is not None
    ]  # which should not wait for a collection
    gc.enable()
    gc.collect()
    assert arrays_left == []
    assert [x() for x in tapes if x() is not None] == []
    w.data = 3.0
    (w * w).backward()  # it works as before
    assert w.data == 3.0


def test_of_a_hundred_shapes_the_last_64_are_kept() -> None:
    w, program, kept = Value(2.0), None, []
    program = engine.compile(mean(w))
    for n in range(1, 101):
        assert program([1.0] * n) == pytest.approx(2.0)
        kept.append(weakref.ref(program._cache.last.replay))
    gc.collect()
    assert [replay() is not None for replay in kept] == [False] * 36 + [True] * 64


def test_of_a_hundred_batch_sizes_the_64_used_last_are_kept() -> None:
    w, kept = Value(2.0), []
    program = engine.compile(lambda x: w * x, batched=True)
    for n in range(1, 101):
        assert program([1.0] * n) == pytest.approx(2.0)
        kept.append(weakref.ref(program._cache.last.replay))
        program([1.0])  # used again and again, so it stays
    gc.collect()
    assert [replay() is not None for replay in kept] == [True] + [False] * 36 + [True] * 63
    assert program([1.0, 3.0]) == 4.0
    assert program.stats.recordings == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_few_large_recordings_are_kept(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_STEPS", 100)
    w = Value(2.0)
    program = engine.compile(mean(w), backend=backend)
    for n in (10, 11, 12, 200):
        program([1.0] * n)
        assert sum(len(x.tape) for x in program._cache._entries.values()) <= 100 or n == 200
    assert len(program._cache._entries) == 1  # the last, however large
    assert program([1.0] * 10) == pytest.approx(2.0)


def test_a_program_of_all_samples_keeps_no_lane_classes() -> None:
    w = Value(2.0)
    program = engine.compile(mean(w))
    program([1.0, 2.0])
    assert program._cache.last.entry.rolled is None


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    recent: Recent[str, int] = Recent(3, 100)
    for key in "abc":
        recent.add(key, 0, 1)
    recent.use("a")
    recent.add("d", 0, 1)
    assert list(recent) == ["c", "a", "d"]
    recent.add("e", 0, 98)
    assert list(recent) == ["a", "d", "e"]
    recent.add("f", 0, 1000)
    assert list(recent) == ["f"]
    recent.clear()
    recent.add("g", 0, 100)
    assert list(recent) == ["g"]
