"""With-blocks: what each changes about the Values that are made inside it."""

import math
from contextlib import suppress

import pytest

import engine
from engine import NonFiniteError, Value
from engine.origin import Block, Origin

pytestmark = pytest.mark.core


def test_no_grad_records_nothing() -> None:
    x = Value(2.0)
    with engine.no_grad():
        y = x * x + 1
    assert (y.data, y.op, y.inputs) == (5.0, None, ())
    assert (x * x).op is not None


def test_strict_raises_at_the_operation_itself() -> None:
    with engine.strict():
        assert (Value(2.0) * 3).data == 6.0
        with pytest.raises(NonFiniteError, match="exp gave inf from 1000"):
            engine.exp(Value(1000.0))
        with pytest.raises(NonFiniteError, match="mul gave inf"):
            Value(1e200) * 1e200
    assert engine.exp(Value(1000.0)).data == math.inf


def test_scope_tags_what_is_made_inside_it() -> None:
    with engine.scope("layer 1", note="2 × tanh"), engine.scope("n2"):
        inside = Value(1.0) * 2
    assert repr(inside.scope) == "layer 1/n2"
    assert [(t.name, t.note) for t in inside.scope.path] == [("layer 1", "2 × tanh"), ("n2", "")]
    assert (Value(1.0) * 2).scope is None


def test_block_holds_inside_itself_and_is_closed_after_an_error() -> None:
    seen: list[Value] = []

    def see(node: Value) -> Value:
        seen.append(node)
        return node

    class Watching(Block):
        def enter(self, outer: Origin) -> Origin:
            inner = outer.inside(self)
            inner.on_new_value = see
            return inner

    shown = Watching()
    with suppress(ZeroDivisionError), shown, shown:
        Value(1.0)
        raise ZeroDivisionError
    Value(2.0)
    assert [node.data for node in seen] == [1.0]


def test_result_that_was_not_recorded_is_told_from_a_leaf() -> None:
    x = Value(3.0)
    with engine.no_grad():
        kept, made = x * 0.0, Value(1.0)
    assert [v.computed for v in (x, x * 2, kept, x.detach(), made)] == [
        False, True, True, True, False,
    ]  # fmt: skip
