"""The one check behind every outlet: what a file holds, as one report."""

from __future__ import annotations

import json
from pathlib import Path

from engine import teach
from nn.teach.outlets.submission import source_of

LEVELS = ("A nudge", "A pointer", "The answer")


def check_file(path: Path) -> teach.Report:
    """Check a submission in a process of its own.

    Args:
        path: a .py or .ipynb file.

    Raises:
        SubmissionError: there is no such file, or it is neither.
    """
    source = source_of(path)
    return teach.check(path if path.suffix == ".py" else source)  # a file may import its neighbours


def as_text(report: teach.Report, *, hints: bool = False) -> str:
    """Return a report as text, which says where hints are found at the command line.

    Args:
        report: of a check.
        hints: whether to end with those of what is to be mended first.
    """
    lines = str(report).splitlines()
    shown = next((finding.hints for finding in report.findings if finding.hints), ())
    where = "Further hints: glassgrad teach check --hints FILE"
    lines = [where if line.startswith("Further hints: ") else line for line in lines]
    if hints and shown:
        lines.remove(where)
        lines += ["", *(f"{level}: {hint}" for level, hint in zip(LEVELS, shown, strict=True))]
    return "\n".join(lines)


def as_json(path: Path, report: teach.Report) -> str:
    """Return a report as JSON, for a grader: also as text, and as HTML to show."""
    shown = {"file": str(path), "text": as_text(report), "html": report.to_html()}
    return json.dumps(shown | json.loads(report.to_json()))
