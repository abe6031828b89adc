"""Writers of looks and alarms, one class per format: CSV, JSONL, TensorBoard, Weights & Biases."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import stat
import time
import weakref
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import engine
from nn.monitor.alarm import Alarm
from nn.monitor.statistic import Statistic

PRODUCTS = {"tensorboard": "TensorBoard", "wandb": "Weights & Biases"}


class RecordFile:
    """A file that holds whole records only, of one writer; closed with it, if not before.

    Raises:
        OSError: the file cannot be written, or another monitor logs to it.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            self.handle = os.open(path, flags, 0o666)
        except OSError as error:
            raise cannot_write(path, error) from None
        self.close = weakref.finalize(self, os.close, self.handle)
        self.size, self.is_file = 0, stat.S_ISREG(os.fstat(self.handle).st_mode)
        if self.is_file:
            if engine.lock_file(self.handle) is False:
                gc.collect()  # a monitor that was dropped may still have it
                if engine.lock_file(self.handle) is False:
                    self.close()
                    raise OSError(
                        f"cannot log to {path}: another monitor logs to it; close that one first, "
                        "or choose another file"
                    )
            os.ftruncate(self.handle, 0)

    def append(self, record: str) -> None:
        """Write a record: on a full disk nothing of it."""
        data = record.encode()
        try:
            rest = data
            while rest:
                rest = rest[os.write(self.handle, rest) :]
        except BaseException:
            if self.is_file:
                os.ftruncate(self.handle, self.size)
                os.lseek(self.handle, self.size, os.SEEK_SET)
            raise
        self.size += len(data)


class CsvWriter:
    """One CSV record per look, with the alarms since the look before in the last column.

    Raises:
        OSError: the file cannot be written, or another monitor logs to it.
    """

    def __init__(self, path: Path) -> None:
        self.columns: list[str] = []
        self.alarms: list[str] = []
        self.file = RecordFile(path)
        self.close = weakref.finalize(self, finish_csv, self.file, self.columns, self.alarms)

    def write(
        self, step: int, numbers: Mapping[str, float], statistics: Mapping[str, Statistic]
    ) -> None:
        """Write a record, and the header before the first one."""
        header = "" if self.columns else csv_line(["step", *numbers, "alarms"])
        cells = [repr(numbers[name]) for name in self.columns or numbers]
        self.file.append(header + csv_line([step, *cells, "; ".join(self.alarms)]))
        self.columns[:] = self.columns or numbers
        self.alarms.clear()

    def alarm(self, alarm: Alarm) -> None:
        """Keep an alarm for the next record."""
        self.alarms.append(str(alarm))


def finish_csv(file: RecordFile, columns: list[str], alarms: list[str]) -> None:
    """Write the remaining alarms, and close the file."""
    if alarms and columns:
        file.append(csv_line([""] * (1 + len(columns)) + ["; ".join(alarms)]))
    file.close()


def csv_line(cells: Sequence[object]) -> str:
    """Return a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


class JsonlWriter:
    """One JSON object per line: a look with histograms, or an alarm.

    Raises:
        OSError: the file cannot be written, or another monitor logs to it.
    """

    def __init__(self, path: Path) -> None:
        self.file = RecordFile(path)
        self.close = self.file.close

    def write(
        self, step: int, numbers: Mapping[str, float], statistics: Mapping[str, Statistic]
    ) -> None:
        """Write a look; inf and nan, which JSON does not have, become null."""
        histograms = {
            name: {"counts": statistic.histogram[0], "edges": statistic.histogram[1]}
            for name, statistic in statistics.items()
        }
        finite = {name: x if isfinite(x) else None for name, x in numbers.items()}
        self._line({"step": step, **finite, "histograms": histograms})

    def alarm(self, alarm: Alarm) -> None:
        """Write an alarm."""
        fields = {name: x for name, x in vars(alarm).items() if name != "shown"}
        self._line({"step": alarm.step, "alarm": fields | {"confidence": alarm.confidence}})

    def _line(self, content: Mapping[str, object]) -> None:
        self.file.append(json.dumps(content) + "\n")


class TensorBoardWriter:
    """Event files, written by TensorBoard's own writer.

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
        make_writable(folder)
        self._event, self._summary = event_pb2.Event, summary_pb2
        self._text, self._tensor = create_summary_metadata, make_tensor_proto
        self._file = EventFileWriter(str(folder))

    def write(
        self, step: int, numbers: Mapping[str, float], statistics: Mapping[str, Statistic]
    ) -> None:
        """Write scalars and histograms."""
        value = self._summary.Summary.Value
        values = [value(tag=name, simple_value=x) for name, x in numbers.items()]
        values += [
            value(tag=f"{name}/histogram", histo=self._histogram(statistic))
            for name, statistic in statistics.items()
        ]
        self._add(step, values)

    def _histogram(self, statistic: Statistic) -> Any:
        counts, edges = statistic.histogram
        n = sum(counts)
        return self._summary.HistogramProto(
            min=statistic.min,
            max=statistic.max,
            num=n,
            sum=statistic.mean * n,
            sum_squares=statistic.norm**2,
            bucket_limit=edges[1:],
            bucket=counts,
        )

    def alarm(self, alarm: Alarm) -> None:
        """Write a text event."""
        value = self._summary.Summary.Value(
            tag=f"alarms/{alarm.kind}",
            metadata=self._text("", ""),
            tensor=self._tensor([str(alarm)]),
        )
        self._add(alarm.step, [value])

    def _add(self, step: int, values: list[Any]) -> None:
        summary = self._summary.Summary(value=values)
        self._file.add_event(self._event(step=step, wall_time=time.time(), summary=summary))
        self._file.flush()  # otherwise a run that is killed would lose what it has logged

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
            make_writable(folder)
            settings = {"dir": str(folder), **settings}
        self._wandb = wandb
        self._run = wandb.init(**settings)

    def write(
        self, step: int, numbers: Mapping[str, float], statistics: Mapping[str, Statistic]
    ) -> None:
        """Log numbers and histograms."""
        import numpy as np

        content: dict[str, Any] = dict(numbers)
        for name, statistic in statistics.items():
            counts, edges = statistic.histogram
            content[f"{name}/histogram"] = self._wandb.Histogram(
                np_histogram=(np.array(counts), np.array(edges))
            )
        self._run.log(content, step=step)

    def alarm(self, alarm: Alarm) -> None:
        """Send an alarm as an alert, and show it on the page of the run."""
        self._run.summary[f"alarms/{alarm.kind}"] = str(alarm)
        self._run.alert(title=alarm.name, text=str(alarm), level="WARN")

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


def not_installed(module: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return an error that says what to install."""
    if error.name is not None and error.name.split(".")[0] != module:
        return error  # one of its own dependencies is missing
    return ModuleNotFoundError(
        f"log_to needs {PRODUCTS[module]}, which is not installed; "
        'pip install "glassgrad[trackers]"',
        name=module,
    )


def make_writable(folder: Path) -> None:
    """Create a folder, and make sure that files can be written in it.

    Raises:
        OSError: they cannot; the message says what to do.
    """
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(folder, error) from None


def cannot_write(path: Path, error: OSError) -> OSError:
    """Return the error with a message that says what to do."""
    return type(error)(
        error.errno,
        f"cannot log to {path}: {error.strerror}; choose a folder that you can write to",
    )
