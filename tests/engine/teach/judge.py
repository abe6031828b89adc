"""Asks the checker for its verdict of an engine, and judges the verdict."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

import engine
from tests.engine.teach.mutants import Mutant


class Verdict(NamedTuple):
    """What the checker said of an engine.

    Attributes:
        passed: whether all of the base rubric is right.
        points: the share of the points that can be reached.
        faults: the names of its findings, in its order.
        seconds: how long it took.
    """

    passed: bool
    points: float
    faults: tuple[str, ...]
    seconds: float


def verdict(source: object) -> Verdict:
    """Return the checker's verdict of a text or class."""
    start = monotonic()
    report = engine.teach.check(source)
    seconds = monotonic() - start
    faults = tuple(finding.fault for finding in report.findings)
    return Verdict(report.passed, report.points / report.total, faults, seconds)


def is_refused(said: Verdict) -> bool:
    """Return whether a verdict is that of a wrong engine."""
    return not said.passed and said.points < 1 and bool(said.faults)


def is_told(mutant: Mutant, said: Verdict) -> bool:
    """Return whether a verdict names each of a mutant's faults, and begins with one of them."""
    return said.faults[:1] != () and (
        any(said.faults[0] in names for names in mutant.faults)
        and all(names & set(said.faults) for names in mutant.faults)
    )


def names_besides(mutant: Mutant, said: Verdict) -> list[str]:
    """Return the names in a verdict that are none of the mutant's faults."""
    right = frozenset().union(*mutant.faults)
    return [name for name in said.faults if name not in right]
