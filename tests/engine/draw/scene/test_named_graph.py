"""Names in pictures: every label as one printable line."""

import engine
from engine import Value
from engine.draw.scene.named_graph import NamedGraph


def test_label_is_one_printable_line() -> None:
    x = Value(1.0, "two\nlines\x00")
    assert NamedGraph(x).label(x) == "two lines"


def test_node_without_a_label_is_named_by_its_op() -> None:
    x = Value(1.0)
    out = x * 2
    graph = NamedGraph(out)
    assert (graph.name(out), graph.name(x), graph.label(out)) == ("×", "", "")


def test_scope_is_one_printable_line_with_its_note() -> None:
    with engine.scope("layer\n1", note="16\t×"):
        out = Value(1.0) * 2
    graph = NamedGraph(out)
    assert (graph.title(out.scope), graph.note(out.scope)) == ("layer 1", "16 ×")


def test_parameters_of_a_copy_are_those_of_the_original() -> None:
    x, w = Value(1.0, "x"), Value(2.0, "p")
    graph = NamedGraph(out := x * w, parameters=[w])
    copied = engine.nodes(engine.snapshot(out))
    assert [leaf.label for leaf in graph.parameters_of(copied)] == ["p"]
