"""Finds free room for labels: buckets of lines, cards and labels along one axis."""

from __future__ import annotations

from collections.abc import Iterable

from engine.draw.layout.curves import touches
from engine.draw.layout.layered_graph import CLEARANCE
from engine.draw.scene.model import Point

BUCKET = 64.0  # px
Frame = tuple[float, float, float, float]  # left, top, right, bottom


class SpatialIndex:
    """Buckets of lines and frames along one axis, to find free room for labels.

    Args:
        lines: polylines of all arrows.
        sideways: the picture runs right, not down.
    """

    def __init__(self, lines: list[list[Point]], *, sideways: bool) -> None:
        self.axis = 0 if sideways else 1
        self.lines: dict[int, list[list[Point]]] = {}
        self.frames: dict[int, list[Frame]] = {}
        for line in lines:
            last = None
            for p, q in zip(line, line[1:], strict=False):
                for key in self._buckets(p[self.axis], q[self.axis]):
                    if key != last:
                        self.lines.setdefault(key, []).append([p])
                        last = key
                    self.lines[key][-1].append(q)

    def _buckets(self, a: float, b: float) -> range:
        return range(int(min(a, b) // BUCKET), int(max(a, b) // BUCKET) + 1)

    def add(self, frame: Frame) -> None:
        """Note that a card or a label takes this frame."""
        for key in self._buckets(frame[self.axis], frame[self.axis + 2]):
            self.frames.setdefault(key, []).append(frame)

    def clearest(self, candidates: Iterable[Frame]) -> Frame:
        """Return the first of `candidates` that is clear, or the one with the least in its way."""
        best: tuple[int, Frame] | None = None
        for frame in candidates:
            keys = self._buckets(frame[self.axis], frame[self.axis + 2])
            bad = sum(touches(line, frame) for key in keys for line in self.lines.get(key, ()))
            # Text on a card hides more than a line through text does.
            bad += 5 * sum(overlap(frame, x) for key in keys for x in self.frames.get(key, ()))
            if not bad:
                return frame
            if best is None or bad < best[0]:
                best = (bad, frame)
        if best is None:
            raise ValueError("clearest needs a frame to choose from, got none")
        return best[1]


def frame_next_to(
    line: list[Point],
    mark: Point,
    shift: float,
    size: Point,
    *,
    sideways: bool,
    other_side: bool,
) -> Frame:
    """Return a frame of `size` clear of a line, `shift` px along from the mark."""
    axis = 0 if sideways else 1
    at = mark[axis] + shift
    half = size[axis] / 2
    heights = []
    for p, q in zip(line, line[1:], strict=False):
        (x0, y0), (x1, y1) = (p, q) if sideways else (p[::-1], q[::-1])
        if x0 < x1 and x1 >= at - half and x0 <= at + half:
            slope = (y1 - y0) / (x1 - x0)
            heights += [y0 + slope * (x - x0) for x in (max(x0, at - half), min(x1, at + half))]
    heights = heights or [mark[1 - axis]]
    if sideways != other_side:  # above, or left
        end = min(heights) - CLEARANCE
        begin = end - size[1 - axis]
    else:
        begin = max(heights) + CLEARANCE + (0 if sideways else 2)
        end = begin + size[1 - axis]
    if sideways:
        return (at - half, begin, at + half, end)
    return (begin, at - half, end, at + half)


def overlap(a: Frame, b: Frame) -> bool:
    """Return whether two frames overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
