"""Charts drawn as SVG, read back: what is drawn where, in the numbers of the axes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

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
