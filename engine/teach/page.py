"""A report as text for a terminal of 80 columns, and as HTML."""

from __future__ import annotations

from html import escape

from engine.teach.finding import Found


def text_of(report: Found) -> str:
    """Return a report as text."""
    head = f"{report.name}: {report.points:g} of {report.total:g} points"
    return "\n".join([head, *(finding.message for finding in report.findings), report.next])


def html_of(report: Found) -> str:
    """Return a report as one element of HTML."""
    return f"<pre>{escape(text_of(report))}</pre>"
