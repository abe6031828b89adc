"""A graph whose numbers were changed after it was computed says so."""

import copy
import pickle
import threading
import warnings

import pytest

import engine
from engine import StaleGraphError, StaleGraphWarning, Value
from tests.needs import needs_threads

pytestmark = pytest.mark.core


def test_backward_after_a_change_warns_with_both_numbers_and_gives_the_recorded_slope() -> None:
    w, x = Value(0.5, "w"), Value(3.0, "x")
    f = w * w * x
    w.data = 7.0
    with pytest.warns(
        StaleGraphWarning, match="'w' was changed from 0.5 to 7 after it was used"
    ) as caught:
        f.backward()
    assert caught[0].filename == __file__
    assert (w.grad, x.grad) == (3.0, 0.25)


def test_change_between_two_results_of_one_graph_is_found() -> None:
    w = Value(2.0, "w")
    h = w * 3.0
    w.data = 5.0
    out = h * w
    with pytest.warns(StaleGraphWarning, match="'w' was changed from 2 to 5"):
        out.backward()


def test_two_losses_over_one_graph_with_a_step_in_between() -> None:
    w = Value(1.0, "w")
    shared = w * 2.0
    first, second = shared * shared, shared + 1.0
    first.backward()
    w.data -= 0.1 * w.grad
    with pytest.warns(StaleGraphWarning, match="'w' was changed from 1 to 0.2"):
        second.backward()


def test_strict_raises_instead() -> None:
    w = Value(1.0, "w")
    out = w * w
    w.data = 2.0
    with engine.strict(), pytest.raises(StaleGraphError, match="compute the result again"):
        out.backward()
    assert w.grad == 0.0


def test_changed_result_in_between_is_named() -> None:
    x = Value(2.0)
    h = x * x
    h.label = "h"
    out = h * 3.0 + h.exp()
    h.data = 1.0
    with pytest.warns(StaleGraphWarning, match="'h' was changed from 4 to 1"):
        out.backward()


def test_training_loop_does_not_warn() -> None:
    w, b = Value(0.5, "w"), Value(0.0)
    kept = Value(4.0) * 2.0  # older than every change, and uses none of the changed numbers
    for _ in range(5):
        loss = (w * kept + b - 1.0) ** 2
        w.grad = b.grad = 0.0
        loss.backward()
        w.data -= 0.01 * w.grad
        b.data -= 0.01 * b.grad


def test_number_that_was_changed_back_is_not_stale() -> None:
    w = Value(0.5)
    out = w * w
    w.data = 1.0
    w.data = 0.5
    out.backward()
    assert w.grad == 1.0


def test_assigning_the_same_number_is_not_a_change() -> None:
    w = Value(0.5)
    out = w * w
    w.data = 0.5
    out.backward()
    assert w.grad == 1.0


@needs_threads
def test_graph_of_another_thread_is_not_taken_for_stale() -> None:
    w = Value(1.0)
    errors: list[BaseException] = []

    def compute() -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                (w * w).backward()
        except Exception as error:
            errors.append(error)

    w.data = 3.0
    thread = threading.Thread(target=compute)
    thread.start()
    thread.join(60)
    assert errors == []
    assert w.grad == 6.0


def test_forgotten_number_is_not_made_up() -> None:
    w = Value(0.0, "w")
    out = w * w
    for i in range(1, 20):
        w.data = float(i)
    with pytest.warns(StaleGraphWarning, match="'w' was changed to 19 after it was used"):
        out.backward()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copy_of_a_stale_graph_is_stale(copied) -> None:
    w = Value(0.5, "w")
    out = w * w
    w.data = 7.0
    with pytest.warns(StaleGraphWarning, match="'w' was changed from 0.5 to 7"):
        copied(out).backward()


def test_graph_on_a_loaded_leaf_is_not_stale() -> None:
    w = Value(0.5)
    w.data = 7.0
    loaded = pickle.loads(pickle.dumps(w))
    (loaded * loaded).backward()
    assert loaded.grad == 14.0


def test_step_of_a_compiled_program_makes_older_graphs_stale() -> None:
    pytest.importorskip("numpy")
    w = Value(0.5, "w")

    class Descent:
        def step(self) -> None:
            arrays = engine.live_arrays([w])
            arrays.data = arrays.data - 0.1 * arrays.grad

    program = engine.compile(lambda x: (w * x - 1.0) ** 2, optimizer=Descent())
    program.step(1.0)
    out = w * w
    program.step(1.0)
    with pytest.warns(StaleGraphWarning, match="'w' was changed"):
        out.backward()
    (w * w).backward()


def test_grad_of_a_stale_graph_warns() -> None:
    w = Value(0.5, "w")
    out = w * w
    w.data = 7.0
    with pytest.warns(StaleGraphWarning, match="'w' was changed from 0.5 to 7"):
        engine.grad(out, w)


@pytest.mark.filterwarnings("ignore:this graph is stale")
def test_warning_of_inf_names_the_numbers_that_were_used() -> None:
    x = Value(800.0, "x")
    out = x.exp()
    x.data = 1.0
    with pytest.warns(engine.NonFiniteWarning, match="made by exp from 800"):
        out.backward()


def test_refused_stale_graph_keeps_plain_numbers_as_gradients() -> None:
    w = Value(1.0, "w")
    h = w * w
    out = h * w
    w.data = 2.0
    with engine.strict(), pytest.raises(StaleGraphError):
        out.backward()
    assert [type(node.grad) for node in (w, h, out)] == [float] * 3
