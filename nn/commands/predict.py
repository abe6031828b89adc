"""`glassgrad predict`: the predictions of a trained model for the samples in a CSV file."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from nn.checks import require_numpy
from nn.commands import CommandError, unwritable
from nn.commands.trained import Trained
from nn.data.table import DataError, Table, count, read_table

if TYPE_CHECKING:
    from nn.commands import Commands

EPILOG = """\
Columns are found by name, in any order, and scaled as in training. If the file also has the
target, the predictions are compared with it.

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
    parser.add_argument("model", type=Path, help="the model.json that `glassgrad train` wrote")
    parser.add_argument("table", type=Path, metavar="PATH.csv", help="the samples, with a header")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="FILE",
        help="write the predictions there instead of to stdout",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the predictions, and the score if the targets are known."""
    require_numpy("glassgrad predict")
    import numpy as np

    try:
        trained = Trained.load(arguments.model)
    except FileNotFoundError:
        raise CommandError(f"no such file: {arguments.model}") from None
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from None
    table = read_table(arguments.table)
    truth = truth_in(table, trained)
    check_columns(table, trained)
    X = np.array([table.numbers(name) for name in trained.feature_names]).T
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
    if truth is not None:
        # To stderr, so that the predictions can be piped on.
        print(score(found, truth, trained.target_name), file=sys.stderr)
    return 0


def truth_in(table: Table, trained: Trained) -> list[str] | list[float] | None:
    """Return the target column, or None if it is missing or empty.

    Raises:
        DataError: it has some empty cells, or a class that the model was not trained on.
    """
    target = trained.target_name
    if target not in table.columns:
        return None
    at = table.columns.index(target)
    if not any(cells[at] for _, cells in table.rows):
        return None
    if trained.class_names is None:
        return table.numbers(target)
    texts = table.texts(target)
    for (row, _), text in zip(table.rows, texts, strict=True):
        if text not in trained.class_names:
            raise DataError(
                f"{table.path}: row {row}, column '{target}' is '{text}', but the model knows only "
                f"{', '.join(trained.class_names)}; correct it, or remove the column"
            )
    return texts


def check_columns(table: Table, trained: Trained) -> None:
    """Raise unless the file has the features that the model was trained on, and no others.

    Raises:
        DataError: a column is missing or unknown.
    """
    missing = [name for name in trained.feature_names if name not in table.columns]
    known = {*trained.feature_names, *trained.ignored, trained.target_name}
    extra = [name for name in table.columns if name not in known]
    if missing:
        raise DataError(
            f"{table.path}: lacks {quoted(missing)}, which the model was trained on; "
            f"its columns are {', '.join(table.columns)}"
        )
    if extra:
        raise DataError(
            f"{table.path}: has {quoted(extra)}, which the model was not trained on; "
            f"remove it, or train again with it (or with --ignore {','.join(extra)})"
        )


def quoted(names: Sequence[str]) -> str:
    """Return "column 'a'" or "columns 'a', 'b'"."""
    return ("column " if len(names) == 1 else "columns ") + ", ".join(f"'{n}'" for n in names)


def as_csv(table: Table, target: str, answers: Sequence[str | float]) -> str:
    """Return the predictions as CSV, each with its row number in the file it was made from."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", f"predicted {target}"])
    for (row, _), answer in zip(table.rows, answers, strict=True):
        writer.writerow([row, answer if isinstance(answer, str) else f"{answer:.6g}"])
    return text.getvalue()


def score(answers: Sequence[str | float], truth: Sequence[str | float], target: str) -> str:
    """Return how well the predictions fit, in words."""
    pairs = list(zip(answers, truth, strict=True))
    if isinstance(truth[0], str):
        right = sum(answer == true for answer, true in pairs)
        return f"{right} of {len(pairs)} right ({100 * right / len(pairs):.1f} %)"
    squares = [(float(answer) - float(true)) ** 2 for answer, true in pairs]
    error = (sum(squares) / len(squares)) ** 0.5
    return f"root mean squared error {error:.4g}, in the unit of {target}"
