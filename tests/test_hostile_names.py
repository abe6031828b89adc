"""Names are data: whatever is in a label, a scope or a definition, nothing runs and nothing breaks."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import engine
import nn
from engine import Value
from engine.ops import OPS
from engine.tag import one_line
from tests.random_programs import BACKENDS

ran: list[str] = []
RUN = "__import__('tests.test_hostile_names').test_hostile_names.ran.append('it')"
NAMES = {
    "a line of the program": f"layer\n    {RUN}",
    "a line of a module": f"layer\n{RUN}",
    "a carriage return": f"layer\r    {RUN}",
    "a form feed": f"layer\x0c{RUN}",
    "a line separator": f"layer\u2028    {RUN}",
    "a next line": f"layer\x85    {RUN}",
    "NUL": "a\0b",
    "a lone surrogate": "a\ud800b",
    "half an emoji": "\udc4d",
    "a colour of a terminal": "\x1b[31mred\x1b[0m\x07",
    "text that runs backwards": "w\u202eexec\u2066",
    "no character": "\uffff\ufffe",
    "quotes": f"\"\"\"'''\"; {RUN}; '",
    "braces": "{a} {0} {a.__class__} %s %d",
    "markup": "<script>alert(1)</script>]]><!-- &amp; -->",
    "a backslash at the end": "name\\",
    "a record": "{a|<b>c}",
    "mathtext": "$\\frac{1}{0$ x_{",
    "a comment": "# name # \\",
    "spaces only": " \t\n ",
    "long": "x" * 10_000,
}
hostile = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@pytest.fixture(autouse=True)
def nothing_ran() -> Iterator[None]:
    ran.clear()
    yield
    assert ran == []


def is_printable(text: str) -> bool:
    text.encode()  # has no lone surrogate
    return all(line.isprintable() for line in text.split("\n"))


@hostile
def test_a_name_becomes_one_line_that_anything_can_print(name: str) -> None:
    assert one_line(name).isprintable()
    assert one_line("plain name, w₁ → 😀") == "plain name, w₁ → 😀"
    assert one_line("👩\u200d👧") == "👩\u200d👧"


@hostile
@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
@pytest.mark.parametrize("batched", [False, True])
def test_programs_ignore_what_is_in_names(name: str, backend: str, batched: bool) -> None:
    w, b = Value(2.0, name), Value(-1.0, name)

    def one(x):
        with engine.scope(name, note=name):
            inner = engine.sigmoid(w * x[0] + b)
            inner.label = name
            constant = Value(0.5, name)
        return (inner - x[1]) ** 2 + constant * engine.take([w, b, 1.0], x[2])

    def whole(X):
        return sum(one(x) for x in X) / len(X)

    fn: Callable[..., Value] = one if batched else whole
    fn.__name__ = fn.__qualname__ = name
    program = engine.compile(fn, batched=batched, backend=backend)
    X = [[0.1 * i, 0.3, i % 3] for i in range(5)]
    wanted = whole(X)
    assert program(X) == pytest.approx(wanted.data)
    for text in (program.source(), repr(program)):
        assert is_printable(text)
    compile(program.source().replace("…", ""), "source", "exec")


@hostile
def test_layers_and_neurons_of_any_name_train(name: str) -> None:
    layer = nn.Layer(2, 1, name=name)
    program = engine.compile(lambda X: sum(layer(x) for x in X), backend="numpy")
    program([[1.0, 2.0], [3.0, 4.0]])
    assert is_printable(program.source())
    assert is_printable(layer.name)


@hostile
def test_a_definition_has_any_symbol_and_its_remedy_names_any_input(name: str) -> None:
    try:
        root = engine.define(
            "hostile_root", "sqrt(a)", "0.5 / out", symbol=name, domain="a > 0", remedy="keep {a}"
        )
        x = Value(4.0, name)
        y = root(x)
        y.backward()
        for backend in BACKENDS:
            program = engine.compile(lambda x: root(w * x), backend=backend)
            w = Value(1.0, name)
            assert program(4.0) == 2.0
            assert is_printable(program.source())
        assert is_printable(engine.formula(y))
        with pytest.raises(engine.DomainError) as error:
            root(Value(-1.0, name))
        assert is_printable(str(error.value))
    finally:
        OPS.pop("hostile_root", None)


@pytest.mark.parametrize("name", ["x" * 300, "ﬁt", "ªb", "µ", "ſum", "ℌ"])
def test_a_definition_takes_any_name_that_python_does(name: str) -> None:
    try:
        double = engine.define(name, "2 * a", "2.0")
        w = Value(1.5)
        for backend in BACKENDS:
            assert engine.compile(lambda x: double(w) * x, backend=backend)(2.0) == 6.0
        assert engine.parse(f"{name}(q)", {"q": 3.0}).data == 6.0
    finally:
        OPS.pop(name, None)


@hostile
def test_pictures_and_texts_of_a_graph_show_any_name(name: str) -> None:
    w, x = Value(2.0, name), Value(-0.5, name)
    with engine.scope(name, note=name):
        h = engine.tanh(w * x)
        h.label = name
    out = Value(h.data, (h,), name)
    out._backward = lambda: None
    for result in (h * 2, out):
        result.backward()
        for fold in ("auto", "neuron", "heat", "layer"):
            svg = engine.draw(result, fold=fold).svg
            ElementTree.fromstring(svg)
            assert "\u202e" not in svg
        for graph in (engine.draw_dot(result), engine.draw(result).dot):
            assert "\0" not in graph.source
            if shutil.which("dot"):
                graph.pipe(format="plain", encoding="utf-8")
        for text in (engine.tree(result), engine.explain(result, w), engine.formula(result)):
            assert is_printable(str(text))
    player = engine.play(h * 2).html
    assert player.lower().count("</script") == 1
    assert player.lower().count("<script") == 1
    player.encode()
    ElementTree.fromstring(engine.frames(h * 2).svg)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        (engine.exp(w * 1000.0) * engine.log(Value(1e-320, name) ** 2 + 1e-322)).backward()
    assert all(is_printable(str(warning.message)) for warning in found)


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("which", ["a line of a module", "NUL", "markup", "mathtext", "long"])
def test_a_training_report_shows_a_layer_of_any_name(which: str, tmp_path: Path) -> None:
    name = NAMES[which]
    model = nn.MLP(2, [3, 1], seed=0)
    model.layers[0] = nn.Layer(2, 3, name=name)
    for neuron in model.layers[0].neurons:
        for weight in neuron.weights:
            weight.data = 0.0  # so that an alarm names the layer
    monitor = nn.Monitor(model)
    X, y = nn.data.xor(20, seed=0)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        nn.fit(
            model,
            X,
            [2 * k - 1 for k in y],
            loss=nn.hinge,
            optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
            epochs=3,
            monitor=monitor,
        )
    page = monitor.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "script" not in Tags(page).found
    assert "\0" not in page
    said.getvalue().encode()
    json.dumps(model.layers[0].name)


@hostile
def test_exports_hold_any_name(name: str) -> None:
    w, x = Value(2.0, name), Value(0.5, "x")
    with engine.scope(name, note=name):
        root = engine.tanh(w * x) + w
    root.label = name
    source = nn.export.torch_source(root)
    assert is_printable(source)
    compile(source, "source", "exec")
    for text in (engine.draw(root).tikz, engine.formula(root, style="latex")):
        assert is_printable(text)
        lines = [line for line in text.split("\n") if not line.strip().startswith("%")]
        plain = "".join(lines).replace("\\{", "").replace("\\}", "")
        assert plain.count("{") == plain.count("}")

    class Named(nn.Module):
        n_inputs = 1

        def __init__(self) -> None:
            self.parts = {name: nn.Layer(1, 1), f"{name} too": Value(1.0)}

        def __call__(self, x: list[Value]) -> Value:
            return self.parts[name](x) * self.parts[f"{name} too"]

    source = nn.export.torch_source(Named())
    assert is_printable(source)
    compile(source, "source", "exec")
