"""Collects what a check finds: points for each part, and faults by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from engine import teach
from nn.teach.checking.faults import FAULTS

TOLERANCE = 1e-6


class Grade:
    """The rubric of a check, part by part, and its findings.

    Args:
        name: of what is checked.
        parts: the parts of the rubric with their points.
    """

    def __init__(self, name: str, parts: dict[str, float]) -> None:
        self.name = name
        self.items = {part: teach.Item(part, 0.0, n, "not reached") for part, n in parts.items()}
        self.findings: list[teach.Finding] = []
        self.extras: list[str] = []

    def right(self, part: str) -> None:
        """Give all points of a part."""
        total = self.items[part].total
        self.items[part] = teach.Item(part, total, total, "right")

    def wrong(
        self,
        part: str,
        fault: str,
        *,
        graph: str = "",
        expected: str = "",
        got: str = "",
        line: tuple[int, str] | None = None,
        texts: Mapping[str, object] | None = None,
    ) -> None:
        """Note a fault of a part; `texts` go into its sentences."""
        self.items[part] = teach.Item(part, 0.0, self.items[part].total, "wrong")
        meaning, *hints = (text.format(**texts or {}) for text in FAULTS[fault])
        stop = "" if meaning.endswith((".", "!", "?")) else "."  # of an error's own text
        message = f"{meaning}{stop} {shown(graph, expected, got)}".strip()
        self.findings.append(
            teach.Finding(
                fault,
                message,
                graph=graph,
                expected=expected,
                got=got,
                line=line,
                hints=tuple(hints),
            )
        )

    def failed(self, part: str, failure: teach.Failure, graph: str = "") -> None:
        """Note that a part raised an exception, hung, or ended the process."""
        self.wrong(part, "fails", graph=graph, line=failure.line, texts={"error": failure})

    def report(self) -> teach.Report:
        """Return the report."""
        if self.findings:
            first = self.findings[0]
            where = f" (line {first.line[0]})" if first.line else ""
            todo = f"Mend this first{where}: {first.hints[0]}"
        else:
            todo = "All is right."
        rubric, extras = tuple(self.items.values()), tuple(self.extras)
        return teach.Report(self.name, rubric, tuple(self.findings), todo, extras)


def shown(graph: str, expected: str, got: str) -> str:
    """Return a sentence that compares numbers."""
    if not expected:
        return f"It was tried with {graph}." if graph else ""
    where = f"With {graph}, " if graph else ""
    sentence = f"{where}{got} comes out, where {expected} is right."
    return sentence[0].upper() + sentence[1:]


def close(found: object, right: Sequence[float]) -> bool:
    """Return whether a list has the right numbers."""
    return (
        isinstance(found, list)
        and len(found) == len(right)
        and all(
            isinstance(x, (int, float)) and math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            for x, y in zip(found, right, strict=True)
        )
    )


def written(numbers: object) -> str:
    """Return numbers for a sentence."""
    if isinstance(numbers, (list, tuple)):
        if len(numbers) == 1:
            return written(numbers[0])
        return f"[{', '.join(map(written, numbers))}]"
    return f"{numbers:.4g}".replace("-", "−") if isinstance(numbers, (int, float)) else str(numbers)
