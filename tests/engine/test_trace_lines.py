"""Inside trace_lines each Value knows the line of the user's code that made it."""

import copy
import functools
import pickle
import sys

import pytest

import engine
import nn
from engine import Value


def here() -> int:
    """Return the line of the caller."""
    return sys._getframe(1).f_lineno


def test_node_knows_the_line_of_its_operation() -> None:
    x = Value(2.0, "x")
    with engine.trace_lines():
        y, line = x * 3, here()
    assert y.made_at == f"test_trace_lines.py:{line}"


def test_outside_nothing_is_noted() -> None:
    with engine.trace_lines():
        x = Value(2.0)
    assert x.made_at
    assert (x * 3).made_at == ""


def test_label_and_scope_are_kept_beside_the_line_in_any_order() -> None:
    with engine.scope("hidden"), engine.trace_lines():
        x = Value(2.0, "x")
    made_at = x.made_at
    x.label = "renamed"
    assert (x.label, repr(x.scope), x.made_at) == ("renamed", "hidden", made_at)
    x.scope = None
    assert (x.label, x.scope, x.made_at) == ("renamed", None, made_at)
    x.made_at = ""
    assert (x.label, x.scope, x.made_at) == ("renamed", None, "")


def test_line_is_the_users_where_a_function_of_the_library_computes() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    with engine.trace_lines():
        out, line = model([1.0, 2.0]), here()
        chosen = engine.where(1.0, out, 0.0)
    results = [node for node in engine.nodes(out) if node.op is not None]
    assert {node.made_at for node in results} == {f"test_trace_lines.py:{line}"}
    assert chosen.made_at == f"test_trace_lines.py:{line + 1}"


def test_line_inside_a_comprehension_or_a_lambda_is_the_users_own() -> None:
    xs = [Value(1.0), Value(2.0)]
    with engine.trace_lines():
        squares, line = [x * x for x in xs], here()
        product = functools.reduce(lambda a, b: a * b, xs)
    assert {y.made_at for y in squares} == {f"test_trace_lines.py:{line}"}
    assert product.made_at == f"test_trace_lines.py:{line + 1}"


def test_line_is_shown_by_tree_explain_and_picture() -> None:
    x = Value(2.0, "x")
    with engine.trace_lines():
        y = x * 3
    words = f", made at {y.made_at}"
    assert words in str(engine.tree(y))
    assert words in str(engine.explain(y))
    assert words in engine.draw(y).svg


def test_warning_of_a_non_finite_number_says_the_line() -> None:
    with engine.trace_lines():
        big = engine.exp(Value(1000.0, "x"))
    with pytest.warns(engine.NonFiniteWarning, match=rf"from 1000, made at {big.made_at}; inside"):
        (big * 2).backward()


def test_warning_of_an_infinite_slope_says_the_line() -> None:
    with engine.trace_lines():
        root = engine.sqrt(Value(0.0, "x"))
    with pytest.warns(engine.NonFiniteWarning, match=f"towards 'x', made at {root.made_at}; a fin"):
        root.backward()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))])
def test_copy_keeps_the_line(again) -> None:
    with engine.trace_lines():
        y = Value(2.0, "x") * 3
    assert again(y).made_at == y.made_at != ""


def test_one_line_is_kept_once_however_many_nodes_it_made() -> None:
    with engine.trace_lines():
        a, b = Value(1.0), Value(2.0)
    assert a.made_at is b.made_at


def test_strict_and_no_grad_work_inside() -> None:
    x = Value(2.0)
    with engine.trace_lines(), engine.no_grad():
        y = x * 3
    assert y.op is None
    assert y.made_at
    with engine.trace_lines(), engine.strict(), pytest.raises(engine.NonFiniteError):
        engine.exp(Value(1000.0))
