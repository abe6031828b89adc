"""Checkpoints: all that a training run needs to resume as if it had never stopped, in one file."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import engine
from nn.files import read_json
from nn.history import History
from nn.module import Module
from nn.optim import Optimizer

FORMAT, VERSION = "glassgrad checkpoint", 1


def write(
    path: str | Path,
    *,
    run: str,
    model: Module,
    optimizer: Optimizer,
    rng: Random,
    history: History,
    best: dict[str, float],
) -> None:
    """Write the state of a run after an epoch; the last one stays until this one is complete."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "run": run,
        "model": model.state_dict(),
        "best": best,
        "optimizer": optimizer.state_dict(),
        "rng": rng.getstate(),
        "history": history.state_dict(),
    }
    engine.write_atomically(path, json.dumps(content))


def resume(
    path: str | Path,
    *,
    run: str,
    model: Module,
    optimizer: Optimizer,
    rng: Random,
    history: History,
) -> dict[str, float]:
    """Put a run into the state that `write` kept, and return the best weights so far.

    Raises:
        ValueError: the file is cut short, or of another run: another model, data or settings.
    """
    name = Path(path).name
    content = read_json(path, FORMAT, VERSION)
    if content.get("run") != run:
        raise ValueError(
            f"checkpoint {name} is of another run: other data, seed, batch size, loss or model; "
            "name another file, or delete this one to start again"
        )
    try:
        state, best, optimizer_state, kept, numbers = (
            content[key] for key in ("model", "best", "optimizer", "history", "rng")
        )
        model.load_state_dict(state)  # type: ignore[arg-type]
        optimizer.load_state_dict(optimizer_state)  # type: ignore[arg-type]
        history.load_state_dict(kept)  # type: ignore[arg-type]
        rng.setstate((numbers[0], tuple(numbers[1]), numbers[2]))  # type: ignore[index]
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(
            f"checkpoint {name} lacks a part ({error}); delete it to start again"
        ) from None
    return dict(best)  # type: ignore[call-overload, no-any-return]
