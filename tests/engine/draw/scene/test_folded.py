"""Folded pictures: which style is chosen, what they show, what they say they hide."""

import re
from random import Random

import pytest

import engine
import nn
from engine import Value
from engine.draw.scene.cards.strip_card import StripCard
from tests.layouts import needs_dot


def loss_of(sizes, *, n_samples=1, activation="tanh", n_inputs=2, labelled=True) -> Value:
    rng = Random(1)
    model = nn.MLP(n_inputs, sizes, activation=activation, seed=0)

    def number(i: int) -> Value | float:
        x = rng.uniform(-1, 1)
        return Value(x, f"x{i + 1}") if labelled else x

    samples = [[number(i) for i in range(n_inputs)] for _ in range(n_samples)]
    loss = nn.hinge([model(x) for x in samples], [rng.choice((-1, 1)) for _ in samples])
    loss.backward()
    return loss


def cells(svg: str) -> int:
    return len(re.findall(r'<rect x="[\d.]+" y="[\d.]+"[^>]*fill="#', svg))


@pytest.mark.parametrize(
    ("sizes", "fold"), [([4, 4, 1], "neuron"), ([16, 16, 1], "heat"), ([64, 64, 1], "layer")]
)
def test_wider_layers_are_tables_then_strips_then_sheets(sizes, fold) -> None:
    loss = loss_of(sizes)
    chosen, asked = (engine.draw(loss, fold=x, layout="builtin").svg for x in ("auto", fold))
    assert chosen == asked


def test_strip_has_a_cell_for_each_parameter() -> None:
    svg = engine.draw(loss_of([16, 16, 1]), fold="heat").svg
    assert svg.count("<title>w1: data") == 33
    assert svg.count("<title>b: data") == 33
    assert "16 × tanh" in svg


def test_sheet_has_a_line_for_each_neuron() -> None:
    picture = engine.draw(loss_of([16, 16, 1]), fold="layer")
    assert len(picture._scene.cards) == 6  # three layers, two inputs, the loss
    assert picture.svg.count("<title>w2: data") == 33
    assert "layer 2: 16 neurons, one per line" in picture.svg


def test_folded_picture_states_what_it_hides() -> None:
    svg = engine.draw(loss_of([16, 16, 1], n_samples=10), fold="heat").svg
    assert "3 layers · 33 neurons · 337 parameters · " in svg
    assert re.search(r"6,\d\d\d nodes", svg)
    assert "a stacked card was computed 10 times: the mean of data, the sum of grad" in svg


def test_loss_of_a_hundred_samples_is_drawn_on_sixty_cards() -> None:
    picture = engine.draw(loss_of([16, 16, 1], n_samples=100))
    assert int(re.search(r"([\d,]+) nodes", picture.svg)[1].replace(",", "")) > 60_000
    assert len(picture._scene.cards) <= 60


def test_samples_of_a_batch_are_one_stack_with_a_count() -> None:
    svg = engine.draw(loss_of([4, 1], n_samples=7, labelled=False), fold="neuron").svg
    assert svg.count(">×7</tspan>") == 5  # the neurons; a layer's inputs say so in their text
    assert svg.count("×7</text>") == 2


def test_gradients_that_cancel_out_over_a_batch_are_not_shown_as_none() -> None:
    model = nn.MLP(2, [12, 12, 1], activation="tanh", seed=0)
    (loss := nn.hinge([model([0.1, 0.2]), model([0.2, -0.1])], [1, -1])).backward()
    svg = engine.draw(loss, fold="heat").svg
    assert ">±0.5</text>" in svg
    assert "gradients of mean size 0.5 that cancel out" in svg


def test_many_inputs_share_one_sheet_in_their_square() -> None:
    picture = engine.draw(loss_of([12, 1], n_inputs=64), fold="heat")
    sheet = next(card for card in picture._scene.cards if card.title == "64 inputs")
    assert sheet.lengths == (8,) * 8


def test_plain_inputs_of_a_layer_are_counted_once_per_sample() -> None:
    svg = engine.draw(loss_of([16, 1], labelled=False, n_samples=5), fold="layer").svg
    assert len(re.findall(r">mean [^<]* ×5</text>", svg)) == 2


def test_many_plain_inputs_are_counted() -> None:
    svg = engine.draw(loss_of([12, 1], n_inputs=64, labelled=False, n_samples=5), fold="heat").svg
    assert ">64 inputs ×5</text>" in svg


def test_more_weights_than_fit_share_cells_that_show_the_strongest() -> None:
    with engine.scope("n1"):
        weights = [Value(1.0 + i, f"w{i}") for i in range(200)]
        total = sum((w * float(i == 150) for i, w in enumerate(weights[1:])), weights[0] * 0.0)
    total.backward()
    picture = engine.draw(total, fold="heat")
    strip = next(card for card in picture._scene.cards if isinstance(card, StripCard))
    assert sum(row.grad == 1 for row in strip.entries[:-1]) == 1
    assert "the strongest of 4 gradients" in picture.svg


def test_vanishing_gradients_are_pale_and_put_into_words() -> None:
    svg = engine.draw(loss_of([6] * 6 + [1], activation="sigmoid")).svg
    found = re.search(
        r"gradients fade: in layer 1 they are ([\d,]+) × smaller than in layer 7", svg
    )
    assert int(found[1].replace(",", "")) > 1000


def test_healthy_gradients_are_not_called_fading() -> None:
    assert "gradients fade" not in engine.draw(loss_of([16, 16, 1])).svg


def test_layer_that_no_gradient_reaches_is_named() -> None:
    model = nn.MLP(2, [4, 4, 1], activation="relu", seed=0)
    for neuron in model.layers[1].neurons:
        neuron.bias.data = -10.0
    (loss := nn.hinge([model([0.5, -0.5])], [1])).backward()
    assert "no gradient reaches layer 1" in engine.draw(loss).svg


def test_users_own_scopes_fold_too() -> None:
    xs = [Value(0.1 * i, f"x{i}") for i in range(3)]
    with engine.scope("layer A"):
        outs = []
        for k in range(20):
            with engine.scope(f"unit {k}"):
                w = [Value(0.3, "w1"), Value(-0.2, "w2"), Value(0.5, "w3")]
                outs.append(
                    engine.tanh(
                        sum((a * b for a, b in zip(w[1:], xs[1:], strict=True)), w[0] * xs[0])
                    )
                )
    (out := sum(outs[1:], outs[0])).backward()
    picture = engine.draw(out)
    assert "1 group" not in picture.svg  # it is called a layer, as its name says
    assert "1 layer · 20 parts · 60 parameters" in picture.svg


def test_long_sum_outside_any_scope_folds_at_the_default_recursion_limit() -> None:
    x = Value(1.0, "x")
    total = x
    for _ in range(20_000):
        total = total + x
    total.backward()
    assert "20,000 ops" in engine.draw(total).svg


def test_infinite_gradient_shows_in_a_strip() -> None:
    loss = loss_of([16, 16, 1])
    engine.leaves(loss)[0].grad = float("nan")
    svg = engine.draw(loss, fold="heat").svg
    assert 'fill="#ffd33d"' in svg


def test_folded_picture_before_backward_has_hollow_cells() -> None:
    model = nn.MLP(2, [16, 16, 1], seed=0)
    svg = engine.draw(nn.hinge([model([0.5, 0.5])], [1]), fold="heat").svg
    assert "backward() has not run" in svg
    assert 'stroke-width=".5"' in svg


@pytest.mark.parametrize("fold", ["neuron", "heat", "layer"])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_folded_pictures_are_alike_run_after_run(fold, direction) -> None:
    pictures = {
        engine.draw(loss_of([6, 5, 1]), fold=fold, direction=direction).svg for _ in range(2)
    }
    assert len(pictures) == 1


def test_neurons_are_drawn_in_their_order() -> None:
    picture = engine.draw(loss_of([16, 16, 1]), fold="heat")
    tops = [
        float(re.search(r"translate\([\d.]+,([\d.]+)\)", group)[1])
        for group in re.findall(r'<g transform="translate\([^"]+"><title>n\d+: 33 ops', picture.svg)
    ]
    assert len(tops) == 16
    assert tops == sorted(tops)


def test_large_graph_is_folded_to_one_card_per_neuron() -> None:
    picture = engine.draw(loss_of([4, 4, 1]))
    assert picture.svg.count(">w1</text>") == 9
    assert "layer 1" in picture.svg
    assert "9 neurons" in picture.svg


def test_folding_can_be_asked_for_and_refused() -> None:
    loss = loss_of([4, 4, 1])
    assert engine.draw(loss, fold="none").svg.count("<title>") > 60
    assert engine.draw(loss, fold="neuron").svg == engine.draw(loss).svg


# The sum of 100,000 terms takes seconds to draw: once with each name, once with each layout.
@pytest.mark.parametrize(
    ("n_rounds", "name", "layout"),
    [
        (2000, "", "builtin"),
        pytest.param(2000, "sum", "dot", marks=needs_dot),
        pytest.param(20, "", "dot", marks=needs_dot),
        (20, "sum", "builtin"),
    ],
)
def test_sum_of_many_terms_is_folded_into_one_card(n_rounds, name, layout) -> None:
    terms = [Value(float(i), f"x{i}") for i in range(50)]
    with engine.scope(name):
        total = sum(terms * n_rounds, Value(0.0))
    total.backward()
    svg = engine.draw(total, layout=layout).svg
    assert f"{50 * n_rounds + 51:,} nodes" in svg
    assert svg.count(">data</text>") == 1
