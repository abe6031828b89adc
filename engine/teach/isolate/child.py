"""What runs beside a student's code: it loads it, runs the probes, and sends plain data."""

from __future__ import annotations

import json
import os
import pickle
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any

from engine.teach.isolate.guard import NOT_STUDENTS, guard
from engine.teach.isolate.limits import (
    StepLimit,
    limit_process,
    limit_recursion,
    silence_process,
)
from engine.teach.isolate.observation import (
    HANGS,
    NOT_LOADED,
    NOT_PLAIN,
    RAISED,
    Failure,
    Plain,
)
from engine.teach.isolate.submission import Submission, SubmissionError

LOADED = -1  # the number of the message that says so
LONGEST_MESSAGE = 500  # characters of an error
LARGEST = 2_000_000  # bytes of an answer
STACK = 1 << 26  # bytes

Probe = Callable[[object, object], object]  # the result is plain data


@dataclass(frozen=True, slots=True)
class Job:
    """What a process has to do.

    Attributes:
        submission: whose code.
        name: what to check in it.
        probe: a function of a module, as "module:name", or itself.
        arguments: those left to do, each with its number.
        prepare: what to call in the process before the student's code is loaded.
    """

    submission: Submission
    name: str
    probe: str | Probe
    arguments: tuple[tuple[int, object], ...] = ()
    prepare: Callable[[], None] | None = None


def serve(
    job: Job,
    arguments: Iterable[tuple[int, object]],
    send: Callable[[int, bytes], None],
    limit: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Load a submission, and run the probe on each argument.

    Args:
        job: what to do, without the arguments.
        arguments: each with its number; the next is asked for when one has been answered.
        send: takes the number of an argument and an answer.
        limit: a context in which the student's code runs.
    """
    dumps = json.dumps  # whatever the student's code puts in its place
    probe = job.probe if callable(job.probe) else probe_of(job.probe)
    try:
        with limit():
            student = job.submission.load(job.name)
    except BaseException as error:
        failure = asdict(failure_of(error, NOT_LOADED))
        return send(LOADED, dumps({"error": failure}).encode())
    send(LOADED, b"null")
    for number, argument in arguments:
        try:
            with limit():
                answer: object = {"value": probe(student, argument)}
        except BaseException as error:
            answer = {"error": asdict(failure_of(error, RAISED))}
        try:
            data = dumps(plain(answer)).encode()
            if len(data) > LARGEST:
                raise ValueError(f"an answer of {len(data):,} bytes")
        except (TypeError, ValueError, RecursionError) as error:
            data = dumps({"error": asdict(Failure(NOT_PLAIN, message=str(error)))}).encode()
        send(number, data)
    return None


def probe_of(path: str) -> Probe:
    """Return the function that a path such as "module:name" names."""
    module, name = path.split(":")
    probe: Probe = getattr(import_module(module), name)
    return probe


def plain(value: object) -> Plain:
    """Return a value of plain data, with subclasses of its types as those types.

    Raises:
        TypeError: it has something else in it.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value  # type: ignore[return-value]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is not plain data")


def failure_of(error: BaseException, kind: str) -> Failure:
    """Return what there is to say of an exception."""
    if isinstance(error, StepLimit):
        return Failure(HANGS)
    try:
        message = str(error)
    except BaseException:  # an exception of the student's own
        message = ""
    line, file = None, ""
    if isinstance(error, SyntaxError) and error.lineno:
        line, file = (error.lineno, (error.text or "").strip()), str(error.filename)
        message = error.msg
    for frame in own_frames(error):
        line, file = (frame.lineno or 0, (frame.line or "").strip()), frame.filename
    name = "" if isinstance(error, SubmissionError) else type(error).__name__
    return Failure(kind, name, message[:LONGEST_MESSAGE], line, file)


def own_frames(error: BaseException) -> Iterable[traceback.FrameSummary]:
    """Yield those frames of a traceback that are in the student's code, innermost last."""
    # Frame by frame: a summary of a deep recursion reads the same lines a thousand times.
    step = error.__traceback__
    frames = []
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(NOT_STUDENTS):
            frames.append((step.tb_frame, step.tb_lineno))
        step = step.tb_next
    return traceback.StackSummary.extract(iter(frames[-1:]), lookup_lines=True)


def main() -> None:
    """Serve the job that comes on standard input, in a process started for it."""
    inlet, outlet = os.dup(0), os.dup(1)
    nonce, seconds, thing, job = next(received(inlet))
    silence_process()
    limit_process(seconds)
    if thing is not None:
        job = replace(job, submission=Submission(thing=pickle.loads(thing)))
    serve_apart(job, inlet, outlet, nonce)


def serve_apart(job: Job, inlet: int, outlet: int, nonce: bytes) -> None:
    """Serve a job in a thread, and end the process.

    From the frames of a new thread no others can be reached; and arguments come one by one. So the
    student's code knows one question at a time, and nothing of what is asked later.
    """

    def work() -> None:
        limit_recursion()
        if job.prepare is not None:
            job.prepare()
        guard()
        serve(job, received(inlet), partial(write, outlet, nonce))

    try:
        threading.stack_size(STACK)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join()
    finally:
        os._exit(0)


# What the student's code may have put in the place of names is not used here.


def received(
    inlet: int,
    read: Callable[[int, int], bytes] = os.read,
    loads: Callable[[bytes], Any] = pickle.loads,
) -> Iterator[Any]:
    """Yield what was sent, until the end; each object is pickled, after its size in 8 bytes."""
    while True:
        parts: list[bytes] = []
        for size in (8, 0):
            left = size or int.from_bytes(parts[0], "big")
            data = b""
            while left:
                more = read(inlet, left)
                if not more:
                    return
                data += more
                left -= len(more)
            parts.append(data)
        yield loads(parts[1])


def packed(thing: object) -> bytes:
    """Return an object as `received` reads it."""
    data = pickle.dumps(thing)
    return len(data).to_bytes(8, "big") + data


def write(
    outlet: int,
    nonce: bytes,
    number: int,
    data: bytes,
    raw_write: Callable[[int, bytes], int] = os.write,
) -> None:
    """Send an answer as one line: a word that nobody prints by chance, its number, the answer."""
    line = b"%b %d %b\n" % (nonce, number, data)
    while line:
        line = line[raw_write(outlet, line) :]
