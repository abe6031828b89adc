"""The command line: `glassgrad train`, `predict`, `sweep`, `export`, `draw` and `teach`."""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn, TextIO

from nn.commands import CommandError, draw, export, predict, sweep, teach, train
from nn.commands.console import print_anywhere
from nn.data.text_file import DataError
from nn.training.interruption import stoppable

DESCRIPTION = """\
Learn how a neural network learns: every weight, bias and gradient is a number you can see.

  glassgrad train                   a network learns to separate two moons; pictures in out/moons
  glassgrad train flowers.csv       the same with your own table: a header, then one sample per line
  glassgrad predict out/flowers/model.json new.csv
  glassgrad sweep moons --hidden 4,4 16,16 --lr 0.01 0.1 1 --seeds 5
  glassgrad export out/flowers/model.json --to torch flowers.py
  glassgrad draw "tanh(w*x + b)" x=2 w=-0.5 b=0.6 -o neuron.svg
  glassgrad teach check value.py    a class Value that a student wrote, in words and points
"""


OPTIONS_ELSEWHERE = {
    "--lr": ("--learning-rate", "--learning_rate", "--eta", "--rate"),
    "--hidden": ("--layers", "--hidden-layers", "--units", "--sizes"),
    "--batch-size": ("--batch", "--bs", "--minibatch"),
    "--l2": ("--weight-decay", "--penalty"),
    "--out": ("-o", "--output", "--output-dir", "--dir"),
    "--target": ("--label", "--y", "--column"),
    "--patience": ("--early-stopping",),
    "--seed": ("--random-state", "--random-seed"),
    "--ignore": ("--drop", "--exclude"),
}


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that reports errors in one line, and does not reflow help texts."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **options,  # type: ignore[arg-type]
        )

    # The signature is argparse's.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what was given; a command refuses itself what it does not know."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and " " in self.prog:
            name, *_ = unknown[0].split("=")
            known = self._option_string_actions
            meant = [ours for ours, others in OPTIONS_ELSEWHERE.items() if name in others]
            meant += get_close_matches(name, known, n=1, cutoff=0.8)
            found_here = [f", it is called {option}" for option in meant if option in known]
            self.error(f"there is no {name}" + "".join(found_here[:1]))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog="glassgrad", description=DESCRIPTION)
    top.add_argument("--version", action="version", version=f"glassgrad {version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for command in (train, draw, predict, sweep, export, teach):
        command.add_to(commands)
    top.set_defaults(run=lambda _: print(top.format_help(), end="") or 0)
    return top


def version() -> str:
    """Return the installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("glassgrad")
    except PackageNotFoundError:
        return "(not installed; run from its source)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the arguments after `glassgrad`; by default those from the shell.

    Returns:
        The exit code: 0, or 2 if the command cannot do what was asked, or 130 after Ctrl-C, 143
        after SIGTERM.

    Raises:
        SystemExit: the arguments are invalid, or ask for help or the version.
    """
    with stoppable() as stop:
        try:
            return run(sys.argv[1:] if argv is None else argv)
        except (Exception, KeyboardInterrupt) as error:
            # An interrupted import of a module in C may fail in any way.
            if not stop.number and not isinstance(error, KeyboardInterrupt):
                raise
            print(f"\nglassgrad: stopped by {stop.cause}", file=sys.stderr)
            return stop.code


def run(argv: Sequence[str]) -> int:
    """Run a command; return its exit code, or let KeyboardInterrupt out."""
    print_anywhere()
    arguments = parser().parse_args(protected(argv))
    try:
        with warnings.catch_warnings():
            warnings.showwarning = print_warning
            code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except (CommandError, DataError) as error:
        print(f"glassgrad: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        # Our messages say what to pip install; any other missing module is a bug of ours.
        if "pip install" not in str(error):
            raise
        print(f"glassgrad: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader, such as head, has closed the pipe; Python would complain again on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def print_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning in one line: someone at the command line does not need our source code."""
    print(f"glassgrad: warning: {message}", file=sys.stderr)


def protected(argv: Sequence[str]) -> list[str]:
    """Return `argv` with expressions such as -x**2 protected from being taken for options.

    A space in front does that: no option begins with one, and it does not change the expression.
    """
    option = re.compile(r"-[ho]|--|--[a-z][a-z-]*(=.*)?", re.DOTALL)
    if not argv or argv[0] != "draw":
        return list(argv)
    return [
        f" {text}" if text.startswith("-") and not option.fullmatch(text) else text for text in argv
    ]


if __name__ == "__main__":
    sys.exit(main())
