"""Drills on paper: a page to print, black on white, and its key."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from engine.teach.drills.drill import Drill, drill
from engine.teach.drills.levels import LEVELS
from engine.words.numbers import number_text

PAPERS = {"a4": "A4", "letter": "letter"}  # as CSS calls them
STYLE = Path(__file__).parent / "sheet.css"
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
@page {{ size: {paper}; margin: 15mm }}
body {{ margin: 0 auto; max-width: 180mm }}
</style>
<body>
{sheet}
</body>
</html>
"""


def drill_sheet(seeds: Iterable[int] | int, level: int = 1, *, paper: str = "A4") -> Sheet:
    """Return drills as a page to print.

    Args:
        seeds: of the drills, such as `range(1, 9)`.
        level: from 1 to 6, as for `drill`.
        paper: "A4" or "letter".

    Raises:
        TypeError: the seeds or the level are not whole numbers.
        ValueError: there are no seeds, no such level, or no such paper.

    Example:
        >>> import engine
        >>> sheet = engine.teach.drill_sheet(range(1, 9), level=2)
        >>> sheet.key.drills[0].key
        {'dd_da': 0.5, 'dd_db': -3.0, 'de_dc': 1.0, 'de_dd': -1.0}
    """
    if not isinstance(paper, str) or paper.lower() not in PAPERS:
        raise ValueError(f"paper must be A4 or letter, got {paper!r}")
    if isinstance(seeds, str) or not isinstance(seeds, (int, Iterable)):
        raise TypeError(f"seeds must be whole numbers, such as range(1, 9), got {seeds!r}")
    drills = [drill(seed, level) for seed in (seeds if isinstance(seeds, Iterable) else [seeds])]
    if not drills:
        raise ValueError("a sheet needs at least one seed; write range(1, 9) for eight drills")
    return Sheet(drills, paper.lower(), is_key=False)


class Sheet:
    """Drills to print. A notebook shows them.

    Attributes:
        drills: what is on it.
        paper: "a4" or "letter".
        is_key: whether the answers are filled in.
    """

    def __init__(self, drills: list[Drill], paper: str, *, is_key: bool) -> None:
        self.drills = drills
        self.paper = paper
        self.is_key = is_key

    @property
    def key(self) -> Sheet:
        """The same sheet with the answers."""
        return Sheet(self.drills, self.paper, is_key=True)

    def save(self, path: str | Path) -> Path:
        """Write the sheet as a page, a .html file, to be printed from a browser.

        Returns:
            The path.

        Raises:
            ValueError: another suffix.
            OSError: the file cannot be written; an older one stays as it was.
        """
        from engine.draw.files import save_by_suffix

        return save_by_suffix(path, {".html": self.page.encode}, "a sheet is")

    @property
    def page(self) -> str:
        """The sheet as a page of its own, as `save` writes it."""
        title = f"{self.heading}: {self.seeds}"
        return PAGE.format(title=title, paper=PAPERS[self.paper], sheet=self._repr_html_())

    @property
    def heading(self) -> str:
        """The first line."""
        level = self.drills[0].level
        return (
            f"{'Key to drills' if self.is_key else 'Drills'}, level {level}: {self.drills[0].title}"
        )

    @property
    def seeds(self) -> str:
        """Which drills are on it."""
        return ", ".join(str(one.seed) for one in self.drills)

    def __repr__(self) -> str:
        return f'{self.heading}: {self.seeds}; save("sheet.html") writes it, to be printed'

    def _repr_html_(self) -> str:
        asks = LEVELS[self.drills[0].level - 1].asks
        name = "" if self.is_key else "<span>Name <i></i></span>"
        style = STYLE.read_text(encoding="utf-8")
        return "\n".join(
            [
                f'<div class="glassgrad-sheet">\n<style>\n{style}</style>',
                f"<h1>{escape(self.heading)}{name}</h1>\n<p>{escape(asks)}</p>",
                *map(self.section, self.drills),
                "</div>",
            ]
        )

    def section(self, one: Drill) -> str:
        """Return one drill as HTML: its picture, and a line for each answer."""
        from engine.teach.drills.picture import form_of, picture_of  # brings all of drawing

        svg = picture_of(one.order, one.blanks, lambda _: self.is_key, "\n".join(one.lines))
        lines = "".join(
            f"<li>{escape(blank.text)} = "
            + (f"<b>{number_text(blank.right)}</b></li>" if self.is_key else "<i></i></li>")
            for blank in one.blanks
        )
        return (
            f'<section class="{form_of(svg)}">\n<h2>{one.seed}</h2>\n'
            f"<div>{svg}<ol>{lines}</ol></div>\n</section>"
        )
