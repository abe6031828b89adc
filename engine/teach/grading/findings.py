"""Findings about a class as a whole, and all findings put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.teach import faults
from engine.teach.finding import Finding
from engine.teach.grading import rubric
from engine.teach.grading.wording import failure_of, listed
from engine.teach.isolate.observation import HANGS, Failure, Observation
from engine.teach.report import Report
from engine.teach.trial import battery
from engine.teach.trial.trust import is_description

MERGED = (
    faults.BORROWED,
    faults.CHANGES_DATA,
    faults.CONSTANT_NOT_WRAPPED,
    faults.DOES_NOT_END,
    faults.ENDS_PROCESS,
    faults.MISSING_REFLECTED,
    faults.TAMPERS,
    faults.WRONG_RESULT,
)


def unusable(seen: Observation) -> Finding | None:
    """Return why there is no class to check, or None."""
    if seen.error is not None:
        failure = seen.error
        if failure.kind == HANGS:
            failure = replace(failure, message="it does not come to an end")
        fault = faults.CANNOT_LOAD if failure.kind != "garbled" else faults.TAMPERS
        fault = faults.BORROWED if failure.error == "BorrowedEngineError" else fault
        return failed(fault, failure)
    value: Any = seen.value
    if not is_description(value):
        return failed(faults.TAMPERS, None)
    if "not a class" in value:
        return failed(faults.NOT_A_CLASS, None, f"It is {value['not a class']}")
    if value["borrowed"]:
        return failed(faults.BORROWED, None, f"It takes something from {value['borrowed']}")
    return None


def failed(
    fault: str, failure: Failure | None, problem: str = "", *, text: str = "", method: str = ""
) -> Finding:
    """Return a finding about the class as a whole."""
    return failure_of(fault, "", None, failure, problem=problem, text=text, method=method)


def missing_finding(todo: str) -> Finding:
    """Return the finding that says what to write next."""
    if todo == "backward":
        return failed(faults.MISSING_BACKWARD, None, method="backward")
    return failure_of(faults.MISSING_OPERATION, todo, battery.alone(todo)[0], None)


def merged(findings: list[Finding]) -> list[Finding]:
    """Return findings with those of the same kind as one, which names the other operations."""
    kept: list[Finding] = []
    others: dict[int, list[str]] = {}
    for finding in findings:
        same = [f for f in kept if f.fault == finding.fault and f.fault in MERGED]
        same += [f for f in kept if f.fault == finding.fault and f.operation == finding.operation]
        if not same:
            kept.append(finding)
        elif finding.operation and finding.operation != same[0].operation:
            names = others.setdefault(kept.index(same[0]), [])
            names += [finding.operation] if finding.operation not in names else []
    for k, names in others.items():
        more = f" The same is true of {listed(tuple(names))}."
        kept[k] = replace(kept[k], message=kept[k].message + more)
    return kept


def next_sentence(findings: list[Finding], remarks: list[str]) -> str:
    """Return what to do next."""
    if findings:
        first = findings[0]
        where = f" (line {first.line[0]})" if first.line else ""
        if first.fault in (faults.MISSING_OPERATION, faults.MISSING_BACKWARD):
            return f"Next: {first.hints[2][0].lower()}{first.hints[2][1:]}"
        return f"Mend this first{where}: {first.hints[0]}"
    if remarks:
        return f"All is right. As an extra: {remarks[0]}"
    return "All is right, extras included."


def refused(name: str, finding: Finding) -> Report:
    """Return the report of what cannot be graded."""
    items = tuple(rubric.item(part, rubric.NOT_REACHED) for part in rubric.ALL)
    return Report(name, items, (finding,), next_sentence([finding], []))
