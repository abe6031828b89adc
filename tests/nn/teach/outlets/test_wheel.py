"""glassgrad as a wheel that a grader without a network installs."""

import io
import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from importlib import metadata

import pytest

from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.wheel import digest, wheel, zipped


@pytest.fixture(scope="module")
def archive():
    return zipfile.ZipFile(io.BytesIO(wheel().content))


def test_name_has_the_version() -> None:
    assert wheel().name == f"glassgrad-{metadata.version('glassgrad')}-py3-none-any.whl"


def test_record_has_every_file_with_its_hash(archive) -> None:
    (record,) = [name for name in archive.namelist() if name.endswith(".dist-info/RECORD")]
    lines = archive.read(record).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == archive.namelist()
    for line in lines[:-1]:
        name, code, size = line.split(",")
        data = archive.read(name)
        assert (code, int(size)) == (digest(data), len(data))


def test_hash_is_as_pip_computes_it() -> None:
    assert digest(b"") == "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    assert len(sha256(b"").digest()) == 32


def test_licences_come_along(archive) -> None:
    assert any(name.endswith("LICENSE") for name in archive.namelist())
    assert any(name.endswith("OFL.txt") for name in archive.namelist())


def test_nothing_compiled_comes_along(archive) -> None:
    assert [name for name in archive.namelist() if "__pycache__" in name] == []


def test_same_files_make_the_same_bytes() -> None:
    assert zipped({"a": b"1"}) == zipped({"a": b"1"})


def test_glassgrad_that_is_not_installed_is_refused_with_what_to_do(monkeypatch) -> None:
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(ModuleNotFoundError, match="runs from its source; pip install -e"):
        wheel.__wrapped__()


def test_check_from_the_wheel_needs_no_other_package(archive, tmp_path) -> None:
    archive.extractall(tmp_path)
    (tmp_path / "value.py").write_text(VALUE.solution, encoding="utf-8")
    done = subprocess.run(  # -S: without the packages that are installed here
        [sys.executable, "-S", "-m", "nn", "teach", "check", "--json", "value.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passed"]


def test_pip_installs_the_wheel_without_a_network(tmp_path) -> None:
    path = tmp_path / wheel().name
    path.write_bytes(wheel().content)
    options = [
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
        "--target",
        tmp_path / "to",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    installed = {found.name for found in (tmp_path / "to").iterdir()}
    assert {"engine", "nn", wheel().name.split("-py3")[0] + ".dist-info"} <= installed
