"""Finds the operations that do not get as far as a right number, and says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from engine.teach import faults
from engine.teach.finding import Finding
from engine.teach.grading.wording import Context, failure_of, finding_of, listed
from engine.teach.isolate.observation import (
    DIED,
    GARBLED,
    HANGS,
    NOT_PLAIN,
    NOT_REACHED,
    Failure,
)
from engine.teach.naming.diagnosis import BUILT_FROM, Named, looseness, symbol
from engine.teach.trial import battery
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph

BASE = ("add", "mul", "neg", "sub", "div", "pow")
# What Python says where a plain number is taken for a Value.
PLAIN_NUMBER = re.compile(
    "AttributeError.*'(int|float)'|TypeError.*(unsupported|not subscriptable)"
)
FAILS = (faults.RAISES, faults.DOES_NOT_END, faults.ENDS_PROCESS)
ENDINGS = ("SystemExit", "MemoryError", "KeyboardInterrupt")


def fault_of(failure: Failure) -> str:
    """Return the name of the fault that a failure is."""
    if failure.error == "BorrowedEngineError":
        return faults.BORROWED
    if failure.kind == DIED or failure.error in ENDINGS:
        return faults.ENDS_PROCESS
    if failure.kind in (GARBLED, NOT_PLAIN):
        return faults.TAMPERS
    return faults.DOES_NOT_END if failure.kind == HANGS else faults.RAISES


def is_unfinished(failure: Failure | None) -> bool:
    """Return whether a method only says that it is not written yet."""
    return failure is not None and failure.error == "NotImplementedError"


class Trouble:
    """What stands in the way of numbers.

    Attributes:
        rows: the operations that ran, and whose results are right.
        missing: the operations that are not there yet.
        findings: what is wrong with the others.
        no_reflected: there is no operator at all for a plain number on the left.
    """

    def __init__(self, evidence: Evidence, methods: set[str], context: Context) -> None:
        self.evidence = evidence
        self.methods = methods
        self.context = context
        self._also: dict[int, list[str]] = {}
        self.rows: list[str] = []
        self.missing: list[str] = []
        self.findings: list[Finding] = []
        self.no_reflected = not any(battery.reflected(row) in methods for row in battery.BINARY)
        for row in sorted(battery.ALL, key=lambda row: row in BUILT_FROM):
            self._look_at(row)
        self._look_at_constants()
        for k, rows in self._also.items():
            text = f"{self.findings[k].message} The same happens in {listed(tuple(rows))}."
            self.findings[k] = replace(self.findings[k], message=text)
        if any(f.fault == faults.CONSTANT_NOT_WRAPPED for f in self.findings):
            built = {symbol(row) for row in BUILT_FROM}
            self.findings = [
                f for f in self.findings if f.fault != faults.RAISES or f.operation not in built
            ]

    def reflections(self) -> Iterator[tuple[str, Finding]]:
        """Yield what is wrong where the plain number is on the left, if that works at all."""
        refusing = {f.operation for f in self.findings if f.fault == faults.CONSTANT_NOT_WRAPPED}
        for row in (*battery.BINARY, "pow", "mod"):
            name = battery.reflected(row)
            if row not in self.rows or (self.no_reflected and name not in self.methods):
                continue
            if name not in self.methods and row not in battery.BINARY:
                continue
            for graph in battery.reflections(row):
                if not self.evidence.seen(graph):
                    continue
                failure, problem = self.evidence.error(graph), self.evidence.problem(graph)
                if failure is not None and failure.kind != NOT_REACHED:
                    if symbol(row) in refusing:
                        break  # which is told already
                    fault = fault_of(failure)
                    if fault == faults.RAISES and name not in self.methods:
                        fault = faults.MISSING_REFLECTED
                    yield row, failure_of(fault, row, graph, failure, method=name)
                    break
                if problem or (self.evidence.ran(graph) and not self.evidence.data_right(graph)):
                    if problem:
                        text = f"it returns {problem['kind']}"
                        fault = faults.WRONG_REFLECTED
                        yield row, failure_of(fault, row, graph, None, problem=text, method=name)
                    else:
                        named = Named(faults.WRONG_REFLECTED, row, graph)
                        yield row, finding_of(named, self.context)
                    break

    def _look_at(self, row: str) -> None:
        """Sort an operation into rows, missing or findings."""
        if battery.method(row) not in self.methods:
            self.missing.append(row)
            return
        for graph in battery.alone(row):
            if not self.evidence.seen(graph):
                return
            failure, problem = self.evidence.error(graph), self.evidence.problem(graph)
            if failure is not None:
                if failure.kind == NOT_REACHED:
                    return
                if is_unfinished(failure) or (
                    row not in BASE and "positional argument" in failure.message
                ):
                    self.missing.append(row)
                else:
                    self._add(row, graph, failure)
                return
            if problem:
                none = problem["kind"] == "NoneType"
                fault = faults.RETURNS_NOTHING if none else faults.NOT_A_VALUE
                text = "" if none else f"it returns {problem['kind']}"
                self._note(failure_of(fault, row, graph, None, problem=text), row)
                return
            if self.evidence.changed(graph):
                self._note(finding_of(Named(faults.CHANGES_DATA, row, graph), self.context), row)
                return
            if not self._result_right(row, graph):
                named = Named(faults.WRONG_RESULT, row, graph)
                self._note(finding_of(named, self.context), row)
                return
        self.rows.append(row)

    def _result_right(self, row: str, graph: Graph) -> bool:
        """Return whether the result of an operation is right, by any of its usual formulas."""
        a, out = graph.leaves[0], self.evidence.value(graph)["data"][-1]
        if row == "leaky_relu" and a < 0 and out is not None:
            return bool(0.0 <= out / a < 1.0)
        return self.evidence.data_right(graph, looseness(self.evidence, row))

    def _add(self, row: str, graph: Graph, failure: Failure, *, with_values: bool = False) -> None:
        """Note that an operation fails, maybe though it is right with Values."""
        fault = fault_of(failure)
        plain = any(not isinstance(x, int) for x in graph.steps[0][1])
        if fault == faults.RAISES and plain and (
            with_values or PLAIN_NUMBER.search(str(failure))
        ):  # fmt: skip
            fault = faults.CONSTANT_NOT_WRAPPED
        self._note(failure_of(fault, row, graph, failure), row)

    def _look_at_constants(self) -> None:
        """Note the operations that refuse plain numbers, or are wrong with them."""
        for row in list(self.rows):
            for graph in battery.constants(row):
                if not self.evidence.seen(graph):
                    continue
                failure, problem = self.evidence.error(graph), self.evidence.problem(graph)
                if failure is not None and failure.kind != NOT_REACHED:
                    self._add(row, graph, failure, with_values=True)
                elif problem:
                    text = f"it returns {problem['kind']}"
                    self._note(failure_of(faults.NOT_A_VALUE, row, graph, None, problem=text), row)
                elif self.evidence.ran(graph) and not self.evidence.data_right(graph):
                    named = Named(faults.WRONG_RESULT, row, graph)
                    self._note(finding_of(named, self.context), row)
                else:
                    continue
                break

    def _note(self, finding: Finding, row: str) -> None:
        """Add a finding; one that another operation has already is told there."""
        broken = [f.operation for f in self.findings]
        if any(symbol(base) in broken for base in BUILT_FROM.get(row, ())):
            return  # it may be built from that
        for k, other in enumerate(self.findings):
            if other.fault == finding.fault and other.line == finding.line and (
                finding.line
                or finding.fault == faults.CONSTANT_NOT_WRAPPED
                or (finding.fault in FAILS and finding.got == other.got)
            ):  # fmt: skip
                self._also.setdefault(k, []).append(symbol(row))
                return
        self.findings.append(finding)
