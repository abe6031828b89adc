"""Checks an engine that a student has written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.teach import faults
from engine.teach.finding import Finding
from engine.teach.grading import rubric
from engine.teach.grading.findings import (
    failed,
    merged,
    missing_finding,
    next_sentence,
    refused,
    unusable,
)
from engine.teach.grading.points import Grading, next_missing
from engine.teach.grading.trouble import Trouble, fault_of, is_unfinished
from engine.teach.grading.wording import Context, failure_of, finding_of
from engine.teach.isolate.observation import NOT_LOADED, Failure, Observation
from engine.teach.isolate.submission import Submission, SubmissionError, submission_of
from engine.teach.naming.diagnosis import Diagnosis, Named
from engine.teach.report import Report
from engine.teach.trial import battery
from engine.teach.trial.graphs import Graph
from engine.teach.trial.session import NUMBERS, Session
from engine.teach.trial.trust import is_numbers

EXPONENTIAL = 8.0  # where the work doubles, a walk over nodes grows by 2, one over paths by 32


def check(student: object, *, name: str = "Value", seconds: float = 10.0) -> Report:
    """Check an engine that a student has written: a class like micrograd's `Value`.

    Its code runs in a process of its own, whose output is dropped, and is judged by its numbers.
    What is there is graded, also when much is still missing.

    Args:
        student: the class, also one made in a notebook; or the path of a .py file, or its text.
        name: what the class is called in a file or text.
        seconds: the verdict comes within this time.

    Returns:
        A Report: show it in a notebook, or print it.

    Raises:
        ValueError: `seconds` is not above 0.
        ImportError: on Windows or macOS, a class that is in no file needs cloudpickle.
    """
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    try:
        submission = submission_of(student)
    except SubmissionError as error:
        return refused(name, failed(faults.CANNOT_LOAD, Failure(NOT_LOADED, message=str(error))))
    return Check(submission, name, seconds).report()


class Check:
    """One check of one class, step by step."""

    def __init__(self, submission: Submission, name: str, seconds: float) -> None:
        self.name = name
        self.session = Session(submission, name, seconds)
        self.evidence = self.session.evidence
        self.findings: list[Finding] = []
        self.graphs: list[Graph] = []
        self.remarks: list[str] = []
        self.extras: list[str] = []
        self.broken = False

    def report(self) -> Report:
        """Return the report."""
        about = self.session.describe()
        if finding := unusable(about):
            return refused(self.name, finding)
        facts: Any = about.value
        self.name = str(facts["name"])
        self.context = Context(self.evidence, facts["lines"])
        self.methods = set(facts["methods"])
        self.recursive = bool(facts.get("recursive"))
        self.session.has_backward = "backward" in self.methods
        start = self.of_numbers()
        if start is not None and start.fault != faults.GRAD_NOT_ZERO:
            return refused(self.name, start)
        broken = self.of_a_broken_backward()
        in_place = self.session.single_operations(self.methods)
        start = start or broken or self.of_leftovers()
        self.trouble = Trouble(self.evidence, self.methods, self.context)
        self.findings += [start] if start else []
        self.findings += self.trouble.findings
        if self.session.has_backward and start is None:
            self.of_gradients()
            self.of_in_place(in_place)
        return self.graded()

    def of_numbers(self) -> Finding | None:
        """Return what is wrong with a Value of a number alone."""
        seen = self.session.numbers()
        if "__init__" not in self.methods and is_unfinished(seen.error):
            return failed(faults.NO_DATA, None, "__init__ is not written yet")
        if seen.error is not None:
            return failed(fault_of(seen.error), seen.error, text="`Value(0.1)`")
        value: Any = seen.value
        names = {"data", "data is", "grad", "grad is"}
        if not isinstance(value, dict) or set(value) != names or not all(
            is_numbers(value[name], len(NUMBERS)) for name in ("data", "grad")
        ):  # fmt: skip
            return failed(faults.TAMPERS, None)
        data, grads = value["data"], value["grad"]
        for x, got in zip(NUMBERS, data, strict=True):
            if got is None:
                there = (
                    f"it is of type {value['data is']}" if value["data is"] else "it is not there"
                )
                return failed(faults.NO_DATA, None, there)
            if not self.evidence.close(got, float(x)):
                return failed(faults.WRONG_RESULT, None, f"Value({x}).data is {got}")
        kind = value["grad is"]
        self.grad_is_none = kind == "NoneType"
        if any(grad is None for grad in grads) and not self.grad_is_none:
            there = f"it is of type {kind}" if kind else "it is not there"
            return failed(faults.NO_GRAD, None, there)
        if any(grads):
            return failed(faults.GRAD_NOT_ZERO, None, f"Value({NUMBERS[0]}).grad is {grads[0]}")
        return None

    def of_a_broken_backward(self) -> Finding | None:
        """Return the finding of a backward() that fails whatever the operation."""
        broken = self.session.has_backward and self.session.broken_backward(self.methods)
        if not broken:
            return None
        graph, failure = broken
        if self.grad_is_none and "NoneType" in failure.message:
            return failed(faults.NO_GRAD, None, "it is None, to which nothing adds")
        self.broken = True
        text = f"`({graph}).backward()`"
        return failed(fault_of(failure), failure, text=text, method="backward")

    def of_leftovers(self) -> Finding | None:
        """Return the finding of a new Value that has the gradient of another."""
        for graph in self.evidence.graphs():
            if begun := self.evidence.begun(graph):
                text = f"a new Value({graph.leaves[begun[0]]}) has the gradient of an earlier one"
                return failed(faults.GRAD_NOT_ZERO, None, text)
        return None

    def of_gradients(self) -> None:
        """Find what is wrong with slopes and with the pass."""
        if self.grad_is_none and any("NoneType" in f.message for f in self.findings):
            self.findings[:] = [failed(faults.NO_GRAD, None, "it is None, to which nothing adds")]
            return
        diagnosis = Diagnosis(
            self.evidence, self.trouble.rows, self.session.late, recursive=self.recursive
        )
        diagnosis.of_single_operations()
        if diagnosis.core:
            others = [
                row
                for row in self.trouble.rows
                if row not in diagnosis.core and row not in battery.LOOSE
            ]
            self.graphs = self.session.together(diagnosis.core, others)
            self.of_failures_together(self.graphs)
            diagnosis.of_the_pass(self.graphs)
            diagnosis.of_other_operations(
                lambda row: battery.together(row, diagnosis.core) if row in others else []
            )
        named = diagnosis.named + list(self.of_constants(diagnosis))
        self.findings += [finding_of(found, self.context) for found in named]
        for _, finding in self.trouble.reflections():
            self.findings.append(finding)
        if not self.findings and self.evidence.late():
            text = "there was no time left to try all graphs: make it faster, or give more seconds"
            self.findings = [failed(faults.DOES_NOT_END, None, text, text="The check")]
        self.of_extras(diagnosis.core)

    def of_failures_together(self, graphs: list[Graph]) -> None:
        """Note the first failure, or change of data, that only larger graphs show."""
        for graph in graphs:
            failure = self.evidence.error(graph)
            if failure is not None and failure.kind != "not reached":
                self.findings.append(failure_of(fault_of(failure), "", graph, failure))
                return
            if self.evidence.changed(graph):
                named = Named(faults.CHANGES_DATA, graph=graph)
                self.findings.append(finding_of(named, self.context))
                return

    def of_constants(self, diagnosis: Diagnosis) -> list[Named]:
        """Return what is wrong with gradients next to plain numbers, and of two Values in `**`."""
        found = []
        told = {named.row for named in diagnosis.named}
        for row in self.trouble.rows:
            left = battery.reflected(row) in self.methods
            for graphs, fault in (
                (battery.constants(row), faults.MISSING_GRADIENT),
                (battery.reflections(row) if left else [], faults.WRONG_REFLECTED),
            ):
                for graph in graphs:
                    if row in told or not self.evidence.ran(graph):
                        continue
                    if self.evidence.data_right(graph) and not diagnosis.explains(graph):
                        if fault == faults.MISSING_GRADIENT and self.evidence.leaves(graph)[0]:
                            fault = faults.WRONG_SLOPE
                        found.append(Named(fault, row, graph, 0))
                        break
        powers = [g for g in battery.of_values("pow") if self.evidence.ran(g)]
        if "pow" in self.trouble.rows and not all(self.evidence.data_right(g) for g in powers):
            found.append(Named(faults.WRONG_RESULT, "pow", powers[0]))
        return found

    def of_in_place(self, seen: dict[str, Observation]) -> None:
        """Note operators such as += that change the Value on their left."""
        for name, observation in seen.items():
            value: Any = observation.value
            data: Any = value.get("data") if isinstance(value, dict) else None
            if is_numbers(data, 3) and data[:2] != [3.0, -5.0]:
                sign = {"add": "+", "sub": "-", "mul": "*"}.get(name[3:-2], "/")
                text = f"`c = a; c {sign}= b`"
                finding = failed(
                    faults.CHANGES_DATA,
                    None,
                    f"a.data was 3 before, and is {data[0]} after it",
                    text=text,
                    method=name,
                )
                self.findings.append(replace(finding, operation=f"{sign}="))

    def of_extras(self, core: tuple[str, ...]) -> None:
        """Note the extras that were reached, and remarks about the others."""
        if not core:
            return
        second, deep, growth = self.session.extras(core[0])
        left = [row for row in battery.BINARY if row in self.trouble.rows]
        if not self.trouble.no_reflected and not any("reflected" in f.fault for f in self.findings):
            self.extras.append("reflected operators")
        elif self.trouble.no_reflected and left:
            self.remarks.append(
                "A plain number on the left, as in 2 * a, needs __rmul__ and the like."
            )
        if second:
            self.extras.append("second backward")
        else:
            self.remarks.append(
                "A second backward() on the same result counts what results kept from the first."
            )
        if deep:
            self.extras.append("depth over 1,000")
        else:
            self.remarks.append("A chain of 1,500 operations is too deep for the recursion.")
        if growth > EXPONENTIAL:
            text = (
                "backward() walks every path: where paths become 32 times as many, and operations "
                f"twice as many, it does {growth:.0f} times as much work"
            )
            if any(f.fault == faults.OVERWRITES for f in self.findings):
                self.findings.append(failed(faults.NAIVE_RECURSION, None, text, method="backward"))
            else:
                self.remarks.append(f"{text[0].upper()}{text[1:]}. That is right, but slow.")
        elif growth:
            self.extras.append("each node once")

    def graded(self) -> Report:
        """Return the report, with points."""
        findings = merged(self.findings)
        missing = self.trouble.missing
        has_backward = self.session.has_backward
        grading = Grading(
            self.evidence,
            missing,
            findings,
            self.graphs,
            has_backward=has_backward,
            without=rubric.NOT_REACHED if self.broken else rubric.MISSING,
        )
        if not findings and any(part.state == rubric.WRONG for part in grading.items):
            findings = [self.of_what_is_left()]
        todo = next_missing(missing, has_backward=has_backward)
        if todo and not findings:
            findings = [missing_finding(todo)]
        return Report(
            self.name,
            tuple(grading.items),
            tuple(findings),
            next_sentence(findings, self.remarks),
            tuple(self.extras),
            tuple(self.remarks),
        )

    def of_what_is_left(self) -> Finding:
        """Return the finding of a wrong number that has no other name."""
        wrong = [g for g in self.evidence.graphs() if not self.evidence.right(g)]
        wrong = [g for g in wrong if g not in battery.INFINITE] or wrong
        return finding_of(Named(faults.WRONG_GRADIENT, graph=wrong[0]), self.context)
