"""The generated data sets: shapes, classes, parameters, and the same bits for the same seed."""

import subprocess
import sys
from collections.abc import Callable
from math import atan2, hypot, pi
from statistics import pstdev

import pytest

import nn
from nn.data import blobs, circles, moons, spirals, xor
from nn.data.generators import GENERATORS, Labelled

each = pytest.mark.parametrize("draw", GENERATORS.values(), ids=GENERATORS)
two_classes = pytest.mark.parametrize("draw", [moons, circles, xor, spirals])


@each
def test_samples_are_lists_of_floats_with_a_class_each(draw: Callable[..., Labelled]) -> None:
    X, y = draw(60, seed=0)
    assert len(X) == len(y) == 60
    assert {type(x) for point in X for x in point} == {float}
    assert {len(point) for point in X} == {2}
    assert {type(k) for k in y} == {int}


@each
def test_same_seed_gives_the_same_bits(draw: Callable[..., Labelled]) -> None:
    assert draw(30, seed=5) == draw(30, seed=5)


@each
def test_another_seed_gives_other_points(draw: Callable[..., Labelled]) -> None:
    assert draw(30, seed=5) != draw(30, seed=6)


@two_classes
def test_noise_moves_every_coordinate(draw: Callable[..., Labelled]) -> None:
    still, moved = draw(400, seed=2)[0], draw(400, noise=0.1, seed=2)[0]
    known = {x for point in still for x in point}
    assert not any(x in known for point in moved for x in point)


def test_noise_is_a_standard_deviation() -> None:
    X, y = circles(2000, noise=0.05, seed=0)
    outer = [hypot(*x) for x, k in zip(X, y, strict=True) if k == 0]
    assert pstdev(outer) == pytest.approx(0.05, rel=0.1)


@two_classes
def test_odd_number_gives_the_second_class_one_more(draw: Callable[..., Labelled]) -> None:
    y = draw(7, seed=0)[1]
    assert (y.count(0), y.count(1)) == (3, 4)


@two_classes
def test_number_of_samples_can_be_given_per_class(draw: Callable[..., Labelled]) -> None:
    y = draw([2, 5], seed=0)[1]
    assert (y.count(0), y.count(1)) == (2, 5)


@two_classes
def test_classes_come_in_random_order(draw: Callable[..., Labelled]) -> None:
    y = draw(100, seed=0)[1]
    assert y not in (sorted(y), sorted(y, reverse=True))


def test_moons_are_half_circles_around_0_0_and_1_a_half() -> None:
    for (x1, x2), k in zip(*moons(50, seed=0), strict=True):
        assert hypot(x1 - k, x2 - 0.5 * k) == pytest.approx(1.0)
        assert x2 <= 0.5 + 1e-12 if k else x2 >= -1e-12


def test_factor_is_the_radius_of_the_inner_circle() -> None:
    for x, k in zip(*circles(50, factor=0.3, seed=0), strict=True):
        assert hypot(*x) == pytest.approx(0.3 if k else 1.0)


def test_xor_is_whether_the_signs_differ() -> None:
    assert all((a * b < 0) == k for (a, b), k in zip(*xor(50, seed=0), strict=True))


def test_classes_of_xor_are_a_fifth_apart() -> None:
    assert min(abs(x) for point in xor(500, seed=0)[0] for x in point) >= 0.1


def test_second_spiral_is_the_first_turned_by_half_a_circle() -> None:
    X, y = spirals(20, seed=0)
    first, second = ({(round(a, 9), round(b, 9)) for (a, b), c in zip(X, y, strict=True) if c == k}
                     for k in (0, 1))  # fmt: skip
    assert {(-a, -b) for a, b in first} == second


def test_angle_of_a_spiral_grows_with_its_radius_by_the_number_of_turns() -> None:
    for (a, b), k in zip(*spirals(40, turns=2.0, seed=0), strict=True):
        r = hypot(a, b)
        angle = atan2(b, a) - 2 * pi * 2.0 * r + pi * k
        assert angle / (2 * pi) == pytest.approx(round(angle / (2 * pi)), abs=1e-9)


def test_blobs_lie_around_their_centers_with_the_given_deviation() -> None:
    centers = [(-5.0, 1.0, 0.0), (5.0, -1.0, 2.0)]
    X, y = blobs(2000, centers=centers, cluster_std=0.5, seed=0)
    for k, center in enumerate(centers):
        for j, middle in enumerate(center):
            column = [x[j] for x, c in zip(X, y, strict=True) if c == k]
            assert sum(column) / len(column) == pytest.approx(middle, abs=0.1)
            assert pstdev(column) == pytest.approx(0.5, rel=0.1)


def test_number_of_blobs_can_be_given() -> None:
    assert sorted(set(blobs(50, centers=5, seed=0)[1])) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: moons(1), ValueError, "n_samples must be at least 2, got 1"),
        (lambda: moons(2.5), TypeError, "n_samples must be a whole number, got 2.5"),
        (lambda: moons([1, 2, 3]), ValueError, "one per class: 2, got [1, 2, 3]"),
        (lambda: moons([0, 2]), ValueError, "n_samples[0] must be at least 1, got 0"),
        (lambda: xor(noise=-0.1), ValueError, "noise must be 0 or more, got -0.1"),
        (lambda: circles(factor=1.0), ValueError, "factor must be from 0 to below 1, got 1.0"),
        (lambda: blobs(centers=0), ValueError, "centers must be at least 1, got 0"),
        (lambda: blobs(cluster_std=-1), ValueError, "cluster_std must be 0 or more, got -1"),
    ],
)
def test_setting_out_of_range_is_refused(
    draw: Callable[[], Labelled], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        draw()
    assert message in str(caught.value)


def test_what_is_drawn_can_be_learned_as_it_comes() -> None:
    X, y = nn.data.moons(60, noise=0.05, seed=0)
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    loss = nn.binary_cross_entropy
    nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=40, batch_size=10, progress=False)
    assert nn.accuracy(model, X, y) > 0.9


def test_drawing_needs_neither_numpy_nor_scikit_learn() -> None:
    program = (
        "import sys\nsys.modules['numpy'] = sys.modules['sklearn'] = None\nimport nn\n"
        "for draw in ('moons', 'circles', 'xor', 'spirals', 'blobs'):\n"
        "    getattr(nn.data, draw)(10)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
