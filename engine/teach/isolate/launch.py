"""Starts a process for a student's code: by fork where that is safe, else a new interpreter."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Thread

from engine.teach.isolate.child import LARGEST, LOADED, Job, packed, serve_apart
from engine.teach.isolate.guard import PROJECT
from engine.teach.isolate.limits import limit_process, silence_process
from engine.teach.isolate.observation import DIED, HANGS
from engine.teach.isolate.submission import Submission

START = "import sys; sys.path[:] = {path!r}; from engine.teach.isolate.child import main; main()"


FORK_IS_SAFE = sys.platform == "linux"  # elsewhere system libraries may break in the copy
READ = 1 << 16  # bytes
POLL = 0.05  # seconds


class Process:
    """A running process, and the answers that come from it."""

    def __init__(
        self,
        pid: int,
        inlet: int,
        outlet: int,
        nonce: bytes,
        popen: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._pid = pid
        self._inlet = inlet
        self._outlet = outlet
        self._nonce = nonce
        self._popen = popen
        self._ended = False
        self._unread = b""
        self._answers: dict[int, bytes] = {}
        self._read = waiting_read if os.name == "posix" else ThreadRead()

    def answer(self, number: int, argument: object, seconds: float) -> bytes | str:
        """Ask, and return the answer of that number; or as a text why there is none: HANGS or DIED.

        The number LOADED is answered without being asked. On a busy machine a process that waits
        for a processor gets up to three times as long.
        """
        end, last = time.monotonic() + seconds, time.monotonic() + 3 * seconds
        begun = busy_seconds(self._pid) or 0.0
        if number != LOADED:
            self._send(packed((number, argument)), end)
        while number not in self._answers:
            left = end - time.monotonic()
            if left <= 0:
                used = busy_seconds(self._pid)
                if used is None or used - begun >= seconds or end >= last:
                    return HANGS
                end = min(end + seconds - (used - begun), last)
                continue
            ended = self.ended()  # asked before the last read
            data = self._read(self._outlet, min(left, POLL))
            if data:
                self._take(data)
            elif ended or data == b"":
                return DIED
        return self._answers[number]

    def _send(self, data: bytes, end: float) -> None:
        """Write what the process reads in time; what happens else shows in its answer."""
        with suppress(BrokenPipeError, BlockingIOError):
            while data and time.monotonic() < end:
                if os.name == "posix" and not writable(self._inlet, POLL):
                    continue
                data = data[os.write(self._inlet, data) :]

    def _take(self, data: bytes) -> None:
        """Note the answers in what was read; the first of each number counts."""
        *lines, self._unread = (self._unread + data).split(b"\n")
        if len(self._unread) > 2 * LARGEST:
            self._unread = b""
        for line in lines:
            word, _, rest = line.partition(b" ")
            number, _, answer = rest.partition(b" ")
            if word == self._nonce and number.lstrip(b"-").isdigit():
                self._answers.setdefault(int(number), answer)

    def ended(self) -> bool:
        """Return whether it has ended."""
        if self._popen is not None:
            return self._popen.poll() is not None
        if not self._ended:
            with suppress(ChildProcessError):
                self._ended = os.waitpid(self._pid, os.WNOHANG)[0] == self._pid
        return self._ended

    def end(self) -> None:
        """End it, with all that it has started."""
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()
            for pipe in (self._popen.stdin, self._popen.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        else:
            with suppress(ProcessLookupError):
                if not self._ended:
                    os.kill(self._pid, signal.SIGKILL)
                    os.waitpid(self._pid, 0)
            os.close(self._inlet)
            os.close(self._outlet)


def writable(inlet: int, seconds: float) -> bool:
    """Return whether a pipe takes data within a time."""
    os.set_blocking(inlet, False)
    poll = select.poll()
    poll.register(inlet, select.POLLOUT)
    return bool(poll.poll(seconds * 1000))


def busy_seconds(pid: int) -> float | None:
    """Return how long a process has been computing; None if it waits, or that is not known."""
    computing, states = 0, ""
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(
                f"/proc/{pid}/task/{thread}/stat", encoding="ascii", errors="replace"
            ) as file:
                fields = file.read().rpartition(") ")[2].split()
            states += fields[0]
            computing += int(fields[11]) + int(fields[12])
    except OSError:  # it has ended, or this is not Linux
        return None
    return computing / os.sysconf("SC_CLK_TCK") if "R" in states else None


def waiting_read(outlet: int, seconds: float) -> bytes | None:
    """Return what can be read within a time: None for nothing yet, b"" for the end."""
    poll = select.poll()
    poll.register(outlet, select.POLLIN)
    return os.read(outlet, READ) if poll.poll(seconds * 1000) else None


class ThreadRead:
    """The same for Windows, where one cannot wait for a pipe: a thread reads."""

    def __init__(self) -> None:
        self._data: SimpleQueue[bytes] = SimpleQueue()
        self._started = False

    def __call__(self, outlet: int, seconds: float) -> bytes | None:
        """Return what has been read, waiting for it within a time."""
        if not self._started:
            self._started = True
            Thread(target=self._run, args=(outlet,), daemon=True).start()
        try:
            return self._data.get(timeout=seconds)
        except Empty:
            return None

    def _run(self, outlet: int) -> None:
        data = b"-"
        while data:
            try:
                data = os.read(outlet, READ)
            except OSError:
                data = b""
            self._data.put(data)


def launch(job: Job, seconds: float) -> Process:
    """Start a process for a job.

    A copy of this one starts at once, so that a class that ends its process time and again is
    checked to the end, and gets the same points as a text and as an object. Where a fork is not
    safe, a new interpreter gets the text, or the object pickled.

    Raises:
        ImportError: it cannot be pickled without cloudpickle, which is not installed.
        ValueError: the probe is in no module that a new interpreter can import.
    """
    nonce = token_hex(16).encode()
    if FORK_IS_SAFE:
        return forked(job, nonce, seconds)
    return spawned(job, nonce, seconds)


def forked(job: Job, nonce: bytes, seconds: float) -> Process:
    """Start a copy of this process."""
    from_us, to_it = os.pipe()
    from_it, to_us = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which a notebook has: the child uses none
        pid = os.fork()
    if pid:
        os.close(from_us)
        os.close(to_us)
        return Process(pid, to_it, from_it, nonce)
    try:
        prepare_fork(from_us, to_us)
        limit_process(seconds)
        serve_apart(job, from_us, to_us, nonce)
    finally:
        os._exit(0)


def prepare_fork(*kept: int) -> None:
    """Cut a copied process off from everything of the original."""
    import faulthandler
    import threading

    os.setsid()
    gc.freeze()  # objects of the original are not for the copy to finalise
    faulthandler.disable()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    silence_process()
    first = 3
    for pipe in sorted(kept):
        os.closerange(first, pipe)
        first = pipe + 1
    os.closerange(first, 1 << 20)
    warnings.simplefilter("ignore")


def spawned(job: Job, nonce: bytes, seconds: float) -> Process:
    """Start a new interpreter."""
    thing = None
    if not job.submission.text:
        thing = pickled(job.submission.thing)
        job = replace(job, submission=Submission())
    if callable(job.probe):
        if job.probe.__module__ == "__main__" or "<" in job.probe.__qualname__:
            raise ValueError(
                f"a probe must be a function at the top of a module that can be imported, got "
                f"{job.probe.__qualname__} of {job.probe.__module__}"
            )
        job = replace(job, probe=f"{job.probe.__module__}:{job.probe.__qualname__}")
    path = [str(PROJECT), *(entry for entry in sys.path if entry != str(PROJECT))]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", START.format(path=path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
    )
    assert process.stdin is not None  # both are pipes
    assert process.stdout is not None
    with suppress(OSError):
        process.stdin.write(packed((nonce, seconds, thing, job)))
        process.stdin.flush()
    inlet, outlet = process.stdin.fileno(), process.stdout.fileno()
    return Process(process.pid, inlet, outlet, nonce, process)


def pickled(thing: object) -> bytes:
    """Return an object as bytes.

    Raises:
        ImportError: that needs cloudpickle, which is not installed.
    """
    try:
        import cloudpickle
    except ImportError:
        module = sys.modules.get(str(getattr(thing, "__module__", "")))
        if getattr(module, "__file__", None) and module.__name__ != "__main__":  # type: ignore[union-attr]
            with suppress(Exception):
                return pickle.dumps(thing)
        raise ImportError(
            "checking a class that no module on disk has needs cloudpickle on this system: "
            'pip install "glassgrad[teach]"; or save the class in a file, and check its path'
        ) from None
    data: bytes = cloudpickle.dumps(thing)
    return data
