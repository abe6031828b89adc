"""What `glassgrad train` writes: weights, history, pictures and the report."""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import engine
import nn
from engine import Value
from nn.commands import CommandError, unwritable
from nn.commands.trained import Trained
from nn.data.dataset import Dataset
from nn.metrics import metric_for
from nn.training.interruption import undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from matplotlib.figure import Figure

    from nn.losses import Loss
    from nn.plots.chart import Chart

MODEL, HISTORY = "model.json", "history.csv"
PICTURES = (
    *("boundary.png", "confusion.png", "predictions.png", "loss.png", "boundary.svg", "loss.svg"),
    *("network.svg", "network.png", "play.html", "report.html"),
)


class TrainingRun(NamedTuple):
    """The outcome of training.

    Attributes:
        trained: the model, with what it takes to use it.
        history: the losses by epoch.
        train: the samples it was trained on.
        held_back: the samples it was validated on.
        loss: what was minimised.
        monitor: what watched; None without --monitor.
    """

    trained: Trained
    history: nn.History
    train: Dataset
    held_back: Dataset
    loss: Loss
    monitor: nn.Monitor | None

    def score(self, part: Dataset) -> tuple[str, float]:
        """Return the name of the metric, and its value on a part of the samples."""
        X, y = self.trained.scale(part)
        model: Any = self.trained.model
        name, metric = metric_for(model._decision)
        return name, metric(nn.predict(model, X), y)


@contextmanager
def own_folder(out: Path) -> Iterator[None]:
    """Create the folder to write to, and let no other run write to it meanwhile.

    Raises:
        CommandError: it cannot be created, or not be written to, or another run writes to it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        handle = None if os.name == "nt" else os.open(out, os.O_RDONLY)
    except OSError as error:
        raise refused(out, error.strerror) from None
    try:
        for path in (out, out / MODEL, out / HISTORY):
            if path.exists() and not os.access(path, os.W_OK):
                raise refused(path, "Permission denied")
        # The folder itself is locked, so that no file is left, however the run ends.
        if handle is not None and engine.lock_file(handle) is False:
            raise refused(out, "another run of glassgrad is writing to it")
        yield
    finally:
        if handle is not None:
            os.close(handle)


def refused(out: Path, why: object) -> CommandError:
    """Return the error for a folder that a command may not write to."""
    return CommandError(f"cannot write to {out}: {why}; choose another folder with --out")


def write_model(out: Path, training: TrainingRun) -> None:
    """Write the weights and the history, in place of all that an earlier run has written.

    They are written before the pictures, which take longest, and whatever the signals, so that
    nothing can lose them; an earlier run's pictures are of other weights.

    Raises:
        CommandError: a file cannot be written; all are as they were.
    """
    trained, history = training.trained, training.history
    with undisturbed():
        try:
            text = trained.file_text(out / MODEL) + history.as_csv()
            run = sha256(text.encode()).hexdigest()[:12]
            model = trained.file_text(out / MODEL, run=run)
        except ValueError as error:
            raise CommandError(str(error)) from None
        old = PICTURES if (out / MODEL).exists() else ()
        write_files(out, {MODEL: model, HISTORY: history.as_csv(run=run)}, instead_of=old)


def write_files(
    out: Path, contents: Mapping[str, str | bytes], *, instead_of: Iterable[str] = ()
) -> None:
    """Write files in one short pass that no signal interrupts.

    Raises:
        CommandError: one cannot be written; all are as they were.
    """
    try:
        with undisturbed():
            engine.write_together(
                {out / name: content for name, content in contents.items()},
                instead_of=[out / name for name in instead_of],
            )
    except OSError as error:
        raise unwritable(out, error) from None


def pictures(training: TrainingRun, *, play: bool) -> dict[str, str | bytes]:
    """Return the pictures and the report as the contents of files, by name."""
    from nn import plots

    found: dict[str, str | bytes] = {}
    if len(training.history):
        found |= file_of("loss", plots.loss_curves(training.history))
    try:
        found |= file_of(*picture_of_predictions(training))
    except ModuleNotFoundError as error:
        print(f"no plot of the predictions: {error}")
    found |= pictures_of_network(training, play=play)
    if training.monitor is not None:
        found |= report(training.monitor)
    return found


def file_of(name: str, figure: Figure | Chart) -> dict[str, str | bytes]:
    """Return the file of a plot: a PNG, or an SVG where there is no matplotlib."""
    kind = "svg" if isinstance(figure, engine.Drawing) else "png"
    content = BytesIO()
    figure.savefig(content, format=kind)
    return {f"{name}.{kind}": content.getvalue()}


def picture_of_predictions(training: TrainingRun) -> tuple[str, Figure | Chart]:
    """Return a picture of the predictions for the held-back samples, after its name."""
    from nn import plots

    trained, held_back = training.trained, training.held_back
    X, y, classes = held_back.X, held_back.y, held_back.class_names
    if classes is None:
        return "predictions", plots.predictions(trained, X, y, target_name=held_back.target_name)
    if len(held_back.feature_names) == 2:
        boundary = plots.decision_boundary(
            trained,
            training.train.X,
            training.train.y,
            validation=(X, y),
            feature_names=held_back.feature_names,
            class_names=classes,
        )
        return "boundary", boundary
    return "confusion", plots.confusion_matrix(trained, X, y, classes)


def pictures_of_network(training: TrainingRun, *, play: bool) -> dict[str, str | bytes]:
    """Draw the graph of the loss of the held-back sample with the largest loss, of the first 1,000.

    A sample that is easy has a loss near 0 and hardly any gradients to look at.
    """
    trained, loss = training.trained, training.loss
    n = min(1000, len(training.held_back.y))
    X, y = trained.scale(training.held_back.take(range(n)))
    model: Any = trained.model
    with engine.no_grad():
        losses = [loss([model(x)], [target]).data for x, target in zip(X, y, strict=True)]
    hardest = losses.index(max(losses))
    named = zip(X[hardest], trained.feature_names, strict=True)
    result = loss([model([Value(x, name) for x, name in named])], [y[hardest]])
    result.label = "loss"
    # The last step has left its gradients in the weights.
    model.zero_grad()
    result.backward()
    found: dict[str, str | bytes] = {}
    makers: dict[str, Callable[[], str | bytes]] = {}
    try:
        picture = engine.draw(result)
        makers = {"network.svg": lambda: picture.svg, "network.png": picture.png}
    except ValueError as error:
        print(f"network.svg not written: {error}")
    if play:
        makers["play.html"] = lambda: engine.play(result).page
    for file, make in makers.items():
        try:
            found[file] = make()
        except (ValueError, ImportError) as error:
            print(f"{file} not written: {error}")
    return found


def report(monitor: nn.Monitor) -> dict[str, str | bytes]:
    """Print the alarms, and return report.html."""
    for alarm in monitor.alarms:
        print(f"alarm: {alarm}")
    if not monitor.alarms:
        print("no alarm")
    if not monitor.steps:
        print("report.html not written: no step was taken")
        return {}
    try:
        from nn.monitor.report import page

        return {"report.html": page(monitor.record)}
    except ModuleNotFoundError as error:
        print(f"report.html not written: {error}")
        return {}
