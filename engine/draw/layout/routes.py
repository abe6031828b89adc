"""Routes the lines of a laid-out picture, puts labels next to them and boxes around cards."""

from __future__ import annotations

from engine.draw.layout.curves import curve, polyline, slopes_through
from engine.draw.layout.layered_graph import LayeredGraph
from engine.draw.layout.placement import Placement
from engine.draw.layout.spatial_index import Frame, SpatialIndex, frame_next_to
from engine.draw.scene.model import Point, Scene

ARROWHEAD = 9.0
SHIFTS = (0, -7, 7, -14, 14, 21, -21)  # along its line, where a label may be


class Router:
    """Turns positions along and across into corners, lines, labels and boxes.

    Args:
        graph: what has been laid out.
        columns: its slots, column by column in order.
        ports: for each arrow how far from the middles of its two sides it is attached.
        across: the position of each slot's reference point across the columns.
        along: where each column begins and ends.
    """

    def __init__(
        self,
        graph: LayeredGraph,
        columns: list[list[int]],
        ports: list[tuple[float, float]],
        across: list[float],
        along: list[tuple[float, float]],
    ) -> None:
        self.graph = graph
        self.columns = columns
        self.ports = ports
        self.across = across
        self.along = along
        self.index = {slot: i for column in columns for i, slot in enumerate(column)}
        self.corners = [self._corner(card) for card in range(graph.n_cards)]

    def placement(self) -> Placement:
        """Return the placement, in x and y."""
        graph = self.graph
        paths, tips, marks = [], [], []
        for i in range(len(graph.scene.arrows)):
            path, tip, mark = self._route(i)
            paths.append(path)
            tips.append(tip)
            marks.append(mark)
        frames = [self._frame(cards) for cards in (box.cards for box in graph.scene.boxes)]

        def oriented(p: Point) -> Point:
            return p if graph.sideways else (p[1], p[0])

        paths = [[oriented(p) for p in path] for path in paths]
        labels = self._labels(paths, [mark and oriented(mark) for mark in marks])
        return shifted_to_origin(
            graph.scene,
            [oriented(p) for p in self.corners],
            paths,
            [oriented(p) for p in tips],
            labels,
            [f and (*oriented((f[0], f[1])), *oriented((f[2], f[3]))) for f in frames],
        )

    def _corner(self, card: int) -> Point:
        """Return where a card begins along and across."""
        begin, end = self.along[self.graph.column[card]]
        spare = end - begin - self.graph.along[card]
        # A constant is close to where it is used.
        begin += spare if self.graph.scene.cards[card].next_to_its_use else round(spare / 2)
        return (begin, round(self.across[card] - self.graph.before[card]))

    def _port(self, i: int, *, first: bool) -> Point:
        """Return where an arrow is attached to one of its cards."""
        card = self.graph.ends[i][0 if first else 1]
        begin, top = self.corners[card]
        at = top + self.graph.before[card] + self.ports[i][0 if first else 1]
        return (begin + self.graph.along[card] if first else begin, at)

    def _route(self, i: int) -> tuple[list[Point], Point, Point | None]:
        """Return an arrow's line, its tip, and the point on it where its label goes."""
        graph = self.graph
        tail, head = graph.ends[i]
        start, end = self._port(i, first=True), self._port(i, first=False)
        points = [start]
        # Lines first leave their column, and enter the other one straight.
        if (edge := self.along[graph.column[tail]][1]) > start[0] + 1:
            points.append((edge, start[1]))
        stops = graph.stops(i)
        mark = None
        for before, slot, behind in zip(stops, stops[1:], stops[2:], strict=False):
            begin, stop = self.along[graph.column[slot]]
            at = self.across[slot]
            if slot == graph.label_of.get(i):
                mark = ((begin + stop) / 2, at)
            if graph.column[slot] % graph.step:
                points.append(((begin + stop) / 2, at))
            else:
                tilt = self._tilt(slot, before, behind)
                points += [(begin, at - tilt), (stop, at + tilt)]
        if (edge := self.along[graph.column[head]][0]) < end[0] - 1:
            points.append((edge, end[1]))
        points.append(end)
        slopes = slopes_through(points)
        if graph.reversed[i]:
            points.reverse()
            slopes.reverse()
        tip = points[-1]
        back = ARROWHEAD / (1 + slopes[-1] ** 2) ** 0.5
        back = -back if points[0][0] < tip[0] else back
        points[-1] = (tip[0] + back, tip[1] + back * slopes[-1])
        return curve(points, slopes), tip, mark

    def _tilt(self, slot: int, before: int, behind: int) -> float:
        """Return how far a line may climb within half the width of a column of cards."""
        graph = self.graph
        begin, stop = self.along[graph.column[slot]]
        half = (stop - begin) / 2
        x0 = sum(self.along[graph.column[before]]) / 2
        x1 = sum(self.along[graph.column[behind]]) / 2
        wish = (self.across[behind] - self.across[before]) / (x1 - x0) * half
        free = abs(wish)
        column = self.columns[graph.column[slot]]
        for step in (-1, 1):
            k = self.index[slot] + step
            while 0 <= k < len(column) and column[k] >= graph.n_cards:
                k += step
            if 0 <= k < len(column):
                card = column[k]
                room = abs(self.across[card] - self.across[slot])
                room -= graph.before[card] + 6
                free = max(0.0, min(free, room))
        return max(-free, min(free, wish))

    def _labels(self, paths: list[list[Point]], marks: list[Point | None]) -> list[Point | None]:
        """Return the middle of each label: at its mark, or along its line where that is clear."""
        scene, sideways = self.graph.scene, self.graph.sideways
        lines = [polyline(path) for path in paths]
        index = SpatialIndex(lines, sideways=sideways)
        for card, corner in zip(scene.cards, self.corners, strict=True):
            x, y = corner if sideways else corner[::-1]
            index.add((x, y, x + card.width, y + card.height))
        labels: list[Point | None] = []
        for i, mark in enumerate(marks):
            if mark is None:
                labels.append(None)
                continue
            size = scene.arrows[i].label_size
            candidates = [
                frame_next_to(lines[i], mark, shift, size, sideways=sideways, other_side=side)
                for side in (False, True)
                for shift in SHIFTS
            ]
            frame = index.clearest(candidates)
            index.add(frame)
            labels.append(((frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2))
        return labels

    def _frame(self, cards: list[int]) -> Frame | None:
        """Return the frame of a box, or None if it would hold cards of others."""
        graph, corners = self.graph, self.corners
        before, behind, begin, end = graph.box_margins
        x0 = min(corners[c][0] for c in cards) - begin
        x1 = max(corners[c][0] + graph.along[c] for c in cards) + end
        y0 = min(corners[c][1] for c in cards) - before
        y1 = max(corners[c][1] + 2 * graph.before[c] for c in cards) + behind
        for card, (x, y) in enumerate(corners):
            if card in cards:
                continue
            if x0 < x + graph.along[card] and x < x1 and y0 < y + 2 * graph.before[card] and y < y1:
                return None
        return (x0, y0, x1, y1)


def shifted_to_origin(
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
