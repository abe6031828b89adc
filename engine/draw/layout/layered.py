"""The layout: cards in columns by their distance from the inputs, lines bent around them."""

from __future__ import annotations

from engine.draw.layout.dot import order_by_dot
from engine.draw.layout.ranks import tangles, untangled
from engine.draw.layout.routes import Router
from engine.draw.layout.slots import Slots, head_offsets, tail_offsets
from engine.draw.layout.spread import spread
from engine.draw.scene.model import CONSTANT, Placement, Scene

LEAD = 22.0  # between a label and the cards on either side, px
NARROWEST, WIDEST, WIDEST_BARE = 46.0, 170.0, 110.0  # between columns of cards, px
STEEPEST = 1.0  # the slope that columns make room for


NEVER, IF_CROSSED, ALWAYS = "never", "if lines cross", "always"  # when to ask dot


def placed(scene: Scene, *, direction: str, ask_dot: str) -> Placement:
    """Say where everything in a scene stands.

    Args:
        scene: what to place.
        direction: "LR" for results at the right, "TB" for results at the bottom.
        ask_dot: NEVER, IF_CROSSED or ALWAYS: whether Graphviz orders the columns. It takes longer
            than all the rest, and can do no better where no lines cross.

    Raises:
        graphviz.ExecutableNotFound: dot was to be asked, and there is none on PATH.
        graphviz.CalledProcessError: dot gave up.
    """
    slots = Slots(scene, sideways=direction == "LR")
    heads = head_offsets(scene, sideways=slots.sideways)
    links = []
    for i in range(len(scene.arrows)):
        stops = slots.stops(i)
        for a, b in zip(stops, stops[1:], strict=False):
            ends_here = b == stops[-1] and not slots.turned[i]
            links.append((a, b, heads[i] / slots.behind[b] if ends_here else 0.0))
    columns = slots.first_order()
    if scene.crowded:
        # Where everything is joined to everything, no order is better than n1, n2, n3 …
        columns = [sorted(column) for column in columns]
    else:
        first, columns = columns, untangled(columns, links, slots.box)
        if ask_dot == ALWAYS or (ask_dot == IF_CROSSED and tangles(columns, links)):
            sizes = [x + y for x, y in zip(slots.before, slots.behind, strict=True)]
            columns = order_by_dot(first, links, sizes, [box.cards for box in scene.boxes])
    place = {slot: i for column in columns for i, slot in enumerate(column)}
    leaving: dict[int, list[int]] = {}
    for i, (tail, _) in enumerate(slots.ends):
        leaving.setdefault(tail, []).append(i)
    for arrows in leaving.values():
        # What goes to the same place next is told apart by where it arrives.
        arrows.sort(key=lambda i: (place[slots.stops(i)[1]], 0 if slots.chains[i] else heads[i]))
    tails = tail_offsets(scene, leaving, sideways=slots.sideways)
    # A turned arrow leaves its card on the side where others enter.
    fastened = [
        (head, tail) if turned else (tail, head)
        for tail, head, turned in zip(tails, heads, slots.turned, strict=True)
    ]
    across = stand(slots, columns, fastened, None)
    along = spans(slots, columns, fastened, across)
    make_room_for_slopes(slots, columns, fastened, across, along)
    across = stand(slots, columns, fastened, across)
    along = spans(slots, columns, fastened, across)
    return Router(slots, columns, fastened, across, along).placement()


def stand(
    slots: Slots,
    columns: list[list[int]],
    fastened: list[tuple[float, float]],
    start: list[float] | None,
) -> list[float]:
    """Return where each slot's reference stands across."""
    links = []
    for i, (first, last) in enumerate(fastened):
        stops = slots.stops(i)
        for k, (a, b) in enumerate(zip(stops, stops[1:], strict=False)):
            # Bends pull hardest, so that long lines run straight.
            weight = 1.0 + (k > 0) + 6.0 * (0 < k < len(stops) - 2)
            at_a = first if k == 0 else 0.0
            at_b = last if k == len(stops) - 2 else 0.0
            links.append((a, b, at_a, at_b, weight))
    gaps = [
        [slots.gap(a, b) for a, b in zip(column, column[1:], strict=False)] for column in columns
    ]
    return spread(columns, gaps, links, len(slots.column), start=start)


def spans(
    slots: Slots,
    columns: list[list[int]],
    fastened: list[tuple[float, float]],
    across: list[float],
) -> list[tuple[float, float]]:
    """Return where each column begins and ends along; steep lines get longer ways."""
    step = slots.step
    steepest = [0.0] * slots.n_columns
    for i, (first, last) in enumerate(fastened):
        stops = slots.stops(i)
        heights = [across[slot] for slot in stops]
        heights[0] += first
        heights[-1] += last
        at = [slots.column[slot] // step for slot in stops]
        for k in range(len(stops) - 1):
            rise = heights[min(k + step, len(stops) - 1)] - heights[k]
            steepest[at[k]] = max(steepest[at[k]], abs(rise))
    found = []
    begin = 0.0
    for c, column in enumerate(columns):
        wide = max((slots.along[slot] for slot in column), default=0.0)
        boxed = any(slots.box[slot] >= 0 for slot in column)
        before, behind = slots.box_margins[2:] if boxed else (0.0, 0.0)
        begin += before
        found.append((begin, begin + wide))
        begin += wide + behind + LEAD
        room = min(
            WIDEST if step == 2 else WIDEST_BARE, max(NARROWEST, steepest[c // step] / STEEPEST)
        )
        if step == 1:
            begin += room - LEAD
            continue
        # What the labels leave to be desired is added on both sides of them.
        label = columns[c + 1 - c % 2] if c + 1 - c % 2 < len(columns) else []
        widest = max((slots.along[slot] for slot in label), default=0.0)
        begin += max(0.0, room - widest - 2 * LEAD) / 2
    return found


def make_room_for_slopes(
    slots: Slots,
    columns: list[list[int]],
    fastened: list[tuple[float, float]],
    across: list[float],
    along: list[tuple[float, float]],
) -> None:
    """Let labels and constants stand clear of lines that climb past them."""
    constants = {i for i, card in enumerate(slots.scene.cards) if card.kind == CONSTANT}
    rise: dict[int, float] = {}
    for i, (first, last) in enumerate(fastened):
        stops = slots.stops(i)
        for before, slot, behind in zip(stops, stops[1:], stops[2:], strict=False):
            run = along[slots.column[behind]][0] - along[slots.column[before]][1]
            climb = across[behind] - across[before]
            climb += (last if behind == stops[-1] else 0) - (first if before == stops[0] else 0)
            rise[slot] = abs(climb) / max(1.0, run)
    for column in columns:
        for k, slot in enumerate(column):
            if slot not in rise or slots.column[slot] % slots.step == 0:
                continue
            if slot in slots.labels:
                extra = min(24.0, rise[slot] * slots.along[slot] / 2)
                if slots.sideways:
                    slots.before[slot] += extra
                else:
                    slots.behind[slot] += extra
            for neighbour, side in ((k - 1, slots.before), (k + 1, slots.behind)):
                if 0 <= neighbour < len(column) and column[neighbour] in constants:
                    side[slot] += min(24.0, 0.75 * rise[slot] * slots.along[column[neighbour]])
