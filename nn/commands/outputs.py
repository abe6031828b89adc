"""What `glassgrad train` writes: weights, history, pictures and the report."""

from __future__ import annotations

import os
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from nn.commands import Saved
    from nn.losses import Loss


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


def make_folder(out: Path) -> None:
    """Create the folder to write to.

    Raises:
        CommandError: it cannot be created, or not be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"cannot write to {out}: {error.strerror}; choose another folder with --out"
        ) from None
    if not os.access(out, os.W_OK):
        raise CommandError(
            f"cannot write to {out}: permission denied; choose another folder with --out"
        )


def write_all(out: Path, training: TrainingRun, *, play: bool) -> list[str]:
    """Write the weights, the history and the pictures; return the names of the files.

    Raises:
        CommandError: a file cannot be written.
    """
    from nn import plots

    trained, history = training.trained, training.history
    figures = {}
    try:
        if len(history):
            figures["loss.png"] = plots.loss_curves(history)
        name, figure = picture_of_predictions(training)
        figures[name] = figure
    except ModuleNotFoundError as error:
        print(f"no plots: {error}")
    try:
        trained.save(out / "model.json")
        history.to_csv(out / "history.csv")
        for name, figure in figures.items():
            content = BytesIO()
            figure.savefig(content, format="png")
            engine.write_atomically(out / name, content.getvalue())
        network = draw_network(out, training, play=play)
    except OSError as error:
        raise unwritable(out, error) from None
    return ["model.json", "history.csv", *figures, *network]


def picture_of_predictions(training: TrainingRun) -> tuple[str, Figure]:
    """Return the name of a file, and a picture of the predictions for the held-back samples."""
    from nn import plots

    trained, held_back = training.trained, training.held_back
    X, y, classes = held_back.X, held_back.y, held_back.class_names
    if classes is None:
        figure = plots.predictions(trained, X, y, target_name=held_back.target_name)
        return "predictions.png", figure
    if X.shape[1] == 2:
        figure = plots.decision_boundary(
            trained,
            training.train.X,
            training.train.y,
            validation=(X, y),
            feature_names=held_back.feature_names,
            class_names=classes,
        )
        return "boundary.png", figure
    return "confusion.png", plots.confusion_matrix(trained, X, y, classes)


def draw_network(out: Path, training: TrainingRun, *, play: bool) -> list[str]:
    """Draw the graph of the loss of the held-back sample with the largest loss.

    A sample that is easy has a loss near 0 and hardly any gradients to look at.

    Returns:
        The names of the files.

    Raises:
        OSError: a file cannot be written.
    """
    trained, loss = training.trained, training.loss
    X, y = trained.scale(training.held_back)
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
    pictures: list[tuple[Callable[[Value], Saved], list[str]]] = [
        (engine.draw, ["network.svg", "network.png"])
    ]
    if play:
        pictures.append((engine.play, ["play.html"]))
    written = []
    for make, names in pictures:
        try:
            picture = make(result)
        except ValueError as error:
            print(f"{names[0]} not written: {error}")
            continue
        for name in names:
            try:
                picture.save(out / name)
                written.append(name)
            except ImportError as error:
                print(f"{name} not written: {error}")
    return written


def write_report(out: Path, monitor: nn.Monitor) -> list[str]:
    """Print the alarms, write report.html, and return its name.

    Raises:
        CommandError: it cannot be written.
    """
    for alarm in monitor.alarms:
        print(f"alarm: {alarm}")
    if not monitor.alarms:
        print("no alarm")
    if not monitor.steps:
        print("report.html not written: no step was taken")
        return []
    try:
        return [monitor.report(out / "report.html").name]
    except OSError as error:
        raise CommandError(error.strerror or str(error)) from None
