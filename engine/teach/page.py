"""A report as text for a terminal of 80 columns, and as HTML."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from html import escape

from engine.teach.finding import Finding, Found, Item

WIDTH = 80
KEPT = "\0"  # stands for a space at which no line is broken
CODE = re.compile(r"`[^`]+`")
# A state of the rubric's items, its sign, and the colours of its paper and ink.
STATES = (
    ("right", "✓", "#dbe9f6", "#17487a"),
    ("wrong", "✗", "#ffe3cf", "#8a3800"),
    ("missing", "…", "#eaeef2", "#424a53"),
    ("not reached", "?", "#eaeef2", "#424a53"),
)
HINTS = ("A nudge", "A pointer", "The answer")


# ---- as text ----


def text_of(report: Found) -> str:
    """Return a report as text."""
    return "\n".join(
        [headline(report), *rubric_lines(report), *finding_lines(report), *end(report)]
    )


def headline(report: Found) -> str:
    """Return the name and the points."""
    return f"{report.name}: {report.points:g} of {report.total:g} points"


def rubric_lines(report: Found) -> Iterator[str]:
    """Yield the parts of the rubric by their state."""
    for state, *_ in STATES:
        names = [named(item).replace(" ", KEPT) for item in report.rubric if item.state == state]
        if names:
            yield from wrapped(f"{state + ':':13}", "; ".join(names))


def finding_lines(report: Found) -> Iterator[str]:
    """Yield each finding, numbered if there are several, with the student's line."""
    for k, finding in enumerate(report.findings, start=1):
        lead = f"{k}. " if len(report.findings) > 1 else ""
        yield from wrapped(lead, finding.message)
        if finding.line:
            yield f"{'':{len(lead)}}line {finding.line[0]}: {finding.line[1]}"


def end(report: Found) -> Iterator[str]:
    """Yield what to do next, and the extras."""
    yield from wrapped("", report.next)
    if any(finding.hints for finding in report.findings):
        yield "Further hints: .findings[0].hints"
    if report.extras:
        yield from wrapped("", f"Extras reached: {', '.join(report.extras)}.")


def wrapped(lead: str, text: str) -> list[str]:
    """Return lines of at most 80 columns, of which the first begins with `lead`; code is kept."""
    text = CODE.sub(lambda code: code[0].replace(" ", KEPT), text)
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False
    )
    return [line.replace(KEPT, " ") for line in lines]


def named(item: Item) -> str:
    """Return a part of the rubric, with its points if it has some of them."""
    some = 0 < item.points < item.total
    return f"{item.name} ({item.points:g} of {item.total:g})" if some else item.name


# ---- as HTML ----


def html_of(report: Found) -> str:
    """Return a report as one element of HTML."""
    chips = " ".join(chip(item) for item in report.rubric)
    findings = "".join(
        finding_html(finding, first=k == 0) for k, finding in enumerate(report.findings)
    )
    extras = f"<p>Extras reached: {escape(', '.join(report.extras))}.</p>" if report.extras else ""
    return (
        f'<div style="max-width:1100px"><p><b>{escape(headline(report))}</b></p>'
        f'<p style="line-height:2">{chips}</p>{findings}'
        f"<p><b>{marked(report.next)}</b></p>{extras}</div>"
    )


def chip(item: Item) -> str:
    """Return a part of the rubric on a coloured ground."""
    _, sign, paper, ink = next(state for state in STATES if state[0] == item.state)
    return (
        f'<span style="background:{paper};color:{ink};border-radius:9px;padding:2px 8px;'
        f'white-space:nowrap" title="{item.state}: {item.points:g} of {item.total:g} points">'
        f"{sign} {escape(named(item))}</span>"
    )


def finding_html(finding: Finding, *, first: bool) -> str:
    """Return a finding; the picture of the first is open, the others' are folded."""
    line = ""
    if finding.line:
        line = f"<br>Line {finding.line[0]}: <code>{escape(finding.line[1])}</code>"
    picture = f'<div style="overflow-x:auto">{finding.picture}</div>' if finding.picture else ""
    if picture and not first:
        picture = folded("The picture", picture)
    hints = "".join(
        folded(name, marked(hint)) for name, hint in zip(HINTS, finding.hints, strict=False)
    )
    return f"<div><p>{marked(finding.message)}{line}</p>{picture}{hints}</div>"


def folded(title: str, inside: str) -> str:
    """Return HTML that opens at a click."""
    return f"<details><summary>{title}</summary>{inside}</details>"


def marked(text: str) -> str:
    """Return text as HTML, with what stands between backquotes as code."""
    return CODE.sub(lambda code: f"<code>{code[0][1:-1]}</code>", escape(text))
