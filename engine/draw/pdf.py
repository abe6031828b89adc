"""Turns the SVG of a picture into PDF, for a paper or a slide, with the letters inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import BytesIO

from engine.draw.raster import FONTS_FOLDER, OWN_FONT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

TEXT = "{http://www.w3.org/2000/svg}text"
# As svglib looks them up: by weight and style.
STYLES = [
    ("normal", "normal", "Regular"),
    ("400", "normal", "Regular"),
    ("700", "normal", "Bold"),
    ("400", "italic", "Italic"),
]


def pdf_of(svg: str) -> bytes:
    """Return an SVG as PDF.

    Args:
        svg: what `svg_of` returned.

    Raises:
        ImportError: svglib is not installed; the message names the extra.
    """
    try:
        import svglib.svglib  # noqa: F401
        from reportlab.graphics import renderPDF
    except ImportError:
        raise ImportError(
            'a PDF needs svglib; run: pip install "glassgrad[pdf]", or save as .svg'
        ) from None
    return bytes(renderPDF.drawToString(drawing_of(svg)))


def drawing_of(svg: str) -> Drawing:
    """Return an SVG as a drawing of ReportLab's, with the letters of the package's own font."""
    from svglib.fonts import register_font
    from svglib.svglib import svg2rlg

    for weight, style, name in STYLES:
        path = str(FONTS_FOLDER / f"GlassgradSans-{name}.ttf")
        register_font(OWN_FONT, path, weight=weight, style=style)
    root = ET.fromstring(svg)
    root.set("font-family", OWN_FONT)
    for text in root.iter(TEXT):
        if len(text) and text.get("text-anchor") == "middle":
            begin_at_start(text)
    return svg2rlg(BytesIO(ET.tostring(root)))


def begin_at_start(text: ET.Element) -> None:
    """Anchor a centred text at its start; svglib would centre each of its parts on one point."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    size = float(text.get("font-size", 0))
    width = stringWidth(text.text or "", f"{OWN_FONT}-700", size)
    for part in text:
        italic = "Italic" if part.get("font-style") == "italic" else ""
        size_of_part = float(part.get("font-size", size))
        width += float(part.get("dx", 0))
        width += stringWidth(part.text or "", f"{OWN_FONT}-400{italic}", size_of_part)
    text.set("x", str(float(text.get("x", 0)) - width / 2))
    text.set("text-anchor", "start")
