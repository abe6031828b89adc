"""`glassgrad sweep`: trains on one data set with many settings, on all cores or a cluster."""

from __future__ import annotations

import argparse
import csv
import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from nn.checks import require_numpy
from nn.commands import CommandError, number_type, path_type, train, unwritable
from nn.commands.outputs import file_of, own_folder, write_files
from nn.experiments.cluster import ClusterError
from nn.experiments.sweep import Runs, grid_of, run_all
from nn.optim import OPTIMIZERS
from nn.training.interruption import STOP

if TYPE_CHECKING:
    from nn.commands import Commands
    from nn.data.dataset import Dataset

EPILOG = """\
Each run is saved in DIR/runs as soon as it has finished; the same command resumes a sweep that was
stopped. table.csv has one line per run, sweep.png shows the scores of all seeds of each setting.

examples:
  glassgrad sweep moons --hidden 4,4 16,16 --lr 0.01 0.1 1 --seeds 5
  glassgrad sweep iris --activation tanh relu --optimizer adam sgd --seeds 3 --epochs 20
  glassgrad sweep moons --lr 0.01 0.1 --dask tcp://127.0.0.1:8786
"""
CHOICES = ("hidden", "activation", "optimizer", "lr", "batch_size", "l2", "dropout")


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "sweep",
        help="train with many settings, and compare them",
        description="Train on a data set with every combination of settings, and compare them.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    train.add_data_to(parser)
    many: dict[str, Any] = {"nargs": "+"}
    add("--hidden", metavar="N,N", help="sizes of hidden layers, such as 4,4 16,16", **many)
    add("--activation", default=["tanh"], help="activation of the hidden layers (tanh)", **many)
    add(
        "--optimizer",
        choices=tuple(OPTIMIZERS),
        default=["adam"],
        help="how weights are updated (adam)",
        **many,
    )
    add("--lr", type=train.RATE, default=[0.02], help="learning rates (0.02)", **many)
    add(
        "--batch-size", type=number_type(int, 1), default=[20], help="samples per step (20)", **many
    )
    add("--l2", type=train.PENALTY, default=[0.0], help="penalties on large weights (0)", **many)
    add("--dropout", type=train.SHARE, default=[0.0], help="shares of neurons to drop (0)", **many)
    add("--seeds", type=number_type(int, 1), default=3, metavar="N", help="runs per setting (3)")
    add("--epochs", type=number_type(int, 1), help="number of passes through the data")
    add("--jobs", type=int, default=-1, metavar="N", help="processes; by default one per core")
    add("--dask", metavar="ADDRESS", help="run on a Dask cluster, such as tcp://127.0.0.1:8786")
    add("--out", type=path_type, metavar="DIR", help="folder to write to (out/sweep-NAME)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the sweep, and write the table and the plot."""
    require_numpy("glassgrad sweep")
    if arguments.jobs == 0:
        raise CommandError("--jobs must be 1 or more, or -1 for one per core; got 0")
    for text in arguments.hidden or []:
        train.layer_sizes(text)
    samples = train.load_dataset(argparse.Namespace(**vars(arguments) | {"seed": 0}))
    out: Path = arguments.out or Path("out") / f"sweep-{samples.name}"
    with own_folder(out):
        for note in samples.notes:
            print(note)
        return compare(arguments, samples, out)


def compare(arguments: argparse.Namespace, samples: Dataset, out: Path) -> int:
    """Train with all settings, write the table and the plot, and return the exit code."""
    choices = {name: getattr(arguments, name) or [None] for name in CHOICES}
    grid = grid_of(**choices, seed=range(arguments.seeds))
    common = {name: getattr(arguments, name) for name in (*train.DATA_OPTIONS, "epochs")}
    common["data"] = (
        str(Path(arguments.data).resolve()) if train.is_file(arguments.data) else samples.name
    )
    whole = [settings | common for settings in grid]
    try:
        runs = Runs(out / "runs", samples.X.tobytes() + samples.y.tobytes())
        found = run_all(one_run, whole, runs, n_jobs=arguments.jobs, dask=arguments.dask)
    except ClusterError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise unwritable(out / "runs", error) from None
    outcomes = [(grid[i], found[i]) for i in sorted(found)]
    finished = [(settings, r) for settings, r in outcomes if isinstance(r, dict)]
    failed = [(settings, r) for settings, r in outcomes if isinstance(r, str)]
    varied = [name for name in CHOICES if len(choices[name]) > 1] or ["hidden", "lr"]
    written = write(out, finished, varied)
    for settings, why in failed:
        print(f"failed: {label_of(settings, varied)}, seed {settings['seed']}: {why}")
    print(f"written to {out}: {', '.join(['runs', *written])}")
    if len(found) < len(grid):
        print(
            f"stopped by {STOP.cause}; {len(found)} of {len(grid)} runs have been saved, and the "
            "same command resumes the sweep"
        )
        return STOP.code
    return 2 if failed else 0


def one_run(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train once, in a process of its own, and return the scores."""
    arguments = argparse.Namespace(**settings, patience=None, monitor=True)
    samples = train.load_dataset(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the result says what stopped it
        training = train.train(arguments, samples, progress=False)
    if training.history.stopped == "interrupted":
        raise KeyboardInterrupt  # half a run is no result
    name, score = training.score(training.held_back)
    assert training.monitor is not None
    return {
        "metric": name,
        "validation": score,
        "training": training.score(training.train)[1],
        "epochs": len(training.history),
        "best_epoch": training.history.best_epoch,
        "stopped": training.history.stopped,
        "seconds": round(training.history.seconds, 3),
        "alarms": "; ".join(
            f"{alarm.name} ({alarm.location})" for alarm in training.monitor.alarms
        ),
    }


def write(
    out: Path, finished: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], varied: list[str]
) -> list[str]:
    """Print the medians, write the table, draw the plot, and return the names of the files.

    Raises:
        CommandError: a file cannot be written.
    """
    if not finished:
        return []
    from nn import plots

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    results = list(finished[0][1])
    table.writerow([*CHOICES, "seed", *results])
    for settings, result in finished:
        table.writerow(
            [*(settings[name] for name in (*CHOICES, "seed")), *(result[r] for r in results)]
        )
    scores: dict[str, list[float]] = {}
    alarms: dict[str, set[str]] = {}
    for settings, result in finished:
        name = label_of(settings, varied)
        scores.setdefault(name, []).append(result["validation"])
        alarms.setdefault(name, set()).update(
            a.split(" (")[0] for a in result["alarms"].split("; ") if a
        )
    metric = finished[0][1]["metric"]
    width = max(map(len, scores))
    print(f"{'':{width}}  validation {metric}: median (lowest to highest)")
    for name, mine in sorted(scores.items(), key=lambda item: -median(item[1])):
        summary = f"{median(mine):.4f}  ({min(mine):.4f} to {max(mine):.4f})"
        print(f"{name:{width}}  {summary}  {', '.join(sorted(alarms[name]))}".rstrip())
    figure = plots.runs(list(scores), list(scores.values()), metric_name=metric)
    contents = {**file_of("sweep", figure), "table.csv": text.getvalue()}
    write_files(out, contents)
    return list(contents)


def label_of(settings: Mapping[str, Any], varied: Sequence[str]) -> str:
    """Return the settings that differ between runs, as text."""
    return "  ".join(
        f"{name.replace('_', ' ')} {settings[name]}"
        for name in varied
        if settings[name] is not None
    )
