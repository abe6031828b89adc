"""Lessons as pages and slides: complete, offline, claims folded, answers kept back."""

import re
from pathlib import Path

import pytest

from tests.needs import CHROMIUM, needs

nbformat = pytest.importorskip("nbformat")
from nn.teach import write_pages  # noqa: E402
from nn.teach.pages.outline import lead, outline  # noqa: E402

pytestmark = needs("nbconvert", "latex2mathml", "sphinx_revealjs")

LONG = "This first sentence is long enough to stand alone on a slide for the class. " + (
    "The rest is for the speaker. " * 12
)
CELLS = [
    (
        "markdown",
        "# 1 · A lesson\n\nAfter it you will be able to\n\n* see $x_1 * x_2$, not `$HOME`",
    ),
    ("markdown", "## The slope\n\n$$\\frac{dy}{dx} = 2x$$\n\nIt is a slope."),
    ("code", "print(3 * 4)"),
    ("claims", "# Claims: three times four.\nassert 3 * 4 == 12"),
    ("markdown", LONG),
    (
        "markdown",
        "## Questions to try\n\n1. Why?\n   <details><summary>Answer</summary>\n\n   Because.\n   </details>",
    ),
]


def lesson(folder: Path, name: str = "01_a_lesson") -> Path:
    """Write a lesson of a few cells."""
    notebook = nbformat.v4.new_notebook()
    for kind, source in CELLS:
        if kind == "markdown":
            notebook.cells.append(nbformat.v4.new_markdown_cell(source))
            continue
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        if kind == "claims":
            cell.metadata = {"tags": ["claims"]}
        else:
            cell.outputs = [nbformat.v4.new_output("stream", text="12\n")]
        notebook.cells.append(cell)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def page(tmp_path: Path) -> str:
    (path,) = write_pages([lesson(tmp_path)], tmp_path / "out")
    return path.read_text("utf-8")


@pytest.fixture
def slides(tmp_path: Path) -> str:
    (path,) = write_pages([lesson(tmp_path)], tmp_path / "out", slides=True)
    return path.read_text("utf-8")


def test_page_folds_the_cells_of_claims(page: str) -> None:
    (folded,) = re.findall(r'<details class="claims">.*?</details>', page, re.DOTALL)
    assert "assert" in folded


def test_page_has_formulas_as_mathml(page: str) -> None:
    assert "<mfrac><mrow><mi>d</mi><mi>y</mi></mrow>" in page
    assert "$$" not in page


def test_dollar_in_code_is_no_formula(page: str) -> None:
    assert "<code>$HOME</code>" in page


def test_star_in_a_formula_is_not_emphasis(page: str) -> None:
    assert re.search(r"<msub><mi>x</mi><mn>1</mn></msub><mo>(\*|&#42;|∗|&#x0002A;)</mo>", page)


def test_slides_leave_out_claims_and_answers(slides: str) -> None:
    assert "Because." not in slides
    assert "3 * 4 == 12" not in slides
    assert "Why?" in slides


def test_long_text_is_a_lead_on_the_slide_and_whole_in_the_notes(slides: str) -> None:
    without_notes, notes = re.subn(r'<aside class="notes">.*?</aside>', "", slides, flags=re.DOTALL)
    assert notes >= 4
    assert "This first sentence" in without_notes
    assert "The rest is for the speaker." not in without_notes
    assert slides.count("The rest is for the speaker.") == 12


@pytest.mark.parametrize("between", ["\n\n", " ", "\n"])
def test_slide_keeps_what_the_class_is_asked_wherever_it_stands(between: str) -> None:
    question = "**Predict before you run**: which is it? The first? Or the second?"
    assert lead(LONG + between + question).endswith(question)
    assert "for the speaker" not in lead(LONG + between + question)


def test_code_that_the_class_is_to_write_is_not_on_the_slide_of_the_task() -> None:
    task = "**Write before you read on**: a sum."
    places = {}
    for text in (task, "**Predict before you run**: a sum?"):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("1 + 1")]
        )
        *_, code = outline(notebook).cells
        places[text] = code.metadata.slideshow.slide_type
    assert list(places.values()) == ["subslide", "-"]


def test_slide_keeps_the_whole_summary() -> None:
    assert lead(f"## Summary\n\n{LONG}") == f"## Summary\n\n{LONG}"


def test_all_lessons_are_written_or_none(tmp_path: Path) -> None:
    broken = tmp_path / "02_broken.ipynb"
    broken.write_text("{")
    with pytest.raises(ValueError, match=r"02_broken\.ipynb is not a Jupyter notebook"):
        write_pages([lesson(tmp_path), broken], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_lessons_with_the_same_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="two lessons would be written to"):
        write_pages([lesson(tmp_path), lesson(tmp_path / "other")], tmp_path / "out")


def test_missing_packages_are_named_with_what_installs_them(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("nn.teach.pages.find_spec", lambda name: None)
    with pytest.raises(
        ModuleNotFoundError, match=r"nbconvert, .*pip install 'glassgrad\[teaching\]'"
    ):
        write_pages([lesson(tmp_path)], tmp_path / "out")


@pytest.fixture
def tab(chromium):
    """Return a page of the browser that has asked for nothing but the file, and met no error."""
    tab = chromium.new_page(viewport={"width": 1920, "height": 1080})
    mishaps: list[str] = []
    tab.on("pageerror", lambda error: mishaps.append(str(error)))
    tab.on("request", lambda sent: sent.url.startswith("http") and mishaps.append(sent.url))
    yield tab
    tab.close()
    assert mishaps == []


@needs("playwright", program=CHROMIUM)
def test_slides_show_code_first_and_then_what_it_prints(tab, tmp_path: Path) -> None:
    (path,) = write_pages([lesson(tmp_path)], tmp_path / "out", slides=True)
    tab.goto(path.as_uri())
    printed = tab.locator("section.present .jp-OutputArea-output")
    tab.keyboard.press("Space")
    assert tab.locator("section.present h2").last.inner_text() == "The slope"
    assert (
        printed.evaluate("node => getComputedStyle(node.closest('.fragment')).visibility")
        == "hidden"
    )
    tab.keyboard.press("Space")
    printed.wait_for(state="visible")
    assert printed.inner_text().strip() == "12"


@needs("playwright", program=CHROMIUM)
@pytest.mark.parametrize("width", [1920, 480])
def test_page_fits_the_width_of_the_window(tab, tmp_path: Path, width: int) -> None:
    (path,) = write_pages([lesson(tmp_path)], tmp_path / "out")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(path.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("math").first.bounding_box()["height"] > 10


@needs("playwright", program=CHROMIUM)
def test_code_and_a_tall_result_take_turns_on_a_slide(tab, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("show()", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", text="12\n" * 60)]
    notebook.cells = [nbformat.v4.new_markdown_cell("# 1 · Tall"), cell]
    nbformat.write(notebook, tmp_path / "tall.ipynb")
    (path,) = write_pages([tmp_path / "tall.ipynb"], tmp_path, slides=True)
    tab.goto(path.as_uri())
    code = tab.locator("section.present .jp-InputArea-editor").last
    assert code.is_visible()
    tab.keyboard.press("Space")
    tab.locator("section.present .jp-OutputArea-output").wait_for(state="visible")
    assert not code.is_visible()


def test_lesson_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no notebook .*nothing\.ipynb"):
        write_pages([tmp_path / "nothing.ipynb"], tmp_path)


@pytest.fixture
def shown(tab, tmp_path: Path):
    """Return a function that writes a lesson of one cell and goes to what the cell shows."""

    def show(source: str, output: str):
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        cell.outputs = [nbformat.v4.new_output("stream", text=output)]
        title = nbformat.v4.new_markdown_cell("# A title\n\n" + "It is long. " * 60)
        notebook = nbformat.v4.new_notebook(cells=[title, cell])
        nbformat.write(notebook, tmp_path / "cell.ipynb")
        (path,) = write_pages([tmp_path / "cell.ipynb"], tmp_path / "out", slides=True)
        tab.goto(path.as_uri())
        tab.keyboard.press("Space")
        tab.keyboard.press("Space")
        tab.locator("section.present .fragment.visible").wait_for()
        return tab.locator("section.present .jp-OutputArea-output pre")

    return show


SIZE = """node => {
    const text = document.createRange();
    text.selectNodeContents(node);
    const boxes = [...text.getClientRects()];
    const tops = new Set(boxes.map(box => Math.round(box.top)));
    const right = Math.max(...boxes.map(box => box.right));
    return [tops.size, boxes[0].height, right];
}"""


@needs("playwright", program=CHROMIUM)
def test_row_of_a_table_stays_on_one_line_of_a_slide(shown) -> None:
    row = "column " * 13  # 91 letters
    lines, _, right = shown("print(table)", f"{row}\n{row}\n").evaluate(SIZE)
    assert lines == 2
    assert right < 1920


@needs("playwright", program=CHROMIUM)
def test_long_sentence_breaks_so_that_it_can_be_read_from_the_back(shown) -> None:
    lines, height, right = shown("print(alarm)", "a long alarm " * 30).evaluate(SIZE)
    assert lines > 1
    assert height > 1080 / 45
    assert right < 1920


@needs("playwright", program=CHROMIUM)
def test_long_listing_gets_two_columns(shown) -> None:
    listing = "".join(f"line {k}\n" for k in range(44))
    heights, height, _ = shown("print(program)", listing).evaluate(SIZE)
    assert heights == 22
    assert height > 1080 / 45


@needs("playwright", program=CHROMIUM)
def test_code_makes_room_for_a_result_that_would_be_small_beside_it(shown, tab) -> None:
    code = "\n".join(f"a = {k}" for k in range(10))
    assert shown(code, "".join(f"line {k}\n" for k in range(18))).is_visible()
    assert not tab.locator("section.present .jp-InputArea").last.is_visible()
