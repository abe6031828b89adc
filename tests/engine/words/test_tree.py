"""A graph as indented text: one line per node, shared nodes once, large graphs cut with a note."""

import pytest

import engine
from engine import Value, tree


def lines_of(out: Value, **options: int) -> list[str]:
    """Return the lines of a tree."""
    return str(tree(out, **options)).splitlines()


def test_each_line_has_name_formula_number_and_gradient() -> None:
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    out = w * x + 1.0
    out.label = "out"
    out.backward()
    assert lines_of(out) == [
        "out = e + 1 = −6 + 1 = −5, grad +1",
        "  e = w × x = −3 × 2 = −6, grad +1",
        "    w = −3, grad +2",
        "    x = 2, grad −3",
    ]


def test_shared_node_is_written_in_full_once() -> None:
    x = Value(3.0, "x")
    square = x * x
    square.label = "square"
    out = square + square.exp()
    text = str(tree(out))
    assert text.count("square = x × x = 3 × 3 = 9, grad 0") == 1
    assert text.count("square = 9 (see above)") == 1
    assert text.count("x = 3, grad 0") == 1


def test_node_used_twice_by_one_operation_is_listed_under_it_once() -> None:
    x = Value(3.0, "x")
    assert lines_of(x * x)[1:] == ["  x = 3, grad 0"]


def test_leaf_alone_is_one_line() -> None:
    assert lines_of(Value(0.5, "b")) == ["b = 0.5, grad 0"]


def test_condition_of_where_is_listed() -> None:
    c, x = Value(1.0, "c"), Value(2.0, "x")
    assert lines_of(engine.where(c, x, 0.0))[1:] == ["  c = 1, grad 0", "  x = 2, grad 0"]


def test_names_are_those_of_explain() -> None:
    x = Value(2.0, "x")
    out = (x * x + 1.0) * x
    explained = str(engine.explain(out, x))
    for line in lines_of(out)[:3]:
        assert line.strip().removesuffix(", grad 0") in explained


def test_below_the_depth_asked_for_a_line_says_what_is_missing() -> None:
    x = Value(1.0, "x")
    out = ((x + 1.0) * 2.0).exp()
    found = lines_of(out, depth=1)
    assert found[1].endswith("(inputs not shown)")
    assert found[2] == (
        "… 2 of 4 nodes are not shown; tree(out, depth=1, max_lines=200) takes larger limits, "
        "and any node in place of out"
    )
    assert not any("not shown" in line for line in lines_of(out))


def test_node_cut_off_once_is_completed_where_there_is_room() -> None:
    x = Value(1.0, "x")
    deep = x + 1.0
    deep.label = "deep"
    found = lines_of(deep.exp().exp() + deep, depth=3)
    assert found[3:] == [
        "      deep = x + 1 = 1 + 1 = 2, grad 0 (inputs not shown)",
        "  deep = x + 1 = 1 + 1 = 2, grad 0",
        "    x = 1, grad 0",
    ]


def test_chain_of_100_000_operations_is_cut_without_recursion() -> None:
    out = Value(1.0, "x")
    for _ in range(100_000):
        out = out + 1.0
    found = lines_of(out)
    assert len(found) == 12 + 2
    assert found[-1].startswith("… 99,988 of 100,001 nodes are not shown")


def test_broad_graph_is_cut_at_the_number_of_lines() -> None:
    out = sum((Value(float(i)) for i in range(6)), Value(0.0))
    found = lines_of(out, max_lines=3)
    assert len(found) == 4
    assert found[-1].startswith("… ")


def test_representation_is_the_text_itself() -> None:
    text = tree(Value(2.0, "x") * 3.0)
    assert repr(text) == str(text)


@pytest.mark.parametrize(
    ("out", "options", "error", "wording"),
    [
        (3.0, {}, TypeError, "tree needs a Value, got float"),
        (Value(1.0), {"depth": -1}, ValueError, "depth of at least 0"),
        (Value(1.0), {"max_lines": 0}, ValueError, "at least 1 line.*max_lines=0"),
    ],
)
def test_tree_of_nothing_is_refused(out, options, error, wording) -> None:
    with pytest.raises(error, match=wording):
        tree(out, **options)
