"""Turns a picture into PNG, into what notebooks show, and into files."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from engine.draw.picture import Picture

NOTEBOOK_SCALE = 2  # screens with small pixels show it sharp
MOST_PIXELS = 40_000_000  # of a PNG inside a notebook


def png_of(svg: str, scale: float, background: str | None) -> bytes:
    """Return SVG as PNG.

    Raises:
        ImportError: resvg-py is not installed.
        ValueError: `scale` is not above 0, or `background` is no colour.
    """
    if not 0 < scale <= 100:
        raise ValueError(f"scale must be above 0 and at most 100, got {scale!r}")
    try:
        import resvg_py
    except ImportError as error:
        raise ImportError(
            'PNG needs resvg-py; run pip install "glassgrad[images]", or save as .svg'
        ) from error
    try:
        # The families of the SVG come first; these serve where none of them is installed.
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                zoom=scale,
                background=background,
                sans_serif_family="DejaVu Sans",
                serif_family="Noto Sans",
            )
        )
    except ValueError as error:
        raise ValueError(
            f"PNG with scale={scale!r} and background={background!r} failed: {error}; "
            "background takes a CSS colour such as 'white' or '#f6f8fa'"
        ) from error


def mimebundle(picture: Picture) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Return a picture in the forms that notebooks choose from, and how large PNG is shown.

    Notebooks that are not trusted show no SVG; those show the PNG.
    """
    data = {"image/svg+xml": picture.svg, "text/plain": repr(picture)}
    metadata: dict[str, dict[str, int]] = {}
    wide, high = svg_size(picture.svg)
    scale = NOTEBOOK_SCALE if wide * high * NOTEBOOK_SCALE**2 <= MOST_PIXELS else 1
    try:
        png = picture.png(scale)
    except ImportError:
        return data, metadata
    data["image/png"] = base64.b64encode(png).decode("ascii")
    metadata["image/png"] = {"width": wide, "height": high}
    return data, metadata


def svg_size(svg: str) -> tuple[int, int]:
    """Return the width and height that our own SVG begins with, px."""
    start = svg[: svg.index(">")]
    wide, high = (start.split(f' {side}="', 1)[1].split('"', 1)[0] for side in ("width", "height"))
    return int(wide), int(high)


def save(picture: Picture, path: str | os.PathLike[str]) -> None:
    """Write a picture to a file that ends in .svg, .png or .dot.

    Raises:
        ValueError: the path ends in something else.
        OSError: the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".svg":
        content = picture.svg.encode("utf-8")
    elif suffix == ".png":
        content = picture.png()
    elif suffix == ".dot":
        content = picture.dot.source.encode("utf-8")
    else:
        raise ValueError(f"a picture is saved as .svg, .png or .dot, got {str(path)!r}")
    # Written beside the goal and then moved there: a reader never meets half a file.
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            draft.write_bytes(content)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise type(error)(
            error.errno,
            f"cannot save the picture as {str(path)!r} ({error.strerror}); "
            "choose a folder that exists and may be written to",
        ) from error
