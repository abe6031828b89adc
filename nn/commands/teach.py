"""`glassgrad teach`: checks what students wrote, exports assignments for graders, asks drills."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nn.commands import CommandError, drill, path_type

if TYPE_CHECKING:
    from nn.commands import Commands

CHECK = """\
Each file is checked in a process of its own, which it cannot leave: it may loop, crash or print.
The exit code is 0 if all of the rubric is right, 1 if not, and 2 if a file is not a submission.

examples:
  glassgrad teach check value.py --hints
  glassgrad teach check submitted/*/value/value.ipynb
  glassgrad teach check value.py --json
"""
EXPORT = """\
DIR is a new folder. Its README.md says what to run, and how to install glassgrad on a machine
without a network: from the wheel that lies beside it.

examples:
  glassgrad teach export --to nbgrader course
  glassgrad teach export --to gradescope out/gradescope
"""
PAGES = """\
The notebooks are not run: the files hold what they show. On a slide, code comes first and what it
shows at the next press; S opens the speaker's notes, with the whole text.

examples:
  glassgrad teach slides notebooks/01_value_and_gradient.ipynb -o out/slides
  glassgrad teach pages notebooks/*.ipynb -o out/pages
"""


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "teach",
        help="check what a student wrote; export an assignment for a grader; drills",
        description="Check what a student wrote, export an assignment, or ask a drill.",
    )
    parser.set_defaults(run=lambda _: print(parser.format_help(), end="") or 0)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    check = actions.add_parser(
        "check",
        help="check a file or notebook",
        description="Check what a student wrote: what is right, what is wrong, what is next.",
        epilog=CHECK,
    )
    check.add_argument("files", nargs="+", type=path_type, metavar="FILE", help=".py or .ipynb")
    check.add_argument("--json", action="store_true", help="one line of JSON per file")
    check.add_argument("--hints", action="store_true", help="how to mend what comes first")
    check.add_argument(
        "--names", default="", metavar="NAME,NAME", help="which classes and functions to check"
    )
    check.set_defaults(run=run_check)
    exporter = actions.add_parser(
        "export",
        help="write an assignment for a grader",
        description="Write an assignment: template, tests, solution, and what to run.",
        epilog=EXPORT,
    )
    add = exporter.add_argument
    add("folder", type=path_type, metavar="DIR", help="a new folder to write to")
    add("--to", required=True, metavar="GRADER", help="nbgrader, otter, gradescope or pytest")
    add("--assignment", default="value", metavar="NAME", help="value or network (value)")
    exporter.set_defaults(run=run_export)
    drill.add_to(actions)
    for name, what in (("pages", "pages to read"), ("slides", "slides to show")):
        writer = actions.add_parser(
            name,
            help=f"write lessons as {what}",
            description=f"Write lessons as {what}: one HTML file each, which needs no network.",
            epilog=PAGES,
        )
        writer.add_argument("lessons", nargs="+", type=path_type, metavar="LESSON", help=".ipynb")
        writer.add_argument(
            "-o", "--out", type=path_type, metavar="DIR", help=f"where to (out/{name})"
        )
        writer.set_defaults(run=run_pages, what=name)


def run_check(arguments: argparse.Namespace) -> int:
    """Print a report per file, and return the exit code of the worst."""
    from nn.teach.outlets.checking import (
        as_json,
        as_text,
        check_file,
    )  # of all commands, only this needs it
    from nn.teach.outlets.submission import SubmissionError

    code = 0
    names = [name.strip() for name in arguments.names.split(",") if name.strip()]
    for path in arguments.files:
        try:
            report = check_file(path, names)
        except SubmissionError as error:
            print(f"glassgrad: {error}", file=sys.stderr)  # and on to the next student's
            code = 2
            continue
        if arguments.json:
            print(as_json(path, report))
        else:
            text = as_text(report, hints=arguments.hints)
            print(f"== {path}\n{text}\n" if len(arguments.files) > 1 else text)
        code = max(code, 0 if report.passed else 1)
    return code


def run_export(arguments: argparse.Namespace) -> int:
    """Write an assignment, and say what was written."""
    from nn.teach.outlets.export import ExportError, export

    try:
        written = export(arguments.assignment, arguments.to, arguments.folder)
    except ExportError as error:
        raise CommandError(str(error)) from None
    print(f"written to {arguments.folder}: {', '.join(written)}")
    print(f"what to do with it is in {arguments.folder / 'README.md'}")
    return 0


def run_pages(arguments: argparse.Namespace) -> int:
    """Write pages or slides, and say where they are."""
    from nn.teach.pages import write_pages

    folder = arguments.out or Path("out") / arguments.what
    try:
        paths = write_pages(arguments.lessons, folder, slides=arguments.what == "slides")
    except (ModuleNotFoundError, FileNotFoundError, ValueError) as error:
        raise CommandError(str(error)) from None
    print(f"written to {folder}: {', '.join(path.name for path in paths)}")
    return 0
