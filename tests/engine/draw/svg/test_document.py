"""The SVG of a picture: what it may hold, on any page."""

import engine
from engine import Value
from tests.graphs import fan_out, with_gradients


def test_svg_holds_no_style_no_id_and_no_script() -> None:
    svg = engine.draw(with_gradients(fan_out())).svg
    for word in ("<style", " id=", "<script", "clipPath", "class="):
        assert word not in svg


def test_labels_are_escaped_and_shortened() -> None:
    nasty = Value(1.0, "<script>alert('&\"')</script>" + "x" * 500)
    (out := nasty * 2).backward()
    svg = engine.draw(out).svg
    assert "<script" not in svg
    assert "…" in svg
