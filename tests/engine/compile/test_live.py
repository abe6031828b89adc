"""Tests of parameters that are Values and array entries at once."""

from __future__ import annotations

import pytest

import engine
import nn
from engine import Value
from tests.random_programs import assert_same


def test_weights_and_gradients_are_live_both_ways() -> None:
    w, b = Value(2.0, "w"), Value(1.0, "b")
    program = engine.compile(lambda x: w * x + b)
    assert program(3.0) == 7.0
    assert (w.grad, b.grad) == (3.0, 1.0)
    w.data = 0.5
    assert program(3.0) == 2.5
    assert (w.grad, b.grad) == (6.0, 2.0)  # added up, as backward() does
    w.grad = 0.0
    program(4.0)
    assert w.grad == 4.0
    assert (w + b).data == 1.5  # and it still works as any Value does
    assert "Value(data=0.5" in repr(w)


def test_two_programs_share_their_parameters() -> None:
    w, b, c = Value(2.0), Value(1.0), Value(-1.0)
    first, second = engine.compile(lambda x: w * x + b), engine.compile(lambda x: w * x * c)
    assert (first(1.0), second(1.0)) == (3.0, -2.0)
    w.data = 5.0
    assert (first(1.0), second(1.0), first(2.0)) == (6.0, -5.0, 11.0)
    assert w.grad == 1 - 1 + 1 - 1 + 2


def test_a_compiled_parameter_copies_and_pickles_as_a_plain_value() -> None:
    import copy
    import pickle

    w = Value(2.0, "w")
    engine.compile(lambda x: w * x)(3.0)
    for same in (copy.deepcopy(w), pickle.loads(pickle.dumps(w)), copy.copy(w)):
        assert type(same) is Value
        assert (same.data, same.grad, same.label) == (2.0, 3.0, "w")


def test_optimizer_steps_on_compiled_parameters_are_those_on_plain_ones() -> None:
    for make in (
        lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.9, nesterov=True),
        lambda p: nn.RMSProp(p, clip_norm=0.5),
        lambda p: nn.AdamW(p, clip_value=0.3),
    ):
        plain, compiled = ([Value(0.3 * i - 0.5) for i in range(4)] for _ in range(2))
        a, b = make(plain), make(compiled)
        program = engine.compile(
            lambda x, ps=compiled: sum((p * x - 1) ** 2 for p in ps), optimizer=b
        )
        for x in (1.0, -2.0, 0.5):
            a.zero_grad()
            sum((p * x - 1) ** 2 for p in plain).backward()
            a.step()
            program.step(x)
        assert_same([p.data for p in compiled], [p.data for p in plain])
        assert a.state_dict()["steps"] == b.state_dict()["steps"]


def test_an_optimizer_copies_after_its_parameters_have_been_compiled() -> None:
    import copy
    import pickle

    p = Value(2.0)
    optimizer = nn.Adam([p])
    program = engine.compile(lambda x: p * x, optimizer=optimizer)
    program.step(1.0)
    for again in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert again.state_dict() == optimizer.state_dict()
        again.step()
    with pytest.raises(TypeError, match="a program cannot be copied"):
        copy.deepcopy(program)


def test_old_names_of_live_arrays_work_with_a_warning() -> None:
    w = Value(2.0)
    engine.compile(lambda x: w * x)(1.0)
    arrays = engine.live_arrays([w])
    assert arrays is not None
    with pytest.warns(DeprecationWarning, match=r"^LiveArrays\.places is now indices$"):
        assert arrays.places == arrays.indices
    with pytest.warns(DeprecationWarning, match=r"^LiveArrays\.now is now current_block$"):
        assert arrays.now() is arrays.current_block()
    assert not hasattr(arrays, "nowhere")
