"""What both executors of a sweep share: what a job is, and how one is run and reported."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

Settings = Mapping[str, Any]
Result = dict[str, Any]
Job = Callable[[Settings], Result]
Executor = Callable[
    [Job, Sequence[tuple[int, Settings]]], Generator[tuple[int, Result | str], None, None]
]


def run_numbered(job: Job, i: int, settings: Settings) -> tuple[int, Result | str]:
    """Run a job, and return its index with its result, or with what went wrong."""
    try:
        return i, job(settings)
    except Exception as error:
        return i, f"{type(error).__name__}: {error}"


def import_or_explain(module: str) -> Any:
    """Import and return a module.

    Raises:
        ModuleNotFoundError: it is not installed; the message says how to install it.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f'a sweep needs {module}, which is not installed; pip install "glassgrad[sweep]"',
            name=module,
        ) from None
