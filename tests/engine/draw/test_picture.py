"""`engine.draw`: what a picture gives, in which formats, and what is refused."""

import subprocess
from copy import deepcopy

import pytest

import engine
import nn
from engine import Value
from engine.words.numbers import number_text
from tests.graphs import fan_out, neuron, with_gradients
from tests.layouts import LAYOUTS, needs_dot


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_same_graph_gives_the_same_bytes(direction) -> None:
    pictures = {
        engine.draw(with_gradients(fan_out()), direction=direction, layout="builtin").svg
        for _ in range(2)
    }
    assert len(pictures) == 1


def test_picture_needs_no_graphviz(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert engine.draw(with_gradients(fan_out())).svg.startswith("<svg")
    with pytest.raises(ValueError, match=r"layout=\"dot\" needs Graphviz.*layout=\"builtin\""):
        engine.draw(with_gradients(fan_out()), layout="dot")


def test_picture_is_saved_by_suffix(tmp_path) -> None:
    picture = engine.draw(with_gradients(fan_out()))
    assert picture.save(tmp_path / "p.svg").read_text() == picture.svg
    assert picture.save(tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert picture.save(tmp_path / "p.dot").read_text() == picture.dot.source
    assert picture.save(tmp_path / "P.SVG").read_text() == picture.svg
    assert picture.save(tmp_path / "P.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"saved as .svg, .png, .pdf, .tex or .dot, got 'p.jpg'"):
        picture.save(tmp_path / "p.jpg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        picture.save(tmp_path / "gone" / "p.svg")


def test_notebook_gets_svg_png_and_text() -> None:
    bundle = engine.draw(with_gradients(fan_out()))._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: engine.draw(3.0), TypeError, "draw needs a Value, got float"),
        (lambda: engine.draw([]), ValueError, "draw needs at least one Value, got none"),
        (lambda: engine.draw([fan_out(), 3.0]), TypeError, "draw needs a Value, got float"),
        (lambda: engine.play([fan_out()]), TypeError, "play needs a Value, got list"),
        (lambda: engine.draw(fan_out(), direction="up"), ValueError, "direction must be one of LR"),
        (lambda: engine.draw(fan_out(), layout="neat"), ValueError, "layout must be one of auto"),
        (lambda: engine.draw(fan_out(), fold="paper"), ValueError, "fold must be one of auto"),
        (lambda: engine.draw_dot(fan_out(), rankdir="up"), ValueError, "rankdir must be one of"),
        (
            lambda: engine.draw(fan_out(), parameters=[1.0]),
            TypeError,
            r"parameters must be Values, got float; give the leaves themselves",
        ),
        (
            lambda: engine.draw(root := fan_out(), parameters=[root]),
            ValueError,
            "parameters must be leaves, got the result 'L' of mul; give the leaves",
        ),
    ],
)
def test_bad_requests_are_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_single_card_is_drawn(layout) -> None:
    assert ">x</text>" in engine.draw(Value(3.0, "x"), layout=layout).svg


def test_graph_too_large_to_draw_is_refused_with_a_remedy() -> None:
    out = Value(1.0)
    for _ in range(2000):
        out = out * 1.1
    with pytest.raises(ValueError, match="2,001 things to draw are more than the 1,500"):
        engine.draw(out, fold="none")


def test_dot_has_the_numbers_of_each_card_and_the_terms_of_each_edge() -> None:
    source = engine.draw(with_gradients(fan_out())).dot.source
    for label in ("{ a | data 2 | grad −8 }", "{ ×&#160;e | data −6 | grad +2 }"):
        assert f'label="{label}"' in source
    assert 'label="×−3\\n−6"' in source
    assert "method" not in source


def test_dot_of_a_folded_picture_has_the_numbers_of_each_parameter() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh", seed=0)
    loss = with_gradients(nn.hinge([model([0.5, -0.3])], [1]))
    weight = model.layers[0].neurons[0].weights[0]
    source = engine.draw(loss, fold="neuron").dot.source
    assert (
        f"w1 data {number_text(weight.data)} | w1 grad {number_text(weight.grad, signed=True)}"
        in source
    )
    assert source.count("| out data ") == 3


def test_dot_of_a_comparison_has_the_changes() -> None:
    w = Value(2.0, "w")
    before = engine.snapshot(w * 3)
    w.data = 2.5
    source = engine.draw(w * 3, compare=before).dot.source
    assert 'label="{ w | data 2 → 2.5 | change +0.5 }"' in source
    assert "grad" not in source


def test_dot_of_a_sheet_has_its_result_and_not_a_field_per_weight() -> None:
    model = nn.MLP(30, [64, 1], activation="tanh", seed=0)
    source = engine.draw(with_gradients(model([0.1] * 30)), fold="layer").dot.source
    assert source.count("out data ") == 2
    assert "w1 data" not in source


def test_several_results_share_a_picture() -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    a, b = w * x, w + 1
    a.label, b.label = "a", "b"
    a.backward()
    b.backward()
    picture = engine.draw([a, b])
    for name in "wxab":
        assert f">{name}</" in picture.svg
    assert picture.svg.count(">w</text>") == 1
    assert "<title>gradient graph of a, b</title>" in picture.svg
    assert "not the sum of the paths" not in picture.svg
    assert engine.draw((a, b)).svg == picture.svg


def test_several_folded_results_are_all_drawn() -> None:
    model = nn.MLP(2, [16, 3], activation="tanh", seed=0)
    scores = model([0.5, -0.3])
    for x in scores:
        x.backward()
    svg = engine.draw(scores).svg
    assert "<title>gradient graph of n1, n2, n3</title>" in svg
    assert "2 layers · 19 neurons" in svg


def test_several_results_are_compared_one_by_one() -> None:
    w = Value(2.0, "w")
    a, b = w * 3, w + 1
    a.label, b.label = "a", "b"
    before = [engine.snapshot(a), engine.snapshot(b)]
    w.data = 2.5
    with pytest.raises(ValueError, match="made in the same way, got 3 nodes and 2"):
        engine.draw([w * 3, w + 1], compare=before[0])
    before = deepcopy([a, b])
    w.data = 3.0
    later = [w * 3, w + 1]
    later[0].label, later[1].label = "a", "b"
    svg = engine.draw(later, compare=before).svg
    assert "a: 6 before, 9 after" in svg
    assert "b: 3 before, 4 after" in svg


def plain(n: int) -> Value:
    """Return a sum of `n` squares, made outside any scope: 2 n + 1 nodes."""
    w = Value(0.5, "w")
    out = w**2
    for _ in range(n - 1):
        out = out + w**2
    return out


def test_formula_without_scopes_has_a_card_per_value_up_to_150() -> None:
    assert "parameter" not in engine.draw(plain(75)).svg  # as a folded picture's caption has
    assert "1 parameter · 152 nodes" in engine.draw(plain(76)).svg


def test_exponent_is_not_drawn_as_an_input_of_a_folded_formula() -> None:
    out = plain(80)
    assert ">2</text>" not in engine.draw(out).svg


def test_dot_of_a_plain_number_is_that_number() -> None:
    assert 'label="{ 3 }"' in engine.draw(Value(2.0, "x") * 3).dot.source


@needs_dot
def test_saved_dot_file_is_one_that_dot_draws_with_its_labels(tmp_path) -> None:
    dot = engine.draw(with_gradients(fan_out())).save(tmp_path / "p.dot")
    drawn = subprocess.run(["dot", "-Tsvg", dot], check=True, capture_output=True).stdout
    svg = drawn.decode().replace("&#160;", " ").replace("\xa0", " ")
    assert svg.count('class="node"') == 5
    for text in ("a", "data 2", "grad −8", "× e", "×−3", "−6"):
        assert f">{text}</text>" in svg


def dark(svg: str) -> int:
    """How many cards have the dark header of a parameter."""
    return svg.count('fill="#424a53"')


def test_given_parameters_are_dark_and_no_others() -> None:
    root = fan_out()
    a, b = (leaf for leaf in engine.leaves(root))
    assert dark(engine.draw(root, parameters=[a]).svg) == 1
    assert dark(engine.draw(root, parameters=[a, b]).svg) == 2
    assert dark(engine.draw(neuron(), parameters=[]).svg) == 0


def test_frames_and_players_take_parameters_too() -> None:
    root = fan_out()
    for make in (engine.frames, engine.play):
        assert dark(make(root, parameters=engine.leaves(root)[:1]).svg) > 0
        assert dark(make(root).svg) == 0


def test_comparison_takes_parameters_too() -> None:
    root = with_gradients(fan_out())
    before = engine.snapshot(root)
    svg = engine.draw(root, compare=before, parameters=engine.leaves(root)).svg
    assert dark(svg) == 2


def test_folded_picture_has_the_given_parameters_on_the_cards_of_their_scopes() -> None:
    p, q = Value(2.0, "p"), Value(3.0, "q")
    with engine.scope("n1"):
        (out := (p * q).tanh()).backward()
    svg = engine.draw(out, fold="neuron", parameters=[p]).svg
    assert svg.count(">p</text>") == 1
    assert "1 parameter" in svg
