"""Drawings: any SVG with a title and a description, shown and saved."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import engine
from engine import Drawing

SVG = "{http://www.w3.org/2000/svg}"


def drawing() -> Drawing:
    word = Drawing.text(10, 20, "a < b", 12, "#1f2328")
    return Drawing(Drawing.page([word], width=60, height=30, title="x & y", description="<none>"))


def test_page_is_an_svg_with_a_title_and_a_description() -> None:
    root = ET.fromstring(drawing().svg)
    assert (root.tag, root.get("width"), root.get("height")) == (f"{SVG}svg", "60", "30")
    found = [root.findtext(f"{SVG}{tag}") for tag in ("title", "desc", "text")]
    assert found == ["x & y", "<none>", "a < b"]


def test_notebook_shows_it_as_svg_and_as_png() -> None:
    bundle = drawing()._repr_mimebundle_()
    assert bundle["image/svg+xml"] == drawing().svg
    assert str(bundle["image/png"]).startswith("iVBOR")


def test_it_is_saved_by_its_suffix(tmp_path: Path) -> None:
    assert drawing().save(tmp_path / "a.svg").read_text("utf-8") == drawing().svg
    assert drawing().save(tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"a picture is saved as .svg, .png or .pdf, got 'a.dot'"):
        drawing().save(tmp_path / "a.dot")


def test_picture_of_a_graph_is_a_drawing() -> None:
    assert isinstance(engine.draw(engine.Value(1.0)), Drawing)
