"""A drill in a terminal: asks for one blank after another, and says what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from engine.teach.drills.blanks import Blank
from engine.teach.drills.drill import Drill
from engine.words.numbers import number_text

MOST_TRIES = 3  # then the answer is shown
HELP = "? for a hint; an empty line shows the answer; end with Ctrl-D (Windows: Ctrl-Z)"


def ask(
    drill: Drill, read: Callable[[str], str] = input, write: Callable[[str], None] = print
) -> bool:
    """Ask for the blanks of a drill, and return whether the end was reached.

    Args:
        drill: what to ask.
        read: shows a prompt and returns a line; raises EOFError where there are no more.
        write: shows a line.
    """
    write(f"{drill.heading}\n" + "\n".join(f"  {line}" for line in drill.lines))
    write(f"{drill.asks}\n({HELP})")
    for blank in drill.blanks:
        try:
            ask_blank(drill, blank, read, write)
        except EOFError:
            write(f"\nended at {blank.text}: {drill.tally}")
            return False
    write(drill.tally)
    return True


def ask_blank(
    drill: Drill, blank: Blank, read: Callable[[str], str], write: Callable[[str], None]
) -> None:
    """Ask for one blank until it is right, has been tried often enough, or is passed over.

    Raises:
        EOFError: there are no more lines.
    """
    tries = 0
    while tries < MOST_TRIES:
        line = read(f"{blank.text} = ").strip()
        if line == "?":
            write(f"  {drill.hint()}")
            continue
        if not line:
            break
        try:
            result, *_ = drill.answer({blank.name: line}).results
        except ValueError as error:
            write(f"  {error}")
            continue
        if result.right:
            write("  ✓")
            return
        write(f"  ✗ {result.why}")
        tries += 1
    write(f"  {blank.text} = {number_text(drill.show(blank.name))}")
