"""Plots that compare what a model predicts with what is true."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from nn.checks import require_numpy
from nn.data.samples import check_lengths, checked, ordered, paired
from nn.decision import Decision
from nn.metrics import columns_of, predict
from nn.plots.classes import judge, margins_of, outputs
from nn.plots.style import (
    BLUE,
    COLOURS,
    FAINT,
    GREY,
    INK,
    MARKERS,
    ORANGE,
    legend_above,
    new_figure,
    plain,
)

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from nn.plots.classes import Model

SMALL = 26  # a training sample, in points², next to validation samples
GRID = 80  # points per side at which a boundary is searched; between them it is interpolated


def decision_boundary(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    feature_names: Sequence[str] = ("x1", "x2"),
    class_names: Sequence[str] | None = None,
    threshold: float | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
) -> Figure:
    """Draw which class a network predicts at each point, the boundaries, and the samples.

    Of two classes, the one that an output above the threshold means is blue, the other orange, in
    the colours of positive and negative gradients.

    Args:
        model: takes two features and returns one Value, or one Value per class, of which the
            largest wins.
        X: floats, shape (n_samples, 2), in the units the model takes.
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        feature_names: labels of the axes.
        class_names: in the order of the class numbers.
        threshold: as of `nn.accuracy`.
        validation: a pair X, y of other samples. They are drawn large, and those that the model
            was trained on small; what is misclassified is ringed among these only.

    Raises:
        ValueError: X does not have two features, or X and y differ in length, or validation has a
            class that y has not.
    """
    require_numpy("a plot")
    import numpy as np

    given: list[tuple[Any, Any]] = [(X, y), *([validation] if validation else [])]
    pairs = [ordered(*pair) for pair in given]
    parts = [(checked(X, columns_of(model)), y) for X, y in pairs]
    for part in parts:
        check_lengths(*part)
    samples, targets = ([*chain.from_iterable(both)] for both in zip(*parts, strict=True))
    X, classes, margins, decision, labels = judge(model, samples, targets, threshold)
    if X.shape[1] != 2:
        raise ValueError(
            f"decision_boundary needs 2 features, got {X.shape[1]}; choose two columns of X, or "
            "use confusion_matrix(model, X, y)"
        )
    names = [plain(name) for name in class_names or labels]
    styles = [class_style(k, len(labels)) for k in range(len(labels))]

    figure, (axes,) = new_figure(8, 7)
    shade_regions(axes, model, X, decision, [style["color"] for style in styles])
    n = len(parts[0][0])
    judged = np.arange(len(X)) >= (n if validation else 0)  # these are drawn large, and ringed
    for k, style in enumerate(styles):
        own, small = X[(classes == k) & judged], X[(classes == k) & ~judged]
        axes.scatter(own[:, 0], own[:, 1], s=55, label=names[k], zorder=3, **style)
        axes.scatter(small[:, 0], small[:, 1], s=SMALL, zorder=3, **style)
    if validation:
        axes.scatter([], [], s=SMALL, color=GREY, label=f"training ({n})")
        axes.scatter([], [], s=55, color=GREY, label=f"validation ({len(X) - n})")
    ring_errors(axes, X[judged & (margins.argmax(axis=1) != classes)])
    axes.set_xlabel(plain(feature_names[0]))
    axes.set_ylabel(plain(feature_names[1]))
    legend_above(axes)
    return figure


def shade_regions(
    axes: Axes, model: Model, X: NDArray[np.float64], decision: Decision, colours: Sequence[str]
) -> None:
    """Shade the region of each class around the samples X, and draw the boundaries."""
    import numpy as np

    low, high = X.min(axis=0), X.max(axis=0)
    room = 0.08 * np.where(high > low, high - low, 1.0)
    across, up = (
        np.linspace(start, end, GRID) for start, end in zip(low - room, high + room, strict=True)
    )
    points = np.array([(x1, x2) for x2 in up for x1 in across])
    margins = margins_of(predict(model, points.tolist()), decision)
    for margin, colour in zip(margins.T, colours, strict=True):
        surface = margin.reshape(GRID, GRID)
        # A class that wins nowhere, or everywhere, has no boundary.
        if margin.max() > 0:
            levels = [0, margin.max() + 1]
            axes.contourf(across, up, surface, levels, colors=[colour], alpha=0.2)
        if margin.min() < 0 < margin.max():
            axes.contour(across, up, surface, [0], colors=[INK], linewidths=2)


def ring_errors(axes: Axes, wrong: NDArray[np.float64]) -> None:
    """Draw a ring around each misclassified sample."""
    if len(wrong):
        ring: dict[str, Any] = {"facecolor": "none", "edgecolor": INK, "linewidth": 2}
        label = f"misclassified ({len(wrong)})"
        axes.scatter(wrong[:, 0], wrong[:, 1], s=190, marker="o", label=label, zorder=4, **ring)


def class_style(k: int, n_classes: int) -> dict[str, Any]:
    """Return colour and marker of the samples of a class."""
    colours = COLOURS[1::-1] if n_classes == 2 else COLOURS
    return {
        "color": colours[k % len(colours)],
        "marker": MARKERS[k % len(MARKERS)],
        "edgecolor": "white",
        "linewidth": 1,
    }


def confusion_matrix(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    class_names: Sequence[str] | None = None,
    *,
    threshold: float | None = None,
) -> Figure:
    """Draw how many samples of each true class (down) get which predicted class (across).

    Args:
        model: returns one Value, or one Value per class.
        X: floats, shape (n_samples, n_features).
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        class_names: in the order of the class numbers.
        threshold: as of `nn.accuracy`.

    Raises:
        ValueError: X and y differ in length, or are empty.
    """
    X, classes, margins, decision, _ = judge(model, X, y, threshold)
    import numpy as np

    n_classes = len(decision.labels)
    names = [plain(str(name)) for name in class_names or decision.labels]
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (classes, margins.argmax(axis=1)), 1)

    side = min(12.0, 4.5 + 0.75 * n_classes)
    figure, (axes,) = new_figure(side + 0.5, side)
    fill_cells(axes, counts)
    axes.set(xlim=(-0.5, n_classes - 0.5), ylim=(n_classes - 0.5, -0.5), aspect="equal")
    # Slanted where they would overlap.
    long = n_classes * max(map(len, names)) > 40
    slant: dict[str, Any] = (
        {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if long else {}
    )
    axes.set_xticks(range(n_classes), names, **slant)
    axes.set_yticks(range(n_classes), names)
    axes.set_xticks(np.arange(n_classes) + 0.5, minor=True)
    axes.set_yticks(np.arange(n_classes) + 0.5, minor=True)
    axes.grid(which="minor", color=FAINT, linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    right = int(counts.trace())
    share = 100 * right / len(classes)
    axes.set_title(f"{right} of {len(classes)} correct ({share:.1f} %)", fontsize=16, color=INK)
    return figure


def fill_cells(axes: Axes, counts: NDArray[np.int64]) -> None:
    """Shade each cell of a confusion matrix by its share of its true class, and write its count."""
    import numpy as np

    size = min(16, 200 / len(counts))
    totals = counts.sum(axis=1).clip(min=1)
    for (true, predicted), n in np.ndenumerate(counts):
        # A share, not a count, so that a rare class shows as clearly as a common one.
        strength = 0.0 if n == 0 else 0.15 + 0.85 * n / totals[true]
        box: dict[str, Any] = {"facecolor": BLUE if true == predicted else ORANGE, "linewidth": 0}
        edges = [predicted - 0.5, predicted + 0.5]
        axes.fill_between(edges, true - 0.5, true + 0.5, alpha=strength, **box)
        ink = GREY if n == 0 else "white" if strength > 0.6 else INK
        font: dict[str, Any] = {"fontsize": size, "fontweight": "normal" if n == 0 else "bold"}
        axes.text(predicted, true, str(n), color=ink, ha="center", va="center", **font)


def predictions(model: Model, X: ArrayLike, y: ArrayLike, *, target_name: str = "target") -> Figure:
    """Draw predicted against true values; on the diagonal they agree.

    Args:
        model: returns one Value, in the unit of y.
        X: floats, shape (n_samples, n_features).
        y: floats, shape (n_samples,).
        target_name: for the axes.

    Raises:
        ValueError: X and y differ in length, or are empty, or the model has several outputs.
    """
    require_numpy("a plot")
    import numpy as np

    samples, targets = paired(X, y, columns_of(model))  # type: ignore[arg-type]
    X, y = np.array(samples), np.array(targets, dtype=float)
    found = outputs(model, X)
    if found.shape[1] != 1:
        raise ValueError(
            f"predictions needs a model with one output, got {found.shape[1]} outputs; use "
            "confusion_matrix for classes"
        )
    found = found[:, 0]
    figure, (axes,) = new_figure(7.5, 7)
    ends = np.array([min(y.min(), found.min()), max(y.max(), found.max())])
    room = 0.05 * (np.ptp(ends) or 1.0)
    ends += [-room, room]
    axes.plot(ends, ends, color=INK, linewidth=2, label="predicted = true")
    axes.vlines(y, y, found, color=ORANGE, linewidth=1.5, alpha=0.6, label="error")
    axes.scatter(y, found, s=55, color=BLUE, edgecolor="white", linewidth=1, zorder=3)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    axes.set_xlabel(f"true {plain(target_name)}")
    axes.set_ylabel(f"predicted {plain(target_name)}")
    axes.locator_params(nbins=5)  # fewer than usual: numbers of six digits would run together
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda x, _: in_digits(x))
    legend_above(axes)
    return figure


def in_digits(x: float) -> str:
    """Return a number as an axis shows it: 250,000 and not 2.5 with a factor of 1e5 elsewhere."""
    return f"{x:,.10g}" if abs(x) < 1e7 else f"{x:.3g}"
