"""The one check behind every outlet: what a file holds, as one report."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine import teach
from nn.teach.checking import check, kind_named
from nn.teach.outlets.submission import SubmissionError, parsed, source_of

TOGETHER = 20.0  # seconds for all that a file holds: nbgrader ends a cell after 30
LEVELS = ("A nudge", "A pointer", "The answer")


def check_file(path: Path, names: Sequence[str] = ()) -> teach.Report:
    """Check a submission in a process of its own.

    Args:
        path: a .py or .ipynb file.
        names: the classes and functions to check; by default `Value`, and if the file does not
            define it, all that `nn.teach.check` can tell by its name.

    Raises:
        SubmissionError: there is no such file, or it is neither, or a name tells nothing.
    """
    source = source_of(path)
    given = path if path.suffix == ".py" else source  # a file may import its neighbours
    names = names or names_in(source)
    seconds = min(10.0, TOGETHER / len(names))
    reports = [checked(given, name, seconds) for name in names]
    return reports[0] if len(reports) == 1 else joined(reports)


def names_in(source: str) -> list[str]:
    """Return what there is to check of a program."""
    module = parsed(source)
    found = [
        node.name
        for node in (module.body if module else [])
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    others = [name for name in dict.fromkeys(found) if kind_named(name)]
    return ["Value"] if "Value" in found or not others else others


def checked(given: Path | str, name: str, seconds: float) -> teach.Report:
    """Return the report on one class or function, within a time.

    Raises:
        SubmissionError: its name does not tell what it should be.
    """
    if name == "Value":
        return teach.check(given, seconds=seconds)
    if kind_named(name) is None:
        raise SubmissionError(f"cannot tell what {name!r} should be; name it as nn names its own")
    return check(given, name=name, seconds=seconds)


def joined(reports: Sequence[teach.Report]) -> teach.Report:
    """Return several reports as one."""
    rubric = [replace(item, name=f"{r.name}: {item.name}") for r in reports for item in r.rubric]
    findings = [finding for report in reports for finding in report.findings]
    open_ones = [report for report in reports if not report.passed] or reports[-1:]
    return teach.Report(
        ", ".join(report.name for report in reports),
        tuple(rubric),
        tuple(findings),
        f"{open_ones[0].name}: {open_ones[0].next}",
    )


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
