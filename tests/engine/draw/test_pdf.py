"""Pictures as PDF: one page, of the picture's size, with its letters as text."""

import re
import sys

import pytest

import engine
import nn
from engine import Value
from engine.draw.pdf import drawing_of
from tests.graphs import fan_out, with_gradients
from tests.needs import needs

needs_svglib = needs("svglib")


def strings_of(shape: object) -> list[tuple[str, float, float]]:
    """Return the texts in a drawing, each with where it starts and how wide it runs."""
    from reportlab.graphics.shapes import String
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if isinstance(shape, String):
        wide = stringWidth(shape.text, shape.fontName, shape.fontSize)
        assert shape.textAnchor == "start"
        return [(shape.text, shape.x, wide)]
    found = []
    for part in getattr(shape, "contents", []):
        if not isinstance(part, String) or part.textAnchor == "start":
            found += strings_of(part)
    return found


@needs_svglib
def test_pdf_is_one_page_of_the_size_of_the_picture(tmp_path) -> None:
    picture = engine.draw(with_gradients(fan_out()))
    pdf = picture.save(tmp_path / "p.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/MediaBox") == 1
    wide, high = map(int, re.search(r'width="(\d+)" height="(\d+)"', picture.svg).groups())
    box = [float(x) for x in re.search(rb"/MediaBox \[([^]]*)\]", pdf)[1].split()]
    # A pixel of CSS is 3/4 of a point.
    assert [round(x) for x in box[2:]] in ([wide, high], [round(wide * 0.75), round(high * 0.75)])


@needs_svglib
def test_pdf_has_its_own_fonts(tmp_path) -> None:
    model = nn.MLP(2, [2, 1], activation="relu", seed=0)
    pdf = engine.draw(with_gradients(model([1.0, 2.0]))).save(tmp_path / "p.PDF").read_bytes()
    for style in (b"Regular", b"Bold"):
        assert b"GlassgradSans-" + style in pdf


@needs_svglib
def test_label_is_printed_after_its_op_and_not_upon_it() -> None:
    out = engine.tanh(Value(0.5, "x"))
    out.label = "y"
    strings = strings_of(drawing_of(engine.draw(out).svg))
    (op, start, wide), (label, after, _) = [x for x in strings if x[0] in ("tanh", "y")]
    assert (op, label) == ("tanh", "y")
    assert start + wide < after < start + wide + 10


def test_pdf_without_svglib_says_what_to_install(monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "svglib.svglib", None)
    monkeypatch.setitem(sys.modules, "reportlab.graphics", None)
    with pytest.raises(ImportError, match=r"pip install \"glassgrad\[pdf\]\", or save as .svg"):
        engine.draw(with_gradients(fan_out())).save(tmp_path / "p.pdf")
