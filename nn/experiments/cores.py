"""Runs jobs on the cores of this machine, by workers that leave nothing behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from nn.experiments.jobs import Executor, Job, Result, Settings, import_or_explain, run_numbered
from nn.training.interruption import undisturbed


def on_cores(n_jobs: int) -> Executor:
    """Return an executor that runs jobs on the cores of this machine.

    Raises:
        ModuleNotFoundError: joblib is not installed.
    """
    joblib = import_or_explain("joblib")

    def submit(
        job: Job, work: Sequence[tuple[int, Settings]]
    ) -> Generator[tuple[int, Result | str], None, None]:
        """Yield results as they come; those of a worker that has died are missing."""
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        if joblib.effective_n_jobs(n_jobs) == 1:
            yield from (run_numbered(job, i, settings) for i, settings in work)
            return
        # One run at a time per worker, so that each result is handed over at once.
        parallel = joblib.Parallel(
            n_jobs=n_jobs,
            return_as="generator_unordered",
            batch_size=1,
            initializer=begin_worker,
            initargs=(os.getpid(),),
        )
        calls = [joblib.delayed(run_numbered)(job, i, settings) for i, settings in work]
        results = None
        try:
            with undisturbed():
                start_trackers()
                with deaf_to_ctrl_c():
                    results = parallel(calls)
            yield from results
        except TerminatedWorkerError:
            return  # the caller tries again those that are missing
        finally:
            if results is not None:
                results.close()  # stops the workers, if they are still at work

    return submit


def start_trackers() -> None:
    """Start the two processes that clean up what workers share, now and without warnings.

    Starting one later would end the deafness to Ctrl-C; and after the parent was killed they have
    something to clean up, of which they would warn.
    """
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as lokys_tracker

    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"
    try:
        resource_tracker.ensure_running()
        lokys_tracker.ensure_running()
    finally:
        del os.environ["PYTHONWARNINGS"]
        if before is not None:
            os.environ["PYTHONWARNINGS"] = before


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes that are started in a block never be interrupted, as a terminal would."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the process that started this worker, and end soon after that has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_after, args=(parent,), daemon=True).start()


def end_after(parent: int) -> None:
    """End this process as soon as its parent has ended."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
