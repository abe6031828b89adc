"""Writes an assignment for a grader to a new folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import engine
from nn.teach.outlets import gradescope, nbgrader, otter, plain_pytest
from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.assignments.network import NETWORK
from nn.teach.outlets.assignments.value import VALUE
from nn.teach.outlets.wheel import Wheel, wheel

ASSIGNMENTS = {each.name: each for each in (VALUE, NETWORK)}
OUTLETS: dict[str, Callable[[Assignment, Wheel], dict[str, str | bytes]]] = {
    "nbgrader": nbgrader.files,
    "otter": otter.files,
    "gradescope": gradescope.files,
    "pytest": plain_pytest.files,
}


class ExportError(ValueError):
    """An assignment cannot be written there; the message says why and what to do."""


def export(assignment: str, outlet: str, folder: Path) -> list[str]:
    """Write an assignment to a new folder, all of it or nothing.

    Args:
        assignment: a name in ASSIGNMENTS.
        outlet: a name in OUTLETS.
        folder: must be empty or not exist, so that nothing a teacher has edited is lost.

    Returns:
        The paths of the files, in the folder.

    Raises:
        ExportError: there is no such assignment or outlet, or the folder is not empty, or cannot be
            written to.
    """
    for name, names in ((assignment, ASSIGNMENTS), (outlet, OUTLETS)):
        if name not in names:
            raise ExportError(f"there is no {name!r}; choose one of {', '.join(names)}")
    contents = OUTLETS[outlet](ASSIGNMENTS[assignment], wheel())
    made: list[Path] = []
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ExportError(f"{folder} is there already; name a new folder, or an empty one")
        for path in sorted({(folder / name).parent for name in contents}):
            made += [each for each in (path, *path.parents) if not each.exists()]
            path.mkdir(parents=True, exist_ok=True)
        engine.write_together({folder / name: content for name, content in contents.items()})
    except OSError as error:
        for path in sorted(made, reverse=True):
            with suppress(OSError):
                path.rmdir()
        why = error.strerror or error
        raise ExportError(f"cannot write to {folder}: {why}; choose another folder") from None
    return sorted(contents)
