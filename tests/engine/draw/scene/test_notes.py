"""A picture of a graph whose numbers were changed shows those of the recording, and says so."""

import re

import pytest

import engine
import nn
from engine import Value
from tests.graphs import neuron
from tests.layouts import needs_dot


def stale_neuron() -> Value:
    """Return a neuron of which w1 was changed from −3 to 1.7."""
    out = neuron()
    out.backward()
    leaf(out, "w1").data = 1.7
    return out


def leaf(out: Value, label: str) -> Value:
    return next(x for x in engine.leaves(out) if x.label == label)


def test_card_shows_the_number_that_was_used() -> None:
    svg = engine.draw(stale_neuron()).svg
    assert ">−3</text>" in svg
    assert ">1.7</text>" not in svg
    assert "w1: data -3.0 (changed to 1.7 since), grad " in svg


def test_note_below_the_picture_names_the_leaf_and_both_numbers() -> None:
    picture = engine.draw(stale_neuron())
    words = " ".join(picture.svg.split("<g>\n")[-1].replace("</text>", " ").split())
    assert "this graph is stale: 'w1' was changed from −3 to 1.7 after it was used;" in words
    assert "'w1' was changed from −3 to 1.7" in repr(picture)


@pytest.mark.parametrize("fold", ["neuron", "heat", "layer"])
def test_folded_picture_is_that_of_the_recording_with_a_note(fold) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    out = nn.mean_squared_error([model([0.5, -1.0]), model([1.0, 2.0])], [1.0, 0.0])
    out.backward()
    fresh = engine.draw(out, fold=fold).svg
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    svg = engine.draw(out, fold=fold).svg
    assert ">this graph is stale: 'w1' was changed from" in svg
    assert engine.draw(engine.snapshot(out), fold=fold).svg == svg
    texts = re.findall(r">[^<]+</text>", fresh)
    assert len(texts) > 10
    assert all(text in svg for text in texts)


def test_forgotten_numbers_are_dots() -> None:
    out = neuron()
    for i in range(9):
        leaf(out, "w1").data = float(i)
    svg = engine.draw(out).svg
    assert "data forgotten (changed to 8.0 since)" in svg
    assert "· where they are" in svg.replace("\n", " ")


def test_snapshot_from_before_a_step_keeps_its_numbers_and_no_picture_is_stale() -> None:
    w = Value(2.0, "w")
    first = w * 3.0
    first.backward()
    before = engine.snapshot(first)
    w.data -= 0.1 * w.grad
    for picture in (engine.draw(w * 3.0, compare=before), engine.draw(before)):
        assert "stale" not in picture.svg
    assert "2 → 1.7" in engine.draw(w * 3.0, compare=before).svg


def test_comparison_with_a_stale_graph_says_which_of_the_two_is_stale() -> None:
    w = Value(2.0, "w")
    first = w * 3.0
    w.data = 1.7
    second = w * 3.0
    svg = " ".join(engine.draw(second, compare=first).svg.split())
    assert "2 → 1.7" in svg
    assert "what it is compared with: this graph is stale: 'w' was" in svg
    svg = engine.draw(first, compare=engine.snapshot(first)).svg
    assert "\nthis graph is stale: 'w' was changed from 2 to 1.7" in svg


@pytest.mark.parametrize("make", [engine.frames, engine.play])
def test_frames_and_player_go_through_the_numbers_that_were_used(make) -> None:
    out = stale_neuron()
    text = repr(make(out))
    assert "this graph is stale: 'w1' was changed from −3 to 1.7" in text.splitlines()[1]
    assert "forward   e = x1 × w1 = 2 × −3 = −6" in text
    assert "x1.grad += −3 × 0.5 = −1.5" in text
    with engine.strict():
        assert repr(make(out)) == text


def test_every_frame_has_the_note_and_fresh_frames_have_none() -> None:
    out = stale_neuron()
    assert all("this graph is stale" in frame.svg for frame in engine.frames(out))
    assert "this graph is stale" in engine.play(out).svg
    assert "stale" not in engine.frames(neuron()).svg


def test_micrograds_drawing_shows_the_recording_too() -> None:
    source = engine.draw_dot(stale_neuron()).source
    assert "w1 | data -3.0000" in source
    assert "this graph is stale: 'w1' was changed" in source


def test_dot_file_has_the_note_as_its_label() -> None:
    source = engine.draw(stale_neuron()).dot.source
    assert "data −3 | grad +1" in source
    assert "this graph is stale: 'w1' was changed from −3 to 1.7" in source
    assert "stale" not in engine.draw(neuron()).dot.source


@needs_dot
def test_dot_draws_a_label_with_any_characters_in_the_name_of_a_leaf() -> None:
    w = Value(2.0, 'w<1> {"|} \\ é')
    out = w * 3.0
    w.data = 1.0
    for graph in (engine.draw(out).dot, engine.draw_dot(out)):
        assert b"this graph is stale" in graph.pipe(format="svg")
