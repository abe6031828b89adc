"""Tests of what works where NumPy is not installed, as in a browser, and what is said of the rest."""

import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.core

BEGIN = """
import engine, nn
from engine import Value
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 20
y = [-1.0, 1.0, 1.0, -1.0] * 20
model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
adam = nn.Adam(model.parameters(), learning_rate=0.05)
"""
WORKS = {
    "compile": """
w = Value(3.0)
program = engine.compile(lambda x: w * x)
assert (program(2.0), w.grad, program.backend) == (6.0, 2.0, "python")
assert program.source().startswith("def program")
""",
    "a program steps": """
w = Value(3.0)
program = engine.compile(lambda x: w * x, optimizer=nn.SGD([w], learning_rate=0.5), batched=True)
assert (program.step([2.0, 4.0]), w.data) == (9.0, 1.5)
""",
    "parameters of a user-defined class": """
class Own(Value):
    pass
assert engine.live_arrays([Own(1.0)]) is None
""",
    "fit": """
settings = dict(loss=nn.hinge, epochs=30, validation=0, progress=False)
history = nn.fit(model, X, y, optimizer=adam, compiled=True, **settings)
assert history.metric[-1] == nn.accuracy(model, X, y) == 1.0
again = nn.MLP(2, [4, 1], activation="tanh", seed=0)
other = nn.Adam(again.parameters(), learning_rate=0.05)
eager = nn.fit(again, X, y, optimizer=other, compiled=False, **settings)
assert all(abs(a - b) < 1e-9 for a, b in zip(history.loss, eager.loss))
""",
    "fit with a loss that couples samples": """
def worst(outputs, targets):
    total = sum((out - t) ** 2 for out, t in zip(outputs, targets))
    return engine.sqrt(total)
nn.fit(model, X, y, loss=worst, optimizer=adam, epochs=1, progress=False, compiled=True)
""",
    "images and shaded tables": """
from nn import plots
assert plots.images([[0.0, 1.0, Value(1.0), 0.0]]).svg.count("<rect") == 5
assert ">0.25</text>" in plots.shaded_table([[0.25]], row_names="a", column_names="b").svg
""",
    "predict": """
assert len(nn.predict(model, X)) == 80
""",
    "exports as source and LaTeX": """
dropping = nn.MLP(2, [4, 1], dropout=0.5, seed=0)
assert "nn.Dropout(0.5)" in nn.export.torch_source(dropping)
loss = nn.hinge([model(x) for x in X[:2]], y[:2])
assert ".backward()" in nn.export.torch_source(loss)
assert engine.formula(Value(1.0, "w1") / 2.0, style="latex") == r"\\frac{w_{1}}{2}"
assert r"\\begin{tikzpicture}" in engine.draw(Value(1.0) * 2.0).tikz
""",
    "monitor": """
zeros = nn.MLP(2, [4, 1], activation="tanh", init="zeros")
sgd = nn.SGD(zeros.parameters(), learning_rate=0.05)
monitor = nn.Monitor(zeros)
nn.fit(zeros, X, y, loss=nn.hinge, optimizer=sgd, epochs=3, progress=False, monitor=monitor)
assert [(a.kind, a.layer, a.neuron, a.step) for a in monitor.alarms] == [
    ("symmetric", "layer 1", None, 1)]
steps, norms = monitor.over_time("activations", "norm", by="neuron")
assert steps == list(range(1, 1 + len(steps))) and norms["layer 1, n1"] == norms["layer 1, n2"]
""",
    "data": """
samples = nn.data.load("moons")
assert len(samples.X) == len(samples.y) == 200 and samples.take([1]).X == [samples.X[1]]
""",
}
SAYS = {
    "nn.Monitor(model).plot": "Monitor.plot needs NumPy, which is not installed; pip install numpy",
    "nn.Monitor(model).report('run.html')": "Monitor.report needs NumPy",
    "engine.compile(len, backend='numpy')": 'backend="numpy" needs NumPy, which is not installed',
    "engine.on_arrays('tanh')": "on_arrays needs NumPy",
    "nn.sensitivity(model, X)": "nn.sensitivity needs NumPy",
    "nn.loss_surface(model, X, y, model.parameters()[0], model.parameters()[1], loss=nn.hinge)":
        "nn.loss_surface needs NumPy",
    "nn.data.read_csv('houses.csv')": "nn.data.read_csv needs NumPy",
    "__import__('nn.plots').plots.confusion_matrix(model, X, y, ['a', 'b'])": "a plot needs NumPy",
}  # fmt: skip


def run_without_numpy(code: str) -> None:
    """Run code where NumPy cannot be imported: here, or else in another process."""
    if find_spec("numpy") is None:
        with warnings.catch_warnings():
            exec(code, {})
        return
    block = "import sys\nfor name in ('numpy', 'matplotlib', 'tqdm'): sys.modules[name] = None\n"
    ran = subprocess.run([sys.executable, "-c", block + code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", WORKS)
def test_works_without_numpy(name: str) -> None:
    run_without_numpy(BEGIN + WORKS[name])


@pytest.mark.parametrize("expression", SAYS)
def test_what_needs_numpy_says_so(expression: str) -> None:
    run_without_numpy(
        f"{BEGIN}\ntry:\n    {expression}\n"
        f"except ModuleNotFoundError as error:\n    assert {SAYS[expression]!r} in str(error)\n"
        "else:\n    raise AssertionError('nothing was raised')"
    )


@pytest.mark.parametrize("data", ["xor", "moons"])
def test_glassgrad_train_writes_what_needs_no_numpy(tmp_path: Path, data: str) -> None:
    out = tmp_path / "out"
    run_without_numpy(
        "import contextlib, io, warnings\n"
        "from nn.__main__ import main\n"
        "warnings.simplefilter('ignore')\n"
        "printed = io.StringIO()\n"
        "with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    assert main(['train', {data!r}, '--epochs', '2', '--out', {str(out)!r}]) == 0\n"
        "assert 'boundary.svg' in printed.getvalue(), printed.getvalue()\n"
    )
    written = {path.name for path in out.iterdir()}
    assert {"model.json", "history.csv", "network.svg", "boundary.svg", "loss.svg"} <= written


def test_glassgrad_train_writes_the_rest_where_a_report_cannot_be_drawn(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_without_numpy(
        "import contextlib, io, warnings\n"
        "from nn.__main__ import main\n"
        "warnings.simplefilter('ignore')\n"
        "printed = io.StringIO()\n"
        "with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    assert main(['train', 'xor', '--epochs', '2', '--monitor', '--out', {str(out)!r}]) == 0\n"
        "assert 'report.html not written: ' in printed.getvalue(), printed.getvalue()\n"
    )
    assert (out / "boundary.svg").exists()


@pytest.mark.parametrize("command", ["sweep", "predict model.json houses.csv"])
def test_command_that_needs_numpy_says_so_at_once(command: str) -> None:
    run_without_numpy(
        "import contextlib, io\n"
        "from nn.__main__ import main\n"
        "printed = io.StringIO()\n"
        "with contextlib.redirect_stderr(printed):\n"
        f"    assert main({command.split()!r}) == 2\n"
        f"assert 'glassgrad {command.split()[0]} needs NumPy' in printed.getvalue()\n"
    )


def test_fit_without_tqdm_says_that_there_is_no_bar() -> None:
    if find_spec("numpy") is None and find_spec("tqdm") is not None:
        pytest.skip("tqdm is installed")
    run_without_numpy(
        f"{BEGIN}\nimport sys, warnings\nsys.stderr.isatty = lambda: True\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    nn.fit(model, X, y, loss=nn.hinge, optimizer=adam, epochs=1)\n"
        "assert 'no progress bar, since tqdm is not installed; pip install tqdm' in "
        "str(caught[0].message)\n"
    )
