"""A picture says in a <desc> what its cards say, for who cannot see it."""

from xml.etree import ElementTree

import engine
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
    lines = description_of(out, fold="none")
    assert len(lines) == MOST_CARDS + 2
    assert lines[-1] == f"And {MOST_CARDS + 1:,} more cards."


def test_player_has_no_description_since_its_numbers_change() -> None:
    out = Value(2.0, "x") * 3.0
    assert "<desc>" not in engine.play(out).svg
