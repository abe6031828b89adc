"""The built-in layout, after Sugiyama: cards in columns, lines routed around them.

Its four phases, each in a module of its own:

1. cycle removal: arrows that would close a cycle are reversed (`layering.py`);
2. layering: each card gets a column, after all its inputs (`layering.py`, `layered_graph.py`);
3. crossing reduction: the order within each column (`crossings.py`, or Graphviz: `dot.py`);
4. coordinate assignment: straight lines first (`straighten.py`), then routes (`routes.py`).

References:
    Sugiyama, Tagawa and Toda (1981), IEEE Transactions on Systems, Man and Cybernetics 11.
"""

from __future__ import annotations

from engine.draw.layout.crossings import count_crossings, reduce_crossings
from engine.draw.layout.dot import order_by_dot
from engine.draw.layout.layered_graph import LayeredGraph
from engine.draw.layout.placement import Placement
from engine.draw.layout.ports import head_offsets, tail_offsets
from engine.draw.layout.routes import Router
from engine.draw.layout.straighten import straighten
from engine.draw.scene.model import Scene

LEAD = 22.0  # between a label and the cards on either side, px
LEAST_GAP, MOST_GAP, MOST_BARE_GAP = 46.0, 170.0, 110.0  # between columns of cards, px
STEEPEST = 1.0  # the slope that columns make room for

NEVER, IF_CROSSED, ALWAYS = "never", "if lines cross", "always"  # when to ask dot


def layered_layout(scene: Scene, *, direction: str, ask_dot: str) -> Placement:
    """Lay out a scene.

    Args:
        scene: what to lay out.
        direction: "LR" for results at the right, "TB" for results at the bottom.
        ask_dot: NEVER, IF_CROSSED or ALWAYS: whether Graphviz orders the columns. It takes longer
            than all the rest, and cannot do better where no lines cross.

    Raises:
        graphviz.ExecutableNotFound: dot is needed, and is not on PATH.
        graphviz.CalledProcessError: dot failed.
    """
    graph = LayeredGraph(scene, sideways=direction == "LR")
    heads = head_offsets(scene, sideways=graph.sideways)
    links = []
    for i in range(len(scene.arrows)):
        stops = graph.stops(i)
        for a, b in zip(stops, stops[1:], strict=False):
            ends_here = b == stops[-1] and not graph.reversed[i]
            links.append((a, b, heads[i] / graph.behind[b] if ends_here else 0.0))
    columns = graph.first_order()
    if scene.crowded:
        # Where everything is joined to everything, no order is better than that of the names
        columns = [sorted(column) for column in columns]
    else:
        first, columns = columns, reduce_crossings(columns, links, graph.box)
        if ask_dot == ALWAYS or (ask_dot == IF_CROSSED and count_crossings(columns, links)):
            sizes = [x + y for x, y in zip(graph.before, graph.behind, strict=True)]
            columns = order_by_dot(first, links, sizes, [box.cards for box in scene.boxes])
    index = {slot: i for column in columns for i, slot in enumerate(column)}
    leaving: dict[int, list[int]] = {}
    for i, (tail, _) in enumerate(graph.ends):
        leaving.setdefault(tail, []).append(i)
    for arrows in leaving.values():
        # Arrows with the same next slot are ordered by where they arrive.
        arrows.sort(key=lambda i: (index[graph.stops(i)[1]], 0 if graph.chains[i] else heads[i]))
    tails = tail_offsets(scene, leaving, sideways=graph.sideways)
    # A reversed arrow leaves its card on the side where others enter.
    ports = [
        (head, tail) if is_reversed else (tail, head)
        for tail, head, is_reversed in zip(tails, heads, graph.reversed, strict=True)
    ]
    across = assign_cross_positions(graph, columns, ports, None)
    along = column_extents(graph, columns, ports, across)
    make_room_for_slopes(graph, columns, ports, across, along)
    across = assign_cross_positions(graph, columns, ports, across)
    along = column_extents(graph, columns, ports, across)
    return Router(graph, columns, ports, across, along).placement()


def assign_cross_positions(
    graph: LayeredGraph,
    columns: list[list[int]],
    ports: list[tuple[float, float]],
    start: list[float] | None,
) -> list[float]:
    """Return the position of each slot's reference point across the columns."""
    links = []
    for i, (first, last) in enumerate(ports):
        stops = graph.stops(i)
        for k, (a, b) in enumerate(zip(stops, stops[1:], strict=False)):
            # Links between slots without a card pull hardest, so that long lines run straight.
            weight = 1.0 + (k > 0) + 6.0 * (0 < k < len(stops) - 2)
            at_a = first if k == 0 else 0.0
            at_b = last if k == len(stops) - 2 else 0.0
            links.append((a, b, at_a, at_b, weight))
    gaps = [
        [graph.gap(a, b) for a, b in zip(column, column[1:], strict=False)] for column in columns
    ]
    return straighten(columns, gaps, links, len(graph.column), start=start)


def column_extents(
    graph: LayeredGraph,
    columns: list[list[int]],
    ports: list[tuple[float, float]],
    across: list[float],
) -> list[tuple[float, float]]:
    """Return where each column begins and ends; steep lines get more room between columns."""
    step = graph.step
    steepest = [0.0] * graph.n_columns
    for i, (first, last) in enumerate(ports):
        stops = graph.stops(i)
        heights = [across[slot] for slot in stops]
        heights[0] += first
        heights[-1] += last
        at = [graph.column[slot] // step for slot in stops]
        for k in range(len(stops) - 1):
            rise = heights[min(k + step, len(stops) - 1)] - heights[k]
            steepest[at[k]] = max(steepest[at[k]], abs(rise))
    found = []
    begin = 0.0
    for c, column in enumerate(columns):
        wide = max((graph.along[slot] for slot in column), default=0.0)
        boxed = any(graph.box[slot] >= 0 for slot in column)
        before, behind = graph.box_margins[2:] if boxed else (0.0, 0.0)
        begin += before
        found.append((begin, begin + wide))
        begin += wide + behind + LEAD
        room = min(
            MOST_GAP if step == 2 else MOST_BARE_GAP, max(LEAST_GAP, steepest[c // step] / STEEPEST)
        )
        if step == 1:
            begin += room - LEAD
            continue
        # Room that the labels do not fill is added on both sides of them.
        label = columns[c + 1 - c % 2] if c + 1 - c % 2 < len(columns) else []
        widest = max((graph.along[slot] for slot in label), default=0.0)
        begin += max(0.0, room - widest - 2 * LEAD) / 2
    return found


def make_room_for_slopes(
    graph: LayeredGraph,
    columns: list[list[int]],
    ports: list[tuple[float, float]],
    across: list[float],
    along: list[tuple[float, float]],
) -> None:
    """Give labels and constants more space where lines climb past them."""
    constants = {i for i, card in enumerate(graph.scene.cards) if card.next_to_its_use}
    rise: dict[int, float] = {}
    for i, (first, last) in enumerate(ports):
        stops = graph.stops(i)
        for before, slot, behind in zip(stops, stops[1:], stops[2:], strict=False):
            run = along[graph.column[behind]][0] - along[graph.column[before]][1]
            climb = across[behind] - across[before]
            climb += (last if behind == stops[-1] else 0) - (first if before == stops[0] else 0)
            rise[slot] = abs(climb) / max(1.0, run)
    for column in columns:
        for k, slot in enumerate(column):
            if slot not in rise or graph.column[slot] % graph.step == 0:
                continue
            if slot in graph.labels:
                extra = min(24.0, rise[slot] * graph.along[slot] / 2)
                if graph.sideways:
                    graph.before[slot] += extra
                else:
                    graph.behind[slot] += extra
            for neighbour, side in ((k - 1, graph.before), (k + 1, graph.behind)):
                if 0 <= neighbour < len(column) and column[neighbour] in constants:
                    side[slot] += min(24.0, 0.75 * rise[slot] * graph.along[column[neighbour]])
