"""Faces: a kind of card needs a class, and one function in the register."""

from dataclasses import dataclass

import pytest

from engine.draw.layout.layered import NEVER, layered_layout
from engine.draw.scene.cards.card import Card
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.value_card import INPUT, ValueCard
from engine.draw.scene.model import Scene
from engine.draw.svg.document import svg_of
from engine.draw.svg.faces import FACES, card_element


@dataclass(slots=True)
class Dot(Card):
    """A kind of card that the package does not have."""

    def measure(self) -> None:
        self.width = self.height = 20.0


def test_new_kind_of_card_is_drawn_once_its_face_is_registered(monkeypatch) -> None:
    monkeypatch.setitem(FACES, Dot, lambda card, strongest: ['<circle r="10"/>'])
    scene = Scene("a dot", [Dot("", "", [Entry("", 1.0, 2.0)])], strongest=2.0)
    placement = layered_layout(scene, direction="LR", ask_dot=NEVER)
    assert '<circle r="10"/>' in svg_of(scene, placement, direction="LR")


def test_card_that_was_computed_several_times_is_a_stack() -> None:
    entry = Entry("x", 1.0, 2.0)
    one, many = (ValueCard("x", "", [entry], count=n, role=INPUT) for n in (1, 3))
    drawn = [card_element(card, 0.0, 0.0, 2.0).count("<rect") for card in (one, many)]
    assert drawn[1] == drawn[0] + 2


@pytest.mark.parametrize("kind", FACES, ids=lambda kind: kind.__name__)
def test_every_face_is_that_of_a_kind_of_card(kind) -> None:
    assert issubclass(kind, Card)
