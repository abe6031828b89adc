"""Plots that compare what a model predicts with what is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.checks import require_numpy
from nn.data.samples import paired
from nn.metrics import columns_of, predict
from nn.plots.axis import tick_text
from nn.plots.classes import Model, judge
from nn.plots.style import BLUE, FAINT, GREY, INK, ORANGE, legend_above, new_figure, plain

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


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
    require_numpy("a plot")
    import numpy as np

    X, classes, predicted, decision, _ = judge(model, X, y, threshold)

    n_classes = len(decision.labels)
    names = [plain(str(name)) for name in class_names or decision.labels]
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (classes, predicted), 1)

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
    y = np.array(targets, dtype=float)
    found = np.array(predict(model, samples))
    if found.ndim != 1:
        raise ValueError(
            f"predictions needs a model with one output, got {found.shape[1]} outputs; use "
            "confusion_matrix for classes"
        )
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
        axis.set_major_formatter(lambda x, _: tick_text(x))
    legend_above(axes)
    return figure
