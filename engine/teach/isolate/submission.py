"""What a student hands in: an object, or the text of a program."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

LONGEST = 1_000_000  # characters of a program


class SubmissionError(Exception):
    """What was handed in cannot be checked."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student hands in.

    Attributes:
        thing: the object; None where there is a text.
        text: the text of a program, or "".
        file: the name under which the text is shown.
        folder: where the text's own imports are looked for, or "".
    """

    thing: object = None
    text: str = ""
    file: str = ""
    folder: str = ""

    def load(self, name: str) -> object:
        """Return what is to be checked; a program is run for it, so only in a process of its own.

        Raises:
            SubmissionError: the program has nothing of that name.
            BaseException: what the program raises.
        """
        if not self.text:
            return self.thing
        # So that tracebacks and `inspect` find its lines.
        lines = self.text.splitlines(keepends=True)
        linecache.cache[self.file] = (len(self.text), None, lines, self.file)
        if self.folder:
            sys.path.insert(0, self.folder)
        module = ModuleType("student")
        module.__file__ = self.file
        sys.modules["student"] = module
        exec(compile(self.text, self.file, "exec", dont_inherit=True), vars(module))
        found = vars(module)
        if name in found:
            return found[name]
        own = [
            key
            for key, thing in found.items()
            if isinstance(thing, (type, FunctionType)) and thing.__module__ == "student"
        ]
        there = f"it has {', '.join(own[:10])}" if own else "it defines no class and no function"
        raise SubmissionError(f"{self.file} needs a definition of {name}; {there}")


def submission_of(given: object) -> Submission:
    """Return what was handed in: an object, the path of a .py file, or the text of one.

    Raises:
        SubmissionError: it is the path of a file that cannot be read.
    """
    # Its type is asked first: what the object says of itself may be the student's code.
    if not issubclass(type(given), (str, Path)) or not isinstance(given, (str, Path)):
        return Submission(thing=given)
    if isinstance(given, str) and ("\n" in given or given.lstrip().startswith("class ")):
        return Submission(text=checked(given, "the text"), file="<student>")
    path = Path(given)
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise SubmissionError(f"{str(given)!r} {what}; give a class, or the path of a .py file")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SubmissionError(f"{str(given)!r} cannot be read as UTF-8 text: {error}") from None
    folder = str(path.resolve().parent)
    return Submission(text=checked(text, str(given)), file=str(path), folder=folder)


def checked(text: str, name: str) -> str:
    """Return a program's text, or raise SubmissionError if it is none."""
    if not text.strip():
        raise SubmissionError(f"{name} is empty")
    if len(text) > LONGEST:
        raise SubmissionError(f"{name} has {len(text):,} characters, more than {LONGEST:,}")
    return text
