"""Text in a picture: its width, where it must be cut, and its escaping for SVG."""

from __future__ import annotations

import unicodedata

from engine.words.names import without_stray_end

# Widths in Helvetica and its metric twins Arial and Liberation Sans, in thousandths of the size.
_GROUPS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;[]\\ftI",
    333: "()-`r·",
    355: '"',
    389: "*",
    469: "^",
    500: "cksvxyzJ",
    556: "0123456789abdeghnopqu#$?_L",
    584: "+<=>~×÷−",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1000: "@…",
}
_WIDTHS = {letter: width for width, letters in _GROUPS.items() for letter in letters}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide `text` runs at a font size, in px.

    Args:
        text: one line.
        size: font size, px.
        bold: bold letters run about 7 % wider.
    """
    thousandths = 0
    for letter in text:
        width = _WIDTHS.get(letter)
        if width is None:
            if unicodedata.combining(letter):
                width = 0
            else:
                width = 1250 if unicodedata.east_asian_width(letter) in "WF" else 640
        thousandths += width
    return thousandths * size * (1.07 if bold else 1.0) / 1000


def fit_text(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return `text`, cut to end in "…" if it runs wider than `room` px."""
    # No letter of a readable font is narrower than a tenth of its size.
    text, whole = text[: int(room * 10 / size) + 1], text
    if text == whole and text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return without_stray_end(text) + "…"


def escape_xml(text: str) -> str:
    """Return `text` escaped for SVG, between tags or inside double quotes."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
