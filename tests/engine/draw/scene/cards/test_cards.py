"""Kinds of card: how large each is, and where arrows meet it."""

from engine.draw.scene.cards.constant_card import ConstantCard
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.sheet_card import SheetCard
from engine.draw.scene.cards.strip_card import StripCard
from engine.draw.scene.cards.table_card import TABLE_LINE, TableCard
from engine.draw.scene.cards.value_card import INPUT, OP, ValueCard


def entries(n: int) -> list[Entry]:
    return [Entry(f"w{i}", 1.0, 0.5) for i in range(n)]


def test_long_number_makes_a_card_wider() -> None:
    short, long = (
        ValueCard("x", "", [Entry("x", x, None, count=2)], role=INPUT) for x in (1.0, -1.234e-100)
    )
    assert long.width > short.width


def test_card_is_measured_again_when_what_it_shows_has_changed() -> None:
    card = ValueCard("x", "", [Entry("x", 1.0, 1.0)], role=INPUT)
    before = card.width
    card.entries[0].before = -1.2345e-10
    card.measure()
    assert card.width > before


def test_table_has_a_line_per_entry() -> None:
    two, three = (TableCard("n1", "", entries(n)) for n in (2, 3))
    assert three.height - two.height == TABLE_LINE
    assert three.entry_middle(2) - three.entry_middle(1) == TABLE_LINE


def test_arrows_meet_entries_only_on_tables() -> None:
    others = [
        ValueCard("x", "", entries(1), role=OP),
        ConstantCard("", "", entries(1)),
        StripCard("n1", "", entries(3)),
        SheetCard("layer 1", "", entries(6), lengths=(3, 3)),
    ]
    assert [card.entry_middle(0) for card in others] == [None] * 4
    assert TableCard("n1", "", entries(3)).entry_middle(0) is not None


def test_cells_of_a_strip_shrink_before_the_strip_grows_too_wide() -> None:
    few, many = (StripCard("n1", "", entries(n)) for n in (10, 60))
    assert many.cell_width < few.cell_width
    assert many.width < 3 * few.width


def test_sheet_is_as_high_as_its_lines() -> None:
    two, three = (SheetCard("l", "", entries(3 * n), lengths=(3,) * n) for n in (2, 3))
    assert three.height - two.height == three.line_height


def test_heat_prints_the_grad_of_its_result_alone() -> None:
    strip = StripCard("n1", "", entries(3))
    assert [strip.grad_text(i, entry) for i, entry in enumerate(strip.entries)] == ["", "", "+0.5"]


def test_only_a_constant_carries_no_gradient() -> None:
    kinds = (ValueCard, ConstantCard, TableCard, StripCard, SheetCard)
    assert [kind for kind in kinds if not kind.carries_gradient] == [ConstantCard]
