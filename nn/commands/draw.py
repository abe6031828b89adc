"""`glassgrad draw`: the gradients of an expression as a table, and its graph as a picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from engine import Value
from nn.commands import CommandError, path_type, unwritable
from nn.commands.gradient_table import gradient_table
from nn.data.cells import as_float

if TYPE_CHECKING:
    from nn.commands import Commands, Saved

SUFFIXES = (".svg", ".png", ".pdf", ".tex", ".dot")
EPILOG = """\
Each line of the table is a number: one that you gave (op "leaf"), or one computed from it. data is
the number, grad says how fast the result grows with it: with grad 0.5, a nudge of 0.001 changes
the result by about 0.0005.

examples:
  glassgrad draw "x*x + 3*x" x=2
  glassgrad draw "tanh(w1*x1 + w2*x2 + b)" x1=2 x2=0 w1=-3 w2=1 b=6.88 -o neuron.svg
  glassgrad draw "-x**2" x=-1.5 -o parabola.png
  glassgrad draw "a*b + a" a=2 b=-3 --explain a --play steps.html --gif steps.gif
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "draw",
        help="the gradients of an expression, as a table, a picture and a player",
        description="Compute an expression, print the gradient of each number in it, draw it.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "expression",
        help="numbers, names, + - * / **, brackets, and functions such as tanh, exp, log, relu",
    )
    parser.add_argument("numbers", nargs="*", metavar="NAME=NUMBER", help="one for each name")
    parser.add_argument(
        "-o",
        "--out",
        type=path_type,
        metavar="FILE",
        help="write the picture: .svg, .png, .pdf, .tex or .dot",
    )
    add = parser.add_argument
    add(
        "--fold",
        choices=("auto", "none", "neuron", "heat", "layer"),
        help="what shares a card in a picture (auto)",
    )
    add("--gif", type=path_type, metavar="FILE", help="write the two passes as an animation: .gif")
    add("--play", type=path_type, metavar="FILE", help="write a page to step through them: .html")
    add("--explain", metavar="NAME", help="show path by path where the gradient of NAME comes from")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table and the explanation, and write the pictures."""
    files = {
        "-o": (arguments.out, SUFFIXES),
        "--gif": (arguments.gif, (".gif",)),
        "--play": (arguments.play, (".html",)),
    }
    for option, (path, suffixes) in files.items():
        if path and path.suffix.lower() not in suffixes:
            *some, last = suffixes
            choices = f"{', '.join(some)} or {last}" if some else last
            raise CommandError(f"{option} needs a file ending in {choices}, got '{path}'")
    if arguments.fold and not any(path for path, _ in files.values()):
        raise CommandError("--fold is for a picture; add -o FILE.svg, --gif or --play")
    root = parsed(arguments.expression.strip(), numbers_of(arguments.numbers))
    root.backward()
    print(gradient_table(root))
    if arguments.explain is not None:
        print(f"\n{engine.explain(root, leaf_named(root, arguments.explain))}")
    for path, make in (
        (arguments.out, engine.draw),
        (arguments.gif, engine.frames),
        (arguments.play, engine.play),
    ):
        if path:
            write(root, path, make, fold=arguments.fold or "auto")
    if arguments.out:
        print(f"\nthe graph is in {arguments.out}")
    if arguments.gif:
        print(f"\nthe two passes, frame by frame, are in {arguments.gif}")
    if arguments.play:
        print(f"\nthe player is in {arguments.play}: open it in a browser")
    return 0


def leaf_named(root: Value, name: str) -> Value:
    """Return the leaf with that name.

    Raises:
        CommandError: there is no such leaf.
    """
    named = {leaf.label: leaf for leaf in engine.leaves(root)}
    if name not in named:
        raise CommandError(f"--explain needs one of {', '.join(named)}, got '{name}'")
    return named[name]


def numbers_of(pairs: Sequence[str]) -> dict[str, float]:
    """Return the numbers from NAME=NUMBER arguments.

    Raises:
        CommandError: one does not have that form, or a name is given twice.
    """
    numbers: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            raise CommandError(
                f"'{pair.strip()}' should be NAME=NUMBER, such as x=2; an expression with spaces "
                "needs quotes around it"
            )
        number = as_float(text)
        if number is None:
            raise CommandError(f"{name} needs a number, got '{text}'")
        if name in numbers:
            raise CommandError(f"{name} is given twice: {numbers[name]:g} and {text}")
        numbers[name] = number
    return numbers


def parsed(text: str, numbers: dict[str, float]) -> Value:
    """Return the result of the expression.

    Raises:
        CommandError: it is not a valid formula, or a number is missing, unused or outside a domain.
    """
    try:
        root = engine.parse(text, numbers)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if root.op is None:
        raise CommandError(
            f"'{text}' is only a name, so there is nothing to differentiate; write an expression "
            f"such as {text}*{text}"
        )
    return root


def write(root: Value, path: Path, make: Callable[..., Saved], *, fold: str) -> None:
    """Write a picture, frames or a player.

    Raises:
        CommandError: it cannot be drawn, or not be written.
    """
    try:
        make(root, fold=fold).save(path)
    except (ValueError, ImportError) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise unwritable(path, error) from None
