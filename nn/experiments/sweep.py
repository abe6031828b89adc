"""Runs many trainings on all cores or a cluster, and saves each as soon as it has finished."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from nn.progress import progress_bar
from nn.saved.fingerprint import fingerprint
from nn.saved.json_file import FileKind, read_json, write_json
from nn.saved.schema import ANYTHING, NUMBER, TEXT
from nn.training.interruption import undisturbed

RUN = FileKind(
    "glassgrad run",
    2,
    {"settings": {...: ANYTHING}, "result": {...: (TEXT, NUMBER, None)}},
    remedy="delete it to run it again",
)
ATTEMPTS = 2  # a run whose worker died is tried again, then given up
TIMEOUT = 5  # seconds to wait for a cluster
BETWEEN, WORKERLESS = 10, 120  # seconds from look to look for its workers, and to wait for one

Settings = Mapping[str, Any]
Result = dict[str, Any]
Job = Callable[[Settings], Result]


class ClusterError(ConnectionError):
    """A Dask cluster does not respond."""


class Runs:
    """The finished runs of a sweep, one file per run in a folder.

    Args:
        folder: where they are saved.
        common: what all runs of this sweep have in common, such as the data.
    """

    def __init__(self, folder: Path, common: object = None) -> None:
        self.folder, self.common = folder, common
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, settings: Settings) -> Path:
        """Return the file of the run with these settings."""
        return self.folder / f"{fingerprint(sorted(settings.items()), self.common)}.json"

    def finished(self, settings: Settings) -> Result | None:
        """Return the result of a run, or None if it has not finished."""
        try:
            result: Result = read_json(self.path(settings), RUN)["result"]
        except (FileNotFoundError, ValueError):
            return None
        return result

    def save(self, settings: Settings, result: Result) -> None:
        """Save the result of a run: the whole file or none.

        Raises:
            OSError: it cannot be written.
        """
        content = {"settings": dict(settings), "result": result}
        write_json(self.path(settings), RUN, content, indent=1)


def run_all(
    job: Job,
    grid: Sequence[Settings],
    runs: Runs,
    *,
    n_jobs: int = -1,
    dask: str | None = None,
    progress: bool = True,
) -> dict[int, Result | str]:
    """Run a job with all settings whose run has not finished yet, in any order.

    Each result is saved at once, so that neither Ctrl-C nor a crash loses one.

    Args:
        job: takes settings, returns a result of numbers and texts.
        grid: the settings.
        runs: where results are saved.
        n_jobs: processes; -1 for one per core.
        dask: the address of a Dask scheduler to run on instead, such as "tcp://host:8786".
        progress: show a progress bar over all runs.

    Returns:
        By index in the grid: the result, or a text that says why there is none. Runs that did not
        finish before Ctrl-C are missing.

    Raises:
        ClusterError: the cluster does not respond, ends, or has no workers.
        ModuleNotFoundError: joblib, or distributed, is not installed.
        OSError: a result cannot be saved.
    """
    found: dict[int, Result | str] = {}
    for i, settings in enumerate(grid):
        kept = runs.finished(settings)
        if kept is not None:
            found[i] = kept
    left = [i for i in range(len(grid)) if i not in found]
    submit = on_cluster(dask) if dask is not None else on_cores(n_jobs)
    bar = progress_bar(len(grid), done=len(found), unit="run", shown=progress)
    try:
        for _ in range(ATTEMPTS):
            with closing(submit(job, [(i, grid[i]) for i in left])) as results:
                for i, result in results:
                    if isinstance(result, dict):
                        runs.save(grid[i], result)
                    found[i] = result
                    bar.update()
            left = [i for i in left if i not in found]
            if not left:
                break
    except KeyboardInterrupt:
        return found
    finally:
        bar.close()
    for i in left:
        found[i] = f"its worker died {ATTEMPTS} times"
    return found


Executor = Callable[
    [Job, Sequence[tuple[int, Settings]]], Generator[tuple[int, Result | str], None, None]
]


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


def on_cluster(address: str) -> Executor:
    """Return an executor that runs jobs on a Dask cluster.

    Raises:
        ClusterError: it does not respond within seconds.
        ModuleNotFoundError: distributed is not installed.
    """
    distributed = import_or_explain("distributed")

    class Client(distributed.Client):  # type: ignore[name-defined, misc]
        """A client that is closed below; one that never connected would end with a traceback."""

        def __del__(self) -> None:
            """Do nothing."""

    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed", "tornado", "asyncio")):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # we say it in one line
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except Exception as error:  # what answers there may be anything
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(
            f"no Dask scheduler responds at '{address}' within {TIMEOUT} seconds ({first}); start "
            "one with `dask scheduler`, or leave out --dask to use the cores of this machine"
        ) from None

    def submit(
        job: Job, work: Sequence[tuple[int, Settings]]
    ) -> Generator[tuple[int, Result | str], None, None]:
        """Yield results as they come; those of a worker that has died are missing.

        Raises:
            ClusterError: the scheduler has ended, or has had no worker for a while.
        """
        futures = {
            client.submit(run_numbered, job, i, settings, pure=False, retries=0): i
            for i, settings in work
        }
        ready = distributed.as_completed(futures, loop=client.loop)
        check = Check(client, address)
        try:
            while not ready.is_empty():
                if not ready.has_ready():
                    check.now()
                    time.sleep(0.05)
                    continue
                future = next(ready)
                if future.status == "finished":
                    yield future.result()
                elif future.status == "error":
                    error = future.exception()
                    if not isinstance(error, distributed.scheduler.KilledWorker):
                        yield futures[future], f"{type(error).__name__}: {error}"
            check.connection()
        finally:
            if client.status == "running":
                client.cancel(list(futures))

    return submit


class Check:
    """Says that a cluster has no workers, and raises when it never gets any or has ended.

    Args:
        client: of the cluster.
        address: of its scheduler.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        self.started = self.next = time.monotonic()

    def connection(self) -> None:
        """Raise if there is none any more.

        Raises:
            ClusterError: the scheduler has ended, or cannot be reached.
        """
        if self.client.status != "running":
            raise ClusterError(
                f"the Dask scheduler at {self.address} has ended, or cannot be reached any more; "
                "finished runs are saved, and the same command resumes the sweep"
            )

    def now(self) -> None:
        """Look for workers, if that is due, and say that there are none.

        Raises:
            ClusterError: there have been none for a while, or the scheduler has ended.
        """
        self.connection()
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + BETWEEN
        try:
            workers = self.client.scheduler_info()["workers"]
        except Exception:  # it has ended at this moment; the next check says so
            return
        if workers:
            self.started = time.monotonic()
            return
        remedy = f"start one with `dask worker {self.address}`"
        if time.monotonic() - self.started > WORKERLESS:
            raise ClusterError(
                f"the Dask scheduler at {self.address} has had no workers for {WORKERLESS} "
                f"seconds; {remedy}"
            )
        text = f"waiting: the Dask scheduler at {self.address} has no workers; {remedy}"
        print(text, file=sys.stderr, flush=True)


def run_numbered(job: Job, i: int, settings: Settings) -> tuple[int, Result | str]:
    """Run a job, and return its index with its result, or with what went wrong."""
    try:
        return i, job(settings)
    except Exception as error:
        return i, f"{type(error).__name__}: {error}"


def import_or_explain(module: str) -> Any:
    """Import and return a module.

    Raises:
        ModuleNotFoundError: it is not installed; the message says how to install it.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f'a sweep needs {module}, which is not installed; pip install "glassgrad[sweep]"',
            name=module,
        ) from None


def grid_of(**choices: Iterable[Any]) -> list[dict[str, Any]]:
    """Return every combination of the choices; the last choice changes fastest.

    Example:
        >>> grid_of(lr=[0.1, 1], seed=[0, 1])
        [{'lr': 0.1, 'seed': 0}, {'lr': 0.1, 'seed': 1}, {'lr': 1, 'seed': 0}, {'lr': 1, 'seed': 1}]
    """
    from itertools import product

    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
