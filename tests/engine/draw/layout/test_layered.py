"""Both layouts: no card, label or box overlaps another, whatever the graph."""

import re
from importlib import import_module
from itertools import combinations
from random import Random

import pytest

import nn
from engine import Value, draw, maximum
from tests.layouts import LAYOUTS


def tangle(seed: int) -> Value:
    """A random graph of some twenty nodes, where many values are used several times."""
    rng = Random(seed)
    values = [Value(rng.uniform(-2, 2), name) for name in ("a", "w1", "x", "bias")]
    for _ in range(12):
        x, y = rng.choice(values), rng.choice(values)
        values.append(rng.choice([x * y, x + y, x - 3, x.tanh(), maximum(x, y), 2 / (x * x + 1)]))
    out = sum(values[-4:])
    out.backward()
    return out


def folded_network() -> Value:
    model = nn.MLP(3, [5, 4, 2], activation="tanh", seed=1)
    loss = nn.cross_entropy([model([Value(0.5, "x1"), Value(-0.3, "x2"), Value(1.0, "x3")])], [1])
    loss.backward()
    return loss


@pytest.fixture
def drawn(monkeypatch):
    """Draw, and return the scene and its placement."""
    picture = import_module("engine.draw.picture")
    whole, kept = picture.svg_of, []

    def svg_of(scene, placement, **options):
        kept[:] = [scene, placement]
        return whole(scene, placement, **options)

    monkeypatch.setattr(picture, "svg_of", svg_of)

    def drawn(root, **options):
        draw(root, **options)
        return kept

    return drawn


def frames(scene, placement) -> list[tuple[str, float, float, float, float]]:
    """What takes room: its name, left, top, right and bottom, px."""
    found = []
    for i, (card, (x, y)) in enumerate(zip(scene.cards, placement.corners, strict=True)):
        found.append((f"card {i} {card.title}", x, y, x + card.width, y + card.height))
    for i, (arrow, at) in enumerate(zip(scene.arrows, placement.labels, strict=True)):
        if at is not None:
            wide, high = arrow.label_size
            x, y = at
            found.append(
                (f"label {i} {arrow.label}", x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            )
    return found


def overlaps(things) -> list[tuple[str, str]]:
    return [
        (a[0], b[0])
        for a, b in combinations(things, 2)
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("seed", range(8))
def test_no_card_and_no_label_overlaps_another(seed, direction, layout, drawn) -> None:
    scene, placement = drawn(tangle(seed), direction=direction, layout=layout)
    assert overlaps(frames(scene, placement)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_no_card_of_a_folded_network_overlaps_another(direction, layout, drawn) -> None:
    scene, placement = drawn(folded_network(), direction=direction, layout=layout)
    assert overlaps(frames(scene, placement)) == []


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_nothing_lies_outside_the_picture(direction, drawn) -> None:
    scene, placement = drawn(tangle(0), direction=direction, layout="builtin")
    wide, high = placement.size
    for name, left, top, right, bottom in frames(scene, placement):
        assert left >= -0.01, name
        assert top >= -0.01, name
        assert right <= wide + 0.01, name
        assert bottom <= high + 0.01, name


def test_overlaps_are_found_where_there_are_some() -> None:
    assert overlaps([("a", 0, 0, 10, 10), ("b", 9, 9, 20, 20), ("c", 20, 0, 30, 9)]) == [("a", "b")]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_operands_keep_their_order_from_top_to_bottom(layout) -> None:
    a, b = Value(1.0, "left"), Value(2.0, "right")
    for first, second in ((a, b), (b, a)):
        svg = draw(first - second, layout=layout).svg
        height = {x.label: card_top(svg, x.label) for x in (a, b)}
        assert height[first.label] < height[second.label]


def card_top(svg: str, label: str) -> float:
    """How far down the card with that header is, px."""
    above = svg[: svg.index(f">{label}</text>")]
    return float(re.findall(r"translate\([-\d.]+,([-\d.]+)\)", above)[-1])
