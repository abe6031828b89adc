"""The placement: where everything in a scene is, which is all that `svg/` reads of the layout."""

from __future__ import annotations

from dataclasses import dataclass

from engine.draw.scene.model import Point


@dataclass(slots=True)
class Placement:
    """Positions in px from the top left.

    Attributes:
        corners: the top left corner of each card.
        paths: for each arrow the start of its line, then three points for each Bézier piece.
        tips: where each arrow's head points.
        labels: the middle of each arrow's label, or None.
        boxes: for each box x, y, width and height, or None where it would hold cards of others.
        size: width and height of the whole.
    """

    corners: list[Point]
    paths: list[list[Point]]
    tips: list[Point]
    labels: list[Point | None]
    boxes: list[tuple[float, float, float, float] | None]
    size: Point
