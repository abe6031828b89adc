"""Whole graphs through pickle and copy."""

import copy
import pickle

import pytest

import engine
from engine import Value

pytestmark = pytest.mark.core


def graph() -> tuple[Value, Value, Value]:
    """Return two leaves, one of them used twice, and a result."""
    x, y = Value(0.5, "x"), Value(-2.0, "y")
    with engine.scope("s"):
        out = engine.where(x > 0, x * y, y) + engine.tanh(x) ** 2
    out.backward()
    return x, y, out


@pytest.mark.parametrize("again", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g)),
                                   lambda g: pickle.loads(pickle._dumps(g))])  # fmt: skip
def test_copied_graph_is_whole_and_apart(again) -> None:
    x, y, out = graph()
    x2, y2, out2 = again([x, y, out])
    assert (x2.data, x2.grad, x2.label, out2.data) == (x.data, x.grad, "x", out.data)
    assert out2.op is out.op
    assert out2.scope is out.scope
    below = engine.graph.nodes(out2)
    assert any(node is x2 for node in below)
    assert any(node is y2 for node in below)
    assert not any(node is x for node in below)
    x2.grad = 0.0
    out2.backward()
    assert x2.grad == x.grad


@pytest.mark.parametrize("again", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_chain_of_100000_nodes_is_copied(again) -> None:
    x = Value(1.0)
    out = x
    for _ in range(100_000):
        out = out * 1.00001
    copied = again(out)
    assert copied.data == out.data
    assert len(engine.graph.nodes(copied)) == 100_001


def test_pickling_that_failed_does_no_harm_to_the_next() -> None:
    out, half = Value(1.0), None
    for i in range(20_000):
        out = out * 1.00001
        if i == 10_000:
            half = out
    half.label = (no_text for no_text in ())
    with pytest.raises((TypeError, pickle.PicklingError), match=r"pickle.*generator"):
        pickle.dumps(out)
    half.label = "half"
    for root, n in ((half, 10_002), (out, 20_001)):
        assert len(engine.graph.nodes(pickle.loads(pickle.dumps(root)))) == n
