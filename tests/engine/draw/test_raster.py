"""Pictures as PNG: the same letters everywhere, the size that was asked for."""

from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import resvg_py
from PIL import Image, ImageFont

import engine
from engine import Value
from engine.draw.raster import FONT_FILES, MOST_PIXELS
from engine.ops import OPS
from tests.graphs import fan_out, with_gradients


def png_on_a_machine_without_fonts(root: Value, monkeypatch) -> bytes:
    bare = partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    with monkeypatch.context() as patch:
        patch.setattr(resvg_py, "svg_to_bytes", bare)
        return engine.draw(root, layout="builtin").png()


def test_png_shows_labels_where_the_machine_has_no_fonts(monkeypatch) -> None:
    one, other = (png_on_a_machine_without_fonts(Value(1.0, x) * 2, monkeypatch) for x in "pq")
    assert one != other


def test_png_is_the_same_with_and_without_the_fonts_of_the_machine(monkeypatch) -> None:
    root = with_gradients(fan_out())
    bare = png_on_a_machine_without_fonts(root, monkeypatch)
    assert engine.draw(root, layout="builtin").png() == bare


def test_png_of_a_long_picture_is_no_longer_than_programs_show() -> None:
    out = Value(1.0, "x")
    for _ in range(45):
        out = out * 1.1
    wide, _ = Image.open(BytesIO(engine.draw(out, layout="builtin").png())).size
    assert 8000 < wide <= 8192


def test_png_has_as_many_pixels_as_asked_for() -> None:
    picture = engine.draw(with_gradients(fan_out()))
    one, two = (Image.open(BytesIO(picture.png(scale=scale))).size for scale in (1, 2))
    assert two == (2 * one[0], 2 * one[1])
    assert Image.open(BytesIO(picture.png())).size == two


@pytest.mark.parametrize("scale", [1000, 0, -1, float("inf"), float("nan")])
def test_png_of_an_impossible_size_is_refused_before_it_is_drawn(scale) -> None:
    with pytest.raises(ValueError, match=r"at most [\d.,]+|scale must be above 0 and finite"):
        engine.draw(with_gradients(fan_out())).png(scale=scale)


def test_largest_scale_that_the_message_names_is_accepted() -> None:
    out = Value(1.0, "x") * 2
    with pytest.raises(ValueError, match="pass at most") as refusal:
        engine.draw(out).png(scale=1e6)
    largest = float(str(refusal.value).partition("pass at most ")[2].partition(",")[0])
    wide, high = Image.open(BytesIO(engine.draw(out).png(scale=1))).size
    assert 0.97 * MOST_PIXELS < wide * high * largest**2 <= MOST_PIXELS


def test_unknown_background_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="background must be a colour of CSS"):
        engine.draw(Value(1.0) * 2).png(background="nonsense")


@pytest.mark.parametrize("file", FONT_FILES, ids=lambda file: Path(file).stem)
def test_our_font_has_every_letter_that_pictures_need(file) -> None:
    font = ImageFont.truetype(file, 24)
    missing = bytes(font.getmask("\uffff"))
    letters = set("".join(op.symbol for op in OPS.values()) + "·…−×∂αβθσŷ₁₂²0123456789") - {" "}
    assert [letter for letter in letters if bytes(font.getmask(letter)) == missing] == []


@pytest.mark.parametrize("file", FONT_FILES, ids=lambda file: Path(file).stem)
def test_letter_that_our_font_lacks_is_found(file) -> None:
    font = ImageFont.truetype(file, 24)
    assert bytes(font.getmask("語")) == bytes(font.getmask("\uffff"))
