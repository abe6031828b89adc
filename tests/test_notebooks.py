"""Notebooks as they are committed: what every lesson begins and ends with, and what it must not contain.

That they run is checked by nbmake, which pyproject.toml includes in every run of the tests.
"""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[dict[str, object]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell) -> str:
    return "".join(cell["source"])


@each_notebook
def test_notebook_opens_with_what_the_reader_will_be_able_to_do(path) -> None:
    assert "you will be able to" in text(cells(path)[0])


@each_notebook
def test_notebook_ends_with_questions_to_try(path) -> None:
    last = text(cells(path)[-1])
    assert "## Questions to try" in last
    assert last.count("\n1. ") == 1


@each_notebook
def test_notebook_was_run_from_top_to_bottom_without_an_error(path) -> None:
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    kinds = {output["output_type"] for cell in code for output in cell["outputs"]}
    assert "error" not in kinds


@each_notebook
def test_notebook_holds_pictures(path) -> None:
    shown = [out for cell in cells(path) for out in cell.get("outputs", ()) if "data" in out]
    assert any("image/png" in out["data"] for out in shown)


@each_notebook
@pytest.mark.parametrize(
    "place", [*(f"/{top}/" for top in ("home", "root", "tmp", "Users")), "C:\\\\", "site-packages"]
)
def test_notebook_names_no_path_on_a_machine(path, place) -> None:
    assert place not in path.read_text(encoding="utf-8")


@each_notebook
def test_no_cell_is_a_wall_of_code(path) -> None:
    lines = {text(cell): len(text(cell).splitlines()) for cell in cells(path)}
    assert [cell for cell, n in lines.items() if n > 20] == []
