"""Charts where matplotlib is not installed: the same plots as SVG, read back and compared."""

import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nn
from nn import plots
from nn.plots.chart import Chart
from nn.plots.marks import SHAPES, marker
from nn.plots.style import BLUE, COLOURS, GREY, INK, ORANGE
from tests.needs import needs
from tests.nn.plots.charts import CHARTS, Read, X, area, history, plane, y

pytestmark = pytest.mark.usefixtures("no_matplotlib")


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def test_samples_are_drawn_at_their_places_with_the_shape_of_their_class() -> None:
    found = Read(plots.points(X, y))
    circles = [x for x, target in zip(X, y, strict=True) if target == -1]
    squares = [x for x, target in zip(X, y, strict=True) if target == 1]
    drawn = found.circles(ORANGE)[1:]  # the first is the legend's
    assert np.array(drawn) == pytest.approx(np.array(circles), abs=2e-3)
    centres = [np.mean(corners, axis=0) for corners in found.paths(fill=BLUE)]
    assert np.array(centres[1:]) == pytest.approx(np.array(squares), abs=2e-3)


def test_boundary_is_where_the_output_is_0() -> None:
    found = Read(plots.decision_boundary(plane(2.0, -1.0, -0.5), X, y))
    points = [point for piece in found.paths(stroke=INK, stroke_linecap="round") for point in piece]
    assert len(points) > 40
    assert max(abs(2 * x1 - x2 - 0.5) for x1, x2 in points) < 5e-3


def test_curved_boundary_is_where_the_output_is_0() -> None:
    def circle(x):
        return x[0] * x[0] + x[1] * x[1] - 1.0

    corners = [[-1.5, -1.5], [1.5, 1.5], [0.0, 0.5]]
    found = Read(plots.decision_boundary(lambda x: circle(values(x)), corners, [1, 1, -1]))
    points = [point for piece in found.paths(stroke=INK, stroke_linecap="round") for point in piece]
    assert max(abs(circle(point)) for point in points) < 1e-2
    assert {x > 0 for x, _ in points} == {up > 0 for _, up in points} == {True, False}
    inside = sum(map(area, found.paths(fill=ORANGE, fill_opacity="0.2")))
    assert inside == pytest.approx(np.pi, rel=5e-3)


def values(x):
    """Return a sample as Values."""
    from engine import Value

    return [Value(number) for number in x]


def test_areas_of_the_classes_cover_the_plane_once() -> None:
    model = nn.MLP(2, [6, 3], activation="tanh", seed=0)
    found = Read(plots.decision_boundary(model, X, [i % 3 for i in range(20)]))
    areas = [sum(map(area, found.paths(fill=colour, fill_opacity="0.2"))) for colour in COLOURS[:3]]
    span = [1.16 * (max(x[i] for x in X) - min(x[i] for x in X)) for i in (0, 1)]
    # Less the corners of cells in which three classes meet.
    assert sum(areas) == pytest.approx(span[0] * span[1], rel=2e-3)
    assert min(areas) > 0


def test_class_of_positive_outputs_is_blue() -> None:
    found = Read(plots.decision_boundary(plane(1.0, 0.0, -1.0), X, y))
    assert min(x for piece in found.paths(fill=BLUE, fill_opacity="0.2") for x, _ in piece) > 0.99
    assert max(x for piece in found.paths(fill=ORANGE, fill_opacity="0.2") for x, _ in piece) < 1.01


def test_class_that_wins_everywhere_has_no_boundary() -> None:
    found = Read(plots.decision_boundary(plane(0.0, 0.0, 1.0), X, y))
    assert not list(found.paths(stroke=INK, stroke_linecap="round"))
    assert not list(found.paths(fill=ORANGE, fill_opacity="0.2"))


def test_misclassified_samples_are_ringed_and_counted() -> None:
    found = Read(plots.decision_boundary(plane(0.0, 0.0, 1.0), X, y))
    wrong = [x for x, target in zip(X, y, strict=True) if target == -1]
    assert np.array(found.circles("none")[1:]) == pytest.approx(np.array(wrong), abs=2e-3)
    assert f"misclassified ({len(wrong)})" in found.words


def test_where_the_output_is_nan_is_grey_and_said() -> None:
    def half(x):
        return values(x)[0] * (float("nan") if x[0] > 1 else 1.0)

    found = Read(plots.decision_boundary(half, X, y))
    assert "the output is nan" in found.words
    grey = [point for piece in found.paths(fill=GREY, fill_opacity="0.2") for point in piece]
    assert min(x for x, _ in grey) > 0.9
    assert max(x for x, _ in grey) > 1.9
    for colour in (BLUE, ORANGE):
        coloured = [p for piece in found.paths(fill=colour, fill_opacity="0.2") for p in piece]
        assert all(x <= 1.0 for x, _ in coloured)


def test_infinite_outputs_have_a_boundary_where_they_change_sign() -> None:
    found = Read(plots.decision_boundary(plane(1e308, 0.0, -1e308), X, y))
    edge = [x for piece in found.paths(stroke=INK, stroke_linecap="round") for x, _ in piece]
    assert edge == pytest.approx([1.0] * len(edge), abs=0.05)


def test_line_is_drawn_through_its_points_and_interrupted_at_a_gap() -> None:
    ys = [1.0, 2.0, float("nan"), 3.0, float("inf"), 5.0, 4.0]
    found = Read(plots.lines({"loss": ys}, x=[0, 1, 2, 3, 4, 5, 6]))
    pieces = [
        piece for piece in found.paths(stroke=BLUE, stroke_linejoin="round") if len(piece) == 2
    ]
    assert np.array(pieces) == pytest.approx(
        np.array([[(0, 1), (1, 2)], [(5, 5), (6, 4)]]), abs=0.01
    )
    (alone,) = found.circles(BLUE)  # has no line, so it is marked
    assert alone == pytest.approx((3, 3), abs=0.01)
    assert "loss (2 of 7 not finite)" in found.words


def test_logarithmic_axis_gives_each_power_of_ten_the_same_length() -> None:
    found = Read(plots.lines({"a": [1e-6, 1e-3, 1.0]}, log="y"))
    assert {"1e−6", "0.001", "1"} <= set(found.words)
    path = next(p for p in found.root.iter() if p.get("stroke") == BLUE and "L" in p.get("d", ""))
    heights = [float(pair.split(",")[1]) for pair in path.get("d", "")[1:].split("L")]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.1)


def test_both_renderers_colour_the_same_parts_of_the_plane(monkeypatch) -> None:
    model = nn.MLP(2, [6, 1], activation="tanh", seed=2)
    model.layers[-1].neurons[0].bias.data -= sorted(nn.predict(model, X))[10]
    targets = [1 if out > 0 else -1 for out in nn.predict(model, X)]
    chart = plots.decision_boundary(model, X, targets).png()
    monkeypatch.undo()
    file = io.BytesIO()
    plots.decision_boundary(model, X, targets).savefig(file, format="png")
    shares = []
    for content in (chart, file.getvalue()):
        image = pixels(content)
        blue, orange = (
            (abs(image - np.array(tint)).max(axis=2) <= 3).sum()
            for tint in ((211, 227, 241), (247, 223, 204))
        )
        shares.append(blue / (blue + orange))
    assert 0.2 < shares[0] < 0.8
    assert shares[0] == pytest.approx(shares[1], abs=0.01)


@pytest.mark.parametrize("name", CHARTS)
def test_no_letter_touches_the_edge(name: str) -> None:
    chart = CHARTS[name]()
    ET.fromstring(chart.svg)
    image = pixels(chart.png(scale=1))
    edge = [image[:4], image[-4:], image[:, :4], image[:, -4:]]
    assert min(part.min() for part in edge) == 255


@pytest.mark.parametrize("name", CHARTS)
def test_numbers_along_an_axis_do_not_run_together(name: str) -> None:
    from engine import Drawing

    root = ET.fromstring(CHARTS[name]().svg)
    lines: dict[str, list[tuple[float, float]]] = {}
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        if text.get("text-anchor") == "middle" and text.get("font-size") == "18":
            half = Drawing.text_width(text.text or "", 18) / 2
            x = float(text.get("x", 0))
            lines.setdefault(text.get("y", ""), []).append((x - half, x + half))
    assert lines
    for spans in lines.values():
        assert all(end + 3 < begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))


def test_panels_side_by_side_name_the_classes_once_and_count_what_is_wrong_in_each() -> None:
    chart = plots.decision_boundaries(
        {"with a bias": plane(1.0, 1.0, -1.2), "without": plane(1.0, 1.0, 0.0)}, X, y
    )
    words = [t.text for t in ET.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}text")]
    wrong = [sum((a + b > 0) != (t > 0) for (a, b), t in zip(X, y, strict=True))]
    assert words.count("class −1") == words.count("class +1") == 1
    assert words.count("with a bias") == words.count("without") == 1
    assert f"misclassified ({wrong[0]})" in words


def test_loss_curves_have_a_panel_each_for_loss_and_metric() -> None:
    chart = plots.loss_curves(history())
    words = [t.text for t in ET.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"loss", "accuracy", "epoch", "training", "best epoch, 3: 0.3333"} <= set(words)
    assert "best epoch, 3: 66.7 %" in words
    assert not [word for word in words if word and word.startswith("1.5")]  # no half epochs


def test_chart_says_in_words_what_it_shows() -> None:
    chart = plots.lines({"loss": [3.0, 1.0, 2.0]}, x_label="epoch", y_label="loss", title="Run")
    words = "Run: loss against epoch; loss: 3 at 0, 2 at 2, lowest 1, highest 3"
    assert chart.description == words
    assert f"<desc>{words}</desc>" in chart.svg
    assert "<title>Run</title>" in chart.svg
    assert f'<img alt="{words}"' in chart._repr_mimebundle_()["text/html"]
    assert repr(chart) == f"Chart ({words})"


def test_notebook_shows_a_chart_as_svg_and_as_png() -> None:
    bundle = plots.points(X, y)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["image/png"]


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("a.svg", b"<svg "),
        ("a.png", b"\x89PNG"),
        pytest.param("a.pdf", b"%PDF", marks=needs("svglib")),
    ],
)
def test_savefig_writes_the_format_of_the_suffix(name: str, begin: bytes, tmp_path: Path) -> None:
    chart = plots.decision_boundary(plane(1.0, 1.0, -1.2), X, y)
    chart.savefig(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_savefig_writes_the_format_that_is_asked_for(tmp_path: Path) -> None:
    file = io.BytesIO()
    chart = plots.points(X, y)
    chart.savefig(file)
    assert file.getvalue().startswith(b"\x89PNG")
    chart.savefig(str(tmp_path / "without"), format="svg")
    assert (tmp_path / "without").read_bytes().startswith(b"<svg ")


def test_savefig_refuses_what_it_cannot_write(tmp_path: Path, monkeypatch) -> None:
    chart = plots.points(X, y)
    with pytest.raises(ValueError, match=r"saved as .svg, .png or .pdf, got 'a.jpg'; change the"):
        chart.savefig(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="format must be svg, png or pdf, got 'jpg'"):
        chart.savefig(io.BytesIO(), format="jpg")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ImportError, match=r"glassgrad\[images\]"):
        chart.savefig(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_same_plot_is_the_same_bytes() -> None:
    assert CHARTS["boundaries"]().svg == CHARTS["boundaries"]().svg


def test_markers_differ_and_stay_in_their_radius() -> None:
    assert len({marker(shape, 0, 0, INK) for shape in SHAPES}) == len(SHAPES)
    assert max(np.hypot(*point) for shape in SHAPES.values() for point in shape) < 1.21


@pytest.mark.parametrize("name", CHARTS)
def test_chart_holds_no_nan(name: str) -> None:
    assert "nan" not in CHARTS[name]().svg
    assert isinstance(CHARTS[name](), Chart)
