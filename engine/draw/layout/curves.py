"""Draws smooth lines through points: Bézier curves that never overshoot the points they join."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw.scene.model import Point

CALM = 0.75  # share of the straight slope with which a line leaves and enters a card


def slopes_through(points: Sequence[Point]) -> list[float]:
    """Return the slope dy/dx of a smooth line at each of `points`, whose x must increase.

    References:
        Fritsch and Butland (1984), SIAM Journal on Scientific and Statistical Computing 5:
        harmonic means of the neighbouring slopes keep the line within its points.
    """
    steps = [(q[0] - p[0], q[1] - p[1]) for p, q in zip(points, points[1:], strict=False)]
    straight = [dy / dx if dx else 0.0 for dx, dy in steps]
    slopes = [CALM * straight[0]]
    for (before, s), (after, t) in zip(
        zip((dx for dx, _ in steps), straight, strict=True),
        zip((dx for dx, _ in steps[1:]), straight[1:], strict=True),
        strict=False,
    ):
        if s * t <= 0:
            slopes.append(0.0)
        else:
            w, v = 2 * after + before, after + 2 * before
            slopes.append((w + v) / (w / s + v / t))
    slopes.append(CALM * straight[-1])
    return slopes


def curve(points: Sequence[Point], slopes: Sequence[float]) -> list[Point]:
    """Return the line through `points` as a start and three points for each Bézier piece."""
    path = [points[0]]
    for i, ((x0, y0), (x1, y1)) in enumerate(zip(points, points[1:], strict=False)):
        third = (x1 - x0) / 3
        path += [
            (x0 + third, y0 + slopes[i] * third),
            (x1 - third, y1 - slopes[i + 1] * third),
            (x1, y1),
        ]
    return path


def polyline(path: Sequence[Point], steps: int = 6) -> list[Point]:
    """Return points on a path, `steps` for each of its Bézier pieces."""
    points = [path[0]]
    for i in range(1, len(path), 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = path[i - 1 : i + 3]
        for k in range(1, steps + 1):
            t = k / steps
            s = 1 - t
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


def touches(line: Sequence[Point], frame: tuple[float, float, float, float]) -> bool:
    """Return whether a polyline runs through a frame of left, top, right and bottom."""
    left, top, right, bottom = frame
    for (x0, y0), (x1, y1) in zip(line, line[1:], strict=False):
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        if x1 < left or x0 > right or max(y0, y1) < top or min(y0, y1) > bottom:
            continue
        if x1 - x0 < 1e-9:
            return True
        slope = (y1 - y0) / (x1 - x0)
        a = y0 + slope * (max(x0, left) - x0)
        b = y0 + slope * (min(x1, right) - x0)
        if min(a, b) <= bottom and max(a, b) >= top:
            return True
    return False
