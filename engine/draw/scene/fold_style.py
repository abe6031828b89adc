"""Chooses the style of a folded picture: tables of numbers, strips of colour, or sheets."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw.scene.cards.card import CARD_GAP, ColumnCard
from engine.draw.scene.cards.strip_card import STRIP, StripCard
from engine.draw.scene.cards.table_card import TableCard, table_height
from engine.draw.scene.grouping import Group
from engine.draw.scene.layers import layers_of
from engine.draw.scene.model import Scene

NEURON, HEAT, LAYER = "neuron", "heat", "layer"  # a table, a strip, a sheet
MOST_CARDS = 60  # nobody reads more cards than this one by one
MOST_PLAIN_CARDS = 150  # of a graph without scopes: folded into one card, it would tell nothing
MOST_TABLE_LINES = 40  # of a table
TALLEST = 1000.0  # a layer of tables may be this high, px; a projector shows about as much


def fold_style(groups: list[Group]) -> str:
    """Return the style that shows the most without growing too large."""
    layers = [some for _, some in layers_of(groups)]
    if max((heights(some) for some in layers), default=0.0) <= TALLEST:
        return NEURON if len(groups) <= MOST_CARDS else LAYER
    longest = max(sum(bool(group.leaves) for group in some) for some in layers)
    few = sum(bool(group.ops) for group in groups) <= MOST_CARDS
    return HEAT if few and longest * (STRIP + CARD_GAP) <= TALLEST else LAYER


def heights(groups: list[Group]) -> float:
    """Return how high the tables of some groups are together, px."""
    lines = (min(MOST_TABLE_LINES, len(group.leaves)) + 1 for group in groups if group.leaves)
    return sum(table_height(n) + CARD_GAP for n in lines)


def align_boxes(scene: Scene) -> None:
    """Give the tables in each box the same columns, and the strips too."""
    for box in scene.boxes:
        cards = [scene.cards[card] for card in box.cards]
        align([card for card in cards if isinstance(card, TableCard)])
        align([card for card in cards if isinstance(card, StripCard)])


def align(tables: Sequence[ColumnCard]) -> None:
    """Give cards the same columns."""
    widest = [max(table.columns[i] for table in tables) for i in range(3)] if tables else []
    for table in tables:
        table.widen((widest[0], widest[1], widest[2]))
