"""Pictures as TikZ: what the SVG shows, in a file that LaTeX compiles alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import engine
import nn
from engine import Value
from engine.draw.picture import Picture
from engine.draw.tikz import path, tikz_of
from engine.words.tex_letters import escaped
from tests.graphs import fan_out, neuron, with_gradients
from tests.needs import needs_latex

SVG = "{http://www.w3.org/2000/svg}"


def folded(fold: str) -> Picture:
    """Return a picture of the loss of a small network."""
    model = nn.MLP(2, [4, 3, 1], activation="tanh", seed=0)
    loss = nn.binary_cross_entropy([model(row) for row in ([0.5, 1.0], [-1.0, 2.0])], [0, 1])
    return engine.draw(with_gradients(loss), fold=fold)


def alarmed() -> Picture:
    """Return a picture with inf, nan and a changed number in it."""
    x = Value(1e200, "x")
    root = x * x - x * x
    with pytest.warns(engine.NonFiniteWarning):
        root.backward()
    return engine.draw(root)


PICTURES = {
    "neuron": lambda: engine.draw(with_gradients(neuron())),
    "several paths": lambda: engine.draw(with_gradients(fan_out()), direction="TB"),
    "no gradients": lambda: engine.draw(neuron()),
    "by neuron": lambda: folded("neuron"),
    "strips": lambda: folded("heat"),
    "sheets": lambda: folded("layer"),
    "not finite": alarmed,
    "compared": lambda: engine.draw(fan_out(), compare=fan_out()),
}
pictures = pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)


@pictures
def test_every_text_and_shape_of_the_svg_is_drawn(make) -> None:
    picture = make()
    tex = picture.tikz
    root = ElementTree.fromstring(picture.svg)
    texts = [part for text in root.iter(f"{SVG}text") for part in text.itertext()]
    for text in texts:
        assert escaped(text) in tex
    shapes = [x for kind in ("rect", "path") for x in root.iter(SVG + kind)]
    assert tex.count(r"\path[") == len(shapes)
    assert tex.count(r"\node[") == len(list(root.iter(f"{SVG}text")))


@pictures
def test_colours_are_those_of_the_svg(make) -> None:
    picture = make()
    codes = {code.upper() for code in re.findall(r'(?:fill|stroke)="#(\w{6})"', picture.svg)}
    assert set(re.findall(r"\{HTML\}\{(\w{6})\}", picture.tikz)) == codes


@pytest.mark.parametrize(
    ("svg", "tikz"),
    [
        ("M0,22H96", "(0,22) -- (96,22)"),
        ("M1,2h3V5z", "(1,2) -- (4,2) -- (4,5) -- cycle"),
        ("M0,0C1,2 3,4 5,6", "(0,0) .. controls (1,2) and (3,4) .. (5,6)"),
        (
            "M0,22V6A6,6 0 0 1 6,0H9",
            "(0,22) -- (0,6) .. controls (0,2.6862) and (2.6862,0) .. (6,0) -- (9,0)",
        ),
        (
            "M90,0A6,6 0 0 1 96,6",
            "(90,0) .. controls (93.3138,0) and (96,2.6862) .. (96,6)",
        ),
        ("M-1.5,2L.5,3", "(-1.5,2) -- (0.5,3)"),
    ],
)
def test_path_is_translated(svg: str, tikz: str) -> None:
    assert path(svg) == tikz


def test_picture_is_saved_as_tex(tmp_path: Path) -> None:
    picture = engine.draw(with_gradients(fan_out()))
    assert picture.save(tmp_path / "p.tex").read_text(encoding="utf-8") == picture.tikz


def test_same_graph_gives_the_same_tex() -> None:
    texts = {engine.draw(with_gradients(fan_out()), layout="builtin").tikz for _ in range(2)}
    assert len(texts) == 1


def test_picture_that_tex_cannot_compute_with_is_refused() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="30000"/>'
    with pytest.raises(
        ValueError, match=r"at most 564 cm wide and high, this one has 794 cm; draw"
    ):
        tikz_of(svg)


def test_element_that_is_not_drawn_is_refused() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30"><circle r="3"/></svg>'
    with pytest.raises(ValueError, match="of rectangles, paths and texts, got <circle>"):
        tikz_of(svg)


# ---- compiled ----

NAMES = [
    "w_1",
    "50% & #2",
    "{a}^\\b~$c$",
    "\\input{x}",
    "été ß Ł",
    "中 👩\u200d👧 ą ð",
    "<a|b>",
    "--",
    "~",
    "^^41",
]


def compiled(tex: str, folder: Path) -> bytes:
    """Return the PDF of a document of LaTeX."""
    (folder / "p.tex").write_text(tex, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
    done = subprocess.run(
        [*command, "-jobname=p", r"\pdfobjcompresslevel=0\input{p.tex}"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return (folder / "p.pdf").read_bytes()


@needs_latex
@pictures
def test_tex_compiles_to_one_page_of_the_size_of_the_picture(make, tmp_path: Path) -> None:
    picture = make()
    pdf = compiled(picture.tikz, tmp_path)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = [float(x) for x in re.search(rb"/MediaBox \[([^]]*)\]", pdf)[1].split()]
    wide, high = map(int, re.search(r'width="(\d+)" height="(\d+)"', picture.svg).groups())
    # Without the margin of 10 px, but with a border of 3 points; the letters are others.
    assert box[2] == pytest.approx(0.75 * wide, abs=25)
    assert box[3] == pytest.approx(0.75 * high, abs=25)


@needs_latex
@pytest.mark.parametrize("name", NAMES)
def test_any_name_compiles_in_a_picture_and_in_a_formula(name: str, tmp_path: Path) -> None:
    x = Value(2.0, name)
    with engine.scope(name, note=name):
        root = engine.tanh(x * Value(3.0, "w")) ** 2 / x
    root.label = name
    root.backward()
    picture = engine.draw(root)
    compiled(picture.tikz, tmp_path)
    formula = rf"\node at (0,-30) {{$\displaystyle {engine.formula(root, style='latex')}$}};"
    tex = picture.tikz.replace(r"\usepackage{tikz}", r"\usepackage{tikz,amsmath}", 1)
    compiled(tex.replace(r"\end{tikzpicture}", formula + r"\end{tikzpicture}"), tmp_path)


@needs_latex
def test_another_document_includes_the_picture(tmp_path: Path) -> None:
    engine.draw(with_gradients(neuron())).save(tmp_path / "neuron.tex")
    article = r"\documentclass{article}\usepackage{standalone,tikz}\begin{document}\input{neuron}\end{document}"
    compiled(article, tmp_path)
