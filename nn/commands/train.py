"""`glassgrad train`: a net learns a data set, and leaves its weights and pictures behind."""

from __future__ import annotations

import argparse
import os
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import engine
import nn
from engine import Value
from nn import data
from nn.commands import CommandError, unwritable
from nn.commands.trained import Trained
from nn.data.dataset import Dataset, Scaling
from nn.data.table import count
from nn.files import write_whole
from nn.metrics import metric_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from nn.commands import Commands, Saved
    from nn.losses import Loss

OPTIMIZERS = {"sgd": nn.SGD, "rmsprop": nn.RMSProp, "adam": nn.Adam, "adamw": nn.AdamW}
# What each data set takes to be learnt well: hidden layers and epochs.
USUAL = {
    "moons": ([16, 16], 30),
    "circles": ([16], 40),
    "blobs": ([8], 30),
    "xor": ([8], 60),
    "spirals": ([16, 16], 150),
    "iris": ([8], 60),
    "wine": ([8], 40),
    "breast_cancer": ([8], 20),
    "digits": ([16], 20),
}
EPILOG = """\
data sets: moons circles blobs xor spirals; iris wine breast_cancer digits, which need scikit-learn;
or a CSV file with a header row:
the last column (or --target) is what to learn; text is classes, numbers are a quantity.

examples:
  glassgrad train
  glassgrad train iris --hidden 16,16 --activation tanh
  glassgrad train houses.csv --target price --epochs 100
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train a network, and leave pictures of it",
        description="Train a network on a data set; write its weights, history and pictures.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add_data_to(parser)
    add("--hidden", metavar="N,N", help="sizes of the hidden layers, such as 16,16; '' for none")
    add("--activation", default="tanh", help="of the hidden layers (tanh)")
    add("--epochs", type=int, help="how often to go through the data")
    add("--lr", type=float, default=0.02, help="learning rate (0.02)")
    add(
        "--optimizer",
        choices=tuple(OPTIMIZERS),
        default="adam",
        help="how weights are moved (adam)",
    )
    add("--batch-size", type=int, default=20, help="samples a step (20)")
    add("--l2", type=float, default=0.0, help="price on large weights, such as 0.001 (0)")
    add("--patience", type=int, help="stop after so many epochs without improvement")
    add("--seed", type=int, default=0, help="the same seed gives the same run (0)")
    add("--monitor", action="store_true", help="watch the weights; report.html and alarms")
    add("--play", action="store_true", help="write a player of one sample's loss too: play.html")
    add("--out", type=Path, metavar="DIR", help="where to write (out/NAME)")
    parser.set_defaults(run=run)


def add_data_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what to learn."""
    add = parser.add_argument
    add("data", nargs="?", default="moons", metavar="DATA", help="a data set's name, or PATH.csv")
    add("--target", metavar="COL", help="the column to learn (CSV; the last if not given)")
    add("--ignore", default="", metavar="COL,COL", help="columns to leave out (CSV)")
    add("--task", choices=("classification", "regression"), help="what a numeric target is (CSV)")


def run(arguments: argparse.Namespace) -> int:
    """Train, and write everything."""
    samples = dataset(arguments)
    out: Path = arguments.out or Path("out") / samples.name
    prepare(out)
    for note in samples.notes:
        print(note)
    learnt = learn(arguments, samples)
    written = write_all(out, learnt, play=arguments.play)
    if learnt.monitor is not None:
        written += write_report(out, learnt.monitor)
    for what, part in (("training", learnt.train), ("validation", learnt.held_back)):
        name, score = learnt.score(part)
        print(f"{what:10} {name} {score:.4f} on {count(len(part.y), 'sample')}")
    print(f"written to {out}: {', '.join(sorted(written))}")
    if learnt.history.stopped == "interrupted":
        print("stopped by Ctrl-C; the best weights so far are kept")
        return 130
    return 0


class Learnt(NamedTuple):
    """What a training run leaves behind."""

    trained: Trained
    history: nn.History
    train: Dataset
    held_back: Dataset
    loss: Loss
    monitor: nn.Monitor | None

    def score(self, part: Dataset) -> tuple[str, float]:
        """Return the name of the metric, and its value on a part of the samples."""
        name, metric = metric_for(self.loss)
        X, y = prepared(part, self.trained)
        model: Any = self.trained.model
        return name, metric(nn.predict(model, X), y)


def learn(arguments: argparse.Namespace, samples: Dataset, *, progress: bool = True) -> Learnt:
    """Train a network as the arguments of `glassgrad train` say.

    Args:
        arguments: of the command.
        samples: what to learn.
        progress: show a bar.

    Raises:
        CommandError: they cannot be learnt so.
    """
    hidden, epochs = USUAL.get(arguments.data, ([16], 60))
    if arguments.hidden is not None:
        hidden = sizes(arguments.hidden)
    epochs = epochs if arguments.epochs is None else arguments.epochs
    order = list(range(len(samples.X)))
    Random(arguments.seed).shuffle(order)
    n_held_back = max(1, round(0.2 * len(order)))
    if len(order) < 5:
        raise CommandError(
            f"{samples.name} has {count(len(order), 'sample')}; training needs at least 5"
        )
    import numpy as np

    train = samples.take(np.array(order[n_held_back:]))
    held_back = samples.take(np.array(order[:n_held_back]))
    loss, n_outputs = loss_for(samples)
    scaling = Scaling.of(train.X) if samples.standardise else None
    target_scaling = Scaling.of(train.y.astype(float)) if samples.class_names is None else None
    try:
        model = nn.MLP(
            samples.X.shape[1],
            [*hidden, n_outputs],
            activation=arguments.activation,
            seed=arguments.seed,
        )
        optimizer = OPTIMIZERS[arguments.optimizer](model.parameters(), learning_rate=arguments.lr)
        trained = Trained(
            model,
            samples.feature_names,
            samples.target_name,
            samples.class_names,
            [name for name in arguments.ignore.split(",") if name],
            scaling,
            target_scaling,
        )
        monitor = nn.Monitor(model) if arguments.monitor else None
        history = nn.fit(
            model,
            *prepared(train, trained),
            loss=loss,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=arguments.batch_size,
            validation=prepared(held_back, trained),
            patience=arguments.patience,
            penalty=(lambda m: nn.l2(m, arguments.l2)) if arguments.l2 else None,
            seed=arguments.seed,
            progress=progress,
            monitor=monitor,
        )
    except (ValueError, TypeError) as error:
        raise CommandError(str(error)) from None
    return Learnt(trained, history, train, held_back, loss, monitor)


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
        print("report.html is left out: no step was taken")
        return []
    try:
        return [monitor.report(out / "report.html").name]
    except OSError as error:
        raise CommandError(error.strerror or str(error)) from None


def dataset(arguments: argparse.Namespace) -> Dataset:
    """Return what to learn."""
    if arguments.data in data.NAMES:
        for option in ("target", "ignore", "task"):
            if getattr(arguments, option):
                raise CommandError(
                    f"--{option} is for a CSV file; the data set '{arguments.data}' has its "
                    "target already"
                )
        return data.load(arguments.data, seed=arguments.seed)
    if not arguments.data.endswith(".csv"):
        raise CommandError(
            f"no data set named '{arguments.data}'; there are {', '.join(data.NAMES)}, or PATH.csv"
        )
    return data.read_csv(
        arguments.data,
        target=arguments.target,
        task=arguments.task,
        ignore=[name for name in arguments.ignore.split(",") if name],
    )


def prepare(out: Path) -> None:
    """Make the folder to write to.

    Raises:
        CommandError: it cannot be made, or not be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"cannot write to {out}: {error.strerror}; choose another --out"
        ) from None
    if not os.access(out, os.W_OK):
        raise CommandError(f"cannot write to {out}: permission denied; choose another --out")


def sizes(text: str) -> list[int]:
    """Return the sizes of hidden layers.

    Raises:
        CommandError: they are not numbers with commas between them.
    """
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise CommandError(f"--hidden needs sizes such as 16,16, got '{text}'") from None


def loss_for(samples: Dataset) -> tuple[Loss, int]:
    """Return the loss for a data set, and how many outputs it takes."""
    if samples.class_names is None:
        return nn.mean_squared_error, 1
    if len(samples.class_names) == 2:
        return nn.binary_cross_entropy, 1
    return nn.cross_entropy, len(samples.class_names)


def prepared(samples: Dataset, trained: Trained) -> tuple[list[list[float]], list[float]]:
    """Return samples and targets on the scale that the model takes."""
    X = trained.scaling.apply(samples.X) if trained.scaling else samples.X
    y = (
        trained.target_scaling.apply(samples.y.astype(float))
        if trained.target_scaling
        else samples.y
    )
    return X.tolist(), y.tolist()


def write_all(out: Path, learnt: Learnt, *, play: bool) -> list[str]:
    """Write the weights, the history and the pictures; return the names of the files.

    Raises:
        CommandError: a file cannot be written.
    """
    from nn import plots

    trained, history, _, held_back, loss, _ = learnt
    name, figure = picture_of_answers(trained, held_back)
    figures = {name: figure}
    if len(history):
        figures["loss.png"] = plots.loss_curves(history)
    try:
        trained.save(out / "model.json")
        history.to_csv(out / "history.csv")
        for name, figure in figures.items():
            content = BytesIO()
            figure.savefig(content, format="png")
            write_whole(out / name, content.getvalue())
        network = draw_network(out, trained, held_back, loss, play=play)
    except OSError as error:
        raise unwritable(out, error) from None
    return ["model.json", "history.csv", *figures, *network]


def picture_of_answers(trained: Trained, held_back: Dataset) -> tuple[str, Figure]:
    """Return a picture of what the net says of the held-back samples, and its file's name."""
    from nn import plots

    X, y, classes = held_back.X, held_back.y, held_back.class_names
    if classes is None:
        figure = plots.predictions(trained, X, y, target_name=held_back.target_name)
        return "predictions.png", figure
    if X.shape[1] == 2:
        names = held_back.feature_names
        figure = plots.decision_boundary(trained, X, y, feature_names=names, class_names=classes)
        return "boundary.png", figure
    return "confusion.png", plots.confusion_matrix(trained, X, y, classes)


def draw_network(
    out: Path, trained: Trained, held_back: Dataset, loss: Loss, *, play: bool
) -> list[str]:
    """Draw the graph of the loss of the held-back sample that the net finds hardest.

    An easy sample has a loss near 0 and next to no gradients to look at.

    Returns:
        The names of the files.

    Raises:
        OSError: a file cannot be written.
    """
    X, y = prepared(held_back, trained)
    model: Any = trained.model
    with engine.no_grad():
        losses = [loss([model(x)], [target]).data for x, target in zip(X, y, strict=True)]
    hardest = losses.index(max(losses))
    named = zip(X[hardest], trained.feature_names, strict=True)
    result = loss([model([Value(x, name) for x, name in named])], [y[hardest]])
    result.label = "loss"
    # The last training step has left its gradients in the weights.
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
            print(f"{names[0]} is left out: {error}")
            continue
        for name in names:
            try:
                picture.save(out / name)
                written.append(name)
            except ImportError as error:
                print(f"{name} is left out: {error}")
    return written
