"""What came of an answer: right, or what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from engine.teach.drills.blanks import Blank
from engine.words.numbers import number_text

RIGHT, WRONG = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one answer.

    Attributes:
        blank: what was asked.
        answer: what came.
        right: whether it is right.
        why: what went wrong, in a sentence; or "".
    """

    blank: Blank
    answer: float
    right: bool
    why: str

    def __str__(self) -> str:
        text = f"{self.blank.text} = {number_text(self.answer)}"
        return f"{text} {RIGHT}" if self.right else f"{text} {WRONG} {self.why}"


class Feedback:
    """What came of some answers. A notebook shows it with the drill.

    Attributes:
        results: of each answer, in the order of the blanks.
        state: what comes next, in one line.
    """

    def __init__(self, results: tuple[Result, ...], state: str, html: Callable[[], str]) -> None:
        self.results = results
        self.state = state
        self._html = html  # of the drill

    @property
    def right(self) -> bool:
        """Whether all of these answers are right."""
        return all(result.right for result in self.results)

    def __repr__(self) -> str:
        return "\n".join([*map(str, self.results), self.state])

    def _repr_html_(self) -> str:
        lines = "<br>".join(escape(str(result)) for result in self.results)
        return f"<div><p>{lines}</p>{self._html()}</div>"
