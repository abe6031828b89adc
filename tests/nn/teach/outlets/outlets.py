"""Runs each outlet as its grader does, and returns the points of submissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.export import export

Scores = dict[str, float]
ROOT = Path(__file__).parents[4]
PROGRAMS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": PROGRAMS}
NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # they take seconds to import


def run(
    *command: str | Path,
    cwd: Path,
    codes: tuple[int, ...] = (0,),
    env: Mapping[str, str] | None = None,
) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | ENVIRONMENT | (env or {}),
    )
    assert done.returncode in codes, done.stderr + done.stdout
    return done.stdout


def by_command(submissions: Mapping[str, str], folder: Path) -> Scores:
    """`glassgrad teach check --json`."""
    scores = {}
    for name, text in submissions.items():
        path = folder / "value.py"
        path.write_text(text, encoding="utf-8")
        command = ("-m", "nn", "teach", "check", "--json", path)
        scores[name] = json.loads(run(*command, cwd=folder, codes=(0, 1)))["points"]
    return scores


def by_pytest(submissions: Mapping[str, str], folder: Path) -> Scores:
    """pytest, which adds up the points of its tests."""
    export("value", "pytest", folder / "work")
    scores = {}
    for name, text in submissions.items():
        (folder / "work/value.py").write_text(text, encoding="utf-8")
        options = ("-q", "--junit-xml=report.xml", "-c", "pytest.ini")
        run("-m", "pytest", *options, cwd=folder / "work", codes=(0, 1), env=NO_PLUGINS)
        found = ElementTree.parse(folder / "work/report.xml").iter("property")
        scores[name] = sum(float(each.attrib["value"]) for each in found)
    return scores


def by_prairielearn(submissions: Mapping[str, str], folder: Path) -> Scores:
    """PrairieLearn's grader, in the folders that its image makes."""
    export("value", "pytest", folder / "work")
    student = folder / "run/test_student/student"
    student.mkdir(parents=True)
    (folder / "run/test_student.py").write_bytes((folder / "work/test_value.py").read_bytes())
    scores = {}
    for name, text in submissions.items():
        (student / "value.py").write_text(text, encoding="utf-8")
        options = ("--rootdir", folder / "run", folder / "run")
        run("-m", "pytest", *options, cwd=folder, codes=(0, 1))
        results = json.loads((folder / "run/autograder_results.json").read_text(encoding="utf-8"))
        assert results["gradable"]
        scores[name] = VALUE.points * results["score"]
    return scores


def by_gradescope(submissions: Mapping[str, str], folder: Path) -> Scores:
    """The autograder's zip, set up and run as on Gradescope, in a folder instead of /autograder."""
    export("value", "gradescope", folder / "work")
    grader = folder / "autograder"
    with zipfile.ZipFile(folder / "work/autograder.zip") as archive:
        archive.extractall(grader / "source")
    subprocess.run(["bash", "source/setup.sh"], cwd=grader, check=True, capture_output=True)
    (grader / "submission").mkdir()
    scores = {}
    for name, text in submissions.items():
        (grader / "submission/value.py").write_text(text, encoding="utf-8")
        run("source/run_autograder", cwd=grader)
        results = json.loads((grader / "results/results.json").read_text(encoding="utf-8"))
        assert sum(test["score"] for test in results["tests"]) == results["score"]
        scores[name] = results["score"]
    return scores


def by_notebook(submissions: Mapping[str, str], folder: Path) -> Scores:
    """The notebook itself: run from top to bottom, it shows the points that the student sees.

    A cell that fails, or does not come to an end, ends the run.
    """
    scores = {}
    for name, text in submissions.items():
        cells = [
            new_code_cell(text),
            new_code_cell("import engine\n\nengine.teach.check(Value).points"),
        ]
        run = NotebookClient(
            new_notebook(cells=cells), timeout=20, resources={"metadata": {"path": folder}}
        )
        try:
            run.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError):
            scores[name] = 0.0
        else:
            scores[name] = float(cells[1].outputs[-1]["data"]["text/plain"])
    return scores


def notebook_with(path: Path, text: str, experiment: str = "") -> str:
    """Return a notebook as a student submits it: with the solution and a cell of their own."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in whole["cells"] if "solution" in cell["metadata"].get("tags", [])]
    cell["source"] = text
    own = new_code_cell(experiment) | {"id": "own"}
    whole["cells"].insert(whole["cells"].index(cell) + 1, own)
    return json.dumps(whole)


def by_nbgrader(submissions: Mapping[str, str], folder: Path, experiment: str = "") -> Scores:
    """nbgrader: generate the release version, then score what was submitted."""
    from nbgrader.api import Gradebook

    course = folder / "course"
    export("value", "nbgrader", course)
    run("-m", "nbgrader", "generate_assignment", "value", cwd=course)
    students = {f"student-{k}": name for k, name in enumerate(submissions)}
    for student, name in students.items():
        path = course / "submitted" / student / "value/value.ipynb"
        path.parent.mkdir(parents=True)
        text = notebook_with(course / "release/value/value.ipynb", submissions[name], experiment)
        path.write_text(text, encoding="utf-8")
    run("-m", "nbgrader", "autograde", "value", cwd=course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {name: book.find_submission("value", s).score for s, name in students.items()}


def by_otter(submissions: Mapping[str, str], folder: Path, experiment: str = "") -> Scores:
    """otter-grader: pack the autograder, then score what was submitted."""
    work = folder / "work"
    export("value", "otter", work)
    wheel = next(work.glob("*.whl")).name
    run("-m", "otter", "generate", "-t", "tests", "-r", "requirements.txt", wheel, cwd=work)
    scores = {}
    for name, text in submissions.items():
        path = folder / "value.ipynb"
        path.write_text(notebook_with(work / "value.ipynb", text, experiment), encoding="utf-8")
        run("-m", "otter", "run", "--no-logo", "-a", work / "autograder.zip", path, cwd=folder)
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        scores[name] = sum(test.get("score", 0.0) for test in results["tests"])
    return scores
