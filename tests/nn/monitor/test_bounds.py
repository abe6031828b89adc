"""What saturates and what dies is measured from the activation, not listed by name."""

import numpy as np
import pytest

import engine
from nn.monitor.statistic import bounds_of, is_flat, is_off_below_zero


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [
        ("tanh", (-1.0, 1.0)),
        ("sigmoid", (0.0, 1.0)),
        ("relu", None),
        ("leaky_relu", None),
        ("softplus", None),
        ("gelu", None),
        ("sin", None),
        ("linear", None),
    ],
)
def test_bounds_of_built_in_activations(
    activation: str, bounds: tuple[float, float] | None
) -> None:
    assert bounds_of(activation) == bounds


def test_activation_of_ones_own_saturates_at_its_own_bounds() -> None:
    engine.define("three_tanh", "3 * tanh(a)", "3 - out * out / 3")
    flat = is_flat("three_tanh", np.array([-2.99, -1.0, 0.0, 2.9, 2.98]))
    assert flat is not None
    assert flat.tolist() == [True, False, False, False, True]


def test_only_relu_and_what_is_like_it_can_die() -> None:
    engine.define("squared_relu", "0.0 if a <= 0 else a * a", "0.0 if a <= 0 else 2 * a")
    found = [name for name in engine.activations() if is_off_below_zero(name)]
    assert found == ["relu", "squared_relu"]
