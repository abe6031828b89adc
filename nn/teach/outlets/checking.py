"""The one check behind every outlet: what a file holds, as one report."""

from __future__ import annotations

import json
from pathlib import Path

from engine import teach
from nn.teach.outlets.submission import source_of


def check_file(path: Path) -> teach.Report:
    """Check a submission in a process of its own.

    Args:
        path: a .py or .ipynb file.

    Raises:
        SubmissionError: there is no such file, or it is neither.
    """
    source = source_of(path)
    return teach.check(path if path.suffix == ".py" else source)  # a file may import its neighbours


def as_json(path: Path, report: teach.Report) -> str:
    """Return a report as JSON, for a grader: also as text, and as HTML to show."""
    shown = {"file": str(path), "text": str(report), "html": report.to_html()}
    return json.dumps(shown | json.loads(report.to_json()))
