"""Turns the SVG of a picture into PNG, with the same letters on every machine."""

from __future__ import annotations

import re
from pathlib import Path

from engine.draw.svg.document import FONTS

# The font comes with the package: where a machine has none of the fonts in FONTS, such as a server
# or a container, resvg would silently leave out every number and every name.
OWN_FONT = "Glassgrad Sans"
FONT_FILES = sorted(map(str, (Path(__file__).parent / "fonts").glob("*.ttf")))
SHARP = 2.0  # pixels of the image for each pixel of the picture, for high-resolution screens
LONGEST_SIDE = 8192  # pixels; many programs show no larger image, and it would take many seconds


def png_of(svg: str, *, scale: float | None, background: str | None) -> bytes:
    """Return an SVG as PNG.

    Args:
        svg: what `svg_of` returned.
        scale: pixels of the image for each pixel of the picture; if None, `SHARP`, and less where
            that would make a side longer than `LONGEST_SIDE`.
        background: a colour to lay beneath; transparent if None.

    Raises:
        ImportError: resvg-py is not installed; the message names the extra.
    """
    try:
        import resvg_py
    except ImportError:
        raise ImportError(
            'a PNG needs resvg-py; run: pip install "glassgrad[images]", or save as .svg'
        ) from None
    if scale is None:
        size = re.search(r'width="(\d+)" height="(\d+)"', svg)
        longest = max(map(int, size.groups())) if size else 0
        scale = min(SHARP, LONGEST_SIDE / max(longest, 1))
    svg = svg.replace(f'font-family="{FONTS}"', f'font-family="{OWN_FONT},{FONTS}"', 1)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, zoom=scale, background=background, font_files=FONT_FILES
        )
    )
