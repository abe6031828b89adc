"""The same charts as matplotlib draws them: legible, and nothing is cut off or left out."""

import io

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from PIL import Image

from engine import Value
from nn import plots
from tests.nn.plots.charts import CHARTS, X, y


@pytest.mark.parametrize("name", CHARTS)
def test_no_letter_touches_the_edge(name: str) -> None:
    file = io.BytesIO()
    CHARTS[name]().savefig(file, format="png")
    image = np.asarray(Image.open(file).convert("L"))
    edge = [image[:4], image[-4:], image[:, :4], image[:, -4:]]
    assert min(part.min() for part in edge) == 255


@pytest.mark.parametrize("name", CHARTS)
def test_numbers_along_an_axis_do_not_run_together(name: str) -> None:
    figure = CHARTS[name]()
    figure.canvas.draw()
    for axes in figure.axes[-1:]:  # of panels one below the other the last has the numbers
        labels = [label for label in axes.get_xticklabels() if label.get_text()]
        left, right = axes.get_window_extent().intervalx
        boxes = [label.get_window_extent() for label in labels]
        boxes = [box for box in boxes if left <= (box.x0 + box.x1) / 2 <= right]
        assert len(boxes) >= 1
        assert all(a.x1 + 3 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))


@pytest.mark.parametrize(
    ("ys", "alone"),
    [
        ([1.0], [[0, 1]]),
        ([1.0, float("nan"), 2.0, 3.0, float("inf"), 4.0], [[0, 1], [5, 4]]),
        ([1.0, 2.0, float("nan")], []),
    ],
)
def test_number_that_has_no_line_is_drawn_as_a_point(ys, alone) -> None:
    (axes,) = plots.lines({"a": ys}).axes
    assert [list(p) for c in axes.collections for p in c.get_offsets()] == alone


def test_where_the_output_is_nan_is_grey_and_said_and_the_rest_is_drawn() -> None:
    def half(x):
        return Value(x[0] * (float("nan") if x[0] > 1 else 1.0) - 0.5)

    (axes,) = plots.decision_boundary(half, X, y).axes
    assert "the output is nan" in axes.get_legend_handles_labels()[1]
    lines = [c for c in axes.collections if isinstance(c, ContourSet) and not c.filled]
    boundary = lines[0].get_paths()[0].vertices
    assert boundary[:, 0] == pytest.approx(0.5)
