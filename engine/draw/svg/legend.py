"""Writes what is below a picture: notes in words, and how to read it."""

from __future__ import annotations

from math import inf, isfinite

from engine.draw.scene.cards.sheet_card import SheetCard
from engine.draw.scene.cards.strip_card import StripCard
from engine.draw.scene.model import Scene
from engine.draw.svg import colours
from engine.draw.svg.elements import px, text_element
from engine.draw.text import text_width

NOTE, SMALL, LEGEND_LINE = 12.0, 10.5, 16.0  # font sizes and the height of a line, px
SWATCH, BETWEEN = 14.0, 18.0


def legend(scene: Scene, room: float, y: float) -> tuple[list[str], float, float]:
    """Return the notes and the legend as SVG, their height and their width.

    Args:
        scene: what the picture shows.
        room: the width to fill, px.
        y: its top, px.
    """
    parts: list[str] = []
    top, widest = y, 0.0
    for note in filter(None, (scene.summary, *scene.notes)):
        for line in wrapped(note, room, NOTE):
            y += LEGEND_LINE
            parts.append(text_element(0, y - 4, line, NOTE, colours.CAPTION, bold=True))
            widest = max(widest, text_width(line, NOTE, bold=True))
    x = 0.0
    items = legend_items(scene)
    if items:
        y += LEGEND_LINE + (2 if parts else 0)
    for sample, text in items:
        wide = SWATCH + 5 + text_width(text, SMALL)
        if sample in ("local", "path", "cells", "hidden"):
            wide += 6
        if x and x + wide > room:
            x, y = 0.0, y + LEGEND_LINE
        parts += _item(sample, text, x, y - 4)
        x += wide + BETWEEN
        widest = max(widest, x - BETWEEN)
    return parts, (y - top + 14 if parts else 0.0), widest


def legend_items(scene: Scene) -> list[tuple[str, str]]:
    """Return what the legend explains: a sample to show, and words for it."""
    items = []
    if any(arrow.label[0] for arrow in scene.arrows):
        items.append(("local", "local derivative"))
    if any(arrow.label[1] for arrow in scene.arrows):
        items.append(("path", "what this path adds to grad"))
    if any(arrow.hidden for arrow in scene.arrows):
        items.append(("hidden", "slope hidden in a function"))
    if part := part_of_heat(scene):
        what = "change" if scene.compared else "grad"
        text = f"{part} is a neuron: {what} of each weight, bias last; then of its output"
        items.append(("cells", text))
    if scene.known:
        gradients = [entry.grad for card in scene.cards for entry in card.entries]
        gradients += [arrow.gradient for arrow in scene.arrows]
        what = "change" if scene.compared else "grad"
        if any(g is not None and 0 < g < inf for g in gradients):
            items.append(("positive", f"{what} > 0"))
        if any(g is not None and -inf < g < 0 for g in gradients):
            items.append(("negative", f"{what} < 0"))
        numbers = [entry.data for card in scene.cards for entry in card.entries]
        if any(x is not None and not isfinite(x) for x in (*numbers, *gradients)):
            items.append(("alarm", "inf or nan"))
        if any(entry.cancelled for card in scene.cards for entry in card.entries):
            items.append(("cancelled", "±: the size of gradients that cancel out"))
        if any(arrow.gradient == 0 for arrow in scene.arrows):
            items.append(("zero", "no gradient flows"))
    return items


def part_of_heat(scene: Scene) -> str:
    """Return what shows a neuron in colours: "a strip", "a line" of a sheet, or "" for none."""
    for card in scene.cards:
        if isinstance(card, StripCard):
            return "a strip"
        if isinstance(card, SheetCard) and card.has_results:
            return "a line"
    return ""


def _item(sample: str, text: str, x: float, y: float) -> list[str]:
    if sample == "local":
        parts = [text_element(x, y, "×2", SMALL, colours.CAPTION)]
        shift = SWATCH + 3
    elif sample == "path":
        parts = [text_element(x, y, "+2", SMALL, colours.mixed(1, 1), bold=True)]
        shift = SWATCH + 5
    elif sample in ("zero", "hidden"):
        dash = ' stroke-dasharray="4 3"' if sample == "zero" else ""
        parts = [
            f'<path d="M{px(x)},{px(y - 3.5)}h{px(SWATCH + 2)}" stroke="{colours.PLAIN}" '
            f'stroke-width="1.2"{dash}/>'
        ]
        shift = SWATCH + 7
    elif sample == "cells":
        parts = [
            f'<rect x="{px(x + 6 * k)}" y="{px(y - 9)}" width="5.4" height="10" '
            f'fill="{colours.mixed(sign, share)}"/>'
            for k, (sign, share) in enumerate(((1, 0.55), (-1, 0.35), (1, 0.15)))
        ]
        shift = SWATCH + 9
    else:
        fill, line = {
            "positive": (colours.mixed(1, 0.55), colours.mixed(1, 1)),
            "negative": (colours.mixed(-1, 0.55), colours.mixed(-1, 1)),
            "alarm": (colours.ALARM, colours.ALARM_LINE),
            "cancelled": (colours.CANCELLED, colours.LINE),
        }[sample]
        parts = [
            f'<rect x="{px(x)}" y="{px(y - 9)}" width="{px(SWATCH)}" height="10" rx="2" '
            f'fill="{fill}" stroke="{line}" stroke-width=".8"/>'
        ]
        shift = SWATCH + 5
    return [*parts, text_element(x + shift, y, text, SMALL, colours.CAPTION)]


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return `text` in lines of at most `room` px."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, bold=True) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
