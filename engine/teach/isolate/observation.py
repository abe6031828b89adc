"""What came of one probe: a value of plain data, or a failure."""

from __future__ import annotations

from dataclasses import dataclass

RAISED = "raised"  # an exception; SystemExit too
HANGS = "hangs"  # it took more than its share of the time
DIED = "died"  # the process ended
GARBLED = "garbled"  # the answer is not the probe's: its tools were replaced
NOT_PLAIN = "not plain"  # the probe returned what is not plain data
NOT_LOADED = "not loaded"  # the student's code could not be run, or lacks what was asked for
NOT_REACHED = "not reached"  # there was no time left for it

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no value.

    Attributes:
        kind: one of the names above.
        error: the name of the exception's class, or "".
        message: its text.
        line: number and text of the innermost line of the student's that took part, or None.
        file: the file of that line, or "".
    """

    kind: str
    error: str = ""
    message: str = ""
    line: tuple[int, str] | None = None
    file: str = ""

    def __str__(self) -> str:
        return f"{self.error}: {self.message}" if self.error else self.message or self.kind


@dataclass(frozen=True, slots=True)
class Observation:
    """What came of a probe.

    Attributes:
        value: what it returned, as plain data.
        error: why it returned nothing, or None.
    """

    value: Plain = None
    error: Failure | None = None
