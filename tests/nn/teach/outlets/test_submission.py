"""What of a file or notebook counts as the student's code."""

import json

import pytest

from nn.teach.outlets.submission import SubmissionError, source_of


def cell(text, *tags, kind="code", **nbgrader):
    marks = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": kind, "source": text, "metadata": {"tags": list(tags)} | marks}


@pytest.fixture
def counted(tmp_path):
    """Return what counts of a notebook."""

    def source(*cells):
        path = tmp_path / "value.ipynb"
        path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
        return source_of(path)

    return source


def test_python_file_counts_as_it_is(tmp_path) -> None:
    (tmp_path / "value.py").write_text("class Value:\n    π = 3\n", encoding="utf-8")
    assert source_of(tmp_path / "value.py") == "class Value:\n    π = 3\n"


@pytest.mark.parametrize("marks", [{"solution": True, "locked": False, "grade": False}, None])
def test_cell_that_a_student_fills_in_counts_as_it_is(counted, marks) -> None:
    text = "class Value:\n    pass\n\nprint(Value())"
    given = cell(text, **marks) if marks else cell(text, "solution")
    assert counted(given) == text


def test_experiments_of_a_notebook_are_not_run(counted) -> None:
    text = "a = Value(2.0)\nwhile True:\n    print(a)\nb = a + a\nb.backward()\nengine.teach.check(Value)"
    assert counted(cell(text)) == ""


def test_what_other_cells_define_counts(counted) -> None:
    text = "EPSILON = 2.5\n@method\ndef add(self, other):\n    return other"
    assert counted(cell(text + "\nadd(1, 2)")) == text


def test_methods_given_to_a_class_later_count(counted) -> None:
    later = (
        "def add(self, other):\n    return 1\nValue.__add__ = add\nValue.__radd__ = Value.__add__"
    )
    exec(counted(cell("class Value:\n    pass", "solution"), cell(later)), names := {})
    assert (names["Value"]() + 2, 2 + names["Value"]()) == (1, 1)


def test_attribute_of_an_experiment_does_not_stand_in_the_way(counted) -> None:
    exec(counted(cell("x = Value(3.0)\nx.data = y\nx.backward()\nn = 3")), names := {})
    assert names["n"] == 3


def test_import_of_an_experiment_may_be_missing_where_it_is_scored(counted) -> None:
    exec(counted(cell("import no_such_package\nimport math")), names := {})
    assert "math" in names


@pytest.mark.parametrize("marks", [{"grade": True}, {"locked": True}])
def test_cells_of_the_grader_do_not_count(counted, marks) -> None:
    marks = {"grade": False, "locked": False, "solution": False} | marks
    assert counted(cell("import otter", **marks), cell("import otter", "given")) == ""


def test_text_does_not_count(counted) -> None:
    assert counted(cell("class Value: ...", kind="markdown")) == ""


def test_magics_do_not_count(counted) -> None:
    lines = ["%matplotlib inline", "!pip install x", "class Value:", "    n = 7 % 2"]
    assert counted(cell("\n".join(lines), "solution")).splitlines()[2:] == lines[2:]
    assert counted(cell("%%time\nx = 3", "solution")) == "# %%time\nx = 3"
    assert counted(cell("%%bash\nrm x", "solution")) == ""


def test_string_that_looks_like_a_magic_counts(counted) -> None:
    text = 's = """\n% of all\n"""'
    assert counted(cell(text, "solution")) == text


def test_cell_that_is_not_python_is_left_for_the_check_to_refuse(counted) -> None:
    assert counted(cell("class Value(:\n    pass")) == "class Value(:\n    pass"


def test_source_may_be_a_list_of_lines(counted) -> None:
    assert counted(cell(["x = 1\n", "y = 2"])) == "x = 1\ny = 2"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("value.txt", b"class Value: ...", "a submission is a .py or .ipynb file"),
        ("value.py", b"\xff\xfe\x00", "it is not text in UTF-8"),
        ("value.py", b"# coding: latin-1\nx = '\xe9'", "it is not text in UTF-8"),
        ("value.py", b"x = 1\0", "it is not text in UTF-8"),
        ("value.ipynb", b"class Value: ...", "is not a notebook of Jupyter"),
        ("value.ipynb", b'{"cells": 3}', "is not a notebook of Jupyter"),
        ("value.ipynb", b'{"worksheets": []}', "is not a notebook of Jupyter"),
        ("value.ipynb", b"[]", "is not a notebook of Jupyter"),
        ("value.ipynb", b'{"cells": [{"cell_type": "code"}]}', "is not a notebook of Jupyter"),
    ],
)
def test_what_is_not_a_submission_is_refused_by_its_name(tmp_path, name, content, message) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SubmissionError, match=message) as caught:
        source_of(tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["missing.py", "folder.py"])
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path, name) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(SubmissionError, match=r"cannot read .*: (No such file|Is a directory)"):
        source_of(tmp_path / name)
