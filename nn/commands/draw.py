"""`glassgrad draw`: an expression, its gradients as a table, and its graph as a picture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from engine import Value
from nn.commands import CommandError, unwritable
from nn.commands.gradient_table import gradient_table
from nn.table import as_number

if TYPE_CHECKING:
    from nn.commands import Commands

SUFFIXES = (".svg", ".png", ".dot")
EPILOG = """\
Each row of the table is a number: what you gave (op "leaf"), and what was made from it. data is
the number, grad says how fast the result grows with it: grad 0.5 means that a nudge of 0.001
moves the result by about 0.0005.

examples:
  glassgrad draw "x*x + 3*x" x=2
  glassgrad draw "tanh(w1*x1 + w2*x2 + b)" x1=2 x2=0 w1=-3 w2=1 b=6.88 -o neuron.svg
  glassgrad draw "-x**2" x=-1.5 -o parabola.png
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "draw",
        help="the gradients of an expression, as a table and a picture",
        description="Compute an expression, find the gradient of each number in it, draw it.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "expression",
        help="numbers, names, + - * / **, brackets, and functions such as tanh, exp, log, relu",
    )
    parser.add_argument("numbers", nargs="*", metavar="NAME=NUMBER", help="one for each name")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="write the picture: .svg, .png or .dot"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table and write the picture."""
    out: Path | None = arguments.out
    if out and out.suffix not in SUFFIXES:
        raise CommandError(f"-o needs a file ending in .svg, .png or .dot, got '{out}'")
    root = parsed(arguments.expression.strip(), numbers_of(arguments.numbers))
    root.backward()
    print(gradient_table(root))
    if out:
        save_picture(root, out)
        print(f"\nthe graph is in {out}")
    return 0


def numbers_of(pairs: Sequence[str]) -> dict[str, float]:
    """Return the numbers that NAME=NUMBER arguments give.

    Raises:
        CommandError: one is not of that form, or a name is given twice.
    """
    numbers: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            raise CommandError(
                f"'{pair.strip()}' should be NAME=NUMBER, such as x=2; an expression with spaces "
                "needs quotes around it"
            )
        number = as_number(text)
        if number is None:
            raise CommandError(f"{name} needs a number, got '{text}'")
        if name in numbers:
            raise CommandError(f"{name} is given twice, {numbers[name]:g} and {text}")
        numbers[name] = number
    return numbers


def parsed(text: str, numbers: dict[str, float]) -> Value:
    """Return the result of the expression.

    Raises:
        CommandError: it is no formula, or a number is missing, unused or outside a domain.
    """
    try:
        root = engine.parse(text, numbers)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if root.op is None:
        raise CommandError(
            f"'{text}' is a name alone, so there is nothing to differentiate; make something of "
            f"it, such as {text}*{text}"
        )
    return root


def save_picture(root: Value, out: Path) -> None:
    """Write the picture.

    Raises:
        CommandError: it cannot be written.
    """
    try:
        engine.draw(root).save(out)
    except OSError as error:
        raise unwritable(out, error) from None
