"""Frames: what each says, what has been reached, and the files they are saved as."""

import re
import xml.etree.ElementTree as ET
from io import BytesIO
from math import isclose

import pytest
from PIL import Image

import engine
import nn
from engine import Value
from tests.graphs import neuron, random_graph


def network() -> Value:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", seed=0)
    return nn.hinge([model([Value(0.5, "x1"), Value(-0.3, "x2")])], [1])


def test_captions_have_the_numbers_put_in() -> None:
    assert engine.frames(neuron()).captions == [
        "start   leaves have data, every grad is 0",
        "forward   e = x1 × w1 = 2 × −3 = −6",
        "forward   f = x2 × w2 = 0 × 1 = 0",
        "forward   g = e + f = −6 + 0 = −6",
        "forward   h = g + b = −6 + 6.881 = 0.8814",
        "forward   o = tanh(h) = tanh(0.8814) = 0.7071",
        "backward   seed: o.grad = 1",
        "backward   h.grad += 0.5 × 1 = +0.5",
        "backward   g.grad += 1 × 0.5 = +0.5   b.grad += 1 × 0.5 = +0.5",
        "backward   e.grad += 1 × 0.5 = +0.5   f.grad += 1 × 0.5 = +0.5",
        "backward   x2.grad += 1 × 0.5 = +0.5   w2.grad += 0 × 0.5 = 0",
        "backward   x1.grad += −3 × 0.5 = −1.5   w1.grad += 2 × 0.5 = +1",
    ]


def test_last_frame_equals_grad_on_random_graphs() -> None:
    for seed in range(100):
        root = random_graph(seed)
        stage = engine.frames(root, fold="none", layout="builtin")._stage
        reached = stage.passes.grads_after(len(stage.passes.steps) - 1)
        root.backward()
        order = engine.nodes(root)
        copies = engine.nodes(*stage.graph.roots)
        for node, copied in zip(order, copies, strict=True):
            card, entry, _ = stage.scene.shown_at[id(copied)]
            assert isclose(reached[card, entry], node.grad, rel_tol=1e-12, abs_tol=1e-12), seed
            assert stage.scene.cards[card].entries[entry].grad == node.grad, seed


@pytest.mark.parametrize("fold", ["neuron", "heat", "layer"])
def test_last_frame_equals_the_folded_picture(fold) -> None:
    root = network()
    stage = engine.frames(root, fold=fold)._stage
    reached = stage.passes.grads_after(len(stage.passes.steps) - 1)
    for (card, entry), grad in reached.items():
        final = stage.scene.cards[card].entries[entry].grad
        assert isclose(grad, final, rel_tol=1e-12, abs_tol=1e-15)
    assert len(reached) > 8


def test_frames_neither_need_nor_touch_the_gradients_of_the_graph() -> None:
    root = neuron()
    before = engine.frames(root).svg
    assert all(node.grad == 0 for node in engine.nodes(root))
    root.backward()
    with pytest.warns(RuntimeWarning, match="ran twice"):
        root.backward()
    leaf = engine.leaves(root)[0]
    kept = leaf.grad
    assert engine.frames(root).svg == before
    assert leaf.grad == kept
    assert root.inputs[0].label == ""  # the letters in the captions are not written into the graph


def test_numbers_are_asked_for_until_they_are_computed() -> None:
    frames = engine.frames(neuron())
    assert frames[0].svg.count(">?</text>") == 5
    assert frames[1].svg.count(">?</text>") == 4
    assert frames[-1].svg.count(">?</text>") == 0


def test_no_card_jumps() -> None:
    frames = engine.frames(neuron())
    places = [re.findall(r'<g transform="(translate\([^"]+)"', frame.svg) for frame in frames]
    assert all(place == places[0] for place in places)
    assert len({re.search(r'viewBox="[^"]+"', frame.svg)[0] for frame in frames}) == 1


def test_focus_is_purple() -> None:
    frames = engine.frames(neuron())
    assert frames[0].svg.count("#8250df") == 0
    # The border, and two arrows of a line and a head.
    assert frames[1].svg.count("#8250df") == 5


def test_gif_has_one_frame_per_step(tmp_path) -> None:
    frames = engine.frames(neuron())
    path = frames.save(tmp_path / "neuron.gif")
    with Image.open(path) as gif:
        assert gif.n_frames == len(frames) == 12
        assert gif.info["loop"] == 0


def test_svg_animates_without_scripts_or_styles(tmp_path) -> None:
    text = engine.frames(neuron()).save(tmp_path / "neuron.svg").read_text()
    ET.fromstring(text)
    assert "<animate " in text
    for word in ("<script", "<style", " id=", "http://", "https://"):
        assert word not in text.replace("http://www.w3.org/2000/svg", "")


def test_svg_without_animation_shows_the_last_frame() -> None:
    frames = engine.frames(neuron())
    still = re.sub(r"<animate [^>]*/>", "", frames.svg)
    shown = re.sub(r'<g display="none">.*?</g>(?=<g|\n|$)', "", still)
    assert "w1.grad += 2 × 0.5 = " in shown


def test_sheet_puts_frames_side_by_side() -> None:
    frames = engine.frames(neuron())
    wide, high = (int(re.search(rf'{x}="(\d+)"', frames[0].svg)[1]) for x in ("width", "height"))
    sheet = frames.sheet(columns=3, steps=[0, 1, 5, 6, -1]).svg
    assert (f'width="{3 * wide}"' in sheet, f'height="{2 * high}"' in sheet) == (True, True)


def test_notebook_gets_html_png_and_text() -> None:
    bundle = engine.frames(neuron())._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/html"].startswith("<img ")
    assert "backward   seed: o.grad = 1" in bundle["text/plain"]


def test_folded_graph_moves_one_card_per_step() -> None:
    captions = engine.frames(network()).captions
    assert "forward   layer 1 n1: 5 ops, out = −0.1442" not in captions  # other inputs
    assert any(c.startswith("forward   layer 2 n3: 9 ops, out = ") for c in captions)
    assert "backward   loss: added to the grad of layer 3 n1" in captions
    assert any("5 parameters get their grad; added to the grad of 4 cards" in c for c in captions)


def test_long_captions_are_cut_and_wide_ones_broken() -> None:
    a, b = Value(1.0, "a" * 500), Value(2.0, "<b>&\"'\n😀")
    (out := a * b).label = "o"
    svg = engine.frames(out).svg
    ET.fromstring(svg)
    assert "<b>" not in svg
    assert "a" * 100 not in svg


def test_nan_is_shown_in_plain_sight() -> None:
    x = Value(1000.0, "x")
    frames = engine.frames(engine.exp(x) * 0.0)
    assert ">nan</text>" in frames[-1].svg
    assert "first non-finite number: e = inf, made by exp" in frames._stage.scene.notes[0]


def test_gif_without_pillow_names_the_extra(monkeypatch, tmp_path) -> None:
    import sys

    frames = engine.frames(neuron())
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(
        ImportError, match=r'GIF needs Pillow; run: pip install "glassgrad\[images\]"'
    ):
        frames.save(tmp_path / "x.gif")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(
        ImportError, match=r'needs resvg-py; run: pip install "glassgrad\[images\]"'
    ):
        frames.save(tmp_path / "x.gif")
    assert not list(tmp_path.iterdir())


def chain(n: int) -> Value:
    out = Value(1.0, "x")
    for _ in range(n):
        out = engine.tanh(out)
    return out


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: engine.frames(2.0), TypeError, "frames needs a Value, got float"),
        (lambda: engine.frames(Value(2.0)), ValueError, r"got a leaf \(data = 2.0\); compute"),
        (lambda: engine.frames(neuron(), fold="up"), ValueError, "fold must be one of auto, none"),
        (
            lambda: engine.frames(neuron()).save("x.mp4"),
            ValueError,
            r"saved as .gif or .svg, got 'x.mp4'",
        ),
        (lambda: engine.frames(neuron()).save("gone/x.gif"), OSError, "there is no folder 'gone'"),
        (lambda: engine.frames(neuron()).sheet(columns=0), ValueError, "at least one column"),
        (
            lambda: engine.frames(neuron()).sheet(steps=[12]),
            IndexError,
            "there are 12 frames, got 12",
        ),
        (lambda: engine.frames(neuron())[12], IndexError, "there are 12 frames, got 12"),
        (
            lambda: engine.frames(chain(200), fold="none"),
            ValueError,
            "moves at most 60 cards that a reader can follow, this graph has 201; pass fold='auto'",
        ),
    ],
)
def test_bad_requests_are_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


def test_png_of_a_frame_is_the_size_of_the_others() -> None:
    frames = engine.frames(neuron())
    sizes = {Image.open(BytesIO(frames[k].png(scale=1.0))).size for k in (0, 5, -1)}
    assert len(sizes) == 1
