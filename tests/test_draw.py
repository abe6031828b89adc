"""Pictures: what stands in them, in which form, and what is refused."""

import subprocess

import pytest

import engine
import nn
from engine import Value


def fan_out() -> Value:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    e = a * b
    e.label = "e"
    out = (e + a) * a
    out.label = "L"
    out.backward()
    return out


@pytest.mark.parametrize("layout", ["builtin", "dot"])
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


def test_picture_before_backward_says_so() -> None:
    svg = engine.draw(Value(2.0, "x") * 3).svg
    assert "backward() has not run" in svg


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
    assert ">inf</text>" in engine.draw(out).svg.replace("+", "")


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
    dot = picture.save(tmp_path / "p.dot")
    subprocess.run(["dot", "-Tsvg", dot], check=True, capture_output=True)
    with pytest.raises(ValueError, match=r"saved as .svg, .png or .dot, got 'p.jpg'"):
        picture.save(tmp_path / "p.jpg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        picture.save(tmp_path / "gone" / "p.svg")


def test_notebook_gets_svg_png_and_text() -> None:
    bundle = engine.draw(fan_out())._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}


def test_micrograds_drawing_is_a_digraph_that_dot_draws() -> None:
    graph = engine.draw_dot(fan_out())
    assert "data -8.0000 | grad 1.0000" in graph.source
    assert graph.pipe(format="svg").startswith(b"<?xml")


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
