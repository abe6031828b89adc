"""Chooses the form of a folded picture: tables of numbers, strips of colour, or sheets."""

from __future__ import annotations

from engine.draw.scene.caption import layers_of
from engine.draw.scene.grouping import Group
from engine.draw.scene.model import (
    CARD_GAP,
    GROUP,
    HEADER,
    HEAT,
    STRIP,
    TABLE_HEAD,
    TABLE_ROW,
    Card,
    Scene,
)

NEURON, LAYER = "neuron", "layer"  # forms of folding, beside HEAT
MOST_CARDS = 60  # beyond this many cards a picture is a wallpaper
MOST_ROWS = 40
TALLEST = 1000.0  # a layer of tables may be this high, px; a projector shows about as much


def fitting(groups: list[Group]) -> str:
    """Return the form that shows most without growing too large."""
    layers = [some for _, some in layers_of(groups)]
    if max((heights(some) for some in layers), default=0.0) <= TALLEST:
        return NEURON if len(groups) <= MOST_CARDS else LAYER
    longest = max(sum(bool(group.leaves) for group in some) for some in layers)
    few = sum(bool(group.ops) for group in groups) <= MOST_CARDS
    return HEAT if few and longest * (STRIP + CARD_GAP) <= TALLEST else LAYER


def heights(groups: list[Group]) -> float:
    """Return how high the tables of some groups are together, px."""
    rows = (min(MOST_ROWS, len(group.leaves)) + 1 for group in groups if group.leaves)
    return sum(HEADER + TABLE_HEAD + TABLE_ROW * n + CARD_GAP for n in rows)


def align_boxes(scene: Scene) -> None:
    """Give the tables in each box the same columns, and the strips too."""
    for box in scene.boxes:
        for kind in (GROUP, HEAT):
            align([scene.cards[card] for card in box.cards if scene.cards[card].kind == kind])


def align(tables: list[Card]) -> None:
    """Give tables that stand together the same columns."""
    tables = [table for table in tables if not table.sheet]
    widest = [max(table.columns[i] for table in tables) for i in range(3)] if tables else []
    for table in tables:
        table.widen((widest[0], widest[1], widest[2]))
