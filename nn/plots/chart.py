"""A chart drawn as SVG: a notebook displays it, and it is saved as a matplotlib figure is."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import engine


class Chart(engine.Drawing):
    """A chart. A notebook displays it; its methods are those of matplotlib's figure that it needs.

    Attributes:
        description: what it shows, in words.
    """

    def __init__(self, svg: str, description: str) -> None:
        super().__init__(svg)
        self.description = description

    def savefig(self, file: str | PathLike[str] | BinaryIO, *, format: str | None = None) -> None:  # noqa: A002  matplotlib's name
        """Write the chart.

        Args:
            file: a path, or a file that is open for writing bytes.
            format: "svg", "png" or "pdf"; by default the suffix of the path, of a file "png".

        Raises:
            ValueError: another format.
            ImportError: a PNG without resvg-py, a PDF without svglib.
            OSError: the file cannot be written; an older one stays as it was.
        """
        path = Path(file) if isinstance(file, (str, PathLike)) else None
        if path is not None and format is None:
            self.save(path)
            return
        make = self._formats().get(f".{format or 'png'}")
        if make is None:
            raise ValueError(f"format must be svg, png or pdf, got {format!r}")
        content = make()
        if path is not None:
            engine.write_atomically(path, content)
        elif not isinstance(file, (str, PathLike)):
            file.write(content)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        # As an image it has a description in exported pages too, and is never wider than they are.
        coded = b64encode(self.svg.encode()).decode()
        image = (
            f'<img alt="{escape(self.description)}" style="max-width: 100%; height: auto" '
            f'src="data:image/svg+xml;base64,{coded}">'
        )
        return super()._repr_mimebundle_() | {"text/html": image}

    def __repr__(self) -> str:
        return f"Chart ({self.description})"
