"""Plots of which class a network predicts at each point of the plane, and of the boundaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from nn.metrics import columns_of, predict
from nn.plots.classes import Judged, judge, labelled, margins_of
from nn.plots.figure import shown
from nn.plots.panel import DOT, MIDDLE, RING, SMALL, Dots, Panel, Regions
from nn.plots.plane import HEIGHT, NAMES, WIDTH, check_width, colour_of, dots, named, panel_of
from nn.plots.style import GREY, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from nn.plots.chart import Chart
    from nn.plots.classes import Model

GRID = 60  # points per side at which a boundary is searched; between them it is interpolated
ROOM = 0.08  # share of the span of the samples that is shown around them
SIDE = {2: (390, 380), 3: (270, 290), 4: (230, 260)}  # of one of several


def decision_boundary(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    title: str = "",
    feature_names: Sequence[str] = NAMES,
    class_names: Sequence[str] | None = None,
    threshold: float | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
) -> Figure | Chart:
    """Draw which class a network predicts at each point, the boundaries, and the samples.

    Of two classes, the one that an output above the threshold means is blue, the other orange, in
    the colours of positive and negative gradients.

    Args:
        model: takes two features and returns one Value, or one Value per class, of which the
            largest wins.
        X: floats, shape (n_samples, 2), in the units the model takes.
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        title: above the plot.
        feature_names: labels of the axes.
        class_names: in the order of the class numbers.
        threshold: as of `nn.accuracy`.
        validation: a pair X, y of other samples. They are drawn large, and those that the model
            was trained on small; what is misclassified is ringed among these only.

    Returns:
        A matplotlib Figure, or where matplotlib is not installed a chart of our own. A notebook
        shows either, and `.savefig(path)` writes it.

    Raises:
        ValueError: X does not have two features, or X and y differ in length, or validation has a
            class that y has not.
    """
    options = (feature_names, class_names, threshold, validation)
    return shown([judged_panel(model, X, y, title, *options)], WIDTH, HEIGHT)


def decision_boundaries(
    models: Mapping[str, Model],
    X: ArrayLike,
    y: ArrayLike,
    *,
    feature_names: Sequence[str] = NAMES,
    class_names: Sequence[str] | None = None,
    threshold: float | None = None,
) -> Figure | Chart:
    """Draw the decision boundaries of several networks side by side, with the same samples.

    To compare one network with itself, give copies: `copy.deepcopy(model)`.

    Args:
        models: 2 to 4 of them, by title; each as of `decision_boundary`.
        X: floats, shape (n_samples, 2), in the units the models take.
        y: classes, as `nn.accuracy` takes them, shape (n_samples,).
        feature_names: as of `decision_boundary`.
        class_names: as of `decision_boundary`.
        threshold: as of `nn.accuracy`, for all of them.

    Returns:
        As `decision_boundary`.

    Raises:
        TypeError: `models` is not a dictionary.
        ValueError: there are not 2 to 4 of them; or as of `decision_boundary`.
    """
    if not isinstance(models, Mapping):
        raise TypeError(
            'decision_boundaries needs a dictionary, such as {"with a bias": model, "without": '
            f"other}}, got {type(models).__name__}; for one model use decision_boundary"
        )
    if len(models) not in SIDE:
        raise ValueError(
            f"decision_boundaries draws 2 to 4 models side by side, got {len(models)}; use "
            "decision_boundary for one, or several calls for more"
        )
    options = (feature_names, class_names, threshold, None, DOT if len(models) < 3 else MIDDLE)
    panels = [judged_panel(model, X, y, title, *options) for title, model in models.items()]
    named = {mark.label for mark in panels[0].legend if isinstance(mark, Dots) and not mark.hollow}
    for i, panel in enumerate(panels[1:], 1):  # what the first legend says need not be repeated
        marks = [
            mark._replace(label="") if isinstance(mark, Dots) and mark.label in named else mark
            for mark in panel.marks
        ]
        panels[i] = panel._replace(marks=marks)
    return shown(panels, *SIDE[len(models)], across=True)


def judged_panel(
    model: Model,
    X: Any,
    y: Any,
    title: str,
    feature_names: Sequence[str],
    class_names: Sequence[str] | None,
    threshold: float | None,
    validation: tuple[Any, Any] | None,
    radius: float = DOT,
) -> Panel:
    """Return the panel of one model, as `decision_boundary` describes it."""
    columns = columns_of(model)
    parts = [labelled(*pair, columns) for pair in [(X, y), *([validation] if validation else [])]]
    samples = [x for rows, _ in parts for x in rows]
    check_width("decision_boundary", samples)
    judged = judge(model, samples, [t for _, targets in parts for t in targets], threshold)
    names = named(judged.names, class_names)
    n = len(parts[0][0]) if validation else 0  # so many are drawn small, and not ringed
    marks: list[Any] = [*regions(model, judged)]
    for k, name in enumerate(names):
        mine = [i for i, number in enumerate(judged.classes) if number == k]
        marks.append(dots([samples[i] for i in mine if i >= n], name, k, names, radius))
        marks.append(dots([samples[i] for i in mine if i < n], "", k, names, SMALL))
    if validation:
        marks.append(Dots([], [], f"training ({n})", GREY, radius=SMALL))
        marks.append(Dots([], [], f"validation ({len(samples) - n})", GREY))
    pairs = zip(judged.classes, judged.predicted, strict=True)
    wrong = [samples[i] for i, (true, found) in enumerate(pairs) if true != found and i >= n]
    if wrong:
        xs, ys = zip(*wrong, strict=True)
        label, ring = f"misclassified ({len(wrong)})", RING * radius / DOT
        marks.append(Dots(xs, ys, label, INK, "o", ring, hollow=True))
    return panel_of(marks, feature_names, title)


def regions(model: Model, judged: Judged) -> Iterator[Regions | Dots]:
    """Yield the areas of the classes around the samples, and that where the output is nan, grey."""
    across, up = (spread([x[i] for x in judged.X]) for i in (0, 1))
    found = margins_of(predict(model, [[a, b] for b in up for a in across]), judged.decision)
    lines = [found[k : k + GRID] for k in range(0, len(found), GRID)]
    n = len(judged.names)
    surfaces = [[[margins[k] for margins in line] for line in lines] for k in range(n)]
    yield Regions(across, up, surfaces, [colour_of(k, n) for k in range(n)])
    if any(isnan(margins[0]) for margins in found):
        missing = [[1.0 if isnan(margins[0]) else -1.0 for margins in line] for line in lines]
        yield Regions(across, up, [missing], [GREY])
        yield Dots([], [], "the output is nan", GREY, "s")


def spread(numbers: Sequence[float]) -> list[float]:
    """Return numbers at equal distances from a little below to a little above these."""
    low, high = min(numbers), max(numbers)
    room = ROOM * ((high - low) or 1.0)
    step = (high - low + 2 * room) / (GRID - 1)
    return [low - room + i * step for i in range(GRID)]
