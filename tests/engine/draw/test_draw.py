"""Pictures: what stands in them, in which form, and what is refused."""

import re
import shutil
import subprocess
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import resvg_py
from fontTools.ttLib import TTFont
from PIL import Image

import engine
import nn
from engine import Value
from engine.draw.raster import FONT_FILES
from engine.ops import OPS


def fan_out() -> Value:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    e = a * b
    e.label = "e"
    out = (e + a) * a
    out.label = "L"
    out.backward()
    return out


needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's dot on PATH")


@pytest.mark.parametrize("layout", ["builtin", pytest.param("dot", marks=needs_dot)])
def test_value_used_several_times_shows_what_each_path_adds(layout) -> None:
    svg = engine.draw(fan_out(), layout=layout).svg
    for text in (
        ">a</text>",
        ">−8</text>",
        ">×−3</text>",
        ">−6</text>",
        ">−4</text>",
        ">+2</text>",
    ):
        assert text in svg


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_same_graph_gives_the_same_bytes(direction) -> None:
    pictures = {engine.draw(fan_out(), direction=direction, layout="builtin").svg for _ in range(2)}
    assert len(pictures) == 1


def test_picture_needs_no_graphviz(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert engine.draw(fan_out()).svg.startswith("<svg")
    with pytest.raises(ValueError, match=r"layout=\"dot\" needs Graphviz.*layout=\"builtin\""):
        engine.draw(fan_out(), layout="dot")


def test_svg_holds_no_style_no_id_and_no_script() -> None:
    svg = engine.draw(fan_out()).svg
    for word in ("<style", " id=", "<script", "clipPath", "class="):
        assert word not in svg


def test_square_has_two_arrows_from_the_same_card() -> None:
    x = Value(3.0, "x")
    (y := x * x).backward()
    assert engine.draw(y).svg.count(">×3</text>") == 2


def before_backward() -> Value:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", seed=0)
    return nn.hinge([model([Value(0.5, "x1"), Value(-0.3, "x2")])], [1])


@pytest.mark.parametrize(
    "make", [lambda: Value(2.0, "x") * 3, before_backward], ids=["cards", "folded"]
)
def test_picture_before_backward_says_so(make) -> None:
    svg = engine.draw(make()).svg
    assert "backward() has not run: no gradients yet" in svg
    assert ">0</text>" not in re.sub(r">b</text><text[^>]*>0</text>", "", svg)
    assert "grad &gt; 0" not in svg


def test_picture_after_backward_does_not_say_that_it_has_not_run() -> None:
    assert "has not run" not in engine.draw(fan_out()).svg


@pytest.mark.parametrize("layout", ["builtin", pytest.param("dot", marks=needs_dot)])
def test_operands_keep_their_order_from_top_to_bottom(layout) -> None:
    a, b = Value(1.0, "left"), Value(2.0, "right")
    for first, second in ((a, b), (b, a)):
        svg = engine.draw(first - second, layout=layout).svg
        height = {x.label: card_top(svg, x.label) for x in (a, b)}
        assert height[first.label] < height[second.label]


def card_top(svg: str, label: str) -> float:
    """How far down the card with that header stands, px."""
    above = svg[: svg.index(f">{label}</text>")]
    return float(re.findall(r"translate\([-\d.]+,([-\d.]+)\)", above)[-1])


def test_labels_are_escaped_and_shortened() -> None:
    nasty = Value(1.0, "<script>alert('&\"')</script>" + "x" * 500)
    (out := nasty * 2).backward()
    svg = engine.draw(out).svg
    assert "<script" not in svg
    assert "…" in svg


def test_numbers_that_are_not_finite_are_drawn_in_plain_sight() -> None:
    x = Value(1000.0, "x")
    with pytest.warns(engine.NonFiniteWarning):
        (out := engine.exp(x) * 2).backward()
    svg = engine.draw(out).svg
    assert ">inf</text>" in svg.replace("+", "")
    assert "first non-finite number: exp = inf, made by exp" in svg
    assert ">inf or nan</text>" in svg


def network_loss() -> Value:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", seed=0)
    loss = nn.hinge([model([Value(0.5, "x1"), Value(-0.3, "x2")])], [1])
    loss.backward()
    return loss


def test_large_graph_is_folded_to_a_card_for_each_neuron() -> None:
    picture = engine.draw(network_loss())
    assert picture.svg.count(">w1</text>") == 9
    assert "layer 1" in picture.svg
    assert "9 neurons" in picture.svg


def test_folding_can_be_asked_for_and_refused() -> None:
    loss = network_loss()
    assert engine.draw(loss, fold="none").svg.count("<title>") > 60
    assert engine.draw(loss, fold="neuron").svg == engine.draw(loss).svg


def test_picture_is_saved_by_suffix(tmp_path) -> None:
    picture = engine.draw(fan_out())
    assert picture.save(tmp_path / "p.svg").read_text() == picture.svg
    assert picture.save(tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert picture.save(tmp_path / "p.dot").read_text() == picture.dot.source
    with pytest.raises(ValueError, match=r"saved as .svg, .png or .dot, got 'p.jpg'"):
        picture.save(tmp_path / "p.jpg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        picture.save(tmp_path / "gone" / "p.svg")


def png_on_a_machine_without_fonts(root: Value, monkeypatch) -> bytes:
    bare = partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    with monkeypatch.context() as patch:
        patch.setattr(resvg_py, "svg_to_bytes", bare)
        return engine.draw(root, layout="builtin").png()


def test_png_shows_labels_where_the_machine_has_no_fonts(monkeypatch) -> None:
    one, other = (png_on_a_machine_without_fonts(Value(1.0, x) * 2, monkeypatch) for x in "pq")
    assert one != other


def test_png_is_the_same_with_and_without_the_fonts_of_the_machine(monkeypatch) -> None:
    root = fan_out()
    bare = png_on_a_machine_without_fonts(root, monkeypatch)
    assert engine.draw(root, layout="builtin").png() == bare


def test_png_of_a_long_picture_is_no_longer_than_programs_show() -> None:
    out = Value(1.0, "x")
    for _ in range(45):
        out = out * 1.1
    wide, _ = Image.open(BytesIO(engine.draw(out, layout="builtin").png())).size
    assert 8000 < wide <= 8192


def test_png_has_as_many_pixels_as_asked_for() -> None:
    picture = engine.draw(fan_out())
    one, two = (Image.open(BytesIO(picture.png(scale=scale))).size for scale in (1, 2))
    assert two == (2 * one[0], 2 * one[1])
    assert Image.open(BytesIO(picture.png())).size == two


@pytest.mark.parametrize("file", FONT_FILES, ids=lambda file: Path(file).stem)
def test_own_font_has_every_letter_that_pictures_need(file) -> None:
    letters = set("".join(op.symbol for op in OPS.values()) + "·…−×∂αβθσŷ₁₂²0123456789")
    assert letters <= set(map(chr, TTFont(file).getBestCmap()))


def test_notebook_gets_svg_png_and_text() -> None:
    bundle = engine.draw(fan_out())._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}


@needs_dot
def test_saved_dot_file_is_one_that_dot_draws(tmp_path) -> None:
    dot = engine.draw(fan_out()).save(tmp_path / "p.dot")
    drawn = subprocess.run(["dot", "-Tsvg", dot], check=True, capture_output=True).stdout
    assert drawn.count(b'class="node"') == 5


def test_micrograds_drawing_shows_data_and_grad() -> None:
    assert "data -8.0000 | grad 1.0000" in engine.draw_dot(fan_out()).source


@needs_dot
def test_micrograds_drawing_is_a_digraph_that_dot_draws() -> None:
    assert engine.draw_dot(fan_out()).pipe(format="svg").startswith(b"<?xml")


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: engine.draw(3.0), TypeError, "draw needs a Value, got float"),
        (lambda: engine.draw(fan_out(), direction="up"), ValueError, "direction must be one of LR"),
        (lambda: engine.draw(fan_out(), layout="neat"), ValueError, "layout must be one of auto"),
        (lambda: engine.draw(fan_out(), fold="paper"), ValueError, "fold must be one of auto"),
        (lambda: engine.draw_dot(fan_out(), rankdir="up"), ValueError, "rankdir must be one of"),
    ],
)
def test_bad_requests_are_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


@pytest.mark.parametrize("layout", ["builtin", "dot"])
def test_single_card_is_drawn(layout) -> None:
    assert ">x</text>" in engine.draw(Value(3.0, "x"), layout=layout).svg


@pytest.mark.parametrize("layout", ["builtin", "dot"])
@pytest.mark.parametrize("name", ["", "sum"])
def test_sum_of_100000_terms_is_folded_into_one_card(layout, name) -> None:
    terms = [Value(float(i), f"x{i}") for i in range(50)]
    with engine.scope(name):
        total = sum(terms * 2000, Value(0.0))
    total.backward()
    svg = engine.draw(total, layout=layout).svg
    assert "100,051 nodes" in svg
    assert svg.count(">data</text>") == 1


def test_graph_too_large_to_draw_is_refused_with_a_remedy() -> None:
    out = Value(1.0)
    for _ in range(2000):
        out = out * 1.1
    with pytest.raises(ValueError, match="2,001 things to draw are more than the 1,500"):
        engine.draw(out, fold="none")
