"""Makes slides of a lesson: headings, leads, code and results; the whole text is in the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ROOM = 320  # letters of prose that a slide takes; of more, each paragraph keeps its beginning
TASK = "**Write before you read on**"
# A sentence, and those after it while they are short.
LEAD = re.compile(r".{60,}?[.?!](?=\s+[A-Z*`$])", re.DOTALL)
ANSWER = re.compile(r"\s*<details>.*?</details>", re.DOTALL)
# What a slide keeps whole: headings, lists, tables, formulas, HTML and what the class is asked,
# which may also be the end of a paragraph.
KEPT = re.compile(r"\s*(#|[*\-|<]|\d+\.|\$\$|\*\*Predict)")
BLOCK = re.compile(r"\n\s*\n|\s+(?=\*\*Predict)")


def outline(notebook: Any) -> Any:
    """Return a lesson as a notebook of slides, as nbconvert takes one.

    A heading begins a slide to the right, a text or a cell of code without room on the last slide
    one below, and so does the code that the class is to write first. Cells of claims and answers
    are left out.
    """
    from nbformat import NotebookNode

    cells = list(slides(notebook.cells))
    for number, cell in enumerate(cells):
        cell.id = f"slide-{number}"
    return NotebookNode({**notebook, "cells": cells})


def slides(cells: list[Any]) -> Iterator[Any]:
    """Yield the cells of slides, each with its place in the metadata."""
    has_room = False
    for cell in cells:
        if cell.cell_type == "code" and "claims" not in cell.metadata.get("tags", ()):
            yield placed(cell, "-" if has_room else "subslide")
            has_room = False
        for piece in pieces(cell.source) if cell.cell_type == "markdown" else ():
            shown = lead(piece)
            yield placed({**cell, "source": shown}, "slide" if piece[0] == "#" else "subslide")
            yield placed({**cell, "source": piece}, "notes")
            has_room = len(shown) <= ROOM and TASK not in shown


def placed(cell: Any, place: str) -> Any:
    """Return a copy of a cell at a place: "slide", "subslide", "notes", or "-", on the last one."""
    from nbformat import from_dict

    return from_dict({**cell, "metadata": {"slideshow": {"slide_type": place}}})


def pieces(source: str) -> list[str]:
    """Return a text without answers, cut before each heading."""
    return [
        piece.strip()
        for piece in re.split(r"^(?=#)", ANSWER.sub("", source), flags=re.M)
        if piece.strip()
    ]


def lead(text: str) -> str:
    """Return what a slide shows of a text."""
    if len(text) <= ROOM or text.startswith("## Summary"):
        return text
    shown = []
    for block in BLOCK.split(text):
        beginning = None if KEPT.match(block) else LEAD.match(block)
        shown.append(beginning[0] if beginning else block)
    return "\n\n".join(shown)
