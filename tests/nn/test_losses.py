"""Losses against their formulas, at extremes, and refusing labels that are not theirs."""

import math

import numpy as np
import pytest

import engine
import nn
from engine import Value


def values(*numbers: float) -> list[Value]:
    return [Value(x) for x in numbers]


def test_mean_squared_error_is_the_average_of_squares() -> None:
    assert nn.mean_squared_error(values(1.0, 2.0), [0.0, 4.0]).data == (1 + 4) / 2


def test_mean_squared_error_takes_several_outputs_per_sample() -> None:
    loss = nn.mean_squared_error([values(1.0, 2.0), values(3.0, 4.0)], [[1, 0], [3, 2]])
    assert loss.data == (0 + 4 + 0 + 4) / 4


def test_hinge_costs_nothing_beyond_the_margin() -> None:
    assert nn.hinge(values(2.0, -1.5), [1, -1]).data == 0.0
    assert nn.hinge(values(0.25, 0.5), [1, -1]).data == (0.75 + 1.5) / 2


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.7])
@pytest.mark.parametrize("target", [0, 1])
def test_binary_cross_entropy_is_minus_log_of_the_right_probability(z, target) -> None:
    p = 1 / (1 + math.exp(-z))
    expected = -math.log(p if target else 1 - p)
    assert nn.binary_cross_entropy(values(z), [target]).data == pytest.approx(expected, rel=1e-12)


def test_cross_entropy_is_minus_log_of_the_right_probability() -> None:
    logits = [0.3, -1.0, 2.0]
    expected = -math.log(math.exp(-1.0) / sum(map(math.exp, logits)))
    assert nn.cross_entropy([values(*logits)], [1]).data == pytest.approx(expected, rel=1e-12)


def test_gradient_of_cross_entropy_is_probability_minus_one_for_the_right_class() -> None:
    logits = values(0.3, -1.0, 2.0)
    nn.cross_entropy(logits, 2).backward()
    total = sum(math.exp(z.data) for z in logits)
    expected = [math.exp(z.data) / total - (i == 2) for i, z in enumerate(logits)]
    assert [z.grad for z in logits] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (nn.mean_squared_error, [0.5, -1.0, 2.0]),
        (nn.hinge, [1, -1, 1]),
        (nn.binary_cross_entropy, [1, 0, 1]),
    ],
)
def test_gradients_of_losses_are_confirmed_by_differences(loss, targets) -> None:
    assert engine.check_gradients(lambda *p: loss(p, targets), [0.3, 0.2, -0.7]) < 1e-8


@pytest.mark.parametrize("z", [800.0, -800.0])
def test_cross_entropies_do_not_overflow(z) -> None:
    binary = nn.binary_cross_entropy(values(z), [0])
    many = nn.cross_entropy([values(z, 0.0)], [1])
    assert binary.data == pytest.approx(max(z, 0.0))
    assert many.data == pytest.approx(max(z, 0.0))
    many.backward()


@pytest.mark.parametrize("targets", [[1, -1], (1, -1), np.array([1, -1])])
def test_targets_may_be_lists_tuples_or_arrays(targets) -> None:
    assert nn.hinge(values(0.5, 0.5), targets).data == 1.0


def test_single_prediction_and_target_make_one_sample() -> None:
    assert nn.hinge(Value(0.5), 1).data == 0.5


def test_penalties_are_on_weights_and_not_on_biases() -> None:
    neuron = nn.Neuron(2)
    for p, data in zip(neuron.parameters(), (3.0, -4.0, 100.0), strict=True):
        p.data = data
    assert nn.l1(neuron, 0.5).data == 0.5 * 7
    assert nn.l2(neuron, 0.5).data == 0.5 * 25
    nn.l2(neuron, 0.5).backward()
    assert [p.grad for p in neuron.parameters()] == [3.0, -4.0, 0.0]


def test_losses_and_penalties_are_tagged_for_pictures() -> None:
    assert repr(nn.hinge(values(0.5), [1]).scope) == "loss"
    assert nn.l2(nn.Neuron(1)).scope.note == "L2"


@pytest.mark.parametrize(
    ("attempt", "wording"),
    [
        (lambda: nn.hinge(values(1.0), [0]), "hinge needs targets -1 or 1, got 0 for sample 0"),
        (
            lambda: nn.binary_cross_entropy(values(1.0, 1.0), [1, -1]),
            "binary_cross_entropy needs targets 0 or 1, got -1 for sample 1",
        ),
        (
            lambda: nn.cross_entropy([values(0, 0)], [2]),
            "needs targets that are class numbers from 0 to 1, got 2 for sample 0",
        ),
        (lambda: nn.cross_entropy([values(0, 0)], [0.5]), "class numbers from 0 to 1, got 0.5"),
        (lambda: nn.cross_entropy([values(0, 0)], [math.inf]), "class numbers .* got inf"),
        (lambda: nn.cross_entropy([values(0, 0)], ["a"]), "class numbers from 0 to 1, got a"),
        (lambda: nn.cross_entropy([values(0)], [0]), "needs one logit per class"),
        (
            lambda: nn.hinge([values(1, 2)], [1]),
            "hinge needs one prediction per sample, got 2",
        ),
        (lambda: nn.hinge(values(1, 2), [1]), "2 predictions for 1 targets"),
        (lambda: nn.mean_squared_error([], []), "a loss needs at least one sample"),
        (lambda: nn.mean_squared_error(values(1), [math.nan]), "targets must be finite, got nan"),
        (lambda: nn.mean_squared_error([values(1, 2)], [1]), "sample 0: 2 predictions for 1"),
        (lambda: nn.l2(nn.Neuron(1), -1), "L2 strength must be 0 or more, got -1"),
        (lambda: nn.l1(nn.Module()), "an L1 penalty needs a model with weights"),
    ],
)
def test_bad_targets_and_settings_are_refused_in_words(attempt, wording) -> None:
    with pytest.raises(ValueError, match=wording):
        attempt()


@pytest.mark.parametrize("loss", [nn.mean_squared_error, nn.hinge, nn.binary_cross_entropy])
def test_predictions_that_are_not_values_are_refused_in_words(loss) -> None:
    with pytest.raises(TypeError, match=r"predictions that are Values, got 0.5; .* not its .data"):
        loss([0.5], [1])


def test_target_that_is_not_a_number_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="targets must be numbers, got 'a' for sample 0"):
        nn.mean_squared_error(values(1.0), ["a"])
