"""Runs jobs on a Dask cluster, and says in one line what is wrong with it."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any

from nn.experiments.jobs import Executor, Job, Result, Settings, import_or_explain, run_numbered

TIMEOUT = 5  # seconds to wait for a cluster
BETWEEN, WORKERLESS = 10, 120  # seconds from look to look for its workers, and to wait for one


class ClusterError(ConnectionError):
    """A Dask cluster does not respond."""


def on_cluster(address: str) -> Executor:
    """Return an executor that runs jobs on a Dask cluster.

    Raises:
        ModuleNotFoundError: distributed is not installed.
    """
    distributed = import_or_explain("distributed")

    def submit(
        job: Job, work: Sequence[tuple[int, Settings]]
    ) -> Generator[tuple[int, Result | str], None, None]:
        """Yield results as they come; those of a worker that has died are missing.

        Raises:
            ClusterError: the scheduler does not respond, or has ended, or has had no worker for a
                while.
        """
        client = connected(address)
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
            with suppress(Exception):  # a scheduler that has ended does not answer
                if client.status == "running":
                    client.cancel(list(futures))
                client.close(timeout=TIMEOUT)

    return submit


def connected(address: str) -> Any:
    """Return a client of a Dask scheduler, which must be closed.

    Raises:
        ClusterError: it does not respond within seconds.
    """
    distributed = import_or_explain("distributed")

    class QuietClient(distributed.Client):  # type: ignore[name-defined, misc]
        """A client that does not end with a traceback where it has never connected."""

        def __del__(self) -> None:
            """Do nothing: it is closed by whoever asked for it."""

    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed", "tornado", "asyncio")):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # we say it in one line
    try:
        return QuietClient(address, timeout=TIMEOUT, set_as_default=False)
    except Exception as error:  # what answers there may be anything
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(
            f"no Dask scheduler responds at '{address}' within {TIMEOUT} seconds ({first}); start "
            "one with `dask scheduler`, or leave out --dask to use the cores of this machine"
        ) from None


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
