"""`glassgrad teach`, as a teacher and a grading service run it."""

import json

import pytest

from nn.__main__ import main
from nn.teach.outlets.assignments.network import NETWORK
from nn.teach.outlets.assignments.value import VALUE
from tests.needs import needs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.py").write_text(VALUE.solution, encoding="utf-8")
    wrong = VALUE.solution.replace("x.grad += ", "x.grad = ")
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_exit_code_is_0_if_all_is_right(capsys) -> None:
    assert main(["teach", "check", "right.py"]) == 0
    assert "10 of 10" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_exit_code_is_1_if_something_is_wrong(capsys) -> None:
    assert main(["teach", "check", "wrong.py"]) == 1
    assert "+=" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_hints_are_shown_on_demand(capsys) -> None:
    main(["teach", "check", "wrong.py"])
    without = capsys.readouterr().out
    assert "Further hints: glassgrad teach check --hints FILE\n" in without
    assert "The answer:" not in without
    main(["teach", "check", "--hints", "wrong.py"])
    assert "The answer: Write +=" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_json_holds_points_rubric_findings_and_the_text(capsys) -> None:
    assert main(["teach", "check", "--json", "wrong.py"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["file"] == "wrong.py"
    assert not found["passed"]
    assert 0 < found["points"] < found["total"] == 10.0
    assert sum(item["points"] for item in found["rubric"]) == found["points"]
    assert found["findings"][0]["fault"] == "overwrites gradient"
    assert found["text"].startswith("Value: ")
    assert found["html"].startswith("<")


def test_network_is_checked_by_the_names_in_the_file_or_by_those_asked_for(folder, capsys) -> None:
    text = NETWORK.solution.replace("p.data -= ", "p.data += ").split("# Part 2")[0]
    sgd = NETWORK.solution.split("# Part 5")[1].replace("p.data -= ", "p.data += ")
    (folder / "network.py").write_text(text + "# Part 5" + sgd, encoding="utf-8")
    assert main(["teach", "check", "--json", "network.py"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "Neuron, SGD"
    assert {item["name"].split(":")[0] for item in found["rubric"]} == {"Neuron", "SGD"}
    assert [finding["fault"] for finding in found["findings"]] == ["uphill"]
    assert 10.0 < found["points"] < found["total"] == 20.0
    main(["teach", "check", "--json", "--names", "Neuron, MLP", "network.py"])
    found = json.loads(capsys.readouterr().out)
    assert (found["points"], found["total"]) == (10.0, 20.0)


def test_name_that_tells_nothing_is_refused(folder, capsys) -> None:
    assert main(["teach", "check", "--names", "Thing", "right.py"]) == 2
    assert "cannot tell what 'Thing' should be" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_many_files_are_checked_even_if_one_is_missing(capsys) -> None:
    assert main(["teach", "check", "missing.py", "right.py", "wrong.py"]) == 2
    printed = capsys.readouterr()
    assert [line for line in printed.out.splitlines() if line.startswith("==")] == [
        "== right.py",
        "== wrong.py",
    ]
    assert printed.err.startswith("glassgrad: cannot read missing.py: No such file")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty.py", ""),
        ("other.py", "x = 3"),
        ("broken.py", "class Value(:"),
        ("empty.ipynb", None),
    ],
)
def test_submission_without_the_class_gets_a_report_without_points(
    folder, name, text, capsys
) -> None:
    (folder / name).write_text('{"cells": []}' if text is None else text, encoding="utf-8")
    assert main(["teach", "check", "--json", name]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["points"], report["total"], report["passed"]) == (0.0, 10.0, False)


def test_export_says_what_was_written_and_where_to_read_on(folder, capsys) -> None:
    assert main(["teach", "export", "--to", "pytest", "out/new"]) == 0
    assert "test_value.py" in capsys.readouterr().out
    assert (folder / "out/new/README.md").exists()


@pytest.mark.parametrize(
    ("outlet", "to", "message"),
    [("pytest", ".", "name a new folder"), ("moodle", "out", "glassgrad: there is no 'moodle'")],
)
def test_export_that_is_refused_says_why_and_writes_nothing(
    folder, outlet, to, message, capsys
) -> None:
    assert main(["teach", "export", "--to", outlet, to]) == 2
    assert message in capsys.readouterr().err
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "out"], "required: --to"),
        (["export", "--to", "otter", ""], "must name a file or folder, got ''"),
        (["check"], "required: FILE"),
    ],
)
def test_arguments_that_are_wrong_are_refused(arguments, message, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["teach", *arguments])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_teach_alone_says_what_there_is(capsys) -> None:
    assert main(["teach"]) == 0
    assert "export" in capsys.readouterr().out


@needs("nbconvert", "latex2mathml", "sphinx_revealjs")
@pytest.mark.parametrize(("action", "ending"), [("pages", ".html"), ("slides", ".slides.html")])
def test_lessons_are_written_as_pages_or_slides(action, ending, tmp_path, capsys) -> None:
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 1 · One")])
    nbformat.write(notebook, tmp_path / "one.ipynb")
    assert main(["teach", action, str(tmp_path / "one.ipynb"), "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / f"one{ending}").is_file()
    assert f"one{ending}" in capsys.readouterr().out


def test_page_of_no_notebook_is_an_error_in_one_line(tmp_path, capsys) -> None:
    pytest.importorskip("nbconvert")
    assert main(["teach", "pages", str(tmp_path / "none.ipynb"), "-o", str(tmp_path)]) == 2
    assert "there is no notebook" in capsys.readouterr().err
