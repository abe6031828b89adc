"""Saves pictures by the suffix of the file, and puts them into the outputs of a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.draw.raster import SHARP, png_of
from engine.files import write_atomically

MOST_PIXELS = 1500  # width of a PNG in a notebook


def png_bundle(svg: str) -> dict[str, object]:
    """Return the PNG of a notebook's output; nothing if resvg-py is not installed."""
    size = re.search(r'width="(\d+)"', svg)
    # A cell shows no more of a wide picture, and a notebook that stores it stays small.
    scale = min(SHARP, MOST_PIXELS / int(size[1])) if size else SHARP
    try:
        return {"image/png": in_base64(png_of(svg, scale=scale, background=None))}
    except ImportError:
        return {}


def in_base64(data: bytes) -> str:
    """Return bytes as text in base64."""
    from base64 import b64encode

    return b64encode(data).decode()


def save_by_suffix(
    path: str | Path, formats: Mapping[str, Callable[[], bytes]], subject: str
) -> Path:
    """Write a file in the format of its suffix, and return its path.

    Args:
        path: the file.
        formats: what makes the content, by suffix.
        subject: how the error text begins, such as "a picture is".

    Raises:
        ValueError: another suffix.
        ImportError: what the format needs is not installed.
        OSError: the file cannot be written; an older one stays as it was.
    """
    path = Path(path)
    make = formats.get(path.suffix.lower())
    if make is None:
        *some, last = formats
        choices = f"{', '.join(some)} or {last}" if some else last
        raise ValueError(f"{subject} saved as {choices}, got {path.name!r}; change the suffix")
    return write_atomically(path, make())
