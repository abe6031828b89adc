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


def square(x: Value) -> Value:
    """Return x², made by hand as in micrograd."""
    out = Value(x.data**2, (x,), "square", "h")

    def add_to_grad() -> None:
        x.grad += 2 * x.data * out.grad

    out._backward = add_to_grad
    return out


def with_a_square() -> Value:
    """Return 3 x² + 2 x at x = 5, with the square made by hand."""
    x = Value(5.0, "x")
    out = square(x) * 3.0 + x * 2.0
    out.label = "L"
    out.backward()
    return out


def test_operation_made_by_hand_has_an_edge_without_a_local_derivative() -> None:
    scene = engine.draw(with_a_square())._scene
    hidden = [arrow for arrow in scene.arrows if arrow.hidden]
    assert [(a.local, a.gradient, a.label, a.tip) for a in hidden] == [
        (None, None, ("", ""), "its slopes are hidden in a function")
    ]
    tips = [card.tip for card in scene.cards]
    assert "h: data 25.0, grad 3.0; made by square, by hand: its slopes are hidden in a" in str(
        tips
    )


def test_legend_explains_a_hidden_slope_only_where_there_is_one() -> None:
    assert ">slope hidden in a function</text>" in engine.draw(with_a_square()).svg
    assert "hidden in a function" not in engine.draw(with_gradients(fan_out())).svg


def test_known_path_beside_a_hidden_one_shows_what_it_adds() -> None:
    scene = engine.draw(with_a_square())._scene
    assert [arrow.label for arrow in scene.arrows if arrow.local == 2.0] == [("×2", "+2")]
    x = next(card for card in scene.cards if card.title == "x")
    assert x.tip.endswith("the paths bring · +2")


def test_gradient_that_a_function_adds_to_gets_no_note_of_doubt() -> None:
    assert engine.draw(with_a_square())._scene.notes == []


def test_recomputed_operation_made_by_hand_can_be_compared() -> None:
    picture = engine.draw(with_a_square(), compare=with_a_square())
    assert "no change" in picture.svg


def test_operations_made_by_hand_under_other_names_cannot_be_compared() -> None:
    x = Value(5.0, "x")
    with pytest.raises(ValueError, match="where one has f"):
        engine.draw(Value(1.0, (x,), "f"), compare=Value(1.0, (x,), "g"))


@pytest.mark.parametrize("make", [engine.frames, engine.play])
def test_frames_and_player_refuse_an_operation_made_by_hand(make) -> None:
    with pytest.raises(
        ValueError, match=r"those of square \(h\), made by hand, are hidden in a fun"
    ):
        make(with_a_square())


def test_folded_arrow_into_an_operation_made_by_hand_says_that_its_slope_is_hidden() -> None:
    x = Value(5.0, "x")
    with engine.scope("part"):
        out = square(x) * 3.0 + x
    out.backward()
    scene = engine.draw(out, fold="neuron")._scene
    (arrow,) = (a for a in scene.arrows if a.hidden)
    assert (arrow.gradient, arrow.tip) == (None, "its slopes are hidden in a function")
