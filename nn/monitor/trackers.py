"""Sends every look and alarm to a tracker: TensorBoard, Weights & Biases, a CSV or JSONL file."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from nn.monitor.alarm import Alarm
from nn.monitor.look import Look
from nn.monitor.parameter_groups import ParameterGroups
from nn.monitor.statistic import WHAT, Statistic, statistics
from nn.monitor.writers import CsvWriter, JsonlWriter, TensorBoardWriter, WandbWriter

LOGGED_FIELDS = (
    "mean",
    "std",
    "min",
    "max",
    "norm",
    "zero_fraction",
    "saturation",
    "update_ratio",
    "gradient_ratio",
)


class LookWriter(Protocol):
    """What each kind of tracker can do."""

    def write(
        self, step: int, numbers: Mapping[str, float], statistics: Mapping[str, Statistic]
    ) -> None:
        """Write a look: its numbers by name, and the histograms of its statistics."""

    def alarm(self, alarm: Alarm) -> None:
        """Write an alarm."""

    def close(self) -> object:
        """Finish writing."""


class Tracker:
    """Turns looks into named numbers; a full disk ends the logging, but never the training.

    Args:
        name: for messages.
        writer: writes the numbers.
        parameters: of the model.
    """

    def __init__(self, name: str, writer: LookWriter, parameters: ParameterGroups) -> None:
        self.name, self.writer, self.parameters = name, writer, parameters
        self._broken = False

    def look(self, look: Look, rate: float | None) -> None:
        """Log a look and the learning rate."""
        numbers = {"loss": look.loss} | ({} if rate is None else {"learning_rate": rate})
        by_name = {}
        for what in WHAT:
            if what == "activations" and look.activations is None:
                continue
            for statistic in statistics(self.parameters, look, what, "layer"):
                by_name[f"{statistic.layer}/{what}"] = statistic
                for field in LOGGED_FIELDS:
                    value = getattr(statistic, field)
                    if value is not None:
                        numbers[f"{statistic.layer}/{what}/{field}"] = value
        self._try(lambda: self.writer.write(look.step, numbers, by_name))

    def alarm(self, alarm: Alarm) -> None:
        """Log an alarm."""
        self._try(lambda: self.writer.alarm(alarm))

    def close(self) -> None:
        """Finish writing."""
        self._try(self.writer.close)

    def _try(self, write: Callable[[], Any]) -> None:
        if self._broken:
            return
        try:
            write()
        except Exception as error:  # whatever goes wrong in it, training is worth more than its log
            self._broken = True
            with suppress(Exception):
                self.writer.close()
            why = f"{type(error).__name__}: {error}"
            remedy = "log to another tracker"
            if isinstance(error, OSError):
                why = error.strerror or str(error)
                remedy = "free some disk space, or log to another folder"
            warnings.warn(
                f"logging to {self.name} has stopped: {why}; training continues; {remedy}",
                RuntimeWarning,
                stacklevel=6,
            )


def tracker_for(
    name: str, target: str | Path | None, settings: Mapping[str, Any], parameters: ParameterGroups
) -> Tracker:
    """Return a tracker.

    Args:
        name: "tensorboard", "wandb", "csv" or "jsonl".
        target: a folder or a file.
        settings: for wandb.
        parameters: of the model.

    Raises:
        ValueError: the name is unknown, the target is missing, or settings are not accepted.
        ModuleNotFoundError: the tracker is not installed.
        OSError: the target cannot be written to.
    """
    if name not in ("tensorboard", "wandb", "csv", "jsonl"):
        raise ValueError(f"a tracker is tensorboard, wandb, csv or jsonl, got {name!r}")
    path = None if target is None else Path(target)
    if name == "wandb":
        return Tracker(name, WandbWriter(path, settings), parameters)
    if path is None:
        what = "a folder" if name == "tensorboard" else "a file"
        raise ValueError(f'{name} needs {what} to write to: log_to("{name}", "runs/one")')
    if settings:
        raise ValueError(f"{name} does not take settings, got {', '.join(settings)}")
    writers: dict[str, Callable[[Path], LookWriter]] = {
        "csv": CsvWriter,
        "jsonl": JsonlWriter,
        "tensorboard": TensorBoardWriter,
    }
    return Tracker(f"{name} at {path}", writers[name](path), parameters)
