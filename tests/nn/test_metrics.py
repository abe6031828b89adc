"""Metrics: what a model predicts, and how often or how nearly it is right."""

import pytest

import nn
from engine import Value
from nn.metrics import r_squared

X = [[-2.0], [-1.0], [1.0], [3.0]]


def sign(x: list[float]) -> Value:
    """A model of one output, the input itself."""
    return Value(x[0])


def three_classes(x: list[float]) -> list[Value]:
    """A model of three outputs: class 0 where x < −0.5, class 2 where x > 0.5, else 1."""
    return [Value(-x[0]), Value(0.5), Value(x[0])]


def test_prediction_is_a_number_per_output() -> None:
    assert nn.predict(sign, X) == [-2.0, -1.0, 1.0, 3.0]
    assert nn.predict(three_classes, X[:1]) == [[2.0, 0.5, -2.0]]


def test_predicting_records_no_graph() -> None:
    seen: list[Value] = []
    w = Value(2.0)

    def model(x: list[float]) -> Value:
        seen.append(w * x[0])
        return seen[-1]

    nn.predict(model, X)
    assert [node.op for node in seen] == [None] * 4


@pytest.mark.parametrize("classes", [[-1, 1, 1, -1], [0, 1, 1, 0]])
def test_one_output_decides_by_its_sign(classes: list[float]) -> None:
    assert nn.accuracy(sign, X, classes) == 0.5


def test_output_of_0_means_the_lower_class() -> None:
    assert nn.accuracy(sign, [[0.0]], [-1]) == 1.0


def test_largest_of_several_outputs_decides() -> None:
    assert nn.accuracy(three_classes, X, [0, 0, 2, 1]) == 0.75


def test_r_squared_is_the_share_of_the_variance_that_is_explained() -> None:
    assert r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 1.0
    assert r_squared([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]) == 0.0
    assert r_squared([1.0, 2.0, 4.0], [1.0, 2.0, 3.0]) == 0.5


def test_r_squared_of_equal_targets_is_1_only_if_all_are_met() -> None:
    assert (r_squared([2.0, 2.0], [2.0, 2.0]), r_squared([2.0, 2.5], [2.0, 2.0])) == (1.0, 0.0)


def test_r_squared_of_numbers_whose_squares_overflow_is_not_an_error() -> None:
    assert r_squared([1e200, -1e200], [0.0, 1.0]) == float("-inf")


@pytest.mark.parametrize(
    ("attempt", "wording"),
    [
        (lambda: nn.accuracy(sign, X, [1]), "X has 4 samples and y has 1 targets"),
        (lambda: nn.accuracy(sign, [], []), "accuracy needs at least one sample, got none"),
        (lambda: nn.accuracy(sign, X[:1], [2]), "needs classes -1 and 1, or 0 and 1 .* got 2"),
        (lambda: nn.accuracy(three_classes, X[:1], [3]), "needs classes from 0 .*got 3"),
        (lambda: nn.accuracy(three_classes, X[:1], [0.5]), "got 0.5 for sample 0"),
    ],
)
def test_what_has_no_accuracy_is_refused_in_words(attempt, wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        attempt()
