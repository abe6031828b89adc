"""Draws the lines of a laid-out picture, puts labels beside them and boxes around cards."""

from __future__ import annotations

from collections.abc import Iterable

from engine.draw.layout.curves import curve, polyline, slopes_through, touches
from engine.draw.layout.slots import CLEARANCE, Slots
from engine.draw.scene.model import CONSTANT, Placement, Point, Scene

ARROWHEAD = 9.0
SHIFTS = (0, -7, 7, -14, 14, 21, -21)  # along its line, where a label may go
BIN = 64.0
Frame = tuple[float, float, float, float]  # left, top, right, bottom


class Router:
    """Turns places along and across into corners, lines, labels and boxes.

    Args:
        slots: what has been placed.
        columns: its slots, column by column in order.
        fastened: for each arrow how far from the middles of its two sides it is fastened.
        across: where each slot's reference stands across.
        along: where each column begins and ends.
    """

    def __init__(
        self,
        slots: Slots,
        columns: list[list[int]],
        fastened: list[tuple[float, float]],
        across: list[float],
        along: list[tuple[float, float]],
    ) -> None:
        self.slots = slots
        self.columns = columns
        self.fastened = fastened
        self.across = across
        self.along = along
        self.place = {slot: i for column in columns for i, slot in enumerate(column)}
        self.corners = [self._corner(card) for card in range(slots.n_cards)]

    def placement(self) -> Placement:
        """Return the placement, in x and y."""
        slots = self.slots
        paths, tips, marks = [], [], []
        for i in range(len(slots.scene.arrows)):
            path, tip, mark = self._route(i)
            paths.append(path)
            tips.append(tip)
            marks.append(mark)
        frames = [self._frame(cards) for cards in (box.cards for box in slots.scene.boxes)]

        def turned(p: Point) -> Point:
            return p if slots.sideways else (p[1], p[0])

        paths = [[turned(p) for p in path] for path in paths]
        labels = self._labels(paths, [mark and turned(mark) for mark in marks])
        return framed(
            slots.scene,
            [turned(p) for p in self.corners],
            paths,
            [turned(p) for p in tips],
            labels,
            [f and (*turned((f[0], f[1])), *turned((f[2], f[3]))) for f in frames],
        )

    def _corner(self, card: int) -> Point:
        """Return where a card begins along and across."""
        begin, end = self.along[self.slots.column[card]]
        spare = end - begin - self.slots.along[card]
        # A constant stands close to where it is used.
        begin += spare if self.slots.scene.cards[card].kind == CONSTANT else round(spare / 2)
        return (begin, round(self.across[card] - self.slots.before[card]))

    def _fastening(self, i: int, *, first: bool) -> Point:
        """Return where an arrow is fastened to one of its cards."""
        card = self.slots.ends[i][0 if first else 1]
        begin, top = self.corners[card]
        at = top + self.slots.before[card] + self.fastened[i][0 if first else 1]
        return (begin + self.slots.along[card] if first else begin, at)

    def _route(self, i: int) -> tuple[list[Point], Point, Point | None]:
        """Return an arrow's line, its tip, and where its label is to stand beside the line."""
        slots = self.slots
        tail, head = slots.ends[i]
        start, end = self._fastening(i, first=True), self._fastening(i, first=False)
        points = [start]
        # Lines first leave their column, and go straight into the other one.
        if (edge := self.along[slots.column[tail]][1]) > start[0] + 1:
            points.append((edge, start[1]))
        stops = slots.stops(i)
        mark = None
        for before, slot, behind in zip(stops, stops[1:], stops[2:], strict=False):
            begin, stop = self.along[slots.column[slot]]
            at = self.across[slot]
            if slot == slots.label_of.get(i):
                mark = ((begin + stop) / 2, at)
            if slots.column[slot] % slots.step:
                points.append(((begin + stop) / 2, at))
            else:
                tilt = self._tilt(slot, before, behind)
                points += [(begin, at - tilt), (stop, at + tilt)]
        if (edge := self.along[slots.column[head]][0]) < end[0] - 1:
            points.append((edge, end[1]))
        points.append(end)
        slopes = slopes_through(points)
        if slots.turned[i]:
            points.reverse()
            slopes.reverse()
        tip = points[-1]
        back = ARROWHEAD / (1 + slopes[-1] ** 2) ** 0.5
        back = -back if points[0][0] < tip[0] else back
        points[-1] = (tip[0] + back, tip[1] + back * slopes[-1])
        return curve(points, slopes), tip, mark

    def _tilt(self, slot: int, before: int, behind: int) -> float:
        """Return how far a line may climb on half its way through a column of cards."""
        slots = self.slots
        begin, stop = self.along[slots.column[slot]]
        half = (stop - begin) / 2
        x0 = sum(self.along[slots.column[before]]) / 2
        x1 = sum(self.along[slots.column[behind]]) / 2
        wish = (self.across[behind] - self.across[before]) / (x1 - x0) * half
        free = abs(wish)
        column = self.columns[slots.column[slot]]
        for step in (-1, 1):
            k = self.place[slot] + step
            while 0 <= k < len(column) and column[k] >= slots.n_cards:
                k += step
            if 0 <= k < len(column):
                card = column[k]
                room = abs(self.across[card] - self.across[slot])
                room -= slots.before[card] + 6
                free = max(0.0, min(free, room))
        return max(-free, min(free, wish))

    def _labels(self, paths: list[list[Point]], marks: list[Point | None]) -> list[Point | None]:
        """Return the middle of each label: at its mark, or along its line where that is clear."""
        scene, sideways = self.slots.scene, self.slots.sideways
        lines = [polyline(path) for path in paths]
        crowd = Crowd(lines, sideways=sideways)
        for card, corner in zip(scene.cards, self.corners, strict=True):
            x, y = corner if sideways else corner[::-1]
            crowd.add((x, y, x + card.width, y + card.height))
        labels: list[Point | None] = []
        for i, mark in enumerate(marks):
            if mark is None:
                labels.append(None)
                continue
            size = scene.arrows[i].label_size
            places = [
                framed_beside(lines[i], mark, shift, size, sideways=sideways, other_side=side)
                for side in (False, True)
                for shift in SHIFTS
            ]
            frame = crowd.clearest(places)
            crowd.add(frame)
            labels.append(((frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2))
        return labels

    def _frame(self, cards: list[int]) -> Frame | None:
        """Return where a box begins and ends along and across; None if it held foreign cards."""
        slots, corners = self.slots, self.corners
        before, behind, begin, end = slots.box_margins
        x0 = min(corners[c][0] for c in cards) - begin
        x1 = max(corners[c][0] + slots.along[c] for c in cards) + end
        y0 = min(corners[c][1] for c in cards) - before
        y1 = max(corners[c][1] + 2 * slots.before[c] for c in cards) + behind
        for card, (x, y) in enumerate(corners):
            if card in cards:
                continue
            if x0 < x + slots.along[card] and x < x1 and y0 < y + 2 * slots.before[card] and y < y1:
                return None
        return (x0, y0, x1, y1)


class Crowd:
    """What stands and runs where, in bins along the picture, to find room for labels.

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
                for key in self._bins(p[self.axis], q[self.axis]):
                    if key != last:
                        self.lines.setdefault(key, []).append([p])
                        last = key
                    self.lines[key][-1].append(q)

    def _bins(self, a: float, b: float) -> range:
        return range(int(min(a, b) // BIN), int(max(a, b) // BIN) + 1)

    def add(self, frame: Frame) -> None:
        """Note that a card or a label takes this frame."""
        for key in self._bins(frame[self.axis], frame[self.axis + 2]):
            self.frames.setdefault(key, []).append(frame)

    def clearest(self, places: Iterable[Frame]) -> Frame:
        """Return the first of `places` that is clear, or the one with the least in its way."""
        best: tuple[int, Frame] | None = None
        for frame in places:
            keys = self._bins(frame[self.axis], frame[self.axis + 2])
            bad = sum(touches(line, frame) for key in keys for line in self.lines.get(key, ()))
            # Text on a card hides more than a line through text does.
            bad += 5 * sum(overlap(frame, x) for key in keys for x in self.frames.get(key, ()))
            if not bad:
                return frame
            if best is None or bad < best[0]:
                best = (bad, frame)
        if best is None:
            raise ValueError("clearest needs a place to choose from, got none")
        return best[1]


def framed_beside(
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
    """Tell whether two frames overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def framed(
    scene: Scene,
    corners: list[Point],
    paths: list[list[Point]],
    tips: list[Point],
    labels: list[Point | None],
    boxes: list[Frame | None],
) -> Placement:
    """Return the placement moved so that it begins at (0, 0)."""
    frames = [
        (x, y, x + c.width, y + c.height) for (x, y), c in zip(corners, scene.cards, strict=True)
    ]
    frames += [box for box in boxes if box]
    for at, arrow in zip(labels, scene.arrows, strict=True):
        if at:
            wide, high = arrow.label_size
            frames.append((at[0] - wide / 2, at[1] - high / 2, at[0] + wide / 2, at[1] + high / 2))
    xs = [f[0] for f in frames] + [f[2] for f in frames] + [p[0] for path in paths for p in path]
    ys = [f[1] for f in frames] + [f[3] for f in frames] + [p[1] for path in paths for p in path]
    # Whole pixels keep the borders of cards crisp.
    left, top = float(min(xs) // 1), float(min(ys) // 1)

    def moved(p: Point) -> Point:
        return (p[0] - left, p[1] - top)

    return Placement(
        [moved(p) for p in corners],
        [[moved(p) for p in path] for path in paths],
        [moved(p) for p in tips],
        [at and moved(at) for at in labels],
        [b and (*moved((b[0], b[1])), b[2] - b[0], b[3] - b[1]) for b in boxes],
        (max(xs) - left, max(ys) - top),
    )
