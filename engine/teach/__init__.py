"""Checks what students write, and gives them exercises.

`engine.teach.check(Value)` grades an engine that a student has written. Other checkers, such as
those of `nn.teach`, are made of the same two parts:

*   `observe(submission, probe, arguments)` runs the student's code in a process of its own. `probe`
    is a function of a module, `probe(student, argument)`, that uses what the student wrote and
    returns plain data (numbers, texts, lists, dictionaries). It is called once per argument, each
    with its own share of the time, and there is one `Observation` for each argument, in their
    order: its `.value`, or its `.error`. Nothing that the student's code does there can change
    more than these. The verdict is the caller's, from the numbers.
*   `Report`, made of `Item`s of a rubric and of `Finding`s.

`engine.teach.catch(1)` begins a game: to tell a wrong engine, one of `engine.teach.bugs`, from the
right one by the shortest expression. `engine.teach.drill(1, level=2)` is a graph with blanks to
fill in, `ask(drill)` asks for them in a terminal, and `drill_sheet(range(1, 9), level=2)` on paper.
"""

from __future__ import annotations

from engine.teach.catching.game import catch
from engine.teach.catching.rows import BUGS as bugs  # noqa: N811  a name for students, not a setting
from engine.teach.drills.drill import drill
from engine.teach.drills.sheet import drill_sheet
from engine.teach.drills.terminal import ask
from engine.teach.finding import Finding, Item
from engine.teach.grading.checking import check
from engine.teach.isolate.observation import Failure, Observation
from engine.teach.isolate.observe import observe
from engine.teach.report import Report

__all__ = [
    "Failure",
    "Finding",
    "Item",
    "Observation",
    "Report",
    "ask",
    "bugs",
    "catch",
    "check",
    "drill",
    "drill_sheet",
    "observe",
]
