"""Fixtures of the tests of plots."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw as where matplotlib is not installed."""

    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")

    monkeypatch.setattr("nn.plots.figure.new_figure", missing)
