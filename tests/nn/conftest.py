"""Fixtures of the tests of nn."""

from __future__ import annotations

import pytest


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave plots as they are: rendering takes most of the time of a test that reads no pixel."""
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda self, file, **options: None)
