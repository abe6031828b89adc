"""Sensitivity, loss surface and growth: what they measure, and what they leave untouched."""

import numpy as np
import pytest

import nn
from engine import Value
from nn.parameters import name_in_pictures
from tests.networks import moons

X, y = moons(0, 20)


def model_of(*sizes: int, activation: str = "tanh", seed: int = 0) -> nn.MLP:
    return nn.MLP(2, list(sizes), activation=activation, seed=seed)


def test_gradient_and_small_move_agree_for_every_weight_sample_and_output() -> None:
    found = nn.sensitivity(model_of(4, 2), X, move=1e-4)
    assert found.by_gradient.shape == found.by_finite_difference.shape == (22, 20, 2)
    assert found.by_finite_difference == pytest.approx(found.by_gradient, abs=1e-6)


def test_large_move_and_gradient_part_where_the_prediction_bends() -> None:
    found = nn.sensitivity(model_of(4, 1), X, move=2.0)
    assert np.abs(found.by_finite_difference - found.by_gradient).max() > 0.1


def test_gradients_of_sensitivity_are_those_of_backward() -> None:
    model = model_of(3, 1)
    found = nn.sensitivity(model, X[:2])
    model(X[1]).backward()
    assert found.by_gradient[:, 1, 0].tolist() == [p.grad for p in model.parameters()]


def test_moved_prediction_is_that_of_the_model_with_that_weight() -> None:
    model = model_of(3, 1)
    found = nn.sensitivity(model, X[:1], move=0.5)
    weight = model.layers[0].neurons[1].weights[0]
    kept, ends = weight.data, []
    for moved in (kept + 0.5, kept - 0.5):
        weight.data = moved
        ends.append(model(X[0]).data)
    at = found.names.index("layers.0.neurons.1.weights.0")
    assert found.by_finite_difference[at, 0, 0] == pytest.approx(ends[0] - ends[1])


def test_sensitivity_and_surface_leave_the_model_as_it_was() -> None:
    model = model_of(3, 1)
    for i, p in enumerate(model.parameters()):
        p.grad = float(i)
    before = model.state_dict()
    nn.sensitivity(model, X)
    nn.loss_surface(model, X, y, *model.parameters()[:2], n=3)
    assert model.state_dict() == before
    assert [p.grad for p in model.parameters()] == list(range(13))
    assert all(type(p) is Value for p in model.parameters())


def test_most_important_come_first() -> None:
    found = nn.sensitivity(model_of(3, 1), X)
    importance = [found.importance[found.names.index(name)] for name in found.most(13)]
    assert importance == sorted(importance, reverse=True)
    assert str(found).splitlines()[1].startswith(name_in_pictures(found.most(1)[0]))
    assert "… and 3 that matter less" in str(found)


@pytest.mark.parametrize("loss", [nn.hinge, nn.mean_squared_error, lambda p, t: nn.hinge(p, t) * 2])
def test_surface_has_the_loss_that_the_model_has_at_each_point(loss) -> None:
    model = model_of(3, 1)
    p1, p2 = model.parameters()[0], model.parameters()[5]
    surface = nn.loss_surface(model, X, y, p1, p2, loss=loss, n=5, across=(-1, 1), up=(0, 2))
    for i, b in enumerate(surface.up):
        for j, a in enumerate(surface.across):
            p1.data, p2.data = float(a), float(b)
            assert surface.loss[i, j] == pytest.approx(loss([model(x) for x in X], y).data)


def test_lowest_point_of_a_bowl_is_its_bottom() -> None:
    model = nn.MLP(1, [1])
    surface = nn.loss_surface(model, [[0.0], [1.0]], [1.0, 3.0], *model.parameters(), across=(-4, 4),
                              up=(-4, 4), n=9)  # fmt: skip
    assert surface.lowest == (2.0, 1.0)


def test_growth_is_what_summary_says_and_takes_time() -> None:
    costs = nn.growth(widths=(2, 4), depths=(1, 3), repeats=2)
    assert [(c.width, c.depth) for c in costs] == [(2, 1), (4, 1), (2, 3), (4, 3)]
    for cost in costs:
        model = nn.MLP(2, [cost.width] * cost.depth + [1], activation="tanh")
        assert cost.parameters == len(model.parameters())
        assert cost.nodes == model.summary().total["nodes"]
        assert 0 < cost.seconds < 1


class Empty(nn.Module):
    pass


@pytest.mark.parametrize(
    ("ask", "wording"),
    [
        (lambda m: nn.sensitivity(m, []), "sensitivity needs at least one sample, got none"),
        (lambda m: nn.sensitivity(m, X, move=0), "move must be above 0, got 0"),
        (lambda m: nn.sensitivity(Empty(), X), "sensitivity needs a model with parameters"),
        (lambda m: nn.sensitivity(m, [[1.0]]), "takes 2 inputs, got 1"),
        (lambda m: nn.loss_surface(m, X, y, Value(1.0), m.parameters()[0]), r"has no parameter Value\(.*give one of model.parameters\(\)"),
        (lambda m: nn.loss_surface(m, X, y, "layers.9", m.parameters()[0]), "has no parameter 'layers.9'; .* such as layers.0.neurons.0.weights.0"),
        (lambda m: nn.loss_surface(m, X, y, *m.parameters()[:1] * 2), "two different parameters, got layers.0.neurons.0.weights.0 twice"),
        (lambda m: nn.loss_surface(m, X, y[:-1], *m.parameters()[:2]), "X has 20 samples and y has 19 targets"),
        (lambda m: nn.loss_surface(m, X, y, *m.parameters()[:2], n=1), "n must be at least 2, got 1"),
        (lambda m: nn.growth(widths=()), "growth needs widths, depths and repeats of at least 1"),
        (lambda m: nn.growth(widths=(0,)), "must be at least 1, got 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused_in_words(ask, wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        ask(model_of(3, 1))


def test_old_name_of_the_finite_difference_still_works() -> None:
    found = nn.sensitivity(model_of(3, 1), X[:2])
    with pytest.warns(DeprecationWarning, match="by_moving is now called by_finite_difference"):
        assert found.by_moving is found.by_finite_difference
