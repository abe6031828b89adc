"""`glassgrad train`: trains a network on a data set, and writes its weights and pictures."""

from __future__ import annotations

import argparse
import csv
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import nn
from nn import data
from nn.commands import CommandError, number_type, path_type
from nn.commands.outputs import (
    HISTORY,
    MODEL,
    TrainingRun,
    own_folder,
    pictures,
    write_files,
    write_model,
)
from nn.commands.trained import Trained
from nn.data.builtin import NAMES
from nn.data.cells import count
from nn.data.dataset import Dataset, Scaling
from nn.data.samples import split
from nn.optim import OPTIMIZERS
from nn.training.interruption import STOP

if TYPE_CHECKING:
    from nn.commands import Commands
    from nn.losses import Loss

RATE = number_type(float, 0, beyond=True)
PENALTY = number_type(float, 0)
SHARE = number_type(float, 0, 1)
MOST_PARAMETERS = 10_000_000  # each is an object; more would take gigabytes before the first step
# Hidden layers and epochs with which each data set is learned well.
DEFAULTS = {
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
DATA_OPTIONS = ("target", "ignore", "keep", "missing", "decimal", "task")
SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
EPILOG = """\
data sets: moons circles blobs xor spirals; iris wine breast_cancer digits, which need scikit-learn;
or a CSV file (.csv, .tsv, .txt) with a header row:
the last column (or --target) is the target; text means classes, numbers mean a quantity, and two
whole numbers such as 0 and 1 mean two classes. What is left out or read with care is said.

examples:
  glassgrad train
  glassgrad train iris --hidden 16,16 --activation tanh
  glassgrad train houses.csv --target price --epochs 100
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train a network, and draw pictures of it",
        description="Train a network on a data set; write its weights, history and pictures.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add_data_to(parser)
    add("--hidden", metavar="N,N", help="sizes of the hidden layers, such as 16,16; '' for none")
    add("--activation", default="tanh", help="activation of the hidden layers (tanh)")
    add("--epochs", type=number_type(int, 1), help="number of passes through the data")
    add("--lr", type=RATE, default=0.02, help="learning rate (0.02)")
    add(
        "--optimizer",
        choices=tuple(OPTIMIZERS),
        default="adam",
        help="how weights are updated (adam)",
    )
    add("--batch-size", type=number_type(int, 1), default=20, help="samples per step (20)")
    add("--l2", type=PENALTY, default=0.0, help="penalty on large weights, such as 0.001 (0)")
    add("--dropout", type=SHARE, default=0.0, help="share of hidden neurons to drop (0)")
    add(
        "--patience",
        type=number_type(int, 1),
        help="stop after that many epochs without improvement",
    )
    add("--seed", type=number_type(int, 0), default=0, help="the same seed gives the same run (0)")
    add("--monitor", action="store_true", help="watch training: print alarms, write report.html")
    add("--play", action="store_true", help="also write a player of one sample's loss: play.html")
    add("--out", type=path_type, metavar="DIR", help="folder to write to (out/NAME)")
    parser.set_defaults(run=run)


def add_data_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the data set."""
    add = parser.add_argument
    add("data", nargs="?", default="moons", metavar="DATA", help="a data set's name, or PATH.csv")
    add("--target", metavar="COL", help="the column to predict (CSV; default: the last)")
    add("--ignore", default="", metavar="COL,COL", help="columns to leave out (CSV)")
    add("--keep", default="", metavar="COL,COL", help="columns not to leave out (CSV)")
    add("--missing", choices=("drop",), help="leave out rows with a gap (CSV)")
    add("--decimal", choices=(".", ","), help="the decimal mark (CSV; default: told from the file)")
    add(
        "--task",
        choices=("classification", "regression"),
        help="how to treat a numeric target (CSV)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, and write everything."""
    samples = load_dataset(arguments)
    out: Path = arguments.out or Path("out") / samples.name
    with own_folder(out):
        for note in samples.notes:
            print(note)
        training = train(arguments, samples)
        return write(out, training, play=arguments.play)


def write(out: Path, training: TrainingRun, *, play: bool) -> int:
    """Write everything, the network first, and return the exit code."""
    interrupted = training.history.stopped == "interrupted"
    if interrupted and not len(training.history):
        print(f"stopped by {STOP.cause} in the first epoch; nothing written")
        return STOP.code
    written = [MODEL, HISTORY]
    try:
        write_model(out, training)
        print_scores(training)
        drawn = pictures(training, play=play)
        write_files(out, drawn)
        written += drawn
    except KeyboardInterrupt:
        interrupted = True
        print("no pictures: stopped while they were drawn")
    print(f"written to {out}: {', '.join(sorted(written))}")
    if interrupted:
        print(f"stopped by {STOP.cause}; the best weights so far have been saved")
        return STOP.code
    return 0


def print_scores(training: TrainingRun) -> None:
    """Say how good the network is, and of which epoch."""
    for what, part in (("training", training.train), ("validation", training.held_back)):
        name, score = training.score(part)
        print(f"{what:10} {name} {score:.4f} on {count(len(part.y), 'sample')}")
    best, n = training.history.best_epoch, len(training.history)
    if best and best < n:
        print(f"the weights are those of epoch {best} of {n}, whose validation loss was lowest")


def train(arguments: argparse.Namespace, samples: Dataset, *, progress: bool = True) -> TrainingRun:
    """Train a network with the arguments of `glassgrad train`.

    Args:
        arguments: of the command.
        samples: the data set.
        progress: show a progress bar.

    Raises:
        CommandError: an argument is wrong, or there are too few samples.
    """
    hidden, epochs = DEFAULTS.get(arguments.data, ([16], 60))
    if arguments.hidden is not None:
        hidden = layer_sizes(arguments.hidden)
    epochs = epochs if arguments.epochs is None else arguments.epochs
    n = len(samples.X)
    if n < 5:
        raise CommandError(f"{samples.name} has {count(n, 'sample')}; training needs at least 5")
    classes = None if samples.class_names is None else list(samples.y)
    kept, left = split(n, 0.2, Random(arguments.seed), classes)
    train_part, held_back = samples.take(kept), samples.take(left)
    loss, n_outputs = loss_for(samples)
    sizes = [len(samples.feature_names), *hidden, n_outputs]
    n_parameters = sum((a + 1) * b for a, b in pairwise(sizes))
    if n_parameters > MOST_PARAMETERS:
        raise CommandError(
            f"--hidden {','.join(map(str, hidden))} makes {n_parameters:,} weights and biases; "
            f"this engine is for at most {MOST_PARAMETERS:,}"
        )
    scaling = Scaling.of(train_part.X) if samples.standardise else None
    target_scaling = Scaling.of(train_part.y.astype(float)) if samples.class_names is None else None
    try:
        model = nn.MLP(
            sizes[0],
            sizes[1:],
            activation=arguments.activation,
            dropout=arguments.dropout,
            seed=arguments.seed,
        )
        optimizer = OPTIMIZERS[arguments.optimizer](model.parameters(), learning_rate=arguments.lr)
        trained = Trained(
            model,
            samples.feature_names,
            samples.target_name,
            samples.class_names,
            samples.ignored,
            scaling,
            target_scaling,
            samples.categories,
            samples.decimal,
        )
        monitor = nn.Monitor(model) if arguments.monitor else None
        history = nn.fit(
            model,
            *trained.scale(train_part),
            loss=loss,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=arguments.batch_size,
            validation=trained.scale(held_back),
            patience=arguments.patience,
            penalty=(lambda m: nn.l2(m, arguments.l2)) if arguments.l2 else None,
            seed=arguments.seed,
            progress=progress,
            monitor=monitor,
        )
    except (ValueError, TypeError) as error:
        raise CommandError(str(error)) from None
    return TrainingRun(trained, history, train_part, held_back, loss, monitor)


def load_dataset(arguments: argparse.Namespace) -> Dataset:
    """Return the data set that the arguments name.

    Raises:
        CommandError: it does not exist, or an option does not apply to it.
        DataError: the file cannot be read.
    """
    if arguments.data in NAMES:
        for option in DATA_OPTIONS:
            if getattr(arguments, option):
                raise CommandError(
                    f"--{option} is for CSV files; the data set '{arguments.data}' already has "
                    "a target"
                )
        return data.load(arguments.data, seed=arguments.seed)
    if not is_file(arguments.data):
        raise CommandError(
            f"no data set named '{arguments.data}'; choose one of {', '.join(NAMES)}, or PATH.csv"
            + ("; sizes of layers have commas between them: 8,8" * arguments.data.isdecimal())
        )
    return data.read_csv(
        arguments.data,
        target=arguments.target,
        task=arguments.task,
        ignore=column_names(arguments.ignore),
        keep=column_names(arguments.keep),
        missing=arguments.missing,
        decimal=arguments.decimal,
    )


def is_file(data: str) -> bool:
    """Return whether the data are a file and not a built-in data set."""
    path = Path(data)
    return data not in NAMES and (path.suffix.lower() in SUFFIXES or path.exists())


def column_names(text: str) -> list[str]:
    """Return the names in an option such as "a, b"; one with a comma is in quotation marks."""
    names = next(csv.reader([text], skipinitialspace=True), [])
    return [name.strip() for name in names if name.strip()]


def layer_sizes(text: str) -> list[int]:
    """Return the sizes of hidden layers.

    Raises:
        CommandError: they are not numbers separated by commas.
    """
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise CommandError(f"--hidden needs sizes such as 16,16, got '{text}'") from None


def loss_for(samples: Dataset) -> tuple[Loss, int]:
    """Return the loss for a data set, and the number of outputs it needs."""
    if samples.class_names is None:
        return nn.mean_squared_error, 1
    if len(samples.class_names) == 2:
        return nn.binary_cross_entropy, 1
    return nn.cross_entropy, len(samples.class_names)
