"""Clipping of gradients, by their common length and each by itself."""

import math

import numpy as np
import pytest

import nn
from engine import Value
from nn.clipping import clipped


def test_clipping_by_norm_scales_all_gradients_together() -> None:
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3.0, -4.0
    assert nn.clip_gradients_by_norm([a, b], 1.0) == 5.0
    assert (a.grad, b.grad) == pytest.approx((0.6, -0.8))
    assert nn.clip_gradients_by_norm([a, b], 2.0) == pytest.approx(1.0)
    assert (a.grad, b.grad) == pytest.approx((0.6, -0.8))


def test_clipping_by_value_cuts_each_gradient() -> None:
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3.0, -0.25
    nn.clip_gradients_by_value([a, b], 0.5)
    assert (a.grad, b.grad) == (0.5, -0.25)


def test_clipping_by_norm_survives_gradients_whose_squares_overflow() -> None:
    a = Value(0.0)
    a.grad = -1e200
    assert nn.clip_gradients_by_norm([a], 1.0) == 1e200
    assert a.grad == pytest.approx(-1.0)


def test_clipping_by_value_does_not_hide_nan() -> None:
    a = Value(0.0)
    a.grad = math.nan
    nn.clip_gradients_by_value([a], 0.5)
    assert math.isnan(a.grad)


@pytest.mark.parametrize("settings", [{"clip_norm": 0.5}, {"clip_value": 0.5}])
def test_list_and_array_of_gradients_are_clipped_alike(settings: dict[str, float]) -> None:
    grads = [3.0, -4.0, 0.25]
    norm, limit = settings.get("clip_norm"), settings.get("clip_value")
    of_array = clipped(np.array(grads), norm, limit)
    assert clipped(grads, norm, limit) == pytest.approx(of_array.tolist(), rel=1e-15)


def test_array_of_gradients_whose_squares_overflow_is_clipped() -> None:
    assert clipped(np.array([3e200, -4e200]), 1.0, None) == pytest.approx([0.6, -0.8])


@pytest.mark.parametrize(
    ("attempt", "wording"),
    [
        (lambda: nn.clip_gradients_by_norm([], 0), "max_norm must be above 0, got 0"),
        (lambda: nn.clip_gradients_by_value([], -1), "limit must be above 0, got -1"),
    ],
)
def test_bad_limits_are_refused_in_words(attempt, wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        attempt()
