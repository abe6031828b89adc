"""Finds what a student wrote, in a .py file or in a notebook that is never run."""

from __future__ import annotations

import ast
import json
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

SOLUTION, GIVEN = "solution", "given"  # tags of cells: whose text counts, and whose does not
SUFFIXES = (".py", ".ipynb")
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


class SubmissionError(ValueError):
    """A file cannot be a submission; the message says why and what to do."""


def source_of(path: Path) -> str:
    """Return the Python code that a student submitted.

    Of a notebook, cells that a student was to fill in count as they are (the tag `solution`, or
    nbgrader's mark), others only with what they define or import, and those given not at all. So a
    notebook's experiments are not run, and its own idea of `check` is of no account.

    Args:
        path: a .py or .ipynb file.

    Raises:
        SubmissionError: there is no such file, or it is neither.
    """
    if path.suffix not in SUFFIXES:
        raise SubmissionError(f"{path}: a submission is a .py or .ipynb file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SubmissionError(
            f"cannot read {path}: {error.strerror}; give the file that holds the class"
        ) from None
    if path.suffix == ".py":
        return decoded(content, path)
    return "\n\n".join(text for cell in code_cells(content, path) if (text := counted(cell)))


def decoded(content: bytes, path: Path) -> str:
    """Return the text of a Python file.

    Raises:
        SubmissionError: it is not text.
    """
    with suppress(UnicodeDecodeError):
        text = content.decode("utf-8-sig")
        if "\0" not in text:
            return text
    raise SubmissionError(f"{path} is not Python: it is not text in UTF-8; save it as UTF-8")


def code_cells(content: bytes, path: Path) -> list[dict[str, Any]]:
    """Return the code cells of a notebook.

    Raises:
        SubmissionError: it is not a notebook.
    """
    try:
        cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
        return [cell | {"source": "".join(cell["source"])} for cell in cells]
    except (ValueError, TypeError, KeyError):
        raise SubmissionError(
            f"{path} is not a notebook of Jupyter (nbformat 4); open it in Jupyter and save it"
        ) from None


def counted(cell: dict[str, Any]) -> str:
    """Return what counts of a cell."""
    metadata = cell.get("metadata", {})
    marks, tags = metadata.get("nbgrader", {}), metadata.get("tags", [])
    if GIVEN in tags or marks.get("grade") or marks.get("locked"):
        return ""
    text = without_magics(cell["source"])
    return text if SOLUTION in tags or marks.get("solution") else definitions(text)


def without_magics(text: str) -> str:
    """Return the code of a cell with lines such as `%timeit` or `!pip` as comments.

    A cell of something other than Python, such as `%%bash`, is nothing.
    """
    if parsed(text) is not None:
        return text
    if text.startswith("%%") and text.split(maxsplit=1)[0] not in PYTHON_MAGICS:
        return ""
    return "\n".join(
        f"# {line}" if line.startswith(("%", "!")) else line for line in text.splitlines()
    )


def parsed(text: str) -> ast.Module | None:
    """Return a text as Python, or None if it is not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes such as "\d"
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def definitions(text: str) -> str:
    """Return the functions, classes, imports and constants of a cell, and `Value.f = f`.

    A cell that is not Python stays as it is, for the check to say so.
    """
    module = parsed(text)
    if module is None:
        return text
    return "\n".join(ast.unparse(each) for node in module.body for each in defined(node))


def defined(node: ast.stmt) -> list[ast.stmt]:
    """Return what stays of a statement: all that makes names without doing anything else.

    An import may fail, as experiments use packages that a grader does not have; so may `x.f = f`,
    where x belongs to an experiment.
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [optional(node)]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        given = isinstance(node.value, ast.Name | ast.Attribute | ast.Lambda)
        return [optional(node)] if given else []
    if isinstance(node, ast.Assign):
        parts = ast.walk(node.value)
        return [node] * all(not isinstance(part, ast.Call | ast.Name) for part in parts)
    return []


def optional(node: ast.stmt) -> ast.stmt:
    """Return a statement that may fail."""
    tried = ast.parse("try:\n    pass\nexcept Exception:\n    pass").body[0]
    assert isinstance(tried, ast.Try)
    tried.body = [node]
    return tried
