"""The folders that are exported: complete, new, and all or nothing."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nn.teach.outlets.export import ASSIGNMENTS, OUTLETS, ExportError, export

each_outlet = pytest.mark.parametrize("outlet", OUTLETS)
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=ASSIGNMENTS)


@each_assignment
@each_outlet
def test_readme_says_what_to_run_and_names_files_that_are_there(
    assignment, outlet, tmp_path
) -> None:
    written = export(assignment.name, outlet, tmp_path / "new" / "folder")
    text = (tmp_path / "new" / "folder" / "README.md").read_text(encoding="utf-8")
    assert "```bash" in text
    assert "{" not in text.replace('{"', "").replace("${", "")
    for name in re.findall(r"`([\w./-]+\.(?:py|ipynb|whl|zip|txt|ini))`", text):
        made_by_others = (
            "release/",
            "tests/test_student",
            "autograder.zip",
            f"{assignment.name}.ipynb",
        )
        assert name in written or name.startswith(made_by_others), name


@each_assignment
@each_outlet
def test_only_what_is_for_the_teacher_holds_a_solution(assignment, outlet, tmp_path) -> None:
    for name in export(assignment.name, outlet, tmp_path):
        if name.endswith((".py", ".ipynb")) and not name.startswith(("solution", "source")):
            text = (tmp_path / name).read_text(encoding="utf-8")
            assert "BEGIN SOLUTION" not in text
            assert "out.grad\n" not in text


@each_assignment
@each_outlet
def test_students_get_all_parts_to_read(assignment, outlet, tmp_path) -> None:
    written = export(assignment.name, outlet, tmp_path)
    (name,) = [name for name in written if name.endswith((".ipynb", "assignment.md"))]
    text = (tmp_path / name).read_text(encoding="utf-8")
    if name.endswith(".ipynb"):
        text = "\n".join(cell["source"] for cell in json.loads(text)["cells"])
    assert [part for part in assignment.parts if part not in text] == []


@each_assignment
@each_outlet
def test_exported_python_is_python(assignment, outlet, tmp_path) -> None:
    for name in export(assignment.name, outlet, tmp_path):
        if name.endswith(".py"):
            ast.parse((tmp_path / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("outlet", "name"), [("nbgrader", "source/value/value.ipynb"), ("otter", "value.ipynb")]
)
def test_graders_do_not_run_the_cells_of_the_student(outlet, name, tmp_path) -> None:
    export("value", outlet, tmp_path)
    cells = json.loads((tmp_path / name).read_text(encoding="utf-8"))["cells"]
    code = {c["id"]: c["metadata"]["tags"] for c in cells if c["cell_type"] == "code"}
    run = [name for name, tags in code.items() if "skip-execution" not in tags]
    assert run == ["setup", "score"]


def test_scored_cell_of_nbgrader_has_metadata_of_schema_3(tmp_path) -> None:
    export("value", "nbgrader", tmp_path)
    text = (tmp_path / "source/value/value.ipynb").read_text(encoding="utf-8")
    marks = {cell["id"]: cell["metadata"]["nbgrader"] for cell in json.loads(text)["cells"]}
    assert marks["score"] == {
        "schema_version": 3, "cell_type": "code", "grade_id": "value-score", "grade": True,
        "solution": False, "locked": True, "task": False, "points": 10.0,
    }  # fmt: skip
    assert [name for name, each in marks.items() if not each["locked"]] == ["solution"]


def test_programs_of_the_gradescope_zip_can_be_run(tmp_path) -> None:
    export("value", "gradescope", tmp_path)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755


@each_outlet
def test_what_a_teacher_has_edited_is_never_overwritten(outlet, tmp_path) -> None:
    export("value", outlet, tmp_path)
    (tmp_path / "README.md").write_text("my own", encoding="utf-8")
    with pytest.raises(ExportError, match="is there already; name a new folder, or an empty one"):
        export("value", outlet, tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "my own"


@pytest.mark.parametrize(
    ("assignment", "outlet", "message"),
    [
        ("value", "moodle", "no 'moodle'; choose one of nbgrader, otter, gradescope, pytest"),
        ("values", "otter", "no 'values'; choose one of value, network"),
    ],
)
def test_unknown_name_is_refused_with_those_there_are(
    assignment, outlet, message, tmp_path
) -> None:
    with pytest.raises(ExportError, match=message):
        export(assignment, outlet, tmp_path)


def test_file_in_place_of_the_folder_is_refused(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="is there already"):
        export("value", "pytest", tmp_path / "file")
    with pytest.raises(ExportError, match=r"cannot write to .*: Not a directory; choose another"):
        export("value", "pytest", tmp_path / "file" / "below")


def test_nothing_is_left_of_an_export_that_fails(tmp_path, monkeypatch) -> None:
    def full(contents):
        raise OSError("the disk is full; free some space")

    monkeypatch.setattr("engine.write_together", full)
    with pytest.raises(ExportError, match="the disk is full"):
        export("value", "nbgrader", tmp_path / "new" / "course")
    assert list(tmp_path.iterdir()) == []


def test_gradescope_says_what_to_submit_if_there_are_two_files(tmp_path: Path) -> None:
    export("value", "gradescope", tmp_path / "work")
    with zipfile.ZipFile(tmp_path / "work/autograder.zip") as archive:
        archive.extract("run_autograder", tmp_path)
    (tmp_path / "submission").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "submission" / name).touch()
    subprocess.run(
        [sys.executable, "run_autograder"], cwd=tmp_path, check=True, capture_output=True
    )
    results = json.loads((tmp_path / "results/results.json").read_text(encoding="utf-8"))
    assert results["score"] == 0.0
    assert results["output"] == "Submit one file, value.py or value.ipynb; there is a.py, b.py."
