"""With-blocks belong to the thread or task that opened them, and may be closed in any order."""

import asyncio
import copy
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import engine
from engine import NonFiniteError, Value
from tests.needs import needs_tasks, needs_threads

pytestmark = pytest.mark.core

BLOCKS: dict[str, Callable[[], object]] = {
    "no_grad": engine.no_grad,
    "strict": engine.strict,
    "scope": lambda: engine.scope("s"),
}


def open_blocks() -> set[str]:
    """Return which blocks are open here, found by what they do."""
    node = Value(2.0) * 3.0
    found = set()
    if node.op is None:
        found.add("no_grad")
    if node.scope is not None:
        found.add("scope")
    try:
        Value(float("inf"))
    except NonFiniteError:
        found.add("strict")
    return found


def in_a_thread(function: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result(timeout=60)


@needs_threads
@pytest.mark.parametrize("name", BLOCKS)
def test_block_is_open_for_its_own_thread_alone(name: str) -> None:
    with BLOCKS[name]():  # type: ignore[attr-defined]
        assert open_blocks() == {name}
        assert in_a_thread(open_blocks) == set()
    assert open_blocks() == set()


@needs_threads
@pytest.mark.parametrize("name", BLOCKS)
def test_block_of_another_thread_is_not_open_here(name: str) -> None:
    opened, seen = threading.Event(), threading.Event()

    def hold() -> None:
        with BLOCKS[name]():  # type: ignore[attr-defined]
            opened.set()
            seen.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    opened.wait(60)
    found = open_blocks()
    seen.set()
    other.join(60)
    assert found == set()


@needs_threads
def test_graph_made_while_another_thread_records_nothing_has_its_gradient() -> None:
    w = Value(1.0)
    opened, seen = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.no_grad():
            opened.set()
            seen.wait(60)

    a = w * w
    other = threading.Thread(target=hold)
    other.start()
    opened.wait(60)
    b = w * 9.0
    seen.set()
    other.join(60)
    (a + b).backward()
    assert w.grad == 11.0


@needs_threads
def test_many_threads_that_predict_leave_nothing_behind() -> None:
    import nn

    model = nn.MLP(2, [4, 1], seed=0)
    rows = [[0.1, 0.2]] * 50
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _: nn.predict(model, rows), range(12)))) == 12
    assert open_blocks() == set()


@needs_tasks
def test_block_is_open_for_its_own_task_alone() -> None:
    async def hold(opened: asyncio.Event, seen: asyncio.Event) -> set[str]:
        with engine.no_grad(), engine.scope("s"):
            opened.set()
            await seen.wait()
            return open_blocks()

    async def look() -> tuple[set[str], set[str]]:
        opened, seen = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(hold(opened, seen))
        await opened.wait()
        here = open_blocks()
        seen.set()
        return here, await task

    assert asyncio.run(look()) == (set(), {"no_grad", "scope"})


@pytest.mark.parametrize("first", [0, 1])
def test_overlapping_blocks_are_closed_in_any_order(first: int) -> None:
    blocks = [engine.no_grad(), engine.strict()]
    names = ["no_grad", "strict"]
    for block in blocks:
        block.__enter__()
    assert open_blocks() == set(names)
    blocks[first].__exit__()
    assert open_blocks() == {names[1 - first]}
    blocks[1 - first].__exit__()
    assert open_blocks() == set()


def test_block_in_a_suspended_generator_is_closed_with_it() -> None:
    def generator() -> Iterator[int]:
        with engine.no_grad():
            yield 1
            yield 2

    suspended = generator()
    next(suspended)
    with engine.strict():
        suspended.close()
        assert open_blocks() == {"strict"}
    assert open_blocks() == set()


def test_block_inside_a_context_manager_holds_for_the_body() -> None:
    @contextmanager
    def evaluating() -> Iterator[None]:
        with engine.no_grad():
            yield

    with evaluating():
        assert open_blocks() == {"no_grad"}
    assert open_blocks() == set()


def test_block_may_be_open_inside_itself() -> None:
    block = engine.no_grad()
    with block:
        with block:
            assert open_blocks() == {"no_grad"}
        assert open_blocks() == {"no_grad"}
    assert open_blocks() == set()


def test_block_stays_open_when_a_number_is_changed_in_it() -> None:
    x = Value(1.0)
    with engine.scope("s"), engine.strict():
        x.data = 2.0
        assert open_blocks() == {"scope", "strict"}
        assert (x * 2).scope.name == "s"
    assert open_blocks() == set()


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copied_scope_works(copied: Callable[[engine.scope], engine.scope]) -> None:
    original = engine.scope("s", note="tanh")
    with original:
        tag = Value(1.0).scope
    with copied(original):
        assert Value(1.0).scope is tag
