"""Turns the SVG of a picture into PNG, with the same letters on every machine."""

from __future__ import annotations

import re
from math import floor, inf, sqrt
from pathlib import Path

from engine.draw.svg.document import FONTS
from engine.guards.number import as_float

# The font comes with the package: where a machine has none of the fonts in FONTS, such as a server
# or a container, resvg would silently leave out every number and every name.
OWN_FONT = "Glassgrad Sans"
FONTS_FOLDER = Path(__file__).parent / "fonts"
FONT_FILES = sorted(map(str, FONTS_FOLDER.glob("*.ttf")))
SHARP = 2.0  # pixels of the image for each pixel of the picture, for high-resolution screens
LONGEST_SIDE = 8192  # pixels; many programs show no larger image, and it would take many seconds
MOST_PIXELS = 200_000_000  # 800 MB while it is drawn; where memory runs out, resvg ends the process


def png_of(svg: str, *, scale: float | None, background: str | None) -> bytes:
    """Return an SVG as PNG.

    Args:
        svg: what `svg_of` returned.
        scale: pixels of the image for each pixel of the picture; if None, `SHARP`, and less where
            that would make a side longer than `LONGEST_SIDE`.
        background: a colour to lay beneath; transparent if None.

    Raises:
        ValueError: `scale` is not above 0, the image would have more than `MOST_PIXELS`, or there
            is no such colour.
        ImportError: resvg-py is not installed; the message names the extra.
    """
    try:
        import resvg_py
    except ImportError:
        raise ImportError(
            'a PNG needs resvg-py; run: pip install "glassgrad[images]", or save as .svg'
        ) from None
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    assert size is not None
    wide, high = map(int, size.groups())
    scale = min(SHARP, LONGEST_SIDE / max(wide, high)) if scale is None else as_scale(scale)
    if wide * high * scale**2 > MOST_PIXELS:
        largest = floor(10 * sqrt(MOST_PIXELS / (wide * high))) / 10
        raise ValueError(
            f"a PNG has at most {MOST_PIXELS:,} pixels, scale={scale:g} would make "
            f"{wide * scale:,.0f} × {high * scale:,.0f}; pass at most {largest:g}, or save as .svg"
        )
    svg = svg.replace(f'font-family="{FONTS}"', f'font-family="{OWN_FONT},{FONTS}"', 1)
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg, zoom=scale, background=background, font_files=FONT_FILES
            )
        )
    except ValueError as error:
        if background is None:
            raise
        raise ValueError(
            f'background must be a colour of CSS, such as "white" or "#ffffff", got {background!r}'
        ) from error


def as_scale(scale: float) -> float:
    """Return `scale` as a float, if an image can have it.

    Raises:
        TypeError: it is not a number.
        ValueError: it is not finite, or not above 0.
    """
    scale = as_float(scale, "scale must be a number")
    if not 0 < scale < inf:
        raise ValueError(f"scale must be above 0 and finite, got {scale}; 1 is the picture's size")
    return scale
