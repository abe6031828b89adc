"""Tests that graphs of any depth are freed, also where the stack is small, as in WebAssembly."""

import gc
import subprocess
import sys
from collections.abc import Callable

import pytest

import engine
from engine import Value
from engine.guards.small_stack import free_inputs

pytestmark = pytest.mark.core


def by_hand(x: Value) -> Value:
    """Return a result made by hand, which is in a cycle with its function."""
    out = Value(x.data, (x,), "copy")

    def backward() -> None:
        x.grad += out.grad

    out._backward = backward
    return out


@pytest.mark.parametrize(
    "step",
    [
        lambda x: x * 1.0,
        lambda x: 1.0 * x,
        lambda x: x + x,
        lambda x: engine.where(x, 1.0, 0.0),
        lambda x: engine.where(1.0, x, 0.0),
        lambda x: Value(x.data, (x,), "copy"),
        by_hand,
    ],
)
def test_chain_of_20_000_is_freed(step: Callable[[Value], Value]) -> None:
    out = Value(1.0)
    for _ in range(20_000):
        out = step(out)
    del out
    gc.collect()


def test_chain_of_20_000_in_a_cycle_is_freed() -> None:
    out = Value(1.0)
    for _ in range(20_000):
        out = out * 1.0
    cycle: list[object] = [out]
    cycle.append(cycle)
    del out, cycle
    gc.collect()


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="needs reference counts")
def test_results_are_freed_one_after_the_other_and_not_one_within_the_other() -> None:
    class Watched(Value):
        alive = depth = deepest = 0

        def __del__(self) -> None:
            Watched.depth += 1
            Watched.deepest = max(Watched.deepest, Watched.depth)
            free_inputs(self)
            Watched.depth -= 1
            Watched.alive -= 1

    out = Watched(1.0)
    for _ in range(100):
        out = out * 2.0 + out
    Watched.alive = 201
    kept = out.inputs[0]
    del out
    assert (Watched.alive, Watched.deepest) == (200, 1)
    assert kept.inputs[0].inputs[1].inputs
    del kept
    assert (Watched.alive, Watched.deepest) == (0, 2)


def test_value_that_was_never_made_is_freed_without_a_word() -> None:
    free_inputs(object.__new__(Value))


def test_only_webassembly_pays_for_it() -> None:
    assert hasattr(Value, "__del__") == (sys.platform in ("emscripten", "wasi"))


@pytest.mark.skipif(sys.platform == "emscripten", reason="it is the platform itself")
def test_webassembly_frees_so() -> None:
    code = (
        "import sys; sys.platform = 'emscripten'\n"
        "import engine\n"
        "x = engine.Value(1.0)\n"
        "for _ in range(20_000): x = x * 1.0\n"
        "print(engine.Value.__del__.__name__)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "free_inputs\n"
    assert "ignored" not in ran.stderr  # an error in a finaliser only warns
