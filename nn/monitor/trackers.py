"""Tells every look and alarm to a tracker: TensorBoard, Weights & Biases, a CSV or a JSONL file."""

from __future__ import annotations

import csv
import json
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any, Protocol, TextIO

from nn.monitor.alarm import Alarm
from nn.monitor.parameter_groups import Anatomy
from nn.monitor.look import Look, Statistic, statistics

TOLD = (
    "mean",
    "spread",
    "min",
    "max",
    "norm",
    "zeros",
    "saturation",
    "update_ratio",
    "gradient_ratio",
)
INSTALL = {"tensorboard": "TensorBoard", "wandb": "Weights & Biases"}


class Writer(Protocol):
    """What a kind of tracker does."""

    def write(self, step: int, numbers: Mapping[str, float], rows: Mapping[str, Statistic]) -> None:
        """Write the numbers of a look under their names, and the histograms among the rows."""

    def alarm(self, alarm: Alarm) -> None:
        """Write an alarm."""

    def close(self) -> None:
        """Finish."""


class Tracker:
    """Puts looks into numbers with names, and never ends a training because a disk is full.

    Args:
        name: for messages.
        writer: what writes.
        anatomy: of the model.
    """

    def __init__(self, name: str, writer: Writer, anatomy: Anatomy) -> None:
        self.name, self.writer, self.anatomy = name, writer, anatomy
        self._broken = False

    def look(self, look: Look, rate: float | None) -> None:
        """Tell a look."""
        numbers = {"loss": look.loss} | ({} if rate is None else {"learning_rate": rate})
        rows = {}
        for what in ("weights", "biases", "gradients", "activations"):
            if what == "activations" and look.answers is None:
                continue
            for row in statistics(self.anatomy, look, what, "layer"):
                rows[f"{row.layer}/{what}"] = row
                for field in TOLD:
                    value = getattr(row, field)
                    if value is not None:
                        numbers[f"{row.layer}/{what}/{field}"] = value
        self._try(lambda: self.writer.write(look.step, numbers, rows))

    def alarm(self, alarm: Alarm) -> None:
        """Tell an alarm."""
        self._try(lambda: self.writer.alarm(alarm))

    def close(self) -> None:
        """Finish."""
        self._try(self.writer.close)

    def _try(self, write: Any) -> None:
        if self._broken:
            return
        try:
            write()
        except OSError as error:
            self._broken = True
            with suppress(OSError):
                self.writer.close()
            warnings.warn(
                f"logging to {self.name} has stopped: {error.strerror or error}; training goes on; "
                "make room on the disk, or log to another place",
                RuntimeWarning,
                stacklevel=6,
            )


class CsvWriter:
    """A row a look; alarms in the last column of the row that follows them.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.file = opened(path)
        self.columns: list[str] = []
        self.alarms: list[str] = []

    def write(self, step: int, numbers: Mapping[str, float], rows: Mapping[str, Statistic]) -> None:
        """Write a row, and the header above the first one."""
        writer = csv.writer(self.file, lineterminator="\n")
        if not self.columns:
            self.columns = list(numbers)
            writer.writerow(["step", *self.columns, "alarms"])
        cells = [repr(numbers[name]) for name in self.columns]
        writer.writerow([step, *cells, "; ".join(self.alarms)])
        self.alarms.clear()
        self.file.flush()  # a run that is killed leaves whole rows

    def alarm(self, alarm: Alarm) -> None:
        """Keep an alarm for the next row."""
        self.alarms.append(str(alarm))

    def close(self) -> None:
        """Write what is left of the alarms, and close the file."""
        if self.alarms and self.columns:
            cells = [""] * (1 + len(self.columns))
            csv.writer(self.file, lineterminator="\n").writerow([*cells, "; ".join(self.alarms)])
        self.file.close()


class JsonlWriter:
    """A JSON object a line: a look with histograms, or an alarm.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.file = opened(path)

    def write(self, step: int, numbers: Mapping[str, float], rows: Mapping[str, Statistic]) -> None:
        """Write a look; what is inf or nan, for which JSON has no word, is null."""
        histograms = {
            name: {"counts": row.histogram[0], "edges": row.histogram[1]}
            for name, row in rows.items()
        }
        finite = {name: x if isfinite(x) else None for name, x in numbers.items()}
        self._line({"step": step, **finite, "histograms": histograms})

    def alarm(self, alarm: Alarm) -> None:
        """Write an alarm."""
        self._line({"step": alarm.step, "alarm": vars(alarm)})

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _line(self, content: Mapping[str, object]) -> None:
        self.file.write(json.dumps(content) + "\n")
        self.file.flush()


class TensorBoardWriter:
    """Event files, by TensorBoard's own writer.

    Raises:
        ModuleNotFoundError: tensorboard is not installed.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboard.compat.proto import event_pb2, summary_pb2
            from tensorboard.plugins.text.metadata import create_summary_metadata
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
            from tensorboard.util.tensor_util import make_tensor_proto
        except ModuleNotFoundError as error:
            raise not_installed("tensorboard", error) from None
        writable(folder)
        self._event, self._summary = event_pb2.Event, summary_pb2
        self._text, self._tensor = create_summary_metadata, make_tensor_proto
        self._file = EventFileWriter(str(folder))

    def write(self, step: int, numbers: Mapping[str, float], rows: Mapping[str, Statistic]) -> None:
        """Write scalars and histograms."""
        value = self._summary.Summary.Value
        values = [value(tag=name, simple_value=x) for name, x in numbers.items()]
        values += [
            value(tag=f"{name}/histogram", histo=self._histogram(row)) for name, row in rows.items()
        ]
        self._add(step, values)

    def _histogram(self, row: Statistic) -> Any:
        counts, edges = row.histogram
        n = sum(counts)
        return self._summary.HistogramProto(
            min=row.min,
            max=row.max,
            num=n,
            sum=row.mean * n,
            sum_squares=row.norm**2,
            bucket_limit=edges[1:],
            bucket=counts,
        )

    def alarm(self, alarm: Alarm) -> None:
        """Write a text."""
        value = self._summary.Summary.Value(
            tag=f"alarms/{alarm.kind}",
            metadata=self._text("", ""),
            tensor=self._tensor([str(alarm)]),
        )
        self._add(alarm.step, [value])

    def _add(self, step: int, values: list[Any]) -> None:
        summary = self._summary.Summary(value=values)
        self._file.add_event(self._event(step=step, wall_time=time.time(), summary=summary))
        self._file.flush()  # or a run that is killed would lose what it has told

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class WandbWriter:
    """A run of Weights & Biases; mode="offline" keeps it in a folder.

    Raises:
        ModuleNotFoundError: wandb is not installed.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path | None, settings: Mapping[str, Any]) -> None:
        try:
            import wandb
        except ModuleNotFoundError as error:
            raise not_installed("wandb", error) from None
        if folder is not None:
            writable(folder)
            settings = {"dir": str(folder), **settings}
        self._wandb = wandb
        self._run = wandb.init(**settings)

    def write(self, step: int, numbers: Mapping[str, float], rows: Mapping[str, Statistic]) -> None:
        """Log numbers and histograms."""
        import numpy as np

        content: dict[str, Any] = dict(numbers)
        for name, row in rows.items():
            counts, edges = row.histogram
            content[f"{name}/histogram"] = self._wandb.Histogram(
                np_histogram=(np.array(counts), np.array(edges))
            )
        self._run.log(content, step=step)

    def alarm(self, alarm: Alarm) -> None:
        """Send an alarm as W&B's own alert, and show it on the page of the run."""
        self._run.summary[f"alarms/{alarm.kind}"] = str(alarm)
        self._run.alert(title=alarm.name, text=str(alarm), level="WARN")

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


def tracker_for(
    name: str, target: str | Path | None, settings: Mapping[str, Any], anatomy: Anatomy
) -> Tracker:
    """Return the tracker of that name.

    Raises:
        ValueError: there is none, it lacks a target, or takes no settings.
        ModuleNotFoundError: it is not installed.
        OSError: the target cannot be written to.
    """
    if name not in ("tensorboard", "wandb", "csv", "jsonl"):
        raise ValueError(f"there are trackers tensorboard, wandb, csv and jsonl, got {name!r}")
    path = None if target is None else Path(target)
    if name == "wandb":
        return Tracker(name, WandbWriter(path, settings), anatomy)
    if path is None:
        what = "a folder" if name == "tensorboard" else "a file"
        raise ValueError(f'{name} needs {what} to write to: log_to("{name}", "runs/one")')
    if settings:
        raise ValueError(f"{name} takes no settings, got {', '.join(settings)}")
    writers: dict[str, Callable[[Path], Writer]] = {
        "csv": CsvWriter,
        "jsonl": JsonlWriter,
        "tensorboard": TensorBoardWriter,
    }
    return Tracker(f"{name} at {path}", writers[name](path), anatomy)


def not_installed(module: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return the error that names what to install."""
    if error.name is not None and error.name.split(".")[0] != module:
        return error  # something of its own is missing
    return ModuleNotFoundError(
        f"log_to needs {INSTALL[module]}, which is not installed; "
        'pip install "glassgrad[trackers]"',
        name=module,
    )


def opened(path: Path) -> TextIO:
    """Open a file to write.

    Raises:
        OSError: it cannot be; the message says so in words.
    """
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise cannot_write(path, error) from None


def writable(folder: Path) -> None:
    """Make a folder, and see that files can be written in it.

    Raises:
        OSError: they cannot be.
    """
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(folder, error) from None


def cannot_write(path: Path, error: OSError) -> OSError:
    """Return the error in words."""
    return type(error)(
        error.errno,
        f"cannot log to {path}: {error.strerror}; choose a place that you may write to",
    )
