"""Anything drawn as SVG: a notebook displays it, and it is saved as SVG, PNG or PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.draw.files import png_bundle, save_by_suffix
from engine.draw.pdf import pdf_of
from engine.draw.raster import png_of
from engine.draw.svg.description import described_as
from engine.draw.svg.document import document
from engine.draw.svg.elements import text_element
from engine.draw.text import text_width


class Drawing:
    """An SVG. A notebook displays it.

    Attributes:
        svg: the picture as SVG, without styles, ids or scripts.
        text: makes a text element.
        text_width: how wide a text runs, in px.
    """

    text = staticmethod(text_element)
    text_width = staticmethod(text_width)

    def __init__(self, svg: str) -> None:
        self.svg = svg

    @staticmethod
    def page(
        parts: Sequence[str], *, width: float, height: float, title: str, description: str
    ) -> str:
        """Return pieces of SVG as a whole file.

        Args:
            parts: elements, in the order in which they are painted.
            width: in px.
            height: in px.
            title: what a screen reader says first.
            description: what the picture says, in words.
        """
        return document(title, [described_as(description), *parts], 0, 0, width, height)

    def png(self, *, scale: float | None = None, background: str | None = None) -> bytes:
        """Return the picture as PNG.

        Args:
            scale: pixels of the image for each pixel of the picture; if None, 2, and less where
                that would make a side longer than most programs show.
            background: a colour to lay beneath; transparent if None.

        Raises:
            ValueError: the scale is not above 0, or the image would be too large; or there is no
                such colour.
            ImportError: resvg-py is not installed; the message names the extra.
        """
        return png_of(self.svg, scale=scale, background=background)

    def save(self, path: str | Path) -> Path:
        """Write the picture, by the suffix of `path`: .svg, .png, .pdf; of a graph also .tex, .dot.

        Returns:
            The path.

        Raises:
            ValueError: another suffix.
            ImportError: a PNG without resvg-py, a PDF without svglib.
            OSError: the file cannot be written; an older one stays as it was.
        """
        return save_by_suffix(path, self._formats(), "a picture is")

    def _formats(self) -> dict[str, Callable[[], bytes]]:
        """Return what makes the content of a file, by suffix."""
        return {".svg": self.svg.encode, ".png": self.png, ".pdf": lambda: pdf_of(self.svg)}

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        bundle: dict[str, object] = {"image/svg+xml": self.svg, "text/plain": repr(self)}
        # An untrusted notebook shows no SVG, but it does show PNG.
        return bundle | png_bundle(self.svg)
