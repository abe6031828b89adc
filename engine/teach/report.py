"""What a check found, as text, HTML and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from engine.teach.finding import Found
from engine.teach.page import html_of, text_of


@dataclass(frozen=True, slots=True, repr=False)
class Report(Found):
    """What a check found, such as `.passed`, `.points` and `.findings`: `print` or show it."""

    def __str__(self) -> str:
        return text_of(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_html(self) -> str:
        """Return the report as HTML: one element, for a page or a notebook."""
        return html_of(self)

    def to_json(self) -> str:
        """Return all of the report as JSON, pictures included."""
        facts = {"passed": self.passed, "points": self.points, "total": self.total}
        return json.dumps(facts | asdict(self), ensure_ascii=False)
