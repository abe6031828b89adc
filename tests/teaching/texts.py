"""What the tests of the teacher's texts read: lessons, and the sections of the guide."""

from __future__ import annotations

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "notebooks"
TEACHING = FOLDER / "teaching"
LESSONS = sorted(FOLDER.glob("[0-9]*.ipynb"))
GUIDE = (TEACHING / "README.md").read_text(encoding="utf-8")


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def head(path: Path) -> tuple[str, str, str, str]:
    """Return title, minutes, the lesson before, and the extras that a lesson says it needs."""
    title, _, says = "".join(cells(path)[0]["source"]).partition("\n\n")
    minutes, after, needs = says.partition("\n")[0].split(" · ")
    lesson = re.search(r"after lesson (\d+)", after)
    return (
        title.removeprefix("# "),
        minutes.strip("* minutes"),
        lesson[1] if lesson else "",
        " ".join(re.findall(r"`\w+`", needs)),
    )


def headings(path: Path) -> list[str]:
    """Return the sections of a lesson that are taught in class."""
    prose = "\n".join("".join(c["source"]) for c in cells(path) if c["cell_type"] == "markdown")
    found = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    return [name for name in found if name not in ("Questions to try", "Further reading")]


def n_questions(path: Path) -> int:
    """Return how many questions a lesson ends with."""
    last = "\n".join("".join(cell["source"]) for cell in cells(path)[-3:])
    asked = last.partition("## Questions to try")[2].partition("## Further reading")[0]
    return len(re.findall(r"^\d+\. ", asked, re.MULTILINE))


def sections() -> dict[int, str]:
    """Return the guide's section on each lesson by its number."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(TEACHING.glob("lessons_*.md")))
    parts = re.split(r"^## Lesson (\d+) · ", "\n".join(texts), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def plan_of(section: str) -> list[tuple[str, int]]:
    """Return the parts of a lesson and their minutes, as a section of the guide has them."""
    (paragraph,) = re.findall(r"^\*\*Minutes.*?\n\n", section, re.MULTILINE | re.DOTALL)
    found = re.findall(r"(\d+) \*([^*]+)\*[;.]", " ".join(paragraph.split()))
    return [(name, int(minutes)) for minutes, name in found]


def rows(text: str) -> list[list[str]]:
    """Return the rows of the tables of a text, without their heads."""
    lines = re.findall(r"^\| .+ \|$", text, re.MULTILINE)
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in split if row[0] not in ("session", "expect")]
