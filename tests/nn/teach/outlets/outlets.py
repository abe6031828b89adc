"""Runs each outlet as its grader does, and returns the points of submissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.export import export

Scores = dict[str, float]
ROOT = Path(__file__).parents[4]
PROGRAMS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": PROGRAMS}
# `otter run` for each notebook in turn; importing otter takes longer than a submission.
GRADE = """
import json, sys

from otter.api import grade_submission

archive, *paths = sys.argv[1:]
print(json.dumps([grade_submission(path, archive, quiet=True).total for path in paths]))
"""
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


def by_command(
    submissions: Mapping[str, str], folder: Path, assignment: Assignment = VALUE
) -> Scores:
    """`glassgrad teach check --json`."""
    scores = {}
    names = ",".join(assignment.names)
    for name, text in submissions.items():
        path = folder / f"{assignment.name}.py"
        path.write_text(text, encoding="utf-8")
        command = ("-m", "nn", "teach", "check", "--json", "--names", names, path)
        scores[name] = json.loads(run(*command, cwd=folder, codes=(0, 1)))["points"]
    return scores


def by_pytest(
    submissions: Mapping[str, str], folder: Path, assignment: Assignment = VALUE
) -> Scores:
    """pytest, which adds up the points of its tests."""
    export(assignment.name, "pytest", folder / "work")
    scores = {}
    for name, text in submissions.items():
        (folder / f"work/{assignment.name}.py").write_text(text, encoding="utf-8")
        options = ("-q", "--junit-xml=report.xml", "-c", "pytest.ini")
        run("-m", "pytest", *options, cwd=folder / "work", codes=(0, 1), env=NO_PLUGINS)
        found = ElementTree.parse(folder / "work/report.xml").iter("property")
        scores[name] = sum(float(each.attrib["value"]) for each in found)
    return scores


def by_prairielearn(
    submissions: Mapping[str, str], folder: Path, assignment: Assignment = VALUE
) -> Scores:
    """PrairieLearn's grader, in the folders that its image makes."""
    export(assignment.name, "pytest", folder / "work")
    student = folder / "run/test_student/student"
    student.mkdir(parents=True)
    (folder / "run/test_student.py").write_bytes(
        (folder / f"work/test_{assignment.name}.py").read_bytes()
    )
    scores = {}
    for name, text in submissions.items():
        (student / f"{assignment.name}.py").write_text(text, encoding="utf-8")
        options = ("-p", "prairielearn-grader", "--rootdir", folder / "run", folder / "run")
        run("-m", "pytest", *options, cwd=folder, codes=(0, 1), env=NO_PLUGINS)
        results = json.loads((folder / "run/autograder_results.json").read_text(encoding="utf-8"))
        assert results["gradable"]
        scores[name] = assignment.points * results["score"]
    return scores


def by_gradescope(
    submissions: Mapping[str, str], folder: Path, assignment: Assignment = VALUE
) -> Scores:
    """The autograder's zip, set up and run as on Gradescope, in a folder instead of /autograder."""
    export(assignment.name, "gradescope", folder / "work")
    grader = folder / "autograder"
    with zipfile.ZipFile(folder / "work/autograder.zip") as archive:
        archive.extractall(grader / "source")
    subprocess.run(["bash", "source/setup.sh"], cwd=grader, check=True, capture_output=True)
    (grader / "submission").mkdir()
    scores = {}
    for name, text in submissions.items():
        (grader / f"submission/{assignment.name}.py").write_text(text, encoding="utf-8")
        run("source/run_autograder", cwd=grader)
        results = json.loads((grader / "results/results.json").read_text(encoding="utf-8"))
        assert sum(test["score"] for test in results["tests"]) == results["score"]
        scores[name] = results["score"]
    return scores


def by_notebook(
    submissions: Mapping[str, str], folder: Path, assignment: Assignment = VALUE
) -> Scores:
    """The notebook itself: run from top to bottom, it shows the points that the student sees.

    A cell of the student's that fails, or does not come to an end, ends the run.
    """
    module = "engine.teach" if assignment is VALUE else "nn.teach"
    scores = {}
    for name, text in submissions.items():
        cells = [new_code_cell(text)]
        for checked in assignment.names:
            cell = new_code_cell(f"from {module} import check\n\ncheck({checked}).points")
            cell.metadata["tags"] = ["raises-exception"]  # if it is not defined
            cells.append(cell)
        run = NotebookClient(
            new_notebook(cells=cells), timeout=60, resources={"metadata": {"path": folder}}
        )
        with suppress(CellExecutionError, CellTimeoutError, DeadKernelError):
            run.execute()
        shown = [output for cell in cells[1:] for output in cell.outputs if "data" in output]
        scores[name] = sum(float(output["data"]["text/plain"]) for output in shown)
    return scores


def notebook_with(path: Path, text: str, experiment: str = "") -> str:
    """Return a notebook as a student submits it: with the solution and a cell of their own."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in whole["cells"] if "solution" in cell["metadata"].get("tags", [])]
    cell["source"] = text
    own = new_code_cell(experiment) | {"id": "own"}
    whole["cells"].insert(whole["cells"].index(cell) + 1, own)
    return json.dumps(whole)


def by_nbgrader(
    submissions: Mapping[str, str],
    folder: Path,
    assignment: Assignment = VALUE,
    experiment: str = "",
) -> Scores:
    """nbgrader: generate the release version, then score what was submitted."""
    from nbgrader.api import Gradebook

    course, title = folder / "course", assignment.name
    export(assignment.name, "nbgrader", course)
    run("-m", "nbgrader", "generate_assignment", title, cwd=course)
    students = {f"student-{k}": name for k, name in enumerate(submissions)}
    for student, name in students.items():
        path = course / "submitted" / student / title / f"{title}.ipynb"
        path.parent.mkdir(parents=True)
        released = course / "release" / title / f"{title}.ipynb"
        text = notebook_with(released, submissions[name], experiment)
        path.write_text(text, encoding="utf-8")
    run("-m", "nbgrader", "autograde", title, cwd=course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {name: book.find_submission(title, s).score for s, name in students.items()}


def by_otter(
    submissions: Mapping[str, str],
    folder: Path,
    assignment: Assignment = VALUE,
    experiment: str = "",
) -> Scores:
    """otter-grader: pack the autograder, then score what was submitted."""
    work = folder / "work"
    export(assignment.name, "otter", work)
    wheel = next(work.glob("*.whl")).name
    run("-m", "otter", "generate", "-t", "tests", "-r", "requirements.txt", wheel, cwd=work)
    paths = [folder / f"{k}/{assignment.name}.ipynb" for k in range(len(submissions))]
    for path, text in zip(paths, submissions.values(), strict=True):
        path.parent.mkdir()
        text = notebook_with(work / f"{assignment.name}.ipynb", text, experiment)
        path.write_text(text, encoding="utf-8")
    scores = run("-c", GRADE, work / "autograder.zip", *paths, cwd=folder).splitlines()[-1]
    return dict(zip(submissions, json.loads(scores), strict=True))
