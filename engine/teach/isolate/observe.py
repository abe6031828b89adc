"""Probes a student's code in another process, one probe after the other, within a time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.teach.isolate.child import LOADED, Job, Probe, serve
from engine.teach.isolate.limits import limited_steps
from engine.teach.isolate.observation import (
    DIED,
    GARBLED,
    HANGS,
    NOT_LOADED,
    NOT_REACHED,
    Failure,
    Observation,
)
from engine.teach.isolate.submission import Submission, SubmissionError, submission_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.teach.isolate.launch import Process

SHARE = 8  # a probe may take an eighth of the time that is left
LOADING = 3  # and loading a third
SHORTEST = 0.2  # seconds, below which nothing is said to hang
LEAST = 0.05  # seconds that are worth another start
MOST_STARTS = 25
STEPS = 300_000  # lines of Python per probe, where there are no processes


def observe(
    submission: object,
    probe: Probe,
    arguments: Sequence[object],
    *,
    name: str = "Value",
    seconds: float = 10.0,
    prepare: Callable[[], None] | None = None,
) -> list[Observation]:
    """Run `probe(student, argument)` for each argument where the student's code can do no harm.

    That is another process, whose output is dropped; where there are no processes (in a browser)
    it is this one, with a limit of steps. A probe that hangs, or ends the process, is given up
    after its share of the time, and the next one begins in a new process.

    Args:
        submission: an object, such as a class or a function; or the path of a .py file, or the text
            of one.
        probe: a function at the top of a module; it returns plain data.
        arguments: plain data.
        name: what to take from a file or text.
        seconds: for all together.
        prepare: a function at the top of a module, called in each other process before the
            student's code is loaded.

    Returns:
        An Observation per argument, in their order.

    Raises:
        ImportError: an object has to be pickled, and cloudpickle is not installed.
        ValueError: the probe is in no module that a new interpreter can import.
    """
    try:
        given = submission if type(submission) is Submission else submission_of(submission)
    except SubmissionError as error:
        return [Observation(error=Failure(NOT_LOADED, message=str(error)))] * len(arguments)
    run = in_this_process if sys.platform == "emscripten" else in_processes
    found = run(
        Job(given, name, probe, tuple(enumerate(arguments)), prepare), time.monotonic() + seconds
    )
    late = Observation(error=Failure(NOT_REACHED))
    return [found.get(number, found.get(LOADED, late)) for number in range(len(arguments))]


def in_processes(job: Job, end: float) -> dict[int, Observation]:
    """Return what comes of each probe of a job, and as LOADED why there are none."""
    from engine.teach.isolate.launch import launch

    found: dict[int, Observation] = {}
    left = list(job.arguments)
    for _ in range(MOST_STARTS):
        if not left or LOADED in found or end - time.monotonic() < LEAST:
            break
        process = launch(replace(job, arguments=()), end - time.monotonic())
        try:
            watch(process, left, end, found)
        finally:
            process.end()
        left = [item for item in left if item[0] not in found]
    return found


def watch(
    process: Process,
    arguments: Sequence[tuple[int, object]],
    end: float,
    found: dict[int, Observation],
) -> None:
    """Add what a process answers to `found`, until it has answered all, or fails, or time is up."""
    for number, argument in ((LOADED, None), *arguments):
        left = end - time.monotonic()
        share = min(left, max(SHORTEST, left / (LOADING if number == LOADED else SHARE)))
        answer = observation_of(process.answer(number, argument, share))
        if number == LOADED and answer is None:
            continue
        if number != LOADED and share < SHORTEST and answer == Observation(error=Failure(HANGS)):
            break  # the time was too short to tell
        found[number] = answer or Observation()
        if number == LOADED or (
            answer and answer.error and answer.error.kind in (HANGS, DIED, GARBLED)
        ):
            break


def observation_of(answer: bytes | str) -> Observation | None:
    """Return what an answer says, or None for "null"; a text says that there is no answer, and why.

    It is checked, since a student's code may have written it.
    """
    if isinstance(answer, str):
        return Observation(error=Failure(answer))
    try:
        said = json.loads(answer)
        if said is None or "value" in said:
            return said and Observation(said["value"])
        error = said["error"]
        line = error["line"] and (int(error["line"][0]), str(error["line"][1]))
        kind, name, message, file = (str(error[k]) for k in ("kind", "error", "message", "file"))
        return Observation(error=Failure(kind, name, message, line, file))
    except (ValueError, KeyError, TypeError, RecursionError, IndexError):
        return Observation(error=Failure(GARBLED, message="an answer that is not the probe's"))


def in_this_process(job: Job, end: float) -> dict[int, Observation]:
    """Return what comes of each probe, each with a limited number of steps."""
    found: dict[int, Observation] = {}

    def note(number: int, data: bytes) -> None:
        answer = observation_of(data)
        if number != LOADED or answer is not None:
            found[number] = answer or Observation()

    serve(
        job,
        job.arguments,
        note,
        lambda: limited_steps(STEPS, max(0.0, (end - time.monotonic()) / SHARE)),
    )
    return found
