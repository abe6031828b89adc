"""Plots of samples in the plane of two features, each class with its colour and its marker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.plots.axis import Axis
from nn.plots.classes import classes_of, labelled
from nn.plots.figure import shown
from nn.plots.panel import DOT, Dots, Panel
from nn.plots.style import COLOURS, LONG, MARKERS, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from nn.plots.chart import Chart

WIDTH, HEIGHT = 620, 520  # of a panel, px
NAMES = ("x1", "x2")


def points(
    X: ArrayLike,
    y: ArrayLike,
    *,
    title: str = "",
    feature_names: Sequence[str] = NAMES,
    class_names: Sequence[str] | None = None,
) -> Figure | Chart:
    """Draw samples in the plane, each class with its colour and its marker.

    Args:
        X: floats, shape (n_samples, 2).
        y: classes: −1 and +1, numbers from 0, or texts; shape (n_samples,).
        title: above the plot.
        feature_names: labels of the axes.
        class_names: in the order of the class numbers.

    Returns:
        A matplotlib Figure, or where matplotlib is not installed a chart of our own. A notebook
        shows either, and `.savefig(path)` writes it.

    Raises:
        ValueError: X does not have two features, X and y differ in length or are empty, or y does
            not hold classes.
    """
    samples, targets = labelled(X, y)
    check_width("points", samples)
    classes, labels = classes_of(targets)
    names = named(labels, class_names)
    marks = [
        dots([x for x, mine in zip(samples, classes, strict=True) if mine == k], names[k], k, names)
        for k in sorted(set(classes))
    ]
    return shown([panel_of(marks, feature_names, title)], WIDTH, HEIGHT)


def panel_of(marks: Sequence[Any], feature_names: Sequence[str], title: str) -> Panel:
    """Return a panel of the plane of two features."""
    across, up = (Axis(short(name, LONG)) for name in feature_names)
    return Panel(marks, across, up, short(title, LONG))


def dots(
    rows: Sequence[Sequence[float]], name: str, k: int, names: Sequence[str], radius: float = DOT
) -> Dots:
    """Return the samples of class `k` as marks."""
    xs, ys = [x for x, _ in rows], [y for _, y in rows]
    return Dots(xs, ys, name, colour_of(k, len(names)), marker_of(k), radius)


def colour_of(k: int, n_classes: int) -> str:
    """Return the colour of a class; of two, the second is blue."""
    colours = COLOURS[1::-1] if n_classes == 2 else COLOURS
    return colours[k % len(colours)]


def marker_of(k: int) -> str:
    """Return the marker of a class; with its colour it is another one for each class up to 64."""
    return MARKERS[(k + k // len(MARKERS)) % len(MARKERS)]


def named(labels: Sequence[str], class_names: Sequence[str] | None) -> list[str]:
    """Return what the classes are called in the legend.

    Raises:
        ValueError: there are not as many names as classes.
    """
    if class_names is not None and len(class_names) != len(labels):
        raise ValueError(
            f"class_names needs {len(labels)} names, one per class, got {len(class_names)}"
        )
    return [short(name) for name in class_names or labels]


def check_width(name: str, samples: Sequence[Sequence[float]]) -> None:
    """Check that samples have two features.

    Raises:
        ValueError: they have not.
    """
    if len(samples[0]) != 2:
        raise ValueError(
            f"{name} needs 2 features, got {len(samples[0])}; choose two columns of X, or use "
            "confusion_matrix(model, X, y)"
        )
