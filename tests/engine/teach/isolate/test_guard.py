"""A student's code can reach neither files, nor other processes, nor what the checker knows."""

import os

import pytest

from engine.teach import observe
from engine.teach.isolate.guard import refuse_ours
from tests.engine.teach.isolate.probes import call

DEEDS = {
    "writes a file": "open('written.txt', 'w')",
    "writes a file through the system": "os.open('written.txt', os.O_CREAT | os.O_WRONLY)",
    "removes a file": "os.remove('there.txt')",
    "renames a file": "os.rename('there.txt', 'written.txt')",
    "makes a folder": "os.mkdir('written.txt')",
    "removes a folder": "shutil.rmtree('.')",
    "starts a program": "subprocess.run([sys.executable, '-c', 'pass'])",
    "starts a program through the shell": "os.system('echo > written.txt')",
    "signals the process that checks": "os.kill(os.getppid(), 15)",
    "looks through all objects": "gc.get_objects()",
    "looks at other threads": "sys._current_frames()",
    "calls what is not Python": "ctypes.CDLL(None)",
}
PROGRAM = """
import ctypes, gc, os, shutil, subprocess, sys

def Value(deed):
    return eval(deed)
"""


@pytest.mark.parametrize("name", DEEDS)
def test_deed_that_reaches_beyond_the_process_is_refused(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.txt").write_text("", encoding="utf-8")
    refused, after = observe(PROGRAM, call, [DEEDS[name], "len(os.listdir('.'))"])
    assert refused.error is not None
    assert refused.error.error == "PermissionError"
    assert "a program that is checked may not" in refused.error.message
    assert after.value == 1
    assert os.listdir(tmp_path) == ["there.txt"]


@pytest.mark.parametrize("module", ["json", "decimal", "numpy", "dataclasses", "random"])
def test_libraries_are_imported_as_ever(module: str) -> None:
    pytest.importorskip(module)
    text = f"import {module}\n\ndef Value(x):\n    import {module}\n    return x\n"
    assert [seen.value for seen in observe(text, call, [1, 2])] == [1, 2]


def test_program_reads_files() -> None:
    text = "def Value(path):\n    return len(open(path, encoding='utf-8').read())\n"
    assert observe(text, call, [__file__])[0].value > 100


def test_callers_know_no_question_but_the_one_that_is_asked() -> None:
    text = """
def Value(question):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
    seen = []
    while frame:
        seen.append(repr(frame.f_locals))
        frame = frame.f_back
    return "ques" "tion 7" in " ".join(seen)
"""
    seen = observe(text, call, ["first", "question 7", "last"])
    assert [o.value for o in seen] == [False, True, False]


def test_our_engine_is_refused_where_it_is_told_to_be() -> None:
    text = "import engine\n\ndef Value(x):\n    return (engine.Value(x) * 2).data\n"
    assert observe(text, call, [1.5])[0].value == 3.0
    refused = observe(text, call, [1.5], prepare=refuse_ours)[0].error
    assert refused is not None
    assert refused.error == "BorrowedEngineError"
