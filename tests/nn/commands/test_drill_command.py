"""`glassgrad teach drill`: at a keyboard, through a pipe, and on paper."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import engine
from nn.__main__ import main

DRILL = ["teach", "drill", "--seed", "1"]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch):
    """Return a function that lets lines come through a pipe."""

    def pipe(*lines: object) -> None:
        text = "".join(f"{line}\n" for line in lines)
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return pipe


def test_answers_through_a_pipe_solve_a_drill(piped, capsys) -> None:
    key = engine.teach.drill(1, 2).key
    piped(*key.values())
    assert main([*DRILL, "--level", "2"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("4 of 4 right at the first try\n")
    assert f"∂d/∂a = {key['dd_da']}\n  ✓" in said  # as at a keyboard, which shows what is typed


def test_a_wrong_answer_is_explained_and_the_terminal_goes_on(piped, capsys) -> None:
    piped("−9", "45", "15")
    assert main([*DRILL, "--level", "4"]) == 1
    said = capsys.readouterr().out
    assert "d.grad = 15\n  ✗ look again: d.grad = ∂f/∂d × f.grad" in said
    assert said.endswith("ended at d.grad: 2 of 5 right at the first try\n")


def test_input_that_ends_at_once_is_said(piped, capsys) -> None:
    piped()
    assert main([*DRILL]) == 1
    assert "ended at d: 0 of 2" in capsys.readouterr().out


def test_a_drill_without_a_seed_says_which_it_is(piped, capsys) -> None:
    piped()
    main(["teach", "drill"])
    seed = capsys.readouterr().out.split()[1].strip(",")
    piped()
    main(["teach", "drill", "--seed", seed])
    assert capsys.readouterr().out.startswith(f"drill {seed}, level 1: forward pass")


def test_a_sheet_and_its_key_are_written(tmp_path: Path, capsys) -> None:
    page = tmp_path / "sheet.html"
    assert main([*DRILL, "--sheet", str(page), "--count", "3", "--paper", "letter"]) == 0
    key = tmp_path / "sheet-key.html"
    assert f"written to {page}, and the key to {key}" in capsys.readouterr().out
    assert page.read_text("utf-8").count("<section") == 3
    assert "size: letter" in page.read_text("utf-8")
    assert "Key to drills" in key.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--level", "7"], "argument --level: invalid choice: 7"),
        (["--level", "two"], "invalid int value: 'two'"),
        (["--seed", "x"], "invalid int value: 'x'"),
        (["--count", "0", "--sheet", "s.html"], "must be at least 1"),
        (["--count", "3"], "--count is for a sheet; add --sheet FILE.html"),
        (["--paper", "A4"], "--paper is for a sheet"),
        (["--sheet", "s.pdf"], "a sheet is saved as .html, got 's.pdf'"),
        (["--sheet", "nowhere/s.html"], "there is no folder"),
        (["--sheet", ""], "must name a file"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(arguments, message, capsys) -> None:
    try:
        code = main(["teach", "drill", *arguments])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert code == 2
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_letters_that_are_none_are_refused_like_any_other_text() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nn", *DRILL], input=b"\xff\xfe\n", capture_output=True, check=False
    )
    assert done.returncode == 1
    assert "needs a number" in done.stdout.decode()
    assert done.stderr == b""


def test_a_console_without_our_letters_says_right_and_wrong() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nn", *DRILL, "--level", "4"], input="-9\n7\n", text=True,
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert "e.grad = -9\n  right\n" in done.stdout
    assert "  wrong: look again: c.grad = de/dc * e.grad" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_ctrl_c_at_the_prompt_ends_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "nn", *DRILL],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while not process.stdout.readline().startswith("(?"):
            assert process.poll() is None
        time.sleep(0.2)  # until it waits for an answer
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors == "\nglassgrad: stopped by Ctrl-C\n"
