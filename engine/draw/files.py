"""Saves pictures by the suffix of the file, and puts them into the outputs of a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.draw.raster import SHARP, png_of
from engine.files import write_atomically

WIDEST = 1500  # pixels of a PNG in a notebook


def png_bundle(svg: str) -> dict[str, object]:
    """Return the PNG of a notebook's output; nothing where what makes it is not installed."""
    size = re.search(r'width="(\d+)"', svg)
    # A cell shows no more of a wide picture, and a notebook that stores it stays small.
    scale = min(SHARP, WIDEST / int(size[1])) if size else SHARP
    try:
        return {"image/png": in_base64(png_of(svg, scale=scale, background=None))}
    except ImportError:
        return {}


def in_base64(data: bytes) -> str:
    """Return bytes as letters and digits."""
    from base64 import b64encode

    return b64encode(data).decode()


def saved(path: str | Path, makers: Mapping[str, Callable[[], bytes]], what: str) -> Path:
    """Write a file by its suffix, and return its path.

    Args:
        path: where to.
        makers: what makes the content for each suffix.
        what: the beginning of the error text, such as "a picture is".

    Raises:
        ValueError: another suffix.
        ImportError: what the format needs is not installed.
        OSError: the file cannot be written; an older one stays as it was.
    """
    path = Path(path)
    if path.suffix not in makers:
        *some, last = makers
        choices = f"{', '.join(some)} or {last}" if some else last
        raise ValueError(f"{what} saved as {choices}, got {path.name!r}; change the suffix")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot save {path.name}: there is no folder {str(path.parent)!r}; make it first"
        )
    return write_atomically(path, makers[path.suffix]())
