"""Which leaves a picture shows as parameters, by their labels."""

import pytest

import engine
from engine import Value
from engine.draw.scene.named_graph import NamedGraph


def shown_as_parameters(root: Value) -> set[str]:
    graph = NamedGraph(root)
    return {leaf.label for leaf in engine.leaves(root) if graph.is_parameter(leaf)}


def test_inputs_a_and_b_look_alike() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    assert shown_as_parameters((a * b + a) * a) == set()


def test_b_next_to_a_weight_is_a_bias() -> None:
    x, w, b = Value(2.0, "x"), Value(-0.5, "w"), Value(0.6, "b")
    assert shown_as_parameters((w * x + b).tanh()) == {"w", "b"}


def test_b_inside_a_scope_is_a_bias() -> None:
    x, b = Value(2.0, "x"), Value(0.6, "b")
    with engine.scope("n1"):
        out = x + b
    assert shown_as_parameters(out * 2) == {"b"}


@pytest.mark.parametrize(
    "label", ["w", "w1", "W_2", "weight", "weights.3", "bias", "Bias2", "layers.0.bias", "n1.b"]
)
def test_label_of_a_parameter_is_recognised_on_its_own(label) -> None:
    assert shown_as_parameters(Value(1.0, label) * Value(2.0, "x")) == {label}


@pytest.mark.parametrize("label", ["", "x", "wide", "best", "biased", "a.bx", "ab", "1w"])
def test_other_labels_are_those_of_inputs(label) -> None:
    assert shown_as_parameters(Value(1.0, label) * Value(2.0, "w")) == {"w"}


def test_result_called_w_is_not_a_parameter() -> None:
    out = Value(1.0, "x") * 2
    out.label = "w"
    assert shown_as_parameters(out + Value(3.0, "b")) == set()
