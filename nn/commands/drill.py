"""`glassgrad teach drill`: a graph with blanks to fill in, in the terminal or on paper."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import randrange
from typing import TYPE_CHECKING

import engine
from nn.commands import CommandError, number_type, path_type, unwritable

if TYPE_CHECKING:
    from nn.commands import Commands, Saved

LEVELS = "1 forward pass, 2 local derivatives, 3 one path, 4 several paths, 5 gates, 6 a neuron"
EPILOG = f"""\
levels: {LEVELS}

The same seed gives the same drill everywhere. The exit code is 0 if all blanks were asked, and 1 if
the input ended before that.

examples:
  glassgrad teach drill --level 2
  glassgrad teach drill --seed 1 --level 4 --sheet sheet.html --count 8
"""
MOST_DRILLS = 500  # on paper


def add_to(actions: Commands) -> None:
    """Add this action to the parser of `glassgrad teach`."""
    parser = actions.add_parser(
        "drill",
        help="fill in the blanks of a graph, here or on paper",
        description="Ask for the blanks of a graph with nice numbers, and say what went wrong.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("--seed", type=int, metavar="N", help="which drill; the first one on paper (a random one)")
    add("--level", type=int, choices=range(1, 7), default=1, metavar="N", help="from 1 to 6 (1)")
    add("--sheet", type=path_type, metavar="FILE.html", help="write a page to print, and its key")
    add(
        "--count",
        type=number_type(int, 1, MOST_DRILLS + 1),
        metavar="N",
        help="how many drills on paper, with consecutive seeds (8)",
    )
    add("--paper", choices=("A4", "letter"), help="the size of the paper (A4)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask for the blanks of a drill, or write a sheet."""
    seed = randrange(10_000) if arguments.seed is None else arguments.seed
    if arguments.sheet is not None:
        seeds = range(seed, seed + (arguments.count or 8))
        sheet = engine.teach.drill_sheet(seeds, arguments.level, paper=arguments.paper or "A4")
        write(sheet, arguments.sheet)
        key = arguments.sheet.with_stem(f"{arguments.sheet.stem}-key")
        write(sheet.key, key)
        print(f"written to {arguments.sheet}, and the key to {key}; print them from a browser")
        return 0
    for option in ("count", "paper"):
        if getattr(arguments, option) is not None:
            raise CommandError(f"--{option} is for a sheet; add --sheet FILE.html")
    return 0 if engine.teach.ask(engine.teach.drill(seed, arguments.level), answer) else 1


def answer(prompt: str) -> str:
    """Return a line of input, and print it where it does not come from a keyboard.

    Raises:
        EOFError: there are no more.
    """
    line = input(prompt)
    if not sys.stdin.isatty():
        print(line)
    return line


def write(sheet: Saved, path: Path) -> None:
    """Write a sheet.

    Raises:
        CommandError: it cannot be written.
    """
    try:
        sheet.save(path)
    except ValueError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise unwritable(path, error) from None
