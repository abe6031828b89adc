"""Runs many trainings on all cores or a cluster, and saves each as soon as it has finished."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from nn.experiments.cluster import on_cluster
from nn.experiments.cores import on_cores
from nn.experiments.jobs import Job, Result, Settings
from nn.progress import progress_bar
from nn.saved.fingerprint import fingerprint
from nn.saved.json_file import FileKind, read_json, write_json
from nn.saved.schema import ANYTHING, NUMBER, TEXT

RUN = FileKind(
    "glassgrad run",
    2,
    {"settings": {...: ANYTHING}, "result": {...: (TEXT, NUMBER, None)}},
    remedy="delete it to run it again",
)
ATTEMPTS = 2  # a run whose worker died is tried again, then given up


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


def grid_of(**choices: Iterable[Any]) -> list[dict[str, Any]]:
    """Return every combination of the choices; the last choice changes fastest.

    Example:
        >>> grid_of(lr=[0.1, 1], seed=[0, 1])
        [{'lr': 0.1, 'seed': 0}, {'lr': 0.1, 'seed': 1}, {'lr': 1, 'seed': 0}, {'lr': 1, 'seed': 1}]
    """
    from itertools import product

    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
