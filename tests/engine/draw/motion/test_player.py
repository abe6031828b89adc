"""The player without a browser: what is in its HTML, how large it is, what is refused."""

import base64
import json
import re

import pytest

import engine
import nn
from engine import Value
from engine.draw.motion.player import payload
from engine.draw.motion.stage import staged
from engine.words.numbers import number_text
from tests.graphs import neuron, random_graph, sixty_nodes


def data_of(html: str) -> dict:
    return json.loads(re.search(r"\nconst D=(.*);\n", html)[1])


def picture_of(html: str) -> str:
    return base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", html)[1]).decode()


def test_player_of_a_neuron_is_at_most_40_kilobytes(tmp_path) -> None:
    assert engine.play(neuron()).save(tmp_path / "n.html").stat().st_size <= 40_000


def test_player_of_sixty_cards_is_at_most_400_kilobytes(tmp_path) -> None:
    root = sixty_nodes()
    assert len(engine.nodes(root)) == 60
    assert engine.play(root).save(tmp_path / "n.html").stat().st_size <= 400_000


def test_player_holds_no_address_to_ask_anything_of() -> None:
    html = engine.play(neuron()).html + picture_of(engine.play(neuron()).html)
    for address in re.findall(r"\w+://[^\s\"'<]+", html):
        assert address == "http://www.w3.org/2000/svg"  # a name, which no browser fetches
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import)\b *\(", html)


def test_static_picture_is_the_last_frame_and_needs_no_script() -> None:
    svg = picture_of(engine.play(neuron()).html)
    for text in ("−1.5", "+0.5", "0.7071"):
        assert f">{text}</text>" in svg
    for word in ("<style", " id=", "<script", "clipPath", "class="):
        assert word not in svg


def test_steps_add_up_to_grad_on_random_graphs() -> None:
    for seed in range(100):
        root = random_graph(seed)
        shown: dict[int, str] = {}
        data = payload(
            staged("play", root, direction="LR", layout="builtin", fold="auto", parameters=None)
        )
        for step in data["steps"]:
            shown.update({card: text for card, _, text, _ in step["g"]})
        root.backward()
        titles = {info["name"]: i for i, info in enumerate(data["cards"]) if info}
        for leaf in engine.leaves(root):
            assert shown[titles[leaf.label]] == number_text(leaf.grad, signed=True), seed


def test_same_graph_gives_the_same_bytes() -> None:
    assert engine.play(neuron()).html == engine.play(neuron()).html


def test_notebook_gets_html_png_and_text() -> None:
    bundle = engine.play(neuron())._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert "backward   x1.grad += −3 × 0.5 = −1.5" in bundle["text/plain"]


def test_labels_end_no_script_and_no_attribute() -> None:
    evil = "</script><img src=x onerror=alert(1)>\"'&\u2028"
    html = engine.play(Value(2.0, evil) * 3.0).html
    assert html.count("</script>") == 1
    assert "<img src=x" not in html
    assert "\u2028" not in html.split("<script>")[1]


def test_image_has_words_for_those_who_cannot_see_it() -> None:
    html = engine.play(neuron()).html
    alt = re.search(r'<img alt="([^"]+)"', html)[1]
    assert alt.startswith("gradient graph of o. ")
    assert "x1.grad += −3 × 0.5 = −1.5" in alt


def test_infinite_numbers_are_valid_json_and_shown() -> None:
    x = Value(1000.0, "x")
    html = engine.play(engine.exp(x) * 0.0).html
    texts = [text for step in data_of(html)["steps"] for _, _, text, _ in step["g"]]
    assert "nan" in texts or "+nan" in texts


def test_network_plays_card_by_card() -> None:
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    player = engine.play(nn.hinge([model([Value(0.5, "x1"), Value(-0.3, "x2")])], [1]))
    data = data_of(player.html)
    assert len(data["steps"]) == 70  # 34 cards forward and back, the start and the seed
    lines = next(card["lines"] for card in data["cards"] if card["name"] == "layer 1 n3")
    assert lines[0] == ("layer 1 n3.grad is the sum over the 16 places layer 1 n3 is used:")
    assert lines[1].startswith("  through layer 2 n1: ")
    assert lines[-1].startswith("  total ")


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: engine.play("x"), TypeError, "play needs a Value, got str"),
        (lambda: engine.play(Value(2.0, "x")), ValueError, "play shows a pass through recorded"),
        (lambda: engine.play(neuron(), fold="paper"), ValueError, "fold must be one of auto"),
        (lambda: engine.play(neuron(), direction="up"), ValueError, "direction must be one of LR"),
        (
            lambda: engine.play(neuron()).save("x.htm"),
            ValueError,
            "a player is saved as .html, got 'x.htm'; change the suffix",
        ),
        (lambda: engine.play(neuron()).save("gone/x.html"), OSError, "there is no folder 'gone'"),
    ],
)
def test_bad_requests_are_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


def test_png_is_left_out_where_its_extra_is_missing(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert set(engine.play(neuron())._repr_mimebundle_()) == {"text/html", "text/plain"}
