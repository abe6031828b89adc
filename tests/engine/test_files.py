"""engine.write_atomically and write_together: whole or not at all."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import engine
from engine.files import OLD, PREFIX, new_temporary

pytestmark = pytest.mark.core

on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions or links")


def full_disk(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("content", ["∂y/∂x\n", b"\x00\xff\r\n"])
def test_content_comes_back_byte_for_byte(content: str | bytes, tmp_path: Path) -> None:
    path = engine.write_atomically(str(tmp_path / "a.txt"), content)
    assert path == tmp_path / "a.txt"
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def test_files_that_belong_together_all_stay_if_one_cannot_be_written(tmp_path: Path) -> None:
    path = engine.write_atomically(tmp_path / "a.txt", "old")
    with pytest.raises(FileNotFoundError):
        engine.write_together({path: "new", tmp_path / "nowhere" / "b.txt": "new"})
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


def test_files_that_others_stand_for_are_removed_in_the_same_pass(tmp_path: Path) -> None:
    old = engine.write_atomically(tmp_path / "old.txt", "x")
    engine.write_together(
        {tmp_path / "a.txt": "a", tmp_path / "b.txt": "b"}, instead_of=[old, tmp_path / "no.txt"]
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = engine.write_atomically(tmp_path / "a.txt", "old")
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        engine.write_atomically(path, "new")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


@on_posix
@pytest.mark.skipif(sys.platform == "emscripten", reason="the files of Pyodide ignore the umask")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_new_file_gets_the_permissions_that_the_umask_allows(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        path = engine.write_atomically(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@on_posix
def test_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = engine.write_atomically(tmp_path / "a.txt", "x")
    path.chmod(0o600)
    engine.write_atomically(path, "y")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@on_posix
def test_symbolic_link_stays_one_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "folder" / "a.txt")
    engine.write_atomically(link, "through the link")
    assert link.is_symlink()
    assert (tmp_path / "folder" / "a.txt").read_text() == "through the link"
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["a.txt"]


def test_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = engine.write_atomically(tmp_path / "a.txt", "old")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everything
    with pytest.raises(PermissionError, match=r"cannot write .*a\.txt: the file is read-only"):
        engine.write_atomically(path, "new")
    assert path.read_text() == "old"


KILLED = """
import os, signal, engine
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
engine.write_atomically("a.txt", "x")
"""


@on_posix
@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide has no processes")
def test_temporary_file_of_a_killed_process_goes_with_the_next_write(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)
    assert killed.returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(PREFIX)
    engine.write_atomically(tmp_path / "b.txt", "y")
    assert [file.name for file in tmp_path.iterdir()] == ["b.txt"]


@on_posix
@pytest.mark.skipif(sys.platform == "emscripten", reason="the files of Pyodide have no locks")
def test_temporary_file_that_another_is_writing_stays(tmp_path: Path) -> None:
    handle, temporary = new_temporary(tmp_path)
    engine.write_atomically(tmp_path / "b.txt", "y")
    assert temporary.exists()
    os.close(handle)
    engine.write_atomically(tmp_path / "b.txt", "y")
    assert not temporary.exists()


@pytest.mark.parametrize(("age", "stays"), [(60, True), (2 * OLD, False)])
def test_temporary_file_is_judged_by_its_age_where_there_are_no_locks(
    age: float, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.files.flock", None)
    left = tmp_path / f"{PREFIX}left"
    left.write_text("x")
    os.utime(left, (time.time() - age,) * 2)
    engine.write_atomically(tmp_path / "b.txt", "y")
    assert left.exists() == stays


@on_posix
def test_device_is_written_to_and_not_replaced() -> None:
    engine.write_atomically(os.devnull, "x")
    assert not Path(os.devnull).is_file()


def test_longest_name_can_be_written(tmp_path: Path) -> None:
    assert engine.write_atomically(tmp_path / ("a" * 255), "x").read_text() == "x"


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"cannot write a\.txt: there is no folder .*nowhere"
    ):
        engine.write_atomically(tmp_path / "nowhere" / "a.txt", "x")


def test_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", forbidden)
    with pytest.raises(PermissionError, match=r"cannot write .*a\.txt: Permission denied; choo"):
        engine.write_atomically(tmp_path / "a.txt", "x")
