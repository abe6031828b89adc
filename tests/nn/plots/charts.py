"""Charts for both renderers; and those drawn as SVG read back, in the numbers of their axes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import nn
from nn import plots
from nn.plots.chart import Chart

SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


class Read:
    """The elements of a chart with one panel.

    Attributes:
        root: the SVG.
        words: each text that is printed, in order.
    """

    def __init__(self, chart: Chart) -> None:
        assert isinstance(chart, Chart)
        self.root = ET.fromstring(chart.svg)
        texts = list(self.root.iter(f"{SVG}text"))
        self.words = [text.text or "" for text in texts]
        middle = [
            t for t in texts if t.get("text-anchor") == "middle" and t.get("font-size") == "18"
        ]
        ends = [t for t in texts if t.get("text-anchor") == "end"]
        self._x = line_through([(float(t.get("x", 0)), number(t.text)) for t in middle])
        # A number is printed a third of its size below its place.
        self._y = line_through([(float(t.get("y", 0)) - 6, number(t.text)) for t in ends])

    def point(self, x: float, y: float) -> Point:
        """Return a place, px, in the numbers of the axes."""
        return self._x(x), self._y(y)

    def paths(self, **attributes: str) -> Iterator[list[Point]]:
        """Yield each piece of the paths with these attributes as points."""
        for path in self.root.iter(f"{SVG}path"):
            if all(path.get(name.replace("_", "-")) == x for name, x in attributes.items()):
                for piece in path.get("d", "").split("M")[1:]:
                    if "H" in piece or "V" in piece:
                        continue  # a sample of the legend, a grid
                    numbers = [float(x) for x in re.findall(r"-?[\d.]+", piece)]
                    yield [
                        self.point(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)
                    ]

    def circles(self, fill: str) -> list[Point]:
        """Return the centres of the circles of a colour, those of the legend included."""
        found = [c for c in self.root.iter(f"{SVG}circle") if c.get("fill") == fill]
        return [self.point(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in found]


def number(text: str | None) -> float:
    """Return the number that is printed along an axis."""
    return float((text or "").replace("−", "-").replace(",", "").removesuffix(" %"))


def line_through(pairs: list[Point]):
    """Return the linear function through the first and the last of these points."""
    (x0, y0), (x1, y1) = pairs[0], pairs[-1]
    return lambda x: y0 + (x - x0) * (y1 - y0) / (x1 - x0)


def area(polygon: list[Point]) -> float:
    """Return the area of a polygon."""
    following = polygon[1:] + polygon[:1]
    return (
        abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(polygon, following, strict=True)))
        / 2
    )


X = [[i / 10, (i * 7 % 10) / 10] for i in range(20)]
y = [1 if a + b > 1.2 else -1 for a, b in X]
HOSTILE = "<b>&\"' $x^2$ _\x00\n]]>"


def plane(w1: float, w2: float, bias: float) -> nn.MLP:
    """Return w1·x1 + w2·x2 + bias as a network."""
    model = nn.MLP(2, [1])
    for p, number in zip(model.parameters(), (w1, w2, bias), strict=True):
        p.data = number
    return model


def history(epochs: int = 3) -> nn.History:
    found = nn.History("accuracy")
    found.loss = [1 / (k + 1) for k in range(epochs)]
    found.metric = [1 - x for x in found.loss]
    found.best_epoch = epochs
    return found


CHARTS = {
    "points": lambda: plots.points(X, y, title="Two classes"),
    "boundary": lambda: plots.decision_boundary(plane(1.0, 1.0, -1.2), X, y),
    "boundaries": lambda: plots.decision_boundaries(
        {"with a bias": plane(1.0, 1.0, -1.2), HOSTILE * 4: plane(1.0, 1.0, 0.0)}, X, y
    ),
    "four": lambda: plots.decision_boundaries(
        {f"a rather long name, {k}": plane(1.0, 1.0, -k) for k in range(4)}, X, y
    ),
    "curves": lambda: plots.loss_curves(history(), title="Training"),
    "lines": lambda: plots.lines(
        {f"a long name of a series, {k}": [1e6 + k, 12345678.0 + k] for k in range(6)},
        x=[-9e6, 9e6], x_label="what it is " * 9, y_label=HOSTILE, title="long " * 30,
    ),
    "log": lambda: plots.lines({"a": [1e-100, 1e100]}, x=[1e-9, 1e9], log="xy", markers=True),
    "one number": lambda: plots.lines({"a": [0.0]}),
    "names": lambda: plots.points(X, y, title=HOSTILE, feature_names=(HOSTILE, ""), class_names=[HOSTILE, "b"]),
}  # fmt: skip
