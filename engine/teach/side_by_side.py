"""Draws one graph twice: with the numbers of a wrong engine, and with the right ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.draw.picture import laid_out, scene_of
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.svg import colours
from engine.draw.svg.document import document, svg_of
from engine.draw.svg.elements import text_element
from engine.value import Value

TITLE = 26.0  # the height of a title, px
GAP = 24.0
MOST_WIDTH = 860.0  # wider pictures are one above the other

Numbers = tuple[float, float | None]  # data and grad; None where there is no gradient


def side_by_side(
    roots: Sequence[Value], got: Mapping[int, Numbers], *, titles: tuple[str, str]
) -> str:
    """Return a graph with other numbers, and with its own, as one SVG.

    Args:
        roots: its results, with the right data and grad in every node.
        got: what came instead, by `id` of the node; cards that differ have a thick border.
        titles: of the two pictures, the wrong one first.
    """
    wrong, right = (scene_of(NamedGraph(*roots, parameters=[]), "none") for _ in range(2))
    show_numbers(wrong, got)
    return beside(
        *((title, svg_of_scene(scene)) for title, scene in zip(titles, (wrong, right), strict=True))
    )


def show_numbers(scene: Scene, got: Mapping[int, Numbers]) -> None:
    """Put the numbers of another engine into a scene."""
    scene.known = True
    scene.notes.clear()
    for node, (data, grad) in got.items():
        if node not in scene.shown_at:
            continue
        index, entry, _ = scene.shown_at[node]
        card = scene.cards[index]
        right = card.entries[entry]
        card.entries[entry] = replace(right, data=data, grad=grad, tip="")
        card.tip = ""
        card.focus = differ(data, right.data) or differ(grad or 0.0, right.grad or 0.0)
    for arrow in scene.arrows:  # what that engine passes on is not known
        arrow.local = arrow.gradient = None
        arrow.tip = ""


def differ(x: float, y: float | None) -> bool:
    """Return whether two numbers are not the same, but for rounding."""
    return y is None or not abs(x - y) <= 1e-6 * (1 + abs(y))


def svg_of_scene(scene: Scene) -> str:
    """Return a scene as SVG, without descriptions."""
    return svg_of(scene, laid_out(scene, "LR", "builtin"), direction="LR", described=False)


def beside(*pictures: tuple[str, str]) -> str:
    """Return pictures with a title each as one: from left to right, or if too wide downwards."""
    sizes = [size_of(svg) for _, svg in pictures]
    wide = sum(width for width, _ in sizes) + GAP * (len(sizes) - 1)
    down = wide > MOST_WIDTH
    parts, x, y = [], 0.0, 0.0
    for (title, svg), (width, height) in zip(pictures, sizes, strict=True):
        parts.append(text_element(x + 10, y + 17, title, 14, colours.CAPTION, bold=True))
        inner = svg.replace("<svg ", f'<svg x="{x:.0f}" y="{y + TITLE:.0f}" ', 1)
        parts.append(re.sub(r"<title>gradient graph of .*?</title>", "", inner, count=1))
        x, y = (x, y + height + TITLE) if down else (x + width + GAP, y)
    high = y if down else max(height for _, height in sizes) + TITLE
    wide = max(width for width, _ in sizes) if down else wide
    return document(" and ".join(title for title, _ in pictures), parts, 0.0, 0.0, wide, high)


def size_of(svg: str) -> tuple[float, float]:
    """Return width and height of a picture, px."""
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)
