"""The backward pass: order, accumulation, depth, and what it leaves alone."""

import gc
import pickle
import sys
import warnings

import pytest

import engine
from engine import NonFiniteWarning, StaleGraphWarning, Value
from engine.value import topological_order

pytestmark = pytest.mark.core


def test_gradient_adds_up_when_a_value_is_used_twice() -> None:
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_node_hands_on_its_gradient_only_when_it_has_all_of_it() -> None:
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (4.0, 2.0, 1.0)


def test_two_backward_passes_double_a_leaf_and_leave_the_rest_right() -> None:
    x = Value(3.0)
    y = x * 2
    z = y * y
    z.backward()
    with pytest.warns(RuntimeWarning, match="every gradient is now doubled"):
        z.backward()
    assert (x.grad, y.grad, z.grad) == (48.0, 12.0, 1.0)


def test_passes_from_two_results_add_up_in_shared_leaves() -> None:
    x = Value(3.0)
    shared = x * x
    (shared * 2).backward()
    (shared * 5).backward()
    assert (x.grad, shared.grad) == (6.0 * 7, 5.0)


def test_moving_a_leaf_after_the_forward_pass_does_not_change_the_gradient() -> None:
    x, y = Value(3.0), Value(4.0)
    out = x * y
    x.data = y.data = 100.0
    with pytest.warns(StaleGraphWarning):
        out.backward()
    assert (x.grad, y.grad) == (4.0, 3.0)


def test_constants_are_plain_numbers_among_the_inputs() -> None:
    x = Value(3.0)
    assert (2 - x).inputs == (2.0, x)
    assert (2 - x).local_derivatives == (None, -1.0)
    assert (x**2).inputs == (x, 2.0)
    assert Value(1.0).inputs == Value(1.0).local_derivatives == ()


def test_negative_base_with_a_plain_exponent_asks_for_no_logarithm() -> None:
    x = Value(-4.0)
    (x**2).backward()
    assert x.grad == -8.0


def test_zero_grad_of_a_result_clears_its_whole_graph() -> None:
    x = Value(3.0)
    y = x * x
    (z := y + 1).backward()
    z.zero_grad()
    assert (x.grad, y.grad, z.grad) == (0.0, 0.0, 0.0)


def test_detached_value_passes_no_gradient() -> None:
    x = Value(3.0, "x")
    held = x.detach()
    (x * held).backward()
    assert (x.grad, held.data, held.label, held.op) == (3.0, 3.0, "x", None)


def test_walk_that_was_cut_short_leaves_no_mark_that_the_next_believes() -> None:
    x = Value(3.0)
    y = x * x
    z = y + 1
    topological_order(z)  # the walk alone, as if Ctrl-C had come before any gradient was passed on
    (z + y).backward()
    assert (x.grad, y.grad, z.grad) == (12.0, 2.0, 1.0)


class Interrupting(Value):
    """A Value at which the walk (reads=1) or the sum of gradients after it (reads=2) meets Ctrl-C."""

    __slots__ = ()
    reads = 0

    @property
    def _b(self) -> Value | None:  # type: ignore[override]
        Interrupting.reads -= 1
        if Interrupting.reads == 0:
            raise KeyboardInterrupt
        return vars(Value)["_b"].__get__(self)


@pytest.mark.parametrize("reads", [1, 2])
def test_interrupt_leaves_plain_numbers_as_gradients(
    reads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = Value(3.0)
    y = x * x
    z = y + 1
    out = z * y
    monkeypatch.setattr(Interrupting, "reads", 0)
    y.__class__ = Interrupting
    Interrupting.reads = reads
    with pytest.raises(KeyboardInterrupt):
        out.backward()
    assert [type(node.grad) for node in (x, y, z, out)] == [float] * 4
    y.__class__ = Value
    x.grad = 0.0
    out.backward()
    assert x.grad == 4 * 27 + 2 * 3


def test_marks_of_the_walk_are_no_floats_that_an_interpreter_may_merge() -> None:
    # PyPy compares plain floats by their bits when asked for `is`, so all zeros are one.
    x = Value(3.0)
    y = x * x
    topological_order(y)
    assert type(y.grad) is not float
    assert y.grad == 0.0
    assert type(pickle.loads(pickle.dumps(y)).grad) is float


def test_chain_of_a_million_works_at_the_default_recursion_limit_and_is_freed() -> None:
    assert sys.getrecursionlimit() <= 3000
    x = Value(1.0)
    gc.collect()
    gc.disable()
    try:
        before = sum(type(v) is Value for v in gc.get_objects())
        out = x
        for _ in range(1_000_000):
            out = out + 0.5
        out.backward()
        assert (out.data, x.grad) == (500_001.0, 1.0)
        del out
        assert sum(type(v) is Value for v in gc.get_objects()) == before
    finally:
        gc.enable()


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="needs reference counts")
def test_graph_is_freed_without_the_garbage_collector() -> None:
    class Watched(Value):
        __slots__ = ("__weakref__",)
        freed = 0

        def __del__(self) -> None:
            Watched.freed += 1

    gc.collect()
    gc.disable()
    try:
        x = Watched(2.0)
        out = x
        for _ in range(50):
            out = engine.tanh(out * x + out)
        out.backward()
        del out, x
        assert Watched.freed == 1 + 50 * 3  # results of a user's class are of that class
    finally:
        gc.enable()


def test_backward_from_a_leaf_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"needs a result of recorded operations.*'x'.*no_grad"):
        Value(2.0, "x").backward()


def test_backward_from_a_non_finite_result_names_the_first_cause() -> None:
    x = Value(1000.0, "x")
    big = engine.exp(x)
    big.label = "big"
    with pytest.warns(NonFiniteWarning, match=r"the first non-finite node is .*big.*exp"):
        (big * 2 + 1).backward()


def test_backward_through_an_infinite_slope_says_where() -> None:
    x = Value(0.0, "x")
    out = engine.sqrt(x)
    assert out.data == 0.0
    with pytest.warns(NonFiniteWarning, match=r"sqrt.*slope is inf towards .x.*keep x positive"):
        out.backward()


def test_warning_points_at_the_line_that_called_backward() -> None:
    with pytest.warns(NonFiniteWarning) as caught:
        engine.sqrt(Value(0.0)).backward()
    assert caught[0].filename == __file__


def test_gradient_that_grows_too_large_is_named_by_its_leaf() -> None:
    x = Value(1e-200, "x")
    with pytest.warns(NonFiniteWarning, match=r"gave 'x' a gradient of inf.*scale the inputs"):
        (x * 1e200 * 1e200).backward()


def test_ordinary_backward_warns_of_nothing_even_after_others_did() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        engine.sqrt(Value(0.0)).backward()
    x = Value(4.0)
    engine.sqrt(x).backward()
    assert x.grad == 0.25
