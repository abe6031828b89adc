"""Tests of programs in several threads, and in code that interrupts a call."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable

import pytest

import engine
import nn
from engine import Value
from tests.random_programs import BACKENDS

REFUSED = "a program works for one thread at a time; compile the function once for each"


class Paused:
    """A program whose next replay waits in its middle, in a thread of its own."""

    def __init__(self, program: engine.Program, call: Callable[[], float]) -> None:
        self.began, self.goes_on, self.said = threading.Event(), threading.Event(), list[float]()
        replay = program._cache.last.replay
        run = replay.run

        def slow_run(*args, **options):
            result = run(*args, **options)
            self.began.set()
            self.goes_on.wait(10)
            return result

        replay.run = slow_run
        self.thread = threading.Thread(target=lambda: self.said.append(call()))
        self.thread.start()
        assert self.began.wait(10)
        replay.run = run

    def end(self) -> float:
        self.goes_on.set()
        self.thread.join()
        return self.said[0]


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_second_thread_is_refused_whatever_it_asks_for(backend: str) -> None:
    w = Value(2.0)
    optimizer = nn.SGD([w], learning_rate=0.5)
    program = engine.compile(lambda x: (w * x, [w * x * x]), optimizer=optimizer, backend=backend)
    program.evaluate(1.0)
    paused = Paused(program, lambda: program.step(3.0))
    uses = [program, program.evaluate, program.step]
    for use in [*(lambda use=use: use(4.0) for use in uses), program.source]:
        with pytest.raises(RuntimeError, match=REFUSED):
            use()
    with pytest.raises(RuntimeError, match=REFUSED):
        _ = program.outputs
    with pytest.raises(RuntimeError, match=REFUSED):
        _ = program.graph
    assert paused.end() == 6.0
    assert (w.grad, w.data) == (3.0, 0.5)  # of the first thread's step alone
    assert program(4.0) == 2.0
    assert [float(x[0]) for x in program.outputs] == [8.0]


def test_a_thread_is_refused_while_the_optimizer_of_another_moves() -> None:
    w, began, goes_on = Value(2.0), threading.Event(), threading.Event()

    class SlowOptimizer:
        def step(self) -> None:
            began.set()
            goes_on.wait(10)
            w.data -= w.grad

    program = engine.compile(lambda x: w * x, optimizer=SlowOptimizer())
    thread = threading.Thread(target=program.step, args=(3.0,))
    thread.start()
    assert began.wait(10)
    with pytest.raises(RuntimeError, match=REFUSED):
        program(100.0)
    goes_on.set()
    thread.join()
    assert w.data == -1.0


def test_an_optimizer_may_use_the_program_in_its_own_step() -> None:
    w, losses = Value(2.0), []

    class LineSearch:
        def step(self) -> None:
            w.data = 1.0
            losses.append(program.evaluate(3.0))

    program = engine.compile(lambda x: w * x, optimizer=LineSearch())
    assert program.step(3.0) == 6.0
    assert losses == [3.0]


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_signal_handler_that_interrupts_a_call_is_refused(backend: str) -> None:
    w, caught = Value(2.0), []
    program = engine.compile(lambda x: w * x, backend=backend)
    program(1.0)
    replay = program._cache.last.replay
    run = replay.run

    def handler(*_: object) -> None:
        try:
            program(5.0)
        except RuntimeError as error:
            caught.append(str(error))

    def interrupted_run(*args, **options):
        signal.raise_signal(signal.SIGINT)
        return run(*args, **options)

    replay.run = interrupted_run
    former = signal.signal(signal.SIGINT, handler)
    try:
        assert program(3.0) == 6.0
    finally:
        signal.signal(signal.SIGINT, former)
    assert len(caught) == 1
    assert "signal handler" in caught[0]


def test_a_call_that_raises_gives_the_program_back() -> None:
    w = Value(2.0)
    program = engine.compile(lambda x: engine.log(w * x))
    with pytest.raises(engine.DomainError):
        program(-1.0)
    thread_said: list[float] = []
    thread = threading.Thread(target=lambda: thread_said.append(program(0.5)))
    thread.start()
    thread.join()
    assert thread_said == [0.0]


def test_tasks_that_take_turns_get_results_of_their_own() -> None:
    w = Value(2.0)
    program = engine.compile(lambda x: w * x)

    async def task(x: float) -> list[float]:
        found = []
        for _ in range(20):
            found.append(program(x))
            await asyncio.sleep(0)
        return found

    async def both() -> list[list[float]]:
        return await asyncio.gather(task(1.0), task(10.0))

    assert asyncio.run(both()) == [[2.0] * 20, [20.0] * 20]
    assert w.grad == 220.0


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_programs_of_their_own_in_many_threads_give_what_they_give_alone(backend: str) -> None:
    def trained(seed: int) -> list[float]:
        model = nn.MLP(2, [4, 1], seed=seed)
        optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
        program = engine.compile(
            lambda X: sum((model(x) - 1.0) ** 2 for x in X), optimizer=optimizer, backend=backend
        )
        return [program.step([[0.1 * seed, 0.2], [0.3, -0.4]]) for _ in range(30)]

    wanted = [trained(seed) for seed in range(4)]
    found: dict[int, list[float]] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: found.update({seed: trained(seed)}))
        for seed in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(4)] == wanted
