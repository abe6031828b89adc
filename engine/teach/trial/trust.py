"""Whether an answer has the right form: the student's code was there when it was made."""

from __future__ import annotations

from typing import Any

from engine.teach.isolate.observation import GARBLED, Failure, Observation
from engine.teach.trial.graphs import Graph


def trusted(graph: Graph, seen: Observation) -> Observation:
    """Return an observation if it has the right form for a graph, else that it has not."""
    if seen.error is not None:
        return seen
    value, n = seen.value, graph.root + 1
    if (
        isinstance(value, dict)
        and set(value) == {"step", "kind"}
        and isinstance(value["kind"], str)
    ):
        return seen
    if isinstance(value, dict) and all(
        is_numbers(value.get(name), n) for name in ("data", "after", "grads")
    ):
        changed = value.get("changed")
        if (
            is_numbers(value.get("before"), len(graph.leaves))
            and isinstance(changed, list)
            and all(type(k) is int and 0 <= k < n for k in changed)
        ):
            return seen
    return Observation(error=Failure(GARBLED, message="the answers are not those of the check"))


def is_numbers(value: object, n: int) -> bool:
    """Return whether something is a list of n numbers, each of which may be missing."""
    return (
        isinstance(value, list)
        and len(value) == n
        and all(x is None or type(x) in (int, float) for x in value)
    )


def is_description(value: Any) -> bool:
    """Return whether an answer has the form of a description."""
    if isinstance(value, dict) and isinstance(value.get("not a class"), str):
        return True
    return (
        isinstance(value, dict)
        and isinstance(value.get("name"), str)
        and isinstance(value.get("borrowed"), str)
        and isinstance(value.get("methods"), list)
        and all(isinstance(name, str) for name in value["methods"])
        and is_lines(value.get("lines"))
    )


def is_lines(value: Any) -> bool:
    """Return whether an answer has the form of lines, by method and by what they do."""
    return isinstance(value, dict) and all(
        isinstance(kinds, dict)
        and set(kinds) == {"def", "=", "+=", "data"}
        and len(kinds["def"]) == 1
        and all(
            [type(part) for part in line] == [int, str]
            for lines in kinds.values()
            for line in lines
        )
        for kinds in value.values()
    )
