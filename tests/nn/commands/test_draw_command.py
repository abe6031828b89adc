"""`glassgrad draw` and `train --play`: pictures in motion and explanations at the command line."""

import pytest
from PIL import Image

from nn.__main__ import main

FORMULA = ["draw", "a*b + a", "a=2", "b=-3"]


def test_gif_and_player_are_written_and_named(tmp_path, capsys) -> None:
    gif, page = tmp_path / "x.gif", tmp_path / "x.html"
    assert main([*FORMULA, "--gif", str(gif), "--play", str(page)]) == 0
    with Image.open(gif) as image:
        assert image.n_frames == 6
    assert "<script>" in page.read_text()
    said = capsys.readouterr().out
    assert f"frame by frame, are in {gif}" in said
    assert f"the player is in {page}: open it in a browser" in said


def test_picture_is_written_as_tikz(tmp_path, capsys) -> None:
    out = tmp_path / "x.tex"
    assert main([*FORMULA, "-o", str(out)]) == 0
    assert r"\begin{tikzpicture}" in out.read_text(encoding="utf-8")
    assert f"the graph is in {out}" in capsys.readouterr().out


def test_gradient_is_explained_path_by_path(capsys) -> None:
    assert main([*FORMULA, "--explain", "a"]) == 0
    said = capsys.readouterr().out
    assert "f ← e ← a   ×1 ×−3 = −3" in said
    assert "df/da = −3 + 1 = −2" in said


def test_fold_is_passed_on(tmp_path) -> None:
    sizes = {}
    for fold in ("none", "neuron"):
        out = tmp_path / f"{fold}.svg"
        assert main(["draw", "x" + " + x" * 80, "x=1", "--fold", fold, "-o", str(out)]) == 0
        sizes[fold] = out.stat().st_size
    assert sizes["neuron"] < sizes["none"] / 5


@pytest.mark.usefixtures("unrendered")
def test_training_leaves_a_player_of_one_sample(tmp_path, capsys) -> None:
    out = tmp_path / "moons"
    arguments = ["train", "moons", "--epochs", "1", "--hidden", "4", "--play", "--out", str(out)]
    assert main(arguments) == 0
    assert "backward" in (out / "play.html").read_text()
    assert "play.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        (["--gif", "x.mp4"], "--gif needs a file ending in .gif, got 'x.mp4'"),
        (["--play", "x.htm"], "--play needs a file ending in .html, got 'x.htm'"),
        (["--explain", "q"], "--explain needs one of a, b, got 'q'"),
        (["--play", "gone/x.html"], "there is no folder 'gone'"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    arguments, wording, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*FORMULA, *arguments]) == 2
    assert wording in capsys.readouterr().err
