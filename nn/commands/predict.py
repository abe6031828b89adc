"""`glassgrad predict`: the predictions of a trained model for the samples in a CSV file."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from math import hypot
from typing import TYPE_CHECKING

import engine
from nn.checks import require_numpy
from nn.commands import CommandError, path_type, unwritable
from nn.commands.trained import Trained
from nn.data.cells import count, listed, shown
from nn.data.columns import columns_of, features
from nn.data.read_csv import class_name
from nn.data.table import Table, read_table
from nn.data.text_file import DataError

if TYPE_CHECKING:
    from nn.commands import Commands

EPILOG = """\
Columns are found by name, in any order, and scaled as in training; others are not used. If the
file also has the target, the predictions are compared with it where it is filled in.

examples:
  glassgrad train flowers.csv
  glassgrad predict out/flowers/model.json new.csv
  glassgrad predict out/flowers/model.json new.csv -o predictions.csv
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "predict",
        help="use a trained model on new samples",
        description="Print the predictions of a trained model for a CSV file, as CSV.",
        epilog=EPILOG,
    )
    parser.add_argument("model", type=path_type, help="the model.json that `glassgrad train` wrote")
    parser.add_argument(
        "table", type=path_type, metavar="PATH.csv", help="the samples, with a header"
    )
    parser.add_argument(
        "-o",
        "--out",
        type=path_type,
        metavar="FILE",
        help="write the predictions there instead of to stdout",
    )
    parser.add_argument(
        "--decimal", choices=(".", ","), help="the decimal mark (default: told from the file)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the predictions, and the score if the targets are known."""
    require_numpy("glassgrad predict")

    try:
        trained = Trained.load(arguments.model)
    except FileNotFoundError:
        raise CommandError(f"no such file: {arguments.model}") from None
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from None
    table = read_table(arguments.table, decimal=arguments.decimal, usual=trained.decimal)
    columns = columns_of(trained.feature_names, trained.categories)
    check_columns(table, columns, trained)
    X = features(table, columns, trained.categories)
    known, truth = truth_in(table, trained)
    for note in table.notes:
        print(note, file=sys.stderr)
    try:
        found = trained.predictions(X)
    except ValueError as error:
        raise CommandError(f"{arguments.model}: {error}") from None
    text = as_csv(table, trained.target_name, found)
    if arguments.out:
        try:
            engine.write_atomically(arguments.out, text)
        except OSError as error:
            raise unwritable(arguments.out, error) from None
        print(f"{count(len(table), 'prediction')} in {arguments.out}", file=sys.stderr)
    else:
        sys.stdout.write(text)
    if truth:
        # To stderr, so that the predictions can be piped on.
        where = "" if len(known) == len(table) else f", in the rows that have {trained.target_name}"
        answers = [found[i] for i in known]
        print(score(answers, truth, trained.target_name) + where, file=sys.stderr)
    return 0


def truth_in(table: Table, trained: Trained) -> tuple[list[int], list[str] | list[float]]:
    """Return the indices of the rows that have the target, and the target there.

    Raises:
        DataError: a cell is a class that the model was not trained on, or not a number.
    """
    target = trained.target_name
    if target not in table.columns:
        return [], []
    gaps = set(table.gaps(target))
    known = [i for i in range(len(table)) if i not in gaps]
    table = table.take(known)
    if trained.class_names is None:
        return known, table.numbers(target) if known else []
    texts = table.texts(target)
    found = [text if text in trained.class_names else class_name(text) for text in texts]
    for i, name in enumerate(found):
        if name not in trained.class_names:
            raise DataError(
                f"{table.place(i, target)} is '{shown(name)}', but the model knows only "
                f"{listed(trained.class_names)}; correct it, or remove the column"
            )
    return known, found


def check_columns(table: Table, columns: Sequence[str], trained: Trained) -> None:
    """Check that the file has the columns that the model was trained on; note what else it has.

    Raises:
        DataError: one is missing.
    """
    missing = [name for name in columns if name not in table.columns]
    known = {*columns, *trained.ignored, trained.target_name}
    extra = [name for name in table.columns if name not in known]
    if missing:
        raise DataError(
            f"{table.path}: lacks {quoted(missing)}, which the model was trained on; "
            f"its columns are {listed(table.columns)}"
        )
    if extra:
        table.notes.append(f"not used, since the model was trained without: {quoted(extra)}")


def quoted(names: Sequence[str]) -> str:
    """Return "column 'a'" or "columns 'a', 'b'"."""
    return ("column " if len(names) == 1 else "columns ") + ", ".join(f"'{n}'" for n in names)


def as_csv(table: Table, target: str, answers: Sequence[str | float]) -> str:
    """Return the predictions as CSV, each with its row number in the file it was made from."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", f"predicted {target}"])
    for row, answer in zip(table.rows, answers, strict=True):
        writer.writerow([row, answer if isinstance(answer, str) else f"{answer:.6g}"])
    return text.getvalue()


def score(answers: Sequence[str | float], truth: Sequence[str | float], target: str) -> str:
    """Return how well the predictions fit, in words."""
    pairs = list(zip(answers, truth, strict=True))
    if isinstance(truth[0], str):
        right = sum(answer == true for answer, true in pairs)
        return f"{right} of {len(pairs)} right ({100 * right / len(pairs):.1f} %)"
    # By hypot, since the squares of 1e200 are infinite.
    error = hypot(*(float(answer) - float(true) for answer, true in pairs)) / len(pairs) ** 0.5
    return f"root mean squared error {error:.4g}, in the unit of {target}"
