"""Axes: which numbers are printed along them, and how."""

from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.plots.axis import Axis, Scale, tick_text

NUMBERS = st.floats(-1e300, 1e300)


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((0, 10), [0, 2, 4, 6, 8, 10]),
        ((-1.3, 2.1), [-1, 0, 1, 2]),
        ((0.28, 0.34), [0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.34]),
    ],
)
def test_numbers_along_an_axis_are_round(ends, ticks) -> None:
    assert Scale(Axis(), ends, exact=True).ticks(300) == ticks


def test_counts_have_no_numbers_between_them() -> None:
    assert Scale(Axis(whole=True), [1, 3], exact=True).ticks(600) == [1, 2, 3]


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((1e-6, 1), [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]),
        ((1, 64), [1, 2, 5, 10, 20, 50]),
        ((3.1, 4.2), [3.2, 3.4, 3.6, 3.8, 4, 4.2]),
    ],
)
def test_numbers_along_a_logarithmic_axis_are_powers_of_ten_if_there_are_enough(
    ends, ticks
) -> None:
    assert Scale(Axis(log=True), ends, exact=True).ticks(350) == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.1 + 0.2, "0.3"), (-0.5, "−0.5"), (1_234_567, "1,234,567"), (12_345_678, "1.2345678e7"),
        (1e-4, "0.0001"), (1e-12, "1e−12"), (0, "0"), (1e300, "1e300"),
    ],
)  # fmt: skip
def test_number_is_printed_without_needless_digits(x: float, text: str) -> None:
    assert tick_text(x) == text


def test_share_is_printed_as_percent() -> None:
    assert Axis(percent=True).text(0.925) == "92.5 %"


def test_numbers_too_far_apart_for_a_float_are_refused() -> None:
    with pytest.raises(ValueError, match=r"too far apart for one axis; draw them with log"):
        Scale(Axis(), [-1.7e308, 1.7e308], exact=False)


@given(st.lists(NUMBERS, min_size=1, max_size=4), st.booleans(), st.integers(100, 2000))
def test_every_range_has_some_numbers_on_it(numbers, exact, length) -> None:
    scale = Scale(Axis(), numbers, exact=exact)
    ticks = scale.ticks(length)
    assert 1 <= len(ticks) <= length / 50 + 2
    assert all(-1e-6 <= scale.share(t) <= 1 + 1e-6 for t in ticks)
    assert all(-1e-6 <= scale.share(x) <= 1 + 1e-6 for x in numbers)
    assert len(set(map(tick_text, ticks))) == len(ticks)


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=4), st.integers(100, 2000))
def test_every_logarithmic_range_has_some_numbers_on_it(numbers, length) -> None:
    scale = Scale(Axis(log=True), numbers, exact=False)
    ticks = scale.ticks(length)
    assert 1 <= len(ticks) <= length / 50 + 9
    assert all(scale.low - 1e-6 <= log10(t) <= scale.high + 1e-6 for t in ticks)
