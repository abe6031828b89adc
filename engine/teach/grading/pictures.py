"""A student's numbers beside the right ones, on the same graph."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.draw.picture import laid_out, scene_of
from engine.draw.scene.model import Scene
from engine.draw.scene.named_graph import NamedGraph
from engine.draw.svg import colours
from engine.draw.svg.document import document, svg_of
from engine.draw.svg.elements import text_element
from engine.teach.trial.graphs import Graph, Numbers, built
from engine.value import Value

TITLE = 26.0  # the height of a title, px
GAP = 24.0
MOST_WIDTH = 860.0
MOST_STEPS = 8  # more cannot be read side by side


def side_by_side(graph: Graph, got: Numbers) -> str:
    """Return the picture of a graph with a student's numbers, and with the right ones.

    Args:
        graph: the graph.
        got: the student's numbers.

    Returns:
        SVG; "" for a graph that is too large.
    """
    if len(graph.steps) > MOST_STEPS or not graph.steps:
        return ""
    nodes = built(graph, Value)
    for k, node in enumerate(nodes):
        node.label = graph.name(k)
    roots = dict.fromkeys([*(n for n in graph.passes if n >= 0), graph.root])
    for node, grad in zip(nodes, graph.right.grads, strict=True):
        node.grad = grad or 0.0
    named = NamedGraph(*(nodes[n] for n in roots), parameters=[])
    right = scene_of(named, "none")
    wrong = scene_of(named, "none")
    show_numbers(wrong, nodes, graph.right, got)
    return beside(("yours", svg_of_scene(wrong)), ("right", svg_of_scene(right)))


def show_numbers(scene: Scene, nodes: list[Value], right: Numbers, got: Numbers) -> None:
    """Put a student's numbers into a scene; what is wrong gets a border that is easy to see."""
    scene.known = True
    scene.notes.clear()
    for k, node in enumerate(nodes):
        if id(node) not in scene.shown_at:
            continue
        index, entry, _ = scene.shown_at[id(node)]
        card = scene.cards[index]
        card.entries[entry] = replace(
            card.entries[entry], data=got.data[k], grad=got.grads[k], tip=""
        )
        card.tip = ""
        pairs = ((got.data[k], right.data[k]), (got.grads[k] or 0.0, right.grads[k] or 0.0))
        card.focus = any(abs(x - y) > 1e-6 * (1 + abs(y)) for x, y in pairs)
    for arrow in scene.arrows:  # what the student's engine passes on is not known
        arrow.local = arrow.gradient = None
        arrow.tip = ""


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
