"""Writes lessons as pages and as slides that need no network: one HTML file for each."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine import write_together
from nn.teach.pages.formulas import with_mathml
from nn.teach.pages.outline import outline

TEMPLATES = Path(__file__).parent / "templates"
NEEDED = ("nbconvert", "latex2mathml", "sphinx_revealjs")


def write_pages(
    lessons: Iterable[str | Path], folder: str | Path, *, slides: bool = False
) -> list[Path]:
    """Write lessons as HTML files: all of them, or none.

    Args:
        lessons: notebooks, which are not run: the files hold what they show.
        folder: where the files go; it is made if it does not exist.
        slides: whether to write slides, `01_….slides.html`, and not pages, `01_….html`. On a
            slide, code comes first and what it shows at the next press; S opens the speaker's
            notes, with the whole text.

    Returns:
        The paths of the files.

    Raises:
        ModuleNotFoundError: the extra `teaching` is not installed.
        FileNotFoundError: there is no such notebook.
        ValueError: a file is not a notebook, or two have the same name.

    Example:
        >>> from nn.teach import write_pages
        >>> write_pages(["notebooks/01_value_and_gradient.ipynb"], "out")  # doctest: +SKIP
        [PosixPath('out/01_value_and_gradient.html')]
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"pages and slides need {', '.join(missing)}; pip install 'glassgrad[teaching]'"
        )
    ending = ".slides.html" if slides else ".html"
    pages: dict[str | Path, str] = {}
    for lesson in map(Path, lessons):
        path = Path(folder) / f"{lesson.stem}{ending}"
        if path in pages:
            raise ValueError(f"two lessons would be written to {path}; give them different names")
        pages[path] = html(read(lesson), slides=slides)
    Path(folder).mkdir(parents=True, exist_ok=True)
    write_together(pages)
    return [Path(path) for path in pages]


def read(lesson: Path) -> Any:
    """Return a notebook with its title, as the first heading says it."""
    import nbformat

    if not lesson.is_file():
        raise FileNotFoundError(f"there is no notebook {lesson}")
    try:
        notebook = nbformat.read(lesson, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeError) as error:
        raise ValueError(f"{lesson} is not a Jupyter notebook") from error
    first = notebook.cells[0].source if notebook.cells else ""
    notebook.metadata.title = first.partition("\n")[0].lstrip("# ") or lesson.stem
    return notebook


def html(notebook: Any, *, slides: bool) -> str:
    """Return a notebook as one HTML file."""
    from nbconvert.exporters import HTMLExporter, SlidesExporter

    if slides:
        notebook = outline(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_mathml(cell.source)
    kind: Any = SlidesExporter if slides else HTMLExporter
    exporter = kind(
        template_name="slides" if slides else "lesson",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    text, _ = exporter.from_notebook_node(notebook, {"glassgrad": parts(slides=slides)})
    return str(text)


def parts(*, slides: bool) -> dict[str, str]:
    """Return the styles and scripts that go into a file."""
    if not slides:
        return {"css": (TEMPLATES / "lesson" / "page.css").read_text("utf-8")}
    import sphinx_revealjs  # which brings reveal.js along

    reveal = Path(sphinx_revealjs.__file__).parent / "_static" / "revealjs"
    files = {
        "css": TEMPLATES / "slides" / "slides.css",
        "js": TEMPLATES / "slides" / "slides.js",
        "reveal_css": reveal / "dist" / "reveal.css",
        "reveal_js": reveal / "dist" / "reveal.js",
        "notes_js": reveal / "plugin" / "notes" / "notes.js",
    }
    return {name: path.read_text("utf-8") for name, path in files.items()}
