"""Cycle removal and layering: which arrows are reversed, and the column of each card."""

from engine.draw.layout.layering import arrows_to_reverse, assign_layers


def test_no_arrow_is_reversed_where_there_is_no_cycle() -> None:
    assert arrows_to_reverse(3, [(0, 1), (1, 2), (0, 2)]) == [False, False, False]


def test_one_arrow_of_a_cycle_is_reversed() -> None:
    assert sum(arrows_to_reverse(3, [(0, 1), (1, 2), (2, 0)])) == 1


def test_card_is_right_of_all_its_inputs() -> None:
    arrows = [(0, 1), (1, 2), (0, 2)]
    layers = assign_layers(3, arrows)
    assert all(layers[tail] < layers[head] for tail, head in arrows)


def test_input_that_is_used_once_is_next_to_its_consumer() -> None:
    assert assign_layers(4, [(0, 1), (1, 2), (3, 2)]) == [0, 1, 2, 1]


def test_chain_of_100000_cards_needs_no_recursion() -> None:
    n = 100_000
    arrows = [(i, i + 1) for i in range(n - 1)]
    assert not any(arrows_to_reverse(n, arrows))
    assert assign_layers(n, arrows)[-1] == n - 1
