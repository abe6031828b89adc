"""An engine.py of the user's own: whose file it is, and what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a folder, with the packages of this checkout after the folder's own modules."""
    path = f"import sys; sys.path.append({str(ROOT)!r}); "
    code = [arguments[0], path + arguments[1], *arguments[2:]]
    return subprocess.run([sys.executable, *code], cwd=folder, capture_output=True, text=True)


def test_engine_of_the_users_own_is_named_with_the_cure(tmp_path) -> None:
    (tmp_path / "engine.py").write_text("class Value: pass\n")
    said = run(tmp_path, "-c", "import nn").stderr.splitlines()[-1]
    assert said.startswith(f"ImportError: {tmp_path / 'engine.py'} has the name of glassgrad's")
    assert "rename it" in said


def test_command_says_it_in_one_line(tmp_path) -> None:
    (tmp_path / "engine.py").write_text("class Value: pass\n")
    code = "sys.argv = ['glassgrad', 'train']; from nn.__main__ import main; main()"
    found = run(tmp_path, "-c", code)
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert line.startswith(f"glassgrad: {tmp_path / 'engine.py'} has the name of")


@pytest.mark.parametrize("name", ["value.py", "train.py", "optim.py"])
def test_other_files_of_the_users_own_do_no_harm(tmp_path, name) -> None:
    (tmp_path / name).write_text("raise SystemExit(9)\n")
    assert run(tmp_path, "-c", "import nn").returncode == 0


def test_empty_folder_called_engine_does_no_harm(tmp_path) -> None:
    (tmp_path / "engine").mkdir()
    assert run(tmp_path, "-c", "import nn").returncode == 0
