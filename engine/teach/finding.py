"""What a check can find: faults, points, and both together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and the smallest expression that shows it.

    Attributes:
        fault: its name in the list of `engine.teach.faults`.
        message: what is wrong, in sentences.
        operation: the operation it is in, such as "*" or "tanh"; None for a whole pass.
        graph: the smallest expression that shows it, such as "a + a"; or "".
        expected: what is right there, such as "a.grad = 2".
        got: what came instead.
        line: the number and text of the student's line, or None where it is not known.
        picture: the wrong graph beside the right one, as SVG; or "".
        hints: a nudge, a pointer, the answer.
    """

    fault: str
    message: str
    operation: str | None = None
    graph: str = ""
    expected: str = ""
    got: str = ""
    line: tuple[int, str] | None = None
    picture: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the rubric.

    Attributes:
        name: what is asked for.
        points: what was reached.
        total: what can be reached.
        state: "right", "wrong", "missing" or "not reached", which says that it could not be looked
            at because of something else.
    """

    name: str
    points: float
    total: float
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that a check found.

    Attributes:
        name: of what was checked, such as "Value".
        rubric: what is asked for, with points.
        findings: what is wrong, first the one to mend first.
        next: what to do next, in one sentence.
        extras: the extras that were reached.
        remarks: sentences about extras that were not reached.
    """

    name: str
    rubric: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()
    next: str = ""
    extras: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all of the rubric is right."""
        return not self.findings and all(item.points == item.total for item in self.rubric)

    @property
    def points(self) -> float:
        """The points reached."""
        return sum(item.points for item in self.rubric)

    @property
    def total(self) -> float:
        """The points that can be reached."""
        return sum(item.total for item in self.rubric)
