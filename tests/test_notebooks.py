"""Notebooks as they are committed: what every lesson begins and ends with, and what it must not contain.

That they run is checked by nbmake, which pyproject.toml includes in every run of the tests.
"""

import ast
import json
import re
from pathlib import Path

import pytest

import engine

FOLDER = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9]*.ipynb"))
NOTEBOOKS = sorted(FOLDER.rglob("*.ipynb"))
LICENCE = "*Text: CC BY 4.0; code: MIT. [How to cite](README.md#how-to-cite)*"
MISTAKES = FOLDER / "mistakes.ipynb"
each_page = pytest.mark.parametrize("path", [*LESSONS, MISTAKES], ids=lambda path: path.stem)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: str(path.relative_to(FOLDER).with_suffix(""))
)


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code_cells(path: Path) -> list[dict]:
    return [cell for cell in cells(path) if cell["cell_type"] == "code"]


def text(cell) -> str:
    return "".join(cell["source"])


def prose(path: Path) -> str:
    return "\n\n".join(text(cell) for cell in cells(path) if cell["cell_type"] == "markdown")


def has_claims(cell) -> bool:
    return "claims" in cell["metadata"].get("tags", ())


def questions(path: Path) -> str:
    return (
        prose(path).partition("\n## Questions to try\n")[2].partition("\n## Further reading\n")[0]
    )


def test_lessons_are_numbered_from_1_without_a_gap() -> None:
    assert [int(path.name[:2]) for path in LESSONS] == list(range(1, len(LESSONS) + 1))


@each_lesson
def test_lesson_opens_with_its_number_its_minutes_and_what_it_takes(path) -> None:
    first = text(cells(path)[0])
    number = int(path.name[:2])
    assert re.match(rf"# {number} · .+\n\n\*\*\d+ minutes\*\* · .+ · needs .+\n", first), first


@each_page
def test_lesson_opens_with_what_the_reader_will_be_able_to_do(path) -> None:
    assert "you will be able to\n\n*" in text(cells(path)[0])


@each_lesson
def test_lesson_asks_for_a_prediction(path) -> None:
    assert "redict before you run" in prose(path)


@each_page
def test_lesson_asserts_what_it_claims(path) -> None:
    claims = [text(cell) for cell in code_cells(path) if has_claims(cell)]
    assert len(claims) >= 3
    for source in claims:
        assert source.startswith("# Claim")
        assert "assert " in source


@each_page
def test_cells_of_claims_are_folded(path) -> None:
    claims = [cell["metadata"] for cell in code_cells(path) if has_claims(cell)]
    assert all(metadata.get("jupyter", {}).get("source_hidden") for metadata in claims)


def names(path: Path, *, claims: bool) -> tuple[set[str], set[str]]:
    """Return the names that cells read, and those that they bind, anywhere in them."""
    read, bound = set(), set()
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(text(cell))) if has_claims(cell) == claims else ():
            match node:
                case ast.Name(id=name, ctx=ast.Load()):
                    read.add(name)
                case ast.Name(id=name) | ast.arg(arg=name):
                    bound.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    bound.add(name)
                case ast.alias():
                    bound.add(node.asname or node.name)
    return read, bound


@each_lesson
def test_lesson_runs_without_its_claims(path) -> None:
    read, bound = names(path, claims=False)
    _, in_claims = names(path, claims=True)
    assert read & in_claims - bound == set()


@each_lesson
def test_lesson_ends_with_summary_questions_reading_and_licence(path) -> None:
    ends = [
        prose(path).find(f"\n## {title}\n")
        for title in ("Summary", "Questions to try", "Further reading")
    ]
    assert ends == sorted(ends)
    assert ends[0] > 0
    assert prose(path).endswith(LICENCE)


@each_lesson
def test_each_question_has_its_answer_folded(path) -> None:
    asked = re.findall(r"^(\d+)\. ", questions(path), re.MULTILINE)
    assert [int(number) for number in asked] == list(range(1, len(asked) + 1))
    assert len(asked) >= 3
    assert questions(path).count("<details>") == questions(path).count("</details>") == len(asked)


@each_lesson
def test_each_lesson_has_runnable_solutions(path) -> None:
    assert (FOLDER / "teaching" / "solutions" / path.name).is_file()


@each_page
def test_lesson_calls_a_weight_by_its_label(path) -> None:
    assert not re.search(r"weights\.\d", path.read_text(encoding="utf-8"))


@each_page
def test_lesson_plots_by_one_call(path) -> None:
    assert [source for source in map(text, code_cells(path)) if "matplotlib" in source] == []


@each_lesson
def test_lesson_holds_pictures(path) -> None:
    shown = [out["data"] for cell in code_cells(path) for out in cell["outputs"] if "data" in out]
    assert any({"image/png", "image/svg+xml"} & data.keys() for data in shown)


@each_notebook
def test_notebook_says_its_licence(path) -> None:
    assert prose(path).count("*Text: CC BY 4.0; code: MIT. ") == 1


@each_notebook
def test_notebook_was_run_from_top_to_bottom_without_an_error(path) -> None:
    code = code_cells(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    kinds = {output["output_type"] for cell in code for output in cell["outputs"]}
    assert "error" not in kinds


@each_notebook
@pytest.mark.parametrize(
    "place", [*(f"/{top}/" for top in ("home", "root", "tmp", "Users")), "C:\\\\", "site-packages"]
)
def test_notebook_names_no_path_on_a_machine(path, place) -> None:
    assert place not in path.read_text(encoding="utf-8")


@each_page
def test_no_cell_is_a_wall_of_code(path) -> None:
    lines = {
        text(cell): len([line for line in text(cell).splitlines() if line.strip()])
        for cell in code_cells(path)
    }
    assert [source for source, n in lines.items() if n > 10] == []


def test_class_that_lesson_3_shows_in_one_piece_gets_full_marks_and_is_that_of_the_solutions() -> (
    None
):
    lesson = FOLDER / "03_build_your_own_value.ipynb"
    shown = prose(lesson).partition("```python\n")[2].partition("\n```")[0]
    solutions = code_cells(FOLDER / "teaching" / "solutions" / lesson.name)
    assert shown in [text(cell) for cell in solutions]
    assert len([line for line in shown.splitlines() if line.strip()]) <= 65
    assert engine.teach.check(shown).passed


def test_page_of_mistakes_shows_25_each_with_its_message_asserted() -> None:
    page = cells(MISTAKES)
    titles = re.findall(r"^### (\d+) · .+$", prose(MISTAKES), re.MULTILINE)
    assert [int(number) for number in titles] == list(range(1, 26))
    starts = [i for i, cell in enumerate(page) if text(cell).startswith("### ")]
    for start, end in zip(starts, [*starts[1:], len(page)], strict=True):
        code = [cell for cell in page[start:end] if cell["cell_type"] == "code"]
        printed = "".join(text({"source": out["text"]}) for cell in code for out in cell["outputs"])
        assert re.search(r"Warning: |Error: | in layer \d since step |=|seed", printed)
        assert "assert " in "".join(text(cell) for cell in code if has_claims(cell))
        assert any(text(cell).endswith("\n\nRight:") for cell in page[start:end])


def test_page_of_mistakes_ends_with_its_licence() -> None:
    assert prose(MISTAKES).endswith(LICENCE)
