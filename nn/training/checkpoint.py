"""Checkpoints: all that a training run needs to resume as if it had never stopped, in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from nn.history import COLUMNS, History
from nn.module import Generators, Module, held_by
from nn.optim import Optimizer
from nn.parameters import modules_in
from nn.saved.fingerprint import fingerprint, name_of
from nn.saved.json_file import FileKind, read_json, write_json
from nn.saved.schema import COUNT, FINITE, LINE, NOT_NAN, NUMBER, whole

WORD = whole(0, 2**32 - 1)
# What `Random.getstate` returns: the version of its rule, 624 words and a place in them.
RNG = [([WORD], WORD, FINITE, None)]
CHECKPOINT = FileKind(
    "glassgrad checkpoint",
    2,
    {
        "run": {...: {"name": LINE, "fingerprint": LINE}},
        "model": {...: FINITE},
        "best": {...: FINITE},
        "optimizer": {"rule": LINE, "steps": whole(0), "state": [[NOT_NAN]]},
        "rng": RNG,
        "generators?": [RNG],  # those of dropout
        "history": {
            "loss": [NOT_NAN],
            "metric": [NUMBER],
            "learning_rate": [FINITE],
            # A model may be too far off on samples that it has not seen.
            "validation_loss": [NUMBER],
            "validation_metric": [NUMBER],
            "metric_name": LINE,
            "best_epoch": (COUNT, None),
            "stopped": LINE,
            "seconds": FINITE,
        },
    },
    remedy="name another file, or delete this one to start again",
)


class State(NamedTuple):
    """What a run changes as it goes.

    Attributes:
        run: what `identity` says of it.
        model, optimizer, rng, history: of the run.
    """

    run: Mapping[str, Mapping[str, str]]
    model: Module
    optimizer: Optimizer
    rng: Random
    history: History


def identity(
    model: Module, optimizer: Optimizer, data: tuple[Any, Any], **settings: object
) -> dict[str, dict[str, str]]:
    """Return what makes a run this one and no other, each with a name and a fingerprint.

    Args:
        model: its shape, activations and code count, its numbers do not.
        optimizer: its rule and settings count, what it has learned does not.
        data: samples to train on and to judge by, each with targets.
        settings: loss, penalty, batch size and the like; functions count by what they do.

    Raises:
        ValueError: the model draws random numbers from NumPy.
    """
    parameters = [*model.parameters(), *optimizer.parameters]
    shape = " and ".join(f"{len(part[0])} × {len(part[0][0])}" for part in data if part[0])
    rule = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    del rule["parameters"]
    settings |= {"optimizer": type(optimizer), **rule, "model": model}
    found = {
        name.replace("_", " "): {
            "name": name_of(thing),
            "fingerprint": fingerprint(thing, parameters=parameters),
        }
        for name, thing in settings.items()
    }
    check_generators(model)
    name_by_id = {id(value): name for name, value in model.named_parameters()}
    names = list(name_by_id.values())
    moved = [name_by_id.get(id(p), "another") for p in optimizer.parameters]
    found["number of parameters"] = {
        "name": str(len(names)) if moved == names else f"{len(names)}, of which {len(moved)} move",
        "fingerprint": fingerprint(names, moved),
    }
    return {"data": {"name": shape, "fingerprint": fingerprint(data)}, **found}


def check_generators(model: Module) -> None:
    """Check that a checkpoint can keep all random generators among the attributes of a model.

    Raises:
        ValueError: one is NumPy's.
    """
    for module in modules_in(model):
        for name, x in held_by(module):
            if type(x).__module__.startswith("numpy.random"):
                raise ValueError(
                    f"a checkpoint cannot keep the state of {type(module).__name__}.{name}, a "
                    "generator of NumPy's; draw from a random.Random instead, or train without a "
                    "checkpoint"
                )


def write(path: str | Path, state: State, best: Mapping[str, float]) -> None:
    """Write the state of a run after an epoch; the last one stays until this one is complete."""
    numbers = state.model.state_dict()
    if not all(map(isfinite, numbers.values())):
        return  # nothing to resume from: the next step ends the run, and says so
    content = {
        "run": state.run,
        "model": numbers,
        "best": best,
        "optimizer": state.optimizer.state_dict(),
        "rng": as_lists(state.rng.getstate()),
        "generators": list(map(as_lists, Generators(state.model).states)),
        "history": state.history.state_dict(),
    }
    write_json(path, CHECKPOINT, content)


def resume(path: str | Path, state: State) -> dict[str, float]:
    """Put a run into the state that `write` kept, and return the best weights so far.

    Raises:
        ValueError: the file is cut short or damaged, or of another run: another model, other data
            or settings; nothing is changed.
        OSError: the file cannot be read.
    """
    content = read_json(path, CHECKPOINT)
    if differences := "; ".join(differing(content["run"], state.run)):
        raise ValueError(f"{path} is of another run: {differences}; {CHECKPOINT.remedy}")
    for fault in misfits(content, state):
        raise ValueError(f"{path}: {fault}; {CHECKPOINT.remedy}")
    state.model.load_state_dict(content["model"])
    state.optimizer.load_state_dict(content["optimizer"])
    state.history.load_state_dict(content["history"])
    state.rng.setstate(as_tuples(content["rng"]))
    Generators(state.model).states = list(map(as_tuples, content.get("generators", [])))
    best: dict[str, float] = content["best"]
    return best


def as_lists(rng_state: tuple[Any, ...]) -> list[Any]:
    """Return what `Random.getstate` returned as JSON can hold it."""
    return [list(part) if isinstance(part, tuple) else part for part in rng_state]


def as_tuples(rng_state: list[Any]) -> tuple[Any, ...]:
    """Return what `Random.setstate` takes.

    Raises:
        ValueError: it does not have three parts.
    """
    version, words, gauss = rng_state
    return version, tuple(words), gauss


def differing(
    kept: Mapping[str, Mapping[str, str]], run: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Yield in which settings a file and a run differ."""
    nothing = {"name": "nothing", "fingerprint": ""}
    for setting in dict.fromkeys([*kept, *run]):
        there, here = kept.get(setting, nothing), run.get(setting, nothing)
        if there["fingerprint"] != here["fingerprint"]:
            same = there["name"] == here["name"]
            yield f"its {setting} is {there['name']}, here {'another ' * same}{here['name']}"


def misfits(content: Mapping[str, Any], state: State) -> Iterator[str]:
    """Yield which parts of a checkpoint do not fit the run, or one another."""
    names = set(state.model.state_dict())
    for part in ("model", "best"):
        for name in sorted(names ^ set(content[part])):
            yield f"{part}.{name} is {'missing' if name in names else 'not of this model'}"
    rule, columns = state.optimizer, content["optimizer"]["state"]
    if content["optimizer"]["rule"] != type(rule).__name__:
        yield f"optimizer.rule must be {type(rule).__name__}, got {content['optimizer']['rule']}"
    sizes = [len(column) for column in columns]
    wanted = [len(rule.parameters)] * rule.n_states
    if sizes != wanted:
        yield f"optimizer.state must have lists of {wanted} numbers, has {sizes}"
    else:
        yield from unusable(columns, rule)
    history = content["history"]
    epochs = len(history["loss"])
    for column in COLUMNS:
        n = len(history[column])
        if n != epochs and (n or not column.startswith("validation")):
            yield f"history.{column} must have {epochs} numbers, one per epoch, has {n}"
    if len(history["validation_metric"]) != len(history["validation_loss"]):
        yield "history.validation_metric and validation_loss must be of one length"
    if not epochs or (history["best_epoch"] or 0) > epochs:
        yield f"history.best_epoch is {history['best_epoch']}, but there are {epochs} epochs"
    generators = content.get("generators", [])
    if len(generators) != (wanted_here := len(Generators(state.model).states)):
        yield f"it has {len(generators)} generators of dropout, the model {wanted_here}"
    for rng in (content["rng"], *generators):
        try:
            Random().setstate(as_tuples(rng))
        except (TypeError, ValueError):
            yield "rng must be what Random.getstate() returned"


def unusable(columns: list[list[float]], rule: Optimizer) -> Iterator[str]:
    """Yield which numbers an optimiser cannot go on from, such as a negative mean square."""
    for i, kept in enumerate(zip(*columns, strict=True)):
        try:
            moved, _ = rule.update(0.0, 0.0, kept, rule.rate, max(rule.steps, 1))
            possible = not isinstance(moved, complex)
        except (ArithmeticError, TypeError, ValueError):
            possible = False
        if not possible:
            yield f"optimizer.state has {list(kept)} for parameter {i}, which no step leaves behind"
