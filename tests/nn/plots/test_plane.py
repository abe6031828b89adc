"""Samples in the plane: their colours and shapes, and what is no class."""

from math import nan

import numpy as np
import pytest
from matplotlib.colors import to_hex

from nn import plots
from nn.plots.style import BLUE, ORANGE

X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]


def offsets(axes, label: str) -> list[list[float]]:
    """Return the points to which a legend entry refers."""
    handles, labels = axes.get_legend_handles_labels()
    return handles[labels.index(label)].get_offsets().tolist()


def test_points_have_a_colour_and_a_shape_for_each_class() -> None:
    axes = plots.points(X, y, title="Two classes").axes[0]
    for label, sign, colour in (("class −1", -1, ORANGE), ("class +1", 1, BLUE)):
        assert offsets(axes, label) == [x for x, t in zip(X, y, strict=True) if t == sign]
        handles, labels = axes.get_legend_handles_labels()
        assert to_hex(handles[labels.index(label)].get_facecolor()[0]) == colour
    shapes = {len(c.get_paths()[0].vertices) for c in axes.collections}
    assert len(shapes) == 2
    assert axes.get_title(loc="left") == "Two classes"


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        ([0, 1], ["class 0", "class 1"]),
        ([True, False], ["class 0", "class 1"]),
        ([1, 1], ["class 1"]),
        ([3, 1], ["class 1", "class 3"]),
        ([2, 0], ["class 0", "class 2"]),
        (["b", "a"], ["a", "b"]),
        ([[0, 1, 0], [1, 0, 0]], ["class 0", "class 1"]),
        (np.array([1.0, -1.0]), ["class −1", "class +1"]),
    ],
)
def test_points_take_classes_as_users_write_them(targets, names) -> None:
    axes = plots.points([[0.0, 1.0], [1.0, 0.0]], targets).axes[0]
    assert axes.get_legend_handles_labels()[1] == names


def test_class_has_the_colour_of_its_number_even_where_another_is_missing() -> None:
    two, three = (plots.points(X[: len(t)], t).axes[0].collections for t in ([0, 2], [0, 1, 2]))
    for a, b in ((two[0], three[0]), (two[1], three[2])):
        assert to_hex(a.get_facecolor()[0]) == to_hex(b.get_facecolor()[0])


def test_sixteen_classes_differ_in_colour_or_shape() -> None:
    marks = plots.points(X[:16], range(16)).axes[0].collections
    looks = {(to_hex(m.get_facecolor()[0]), str(m.get_paths()[0].vertices)) for m in marks}
    assert len(looks) == 16


def test_a_single_class_has_the_colour_that_it_has_next_to_the_other() -> None:
    axes = plots.points([[0.0, 1.0]], [1]).axes[0]
    assert to_hex(axes.collections[0].get_facecolor()[0]) == BLUE


REFUSED = {
    "points([[1.0, 2.0, 3.0]], [1])": "points needs 2 features, got 3; choose two columns of X",
    "points([1.0, 2.0], [1, 1])": "X must be a table",
    "points([[1.0, 2.0]], [1, 0])": "X has 1 samples and y has 2 targets",
    "points([], [])": "at least one sample, got empty data",
    "points([[nan, 2.0]], [1])": "X has nan in sample 0, feature 0",
    "points(X, [0.5] * 20)": "y must hold classes: -1 and 1, numbers from 0, or texts; got 0.5",
    "points(X, [None] * 20)": "y must hold classes.*got None for sample 0",
    "points(X, range(20))": "20 classes are more than the 16 that can be told apart",
    "points(X, [10**12] * 20)": "1000000000001 classes are more than the 16",
    "points(X, [-20, 0] * 10)": "22 classes are more than the 16",
    "points(X, y, class_names=['a'])": "class_names needs 2 names, one per class, got 1",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(call: str) -> None:
    with pytest.raises((TypeError, ValueError), match=REFUSED[call]):
        eval(f"plots.{call}", {"plots": plots, "X": X, "y": y, "nan": nan})
