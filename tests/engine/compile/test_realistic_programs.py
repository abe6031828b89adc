"""Programs that people write, and random ones that decide: compiled, they give what the eager engine gives."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import engine
from engine import Value
from tests import realistic_programs
from tests.deciding_programs import PYTHONS, deciding
from tests.realistic_programs import KINDS, Program, compared

BACKENDS = ["auto", "numpy", "python"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_realistic_program_trains_as_the_eager_engine_does(
    kind: str, batched: bool, backend: str
) -> None:
    for seed in range(2):

        def make(seed: int = seed) -> Program:
            return KINDS[kind](random.Random(f"{kind}{seed}"))

        if batched and make().coupled:
            return
        assert compared(make, seed, backend=backend, batched=batched) == "same"


@pytest.mark.filterwarnings("ignore::engine.NonFiniteWarning")
@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_deciding_program_gives_what_the_eager_engine_gives_or_is_refused(
    seed: int, batched: bool
) -> None:
    for backend in BACKENDS:
        found = compared(
            lambda: deciding(random.Random(f"deciding{seed}")),
            seed,
            backend=backend,
            batched=batched,
        )
        assert found == "same" or found.startswith("refused: ")


@pytest.mark.parametrize("python", PYTHONS)
def test_what_python_decides_by_an_input_is_refused(python: Callable) -> None:
    w = Value(2.0)
    program = engine.compile(lambda x, y: w * python(x, y))
    with pytest.raises(engine.RecordingError):
        program(-1.0, 3.0)


def test_comparison_of_programs_notices_a_choice_that_is_frozen(monkeypatch) -> None:
    class Frozen:  # as a compiler would be that records once and looks at nothing
        def __init__(self, fn: Callable, **options: object) -> None:
            self.fn, self.chosen = fn, list[bool]()

        def __call__(self, X: list, T: list) -> float:
            self.chosen = self.chosen or [x[0] > 0 for x in X]
            loss, self.outputs = self.fn(X, T)
            (loss * (2.0 if self.chosen[0] else 1.0)).backward()
            return loss.data

    def make() -> Program:
        w = Value(0.5)

        def fn(x: list, t: float) -> tuple[Value, list[Value]]:
            return w * x[0], []

        return Program(fn, [w], realistic_programs.numbers(1))

    monkeypatch.setattr(engine, "compile", Frozen)
    with pytest.raises(AssertionError):
        compared(make, 1, backend="auto", batched=False)
