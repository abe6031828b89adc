"""What happened in a training run, epoch by epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import engine

COLUMNS = ("loss", "validation_loss", "metric", "validation_metric", "learning_rate")


class History:
    """Lists with one number per epoch.

    Attributes:
        loss: average training loss of the epoch, as it went.
        validation_loss: loss on the samples held back, after the epoch; empty without validation.
        metric: accuracy (or R² in regression) on the training samples, as it went.
        validation_metric: the same on the samples held back.
        learning_rate: of the epoch's last step.
        metric_name: "accuracy" or "R²".
        best_epoch: number, from 1, of the epoch whose weights the model was left with; None before
            the first epoch.
        stopped: why training ended: "epochs", "patience", "interrupted" or "loss is nan", …
        seconds: how long it took.
    """

    def __init__(self, metric_name: str) -> None:
        self.loss: list[float] = []
        self.validation_loss: list[float] = []
        self.metric: list[float] = []
        self.validation_metric: list[float] = []
        self.learning_rate: list[float] = []
        self.metric_name = metric_name
        self.best_epoch: int | None = None
        self.stopped = ""
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self.loss)

    def __repr__(self) -> str:
        if not self.loss:
            return f"History(no epochs, stopped: {self.stopped or 'not yet'})"
        best = (self.best_epoch or 1) - 1
        parts = [f"loss {self.loss[best]:.4g}", f"{self.metric_name} {self.metric[best]:.4g}"]
        if self.validation_loss:
            parts += [
                f"validation loss {self.validation_loss[best]:.4g}",
                f"validation {self.metric_name} {self.validation_metric[best]:.4g}",
            ]
        return (
            f"History({len(self)} epochs, best {best + 1}: {', '.join(parts)}; "
            f"stopped: {self.stopped}; {self.seconds:.1f} s)"
        )

    def to_csv(self, path: str | Path) -> None:
        """Write one line per epoch.

        Raises:
            OSError: the file cannot be written.
        """
        engine.write_atomically(path, self.as_csv())

    def as_csv(self, **same: str) -> str:
        """Return one line per epoch as text, with more columns that say the same in each line."""
        columns = [name for name in COLUMNS if getattr(self, name)]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["epoch", *columns, *same])
        for epoch in range(len(self)):
            numbers = (repr(getattr(self, name)[epoch]) for name in columns)
            writer.writerow([epoch + 1, *numbers, *same.values()])
        return text.getvalue()

    def cut(self, epochs: int) -> None:
        """Keep the first epochs only, so that all columns are of one length."""
        for name in COLUMNS:
            del getattr(self, name)[epochs:]

    def state_dict(self) -> dict[str, object]:
        """Return everything, for a checkpoint."""
        return dict(vars(self))

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Resume from what a checkpoint holds."""
        vars(self).update(state)
