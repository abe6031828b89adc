"""Tests that random numbers of the operating system are refused in a recording, and only there."""

from __future__ import annotations

import os
import random
import secrets
import threading
import uuid
from collections.abc import Callable

import numpy as np
import numpy.random
import pytest

import engine
from engine import Value
from engine.compile.record.entropy import SOURCES

w = Value(2.0)
SYSTEM = random.SystemRandom()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: random.Random().random(),
        lambda: random.Random(None).random(),
        lambda: secrets.randbelow(100),
        lambda: SYSTEM.random(),
        lambda: SYSTEM.choice([1.0, 2.0]),
        lambda: uuid.uuid4().int,
        lambda: os.urandom(1)[0],
        lambda: np.random.default_rng().random(),
    ],
)
@pytest.mark.parametrize("batched", [False, True])
def test_what_the_operating_system_draws_is_refused(
    draw: Callable[[], float], batched: bool
) -> None:
    program = engine.compile(lambda x: w * x * (2.0 if draw() > 0.03 else 0.0), batched=batched)
    with pytest.raises(engine.RecordingError, match=r"test_entropy.py:\d+ .*operating system"):
        program([1.0] if batched else 1.0)


@pytest.mark.parametrize(
    "draw",
    [
        random.Random(3).random,
        np.random.default_rng(3).random,
        np.random.RandomState(3).rand,
        np.random.rand,
    ],
)
def test_what_a_generator_draws_is_refused_and_put_back(draw: Callable[[], float]) -> None:
    owner = draw.__self__
    before = repr(owner.bit_generator.state if hasattr(owner, "bit_generator") else draw)
    program = engine.compile(lambda x: w * x * (2.0 if draw() < 0.9 else 1.0))
    with pytest.raises(engine.RecordingError, match="draws random numbers while it is recorded"):
        program(1.0)
    assert repr(owner.bit_generator.state if hasattr(owner, "bit_generator") else draw) == before


def test_a_generator_with_a_seed_may_be_made() -> None:
    def fn(x):
        first = random.Random(3).random()
        rng = random.Random(0)
        rng.seed(a=3)
        return w * x * (first - rng.random() + np.random.default_rng(3).random())

    wanted = 2.0 * np.random.default_rng(3).random()
    program = engine.compile(fn)
    assert [program(1.0) for _ in range(6)] == [wanted] * 6


def test_python_is_left_as_it_was_and_other_threads_draw_as_ever() -> None:
    before = [getattr(owner, name) for owner, name in SOURCES]
    drawn = []

    def fn(x):
        thread = threading.Thread(target=lambda: drawn.append(random.Random().random()))
        thread.start()
        thread.join()
        return w * x

    program = engine.compile(fn)
    assert program(1.0) == 2.0
    assert len(drawn) == 2  # the function is also run on the number itself
    with pytest.raises(engine.RecordingError):
        engine.compile(lambda x: w * x * os.urandom(1)[0])(1.0)
    assert [getattr(owner, name) for owner, name in SOURCES] == before
