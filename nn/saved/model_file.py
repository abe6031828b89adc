"""What a file says of a model, besides its numbers: how it is built, and with which operations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import Operation
from nn.parameters import HasParameters, owned_parameters
from nn.saved.json_file import FileKind
from nn.saved.schema import FINITE, LINE, OBJECT, TEXT, shown

DEFINITION = {
    "name": LINE,
    "forward": TEXT,
    "slopes": [TEXT],
    **dict.fromkeys(("symbol?", "domain?", "smooth?", "remedy?"), TEXT),
}
MODEL = FileKind(
    "glassgrad model",
    2,
    {
        "class": LINE,
        "config": (OBJECT, None),
        "parts?": {...: OBJECT},
        "metadata": OBJECT,
        "parameters": {...: FINITE},
        "tied?": {...: LINE},
        "operations?": [DEFINITION],
        "columns?": [TEXT],
        "decision?": {"labels": ([TEXT], [FINITE]), "threshold": (FINITE, None)},
    },
    remedy="save the model again, or train it again",
    older=(1,),
)


def architecture(module: Any) -> dict[str, Any]:
    """Return what a file says of a model besides its class and its numbers.

    Returns:
        "config" of the model; if it has none, "parts": those of the modules in it, by path;
        "tied": the path of each parameter that is another one too, with the path of that one; and
        the definitions of "operations" of one's own.
    """
    config = module.config()
    parts: dict[str, dict[str, object]] = {}
    found: dict[int, str] = {}
    tied = {}
    for path, value in module._occurrences():
        first = found.setdefault(id(value), path)
        if first != path:
            tied[path] = first
    for parameter in owned_parameters(module) if config is None else ():
        for path, inside in parameter.around:
            if path not in parts and (described := inside.config()) is not None:
                parts[path] = {"class": type(inside).__name__, **described}
            if path in parts:
                break
    whole = {"config": config, "parts": parts, "tied": tied, "operations": definitions_in(module)}
    return {name: thing for name, thing in whole.items() if thing or name != "operations"}


def unlike(there: object, here: object, place: str) -> str:
    """Return where two descriptions of a model differ first, or an empty text.

    What a layer is called, how its weights began and how much it drops makes no difference.
    """
    if isinstance(there, dict) and isinstance(here, dict):
        for key in dict.fromkeys([*there, *here]):
            if key not in ("name", "init", "dropout", "rate") and (
                found := unlike(there.get(key), here.get(key), f"{place}.{key}")
            ):
                return found
        return ""
    if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        pairs = enumerate(zip(there, here, strict=True))
        return next(filter(None, (unlike(x, y, f"{place}[{i}]") for i, (x, y) in pairs)), "")
    return "" if there == here else f"{place} is {shown(there)} there and {shown(here)} here"


def as_json(metadata: Mapping[str, object]) -> dict[str, object]:
    """Return metadata as they will be read again.

    Raises:
        TypeError: JSON cannot hold them.
    """
    try:
        again: dict[str, object] = json.loads(json.dumps(dict(metadata)))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"metadata must be what JSON can hold (texts, numbers, lists, dictionaries): {error}; "
            "turn it into those first"
        ) from None
    return again


def definitions_in(module: HasParameters) -> list[Mapping[str, object]]:
    """Return the definitions of what `engine.define` made among the attributes of modules."""
    modules = {id(m): m for p in owned_parameters(module) for _, m in p.around}
    found = {
        thing.op: thing.definition
        for m in modules.values()
        for thing in vars(m).values()
        if isinstance(thing, Operation)
    }
    return list(found.values())


def check_operations(content: Mapping[str, Any], path: str | Path) -> None:
    """Refuse a file with an operation that `engine.define` has not made so here.

    The definitions in the file are compared, never evaluated.

    Raises:
        ValueError: it has one; the message has the line that defines it.
    """
    for definition in content.get("operations", []):
        try:
            Operation.find(definition)
        except ValueError as error:
            raise ValueError(f"{path} was saved with an operation of your own: {error}") from None
