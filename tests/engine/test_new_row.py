"""The README's promise: one row and one command make a method, a function, slopes, pictures, tests."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.table.generate import written

ROOT = Path(__file__).parents[2]
END = "# fmt: on\n"  # the line below the last row


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, whose `engine` comes before the installed one."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def copied(folder: Path, row: str) -> Path:
    """Copy engine and tests that go through its table to a folder, and add a row to the table."""
    shutil.copytree(ROOT / "engine", folder / "engine")
    (folder / "tests").mkdir()
    for name in ("test_ops_table.py", "test_extremes.py", "test_random_graphs.py"):
        shutil.copy(ROOT / "tests" / "engine" / name, folder / "tests")
    table = folder / "engine" / "ops.py"
    text = table.read_text(encoding="utf-8")
    assert text.count(END) == 1
    table.write_text(text.replace(END, f"{row}\n{END}"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def with_gaussian(tmp_path_factory) -> Path:
    """A copy of engine with the README's row, after the README's command."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [row] = re.findall(r"^GAUSSIAN = op\(.*\)$", readme, flags=re.MULTILINE)
    folder = copied(tmp_path_factory.mktemp("new_row"), row)
    done = run(folder, "-m", "engine")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("regenerated") == 3
    return folder


PROGRAMS = {
    "method": "y = Value(0.3).gaussian(); print(y.data, y.op)",
    "function_of_a_value": "y = engine.gaussian(Value(0.3)); print(y.data, y.op)",
    "function_of_a_float": "print(engine.gaussian(0.3), 'gaussian')",
    "public_name": "from engine import *; print(gaussian(Value(0.3)).data, 'gaussian')",
    "formula": "y = engine.parse('gaussian(x)', {'x': 0.3}); print(y.data, y.op)",
    "compiled": "x = Value(0.3); program = engine.compile(lambda: x.gaussian()); "
    "print(program(), 'gaussian' if abs(x.grad / (-0.6 * program()) - 1) < 1e-12 else x.grad)",
    "compiled_to_python": "x = Value(0.3); "
    "print(engine.compile(lambda: x.gaussian(), backend='python')(), 'gaussian')",
    "activation": "y = engine.activations()['gaussian'](Value(0.3)); print(y.data, y.op)",
    "slope": "x = Value(0.3); x.gaussian().backward(); print(x.grad / (-2 * 0.3), 'gaussian')",
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_row_gives(what: str, with_gaussian: Path) -> None:
    program = f"import engine; from engine import Value; {PROGRAMS[what]}"
    number, name = run(with_gaussian, "-c", program).stdout.split()
    assert float(number) == pytest.approx(2.718281828459045**-0.09, rel=1e-14)
    assert name == "gaussian"


def test_row_gives_second_and_third_derivatives(with_gaussian: Path) -> None:
    program = (
        "import engine, math\n"
        "x = engine.Value(0.3)\n"
        "first = engine.grad(x.gaussian(), x)\n"
        "second = engine.grad(first, x)\n"
        "third = engine.grad(second, x)\n"
        "bell = math.exp(-0.09)\n"
        "print(second.data - (4 * 0.09 - 2) * bell)\n"
        "print(third.data - (12 * 0.3 - 8 * 0.027) * bell)\n"
        "print(engine.check_gradients(engine.gaussian, [0.3]))\n"
    )
    errors = run(with_gaussian, "-c", program).stdout.split()
    assert len(errors) == 3
    assert [float(error) for error in errors] == pytest.approx([0, 0, 0], abs=1e-9)


def test_row_gives_a_picture_with_its_symbol(with_gaussian: Path) -> None:
    program = (
        "import engine\n"
        "(y := engine.Value(0.3, 'x').gaussian()).backward()\n"
        "print(engine.draw(y, layout='builtin').svg)"
    )
    assert ">gauss</text>" in run(with_gaussian, "-c", program).stdout


def test_row_gives_its_tests(with_gaussian: Path) -> None:
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "gaussian", "tests")
    done = run(with_gaussian, *command)
    [passed] = re.findall(r"^(\d+) passed", done.stdout, flags=re.MULTILINE)
    assert int(passed) >= 12, done.stdout


def test_row_is_in_the_random_graphs(with_gaussian: Path) -> None:
    program = (
        "from tests.test_random_graphs import Dual, dual_of\n"
        "out = dual_of('gaussian', Dual(0.3, 1))\n"
        "print(float(out.x), float(out.d))"
    )
    number, slope = map(float, run(with_gaussian, "-c", program).stdout.split())
    assert slope == pytest.approx(-0.6 * number, rel=1e-12)


@pytest.mark.parametrize("slope", ["-2 * a", "-2.002 * a * out"])
def test_tests_of_a_row_find_a_wrong_slope(slope: str, tmp_path: Path) -> None:
    row = f'GAUSSIAN = op("gaussian", "gauss", "exp(-a * a)", "{slope}")'
    folder = copied(tmp_path, row)
    assert run(folder, "-m", "engine").returncode == 0
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "gaussian", "tests")
    done = run(folder, *command)
    failed = re.findall(r"^FAILED tests/test_ops_table.py::(\w+)\[", done.stdout, re.MULTILINE)
    assert "test_slopes_are_the_derivatives_of_the_forward_text" in failed, done.stdout
    assert "test_slopes_are_those_of_central_differences" in failed, done.stdout


@pytest.mark.parametrize(
    ("row", "wording"),
    [
        (
            'op("bad", "?", "exp(-a *", "1.0")',
            "row bad: forward is not a valid Python expression: exp",
        ),
        (
            'op("bad", "?", "a * k", "1.0")',
            "row bad: forward may use a, c, inf, abs and the",
        ),
        (
            'op("bad", "?", "tan(a)", "gamma(a)")',
            "row bad: ∂out/∂a uses gamma, which has no row of",
        ),
    ],
)
def test_row_that_could_not_run_is_refused_in_words(row: str, wording: str, tmp_path: Path) -> None:
    folder = copied(tmp_path, row)
    before = (folder / "engine" / "value.py").read_text(encoding="utf-8")
    done = run(folder, "-m", "engine")
    assert done.returncode != 0
    assert wording in done.stderr
    assert (folder / "engine" / "value.py").read_text(encoding="utf-8") == before


def test_generated_code_is_up_to_date() -> None:
    for path, text in written().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m engine"


def test_former_name_of_the_command_works_and_names_the_new_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "engine", tmp_path / "engine")
    done = run(tmp_path, "-m", "engine.ops")
    assert done.stdout.count("up to date") == 3
    assert "deprecated; use `python -m engine`" in done.stderr


def test_row_gives_an_activation_by_name_that_is_saved_and_loaded(with_gaussian: Path) -> None:
    program = (
        "import nn\n"
        "model = nn.MLP(2, [3, 1], activation='gaussian', seed=0)\n"
        "model.save('model.json')\n"
        "again = nn.load('model.json')\n"
        "print(again.layers[0].activation, again([0.5, -1]).data == model([0.5, -1]).data)\n"
    )
    done = run(with_gaussian, "-c", program)
    assert done.stdout.split() == ["gaussian", "True"], done.stderr
