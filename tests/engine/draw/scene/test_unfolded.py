"""Unfolded pictures: one card per value, one arrow per use, notes in words."""

import re

import pytest

import engine
import nn
from engine import Value
from tests.graphs import fan_out, with_gradients
from tests.layouts import LAYOUTS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_value_used_several_times_shows_what_each_path_adds(layout) -> None:
    svg = engine.draw(with_gradients(fan_out()), layout=layout).svg
    for text in (
        ">a</text>",
        ">−8</text>",
        ">×−3</text>",
        ">−6</text>",
        ">−4</text>",
        ">+2</text>",
    ):
        assert text in svg


def test_square_has_two_arrows_from_the_same_card() -> None:
    x = Value(3.0, "x")
    (y := x * x).backward()
    assert engine.draw(y).svg.count(">×3</text>") == 2


def before_backward() -> Value:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", seed=0)
    return nn.hinge([model([Value(0.5, "x1"), Value(-0.3, "x2")])], [1])


@pytest.mark.parametrize(
    "make", [lambda: Value(2.0, "x") * 3, before_backward], ids=["cards", "folded"]
)
def test_picture_before_backward_says_so(make) -> None:
    svg = engine.draw(make()).svg
    assert "backward() has not run: no gradients yet" in svg
    assert ">0</text>" not in re.sub(r">b</text><text[^>]*>0</text>", "", svg)
    assert "grad &gt; 0" not in svg


def test_picture_after_backward_does_not_say_that_it_has_not_run() -> None:
    assert "has not run" not in engine.draw(with_gradients(fan_out())).svg


def test_numbers_that_are_not_finite_are_drawn_in_plain_sight() -> None:
    x = Value(1000.0, "x")
    with pytest.warns(engine.NonFiniteWarning):
        (out := engine.exp(x) * 2).backward()
    svg = engine.draw(out).svg
    assert ">inf</text>" in svg.replace("+", "")
    assert "first non-finite number: exp = inf, made by exp" in svg
    assert ">inf or nan</text>" in svg
