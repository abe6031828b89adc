"""What `engine.compile` says of a function that it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import engine


def refusal_of(fn: Callable[..., object], *args: object, **options: object) -> str:
    """Compile and call a function that must be refused; return what is said after its line."""
    program = engine.compile(fn, **options)
    with pytest.raises(engine.RecordingError) as caught:
        program(*args)
    line, _, said = str(caught.value).rpartition("): ")
    assert ".py:" in line
    for inner in ("Placeholder", "Recorded", "Condition", "Guarded", "Watched"):
        assert inner not in said
    return said
