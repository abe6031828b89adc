"""A picture says in a <desc> what its cards say, for who cannot see it."""

import re
from xml.etree import ElementTree

import engine
import nn
from engine import Value
from engine.draw.svg.description import MOST_CARDS


def description_of(out: Value, fold: str = "auto") -> list[str]:
    """Return the lines of the description of a picture."""
    root = ElementTree.fromstring(engine.draw(out, fold=fold).svg)
    assert root.get("role") == "img"
    found = root.findall("{http://www.w3.org/2000/svg}desc")
    assert len(found) == 1
    return (found[0].text or "").splitlines()


def test_description_says_every_number_and_gradient_the_result_first() -> None:
    x, w = Value(2.0, "x"), Value(-3.0, "w <1>")
    out = w * x
    out.label = "out"
    out.backward()
    lines = description_of(out)
    assert lines[0] == "Cards: 3, arrows: 2; the result first."
    assert lines[1].startswith("out: data -6.0, grad 1.0; made by mul")
    assert {"x: data 2.0, grad -3.0.", "w <1>: data -3.0, grad 2.0."} <= set(lines)


def test_description_of_a_large_picture_is_cut_with_the_number_of_cards_left_out() -> None:
    out = Value(0.0)
    for _ in range(MOST_CARDS):
        out = out + Value(1.0)
    out.backward()
    lines = description_of(out, fold="none")
    assert len(lines) == MOST_CARDS + 2
    assert lines[-1] == f"And {MOST_CARDS + 1:,} more cards."


def test_description_of_a_folded_picture_has_every_line_of_its_tables_with_their_layer() -> None:
    out = nn.MLP(2, [2, 1], activation="tanh", seed=0)([0.5, -1.0])
    out.backward()
    svg = engine.draw(out, fold="neuron").svg
    lines = description_of(out, fold="neuron")
    assert lines[1] == "2 layers · 3 neurons · 9 parameters · 23 nodes."
    assert lines[2].startswith("layer 2, n1: w1 data ")
    for text in re.findall(r">([−+]?0[.]\d{2,})</text>", svg):
        assert any(text in line for line in lines), text


def test_description_has_the_notes_below_the_picture() -> None:
    w = Value(2.0, "w")
    out = w * 3.0
    out.backward()
    w.data = 1.0
    assert description_of(out)[1].startswith("this graph is stale: 'w' was changed from 2 to 1")


def test_description_of_a_comparison_says_what_changed() -> None:
    w = Value(2.0, "w")
    before = engine.snapshot(w * 3.0)
    w.data = 1.0
    root = ElementTree.fromstring(engine.draw(w * 3.0, compare=before).svg)
    text = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert "w: 2.0 before, 1.0 after." in text.splitlines()
    assert "6 before, 3 after" in text
    assert "stale" not in text


def test_frames_are_described_by_their_captions() -> None:
    frames = engine.frames(Value(2.0, "x") * 3.0)
    pictures = [frames[1].svg, frames.sheet().svg, frames.svg]
    for svg in pictures:
        root = ElementTree.fromstring(svg)
        text = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
        assert "forward   e = x × 3 = 2 × 3 = 6" in text


def test_player_has_no_description_since_its_numbers_change() -> None:
    out = Value(2.0, "x") * 3.0
    assert "<desc>" not in engine.play(out).svg
