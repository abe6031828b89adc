"""Commands that are stopped or killed, or share a folder: what they leave is of one run."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import nn
from nn.__main__ import main
from nn.commands.outputs import own_folder
from nn.training.fit import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
PICTURES = {"boundary.png", "loss.png", "network.png", "network.svg"}


@contextmanager
def running(folder: Path, *arguments: str, python: tuple[str, ...] = ()):
    """Start a command whose errors go to a file, and end it at last."""
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, *python, "-m", "nn", *arguments],
            cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(condition, process: subprocess.Popen) -> None:
    while not condition():
        assert process.poll() is None, "it ended before"
        time.sleep(0.002)


def errors(folder: Path) -> str:
    return (folder / "errors").read_text()


def names(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def runs_of(out: Path) -> set[str]:
    """Return which runs the model and the history are of."""
    rows = list(csv.DictReader((out / "history.csv").read_text().splitlines()))
    return {nn.load(out / "model.json").metadata["run"], *(row["run"] for row in rows)}


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory) -> Path:
    """A folder with all files of a run."""
    out = tmp_path_factory.mktemp("earlier") / "out"
    assert main(["train", "xor", "--epochs", "1", "--hidden", "2", "--out", str(out)]) == 0
    assert names(out) == {"model.json", "history.csv", *PICTURES}
    return out


@pytest.fixture
def earlier(whole_run, tmp_path) -> set[str]:
    """The run that is in the folder "out" of tmp_path."""
    shutil.copytree(whole_run, tmp_path / "out")
    return runs_of(tmp_path / "out")


# Long enough to be stopped in training, and short enough to end by itself if it is not.
LONG = ("train", "moons", "--epochs", "2000", "--hidden", "2", "--out", "out")
SHORT = ("train", "moons", "--epochs", "2", "--hidden", "2", "--out", "out")


def is_new(out: Path, earlier: set[str]):
    """Return a condition: the model is there, and the pictures are still being drawn."""
    return lambda: not PICTURES & names(out) and runs_of(out) != earlier


def test_run_killed_while_it_draws_leaves_no_file_of_an_earlier_run(earlier, tmp_path) -> None:
    out = tmp_path / "out"
    with running(tmp_path, *LONG) as training:
        wait_for(lambda: "epoch" in errors(tmp_path), training)
        training.send_signal(signal.SIGINT)
        wait_for(is_new(out, earlier), training)
    assert names(out) == {"model.json", "history.csv"}
    assert len(runs_of(out)) == 1
    assert "Traceback" not in errors(tmp_path)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_while_pictures_are_drawn_leaves_them_out(number, code, earlier, tmp_path) -> None:
    out = tmp_path / "out"
    with running(tmp_path, *SHORT) as training:
        wait_for(is_new(out, earlier), training)
        training.send_signal(number)
        said, _ = training.communicate(timeout=60)
    assert training.returncode == code
    assert "no pictures: stopped while they were drawn" in said
    assert names(out) == {"model.json", "history.csv"}
    assert "Traceback" not in errors(tmp_path)


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_in_training_ends_it_with_the_epochs_so_far(
    number, code, tmp_path, monkeypatch, capsys
) -> None:
    judge = Run.judge

    def signalled(run: Run) -> None:
        if len(run.history.loss) == 3:
            signal.raise_signal(number)
        judge(run)

    monkeypatch.setattr(Run, "judge", signalled)
    assert main(["train", "xor", "--hidden", "2", "--out", str(tmp_path)]) == code
    assert "the best weights so far have been saved" in capsys.readouterr().out
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 1 + 2
    assert names(tmp_path) > PICTURES


def test_run_stopped_in_its_first_epoch_leaves_an_earlier_one_as_it_was(
    earlier, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(Run, "judge", lambda run: signal.raise_signal(signal.SIGINT))
    assert main(["train", "xor", "--hidden", "2", "--out", str(tmp_path / "out")]) == 130
    assert "nothing written" in capsys.readouterr().out
    assert runs_of(tmp_path / "out") == earlier
    assert names(tmp_path / "out") > PICTURES


def test_second_run_in_a_folder_is_refused_until_the_first_has_ended(tmp_path, capsys) -> None:
    out = str(tmp_path / "out")
    with own_folder(tmp_path / "out"):
        assert main(["train", "xor", "--epochs", "1", "--out", out]) == 2
        assert main(["sweep", "xor", "--epochs", "1", "--out", out]) == 2
    assert capsys.readouterr().err.count(f"cannot write to {out}: another run of glassgrad") == 2
    with own_folder(tmp_path / "out"):
        pass


def test_read_only_model_is_refused_before_training(earlier, tmp_path, monkeypatch, capsys) -> None:
    # Root may write everything, so what the system answers is replaced.
    monkeypatch.setattr("os.access", lambda path, _: not str(path).endswith("model.json"))
    assert main(["train", "xor", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith(
        f"glassgrad: cannot write to {tmp_path / 'out' / 'model.json'}: Permission denied"
    )


def test_ctrl_c_during_the_first_imports_shows_no_traceback(tmp_path) -> None:
    with running(tmp_path, "--help", python=("-X", "importtime")) as command:
        wait_for(lambda: "nn.training.interruption" in errors(tmp_path), command)
        command.send_signal(signal.SIGINT)
        command.wait(timeout=60)
    assert "Traceback" not in errors(tmp_path)
    assert command.returncode in (-signal.SIGINT, 130)


@pytest.mark.parametrize(
    "arguments",
    [["train", "--out", ""], ["sweep", "--out", " "], ["predict", "m", "t", "-o", ""],
     ["draw", "x*x", "x=1", "-o", ""]],
)  # fmt: skip
def test_empty_path_is_not_the_current_folder(arguments, capsys) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "must name a file or folder, got ''" in capsys.readouterr().err
