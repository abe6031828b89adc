"""Texts about a graph whose numbers were changed show those that it was computed with."""

import copy
import pickle

import pytest

import engine
from engine import Value
from engine.words.recording import Recording

pytestmark = pytest.mark.core


def product() -> tuple[Value, Value, Value]:
    """Return x = 3, w = 2 and their product."""
    x, w = Value(3.0, "x"), Value(2.0, "w")
    out = x * w
    out.label = "out"
    return x, w, out


def recording_of(out: Value) -> Recording:
    return Recording(engine.nodes(out))


def test_tree_shows_the_numbers_that_were_used_and_says_what_was_changed() -> None:
    _, w, out = product()
    w.data = -1.7
    assert str(engine.tree(out)).splitlines() == [
        "this graph is stale: 'w' was changed from 2 to −1.7 after it was used; shown are the "
        "numbers of the recording",
        "out = x × w = 3 × 2 = 6, grad 0",
        "  x = 3, grad 0",
        "  w = 2, grad 0",
    ]


def test_explanation_shows_the_numbers_that_were_used_and_says_what_was_changed() -> None:
    x, w, out = product()
    w.data = 1.7
    for explanation in (engine.explain(out, x), engine.explain(out)):
        lines = str(explanation).splitlines()
        assert lines[0].startswith("this graph is stale: 'w' was changed from 2 to 1.7 after")
        assert "  out = x × w = 3 × 2 = 6" in lines
        assert "      ∂out/∂x = w = 2" in lines
        assert "1.7" not in "".join(lines[1:])
        assert "<p>this graph is stale" in explanation._repr_html_()


def test_formula_shows_the_number_of_a_nameless_leaf_that_was_used() -> None:
    x, w = Value(3.0, "x"), Value(2.0)
    out = x * w
    w.data = 1.7
    assert engine.formula(out) == "x × 2"


@pytest.mark.parametrize("name", ["tanh", "relu", "exp", "sqrt", "gelu"])
def test_slope_is_explained_at_the_number_that_was_used(name) -> None:
    x = Value(2.0, "x")
    out = getattr(engine, name)(x)
    before = engine.explain(out, x).gate_lines()
    x.data = -5.0
    assert engine.explain(out, x).gate_lines() == before


def test_branch_of_a_where_is_explained_at_the_condition_that_was_used() -> None:
    c, x = Value(1.0, "c"), Value(2.0, "x")
    out = engine.where(c, x, 3.0)
    before = engine.explain(out, x).gate_lines()
    c.data = 0.0
    assert engine.explain(out, x).gate_lines() == before
    assert "'c' was changed from 1 to 0" in engine.explain(out, x).note


def test_each_operation_shows_the_number_that_it_used_itself() -> None:
    x, w = Value(3.0, "x"), Value(2.0, "w")
    first = x * w
    w.data = 5.0
    out = first + x * w
    text = str(engine.tree(out))
    assert "= x × w = 3 × 2 = 6" in text
    assert "= x × w = 3 × 5 = 15" in text
    assert "'w' was changed from 2 to 5" in text


def test_result_that_was_changed_shows_what_was_computed() -> None:
    _, _, out = product()
    out.data = 7.0
    text = str(engine.tree(out))
    assert "out = x × w = 3 × 2 = 6" in text
    assert "'out' was changed from 6 to 7" in text


def test_several_changed_numbers_are_counted() -> None:
    x, w, out = product()
    x.data, w.data = 1.0, 1.0
    assert "'x' was changed from 3 to 1 after it was used, and 1 more" in recording_of(out).note
    assert "3 × 2 = 6" in str(engine.tree(out))


def test_forgotten_number_is_a_dot_and_the_note_says_so() -> None:
    x, w, out = product()
    for i in range(9):
        w.data = float(i)
    text = str(engine.tree(out))
    assert "out = x × w = 3 × · = 6" in text
    assert "  w = ·" in text
    assert "'w' was changed to 8" in text
    assert "· where they are forgotten" in text
    assert "∂out/∂w = x = 3" in str(engine.explain(out, w))
    assert engine.explain(out, x).total == 2.0


def test_forgotten_number_of_a_nameless_leaf_is_a_dot_in_a_formula() -> None:
    x, w = Value(3.0, "x"), Value(2.0)
    out = x * w
    for i in range(9):
        w.data = float(i)
    assert engine.formula(out) == "x × ·"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copy_of_a_stale_graph_shows_the_numbers_that_were_used(copied) -> None:
    _, w, out = product()
    w.data = 1.7
    assert "3 × 2 = 6" in str(engine.tree(copied(out)))


def test_loaded_graph_makes_up_no_number_where_a_leaf_was_changed_before_and_after_use() -> None:
    w = Value(1.0, "w")
    w.data = 2.0
    out = w * 3.0
    w.data = 5.0
    text = str(engine.tree(pickle.loads(pickle.dumps(out))))
    assert "= w × 3 = · × 3 = 6" in text


def test_fresh_graph_on_changed_leaves_has_no_note() -> None:
    x, w, _ = product()
    w.data = 1.7
    out = x * w
    assert recording_of(out).note == ""
    assert "stale" not in str(engine.tree(out)) + str(engine.explain(out, w))
    assert "= x × w = 3 × 1.7 = 5.1" in str(engine.tree(out))


def test_number_that_was_changed_back_is_not_stale() -> None:
    _, w, out = product()
    w.data = 1.7
    w.data = 2.0
    assert recording_of(out).note == ""


def test_step_of_a_compiled_program_leaves_dots_also_in_a_copy() -> None:
    pytest.importorskip("numpy")
    w = Value(0.5, "w")

    class Descent:
        def step(self) -> None:
            arrays = engine.live_arrays([w])
            arrays.data = arrays.data - 0.1 * arrays.grad

    program = engine.compile(lambda x: (w * x - 1.0) ** 2, optimizer=Descent())
    program.step(1.0)
    out = w * 2.0
    program.step(1.0)
    for graph in (out, copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        text = str(engine.tree(graph))
        assert "this graph is stale: 'w' was changed to" in text
        assert "= w × 2 = · × 2 = " in text
    assert "stale" not in str(engine.tree(w * 2.0))


def test_explaining_inside_strict_does_not_raise() -> None:
    x, w, out = product()
    w.data = 1.7
    with engine.strict():
        assert engine.explain(out, x).total == 2.0
