"""The command line, as a user types it: what it writes, prints and refuses."""

import csv
import re
import subprocess
import sys

import pytest

from nn.__main__ import main


def test_training_writes_weights_history_and_pictures(tmp_path, capsys) -> None:
    out = tmp_path / "moons"
    assert main(["train", "moons", "--epochs", "2", "--hidden", "4", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {
        "boundary.png", "history.csv", "loss.png", "model.json", "network.png", "network.svg",
    }  # fmt: skip
    assert re.search(r"validation accuracy \d\.\d+ on 40 samples", capsys.readouterr().out)


def test_monitored_training_writes_a_report_and_prints_the_alarms(tmp_path, capsys) -> None:
    command = ["train", "moons", "--epochs", "5", "--hidden", "8", "--monitor", "--out", str(tmp_path)]
    assert main(command) == 0
    assert "no alarm" in capsys.readouterr().out
    assert "<img" in (tmp_path / "report.html").read_text()
    assert main([*command, "--lr", "1e-7"]) == 0
    assert "alarm: learning rate too low in layer" in capsys.readouterr().out


def write_flowers(path) -> None:
    rows = [[f"{i / 7:.2f}", f"{(i % 5) / 3:.2f}", "rose" if i % 2 else "tulip"] for i in range(20)]
    path.write_text("\n".join(map(",".join, [["height", "width", "flower"], *rows])) + "\n")


def test_own_table_is_learned_and_predicted(tmp_path, capsys) -> None:
    table = tmp_path / "flowers.csv"
    write_flowers(table)
    out = tmp_path / "out"
    assert main(["train", str(table), "--epochs", "2", "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["predict", str(out / "model.json"), str(table)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 20
    assert {row["predicted flower"] for row in rows} <= {"rose", "tulip"}


def test_numeric_target_is_regression(tmp_path, capsys) -> None:
    table = tmp_path / "line.csv"
    table.write_text("x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(20)))
    assert main(["train", str(table), "--epochs", "2", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "predictions.png").exists()
    assert "validation R²" in capsys.readouterr().out


def test_formula_is_differentiated_and_drawn(tmp_path, capsys) -> None:
    picture = tmp_path / "neuron.svg"
    formula = "tanh(w1*x1 + w2*x2 + b)"
    numbers = ["x1=2", "x2=0", "w1=-3", "w2=1", "b=6.88"]
    assert main(["draw", formula, *numbers, "-o", str(picture)]) == 0
    assert picture.read_text().startswith("<svg")
    assert re.search(r"(?m)^x1 +leaf +2 +-1.50292$", capsys.readouterr().out)


def test_formula_may_begin_with_a_minus(capsys) -> None:
    assert main(["draw", "-x**2", "x=-1.5"]) == 0
    assert "-2.25" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        (["train", "sunspots"], "no data set named 'sunspots'; there are moons"),
        (["train", "missing.csv"], "missing.csv"),
        (["train", "--hidden", "a,b"], "--hidden needs sizes such as 16,16, got 'a,b'"),
        (["train", "--activation", "swoosh"], "activation must be one of"),
        (["draw", "tanh(x", "x=1"], "this is no formula"),
        (["draw", "x*y", "x=1"], "no number for y; give y=NUMBER"),
        (["draw", "x", "x=1", "z=2"], "z not in the formula"),
        (["draw", "swoosh(x)", "x=1"], "there is no function swoosh"),
        (["draw", "log(x)", "x=-1"], "needs a > 0, got a = -1"),
        (["draw", "x.real", "x=1"], "but no x.real"),
        (["draw", "__import__('os')", "x=1"], "not in the formula"),
        (["draw", "x", "x=red"], "x needs a number, got 'red'"),
        (["predict", "missing.json", "missing.csv"], "no such file: missing.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    arguments, wording, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert wording in capsys.readouterr().err


def test_unwritable_folder_is_refused_before_training(tmp_path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert main(["train", "--out", str(tmp_path / "file" / "out")]) == 2
    assert "cannot write to" in capsys.readouterr().err


def test_module_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "nn", "draw", "x*x", "x=3"]
    assert "x*x" in subprocess.run(command, check=True, capture_output=True, text=True).stdout
