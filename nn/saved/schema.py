"""Says what a JSON file must hold, as data: a schema has the shape of what it describes.

A dictionary describes an object by its keys ("key?" may be missing, ... stands for any key), a list
of one schema a list of any length, a tuple of schemas a choice, a text itself, None null, and a
`Kind` all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import isfinite, isnan
from typing import Any, NamedTuple

LONG_NAME, LONG_LINE = 100, 300
Schema = Any  # dict, list, tuple, str, None or Kind, nested


class Kind(NamedTuple):
    """Something that is told by a function.

    Attributes:
        name: what it is, as a message says it.
        fits: returns whether something is of this kind.
    """

    name: str
    fits: Callable[[Any], bool]


def is_number(x: object) -> bool:
    """Return whether `x` is a number and no bool, and small enough for a float."""
    return isinstance(x, float) or (type(x) is int and abs(x) < 1 << 1000)


def is_finite(x: object) -> bool:
    """Return whether `x` is a number that is neither inf nor nan."""
    return isfinite(x) if isinstance(x, float) else is_number(x)


def is_text(x: object) -> bool:
    """Return whether `x` is a text that a message can print."""
    # Half of a surrogate pair cannot be printed.
    return type(x) is str and len(x) <= 10_000 and x == x.encode(errors="ignore").decode()


def is_line(x: object) -> bool:
    """Return whether `x` is a text that a message can have in its one line."""
    return type(x) is str and len(x) <= LONG_LINE and x.isprintable()


def whole(least: int, most: int = 1 << 53) -> Kind:
    """Return the kind of whole numbers in a range."""
    name = (
        f"a whole number from {least}" if most == 1 << 53 else f"a whole number, {least} to {most}"
    )
    return Kind(name, lambda x: type(x) is int and least <= x <= most)


ANYTHING = Kind("anything", lambda x: True)
OBJECT = Kind("an object", lambda x: type(x) is dict)
TEXT = Kind("a text", is_text)
LINE = Kind("a short text in one line", is_line)
FLAG = Kind("true or false", lambda x: type(x) is bool)
COUNT = whole(1)
FINITE = Kind("a finite number", is_finite)
POSITIVE = Kind("a finite number above 0", lambda x: FINITE.fits(x) and x > 0)
SHARE = Kind("a number from 0 to below 1", lambda x: is_number(x) and 0 <= x < 1)
NOT_NAN = Kind("a number", lambda x: is_number(x) and not isnan(x))
NUMBER = Kind("a number", is_number)


def faults(value: object, schema: Schema, place: str = "") -> Iterator[str]:
    """Yield what is wrong with a value, each with its place, such as "layers[3].bias must be …".

    Example:
        >>> list(faults({"weights": [0.5, None]}, {"weights": [FINITE]}))
        ['weights[1] must be a finite number, got null']
    """
    if isinstance(schema, Kind):
        if not schema.fits(value):
            yield wrong(place, schema.name, value)
    elif isinstance(schema, tuple):
        found = [list(faults(value, choice, place)) for choice in schema]
        if all(found):
            # Of the choices, the one that the value has the form of says most.
            same = [f for f, s in zip(found, schema, strict=True) if type(s) is type(value)]
            yield from (
                same[0]
                if same
                else [wrong(place, " or ".join(named(choice) for choice in schema), value)]
            )
    elif isinstance(schema, dict) and isinstance(value, dict):
        yield from of_object(value, schema, place)
    elif isinstance(schema, list) and isinstance(value, list):
        yield from of_list(value, schema, place)
    elif value != schema or type(value) is not type(schema):
        yield wrong(place, named(schema), value)


def of_list(values: list[Any], schema: list[Any], place: str) -> Iterator[str]:
    """Yield what is wrong with the items of a list."""
    if not all_fit(values, schema[0]):
        for i, value in enumerate(values):
            yield from faults(value, schema[0], f"{place}[{i}]")


def of_object(value: dict[str, Any], schema: dict[Any, Any], place: str) -> Iterator[str]:
    """Yield what is wrong with the keys and values of an object."""
    if ... in schema:
        if not (all_fit(value, LINE) and all_fit(value.values(), schema[...])):
            for key, x in value.items():
                yield from faults(key, LINE, f"a name in {place}")
                yield from faults(x, schema[...], inner(place, key))
        return
    known = {key.rstrip("?"): key for key in schema}
    for key in value:
        if key not in known:
            yield f"{inner(place, key)} must not be there"
    for name, key in known.items():
        if name in value:
            yield from faults(value[name], schema[key], inner(place, name))
        elif name == key:
            yield f"{inner(place, name)} is missing"


def all_fit(values: Iterable[object], schema: Schema) -> bool:
    """Return at once whether all values are of a kind: of a million weights nearly all are."""
    return isinstance(schema, Kind) and all(map(schema.fits, values))


def inner(place: str, key: str) -> str:
    """Return the place of a key in an object, such as "config.bias"."""
    if key.isidentifier() and len(key) <= LONG_NAME:
        return f"{place}.{key}" if place else key
    return f"{place}[{shown(key, LONG_NAME)}]"


def wrong(place: str, needed: str, came: object) -> str:
    """Return the sentence for something that is not what it must be."""
    return f"{place or 'the whole file'} must be {needed}, got {shown(came)}"


def named(schema: Schema) -> str:
    """Return what a schema describes, in words."""
    if isinstance(schema, Kind):
        return schema.name
    if isinstance(schema, (dict, list)):
        return "an object" if isinstance(schema, dict) else "a list"
    return shown(schema)


def shown(x: object, most: int = 40) -> str:
    """Return a value as JSON writes it, in some characters at most."""
    if isinstance(x, dict):
        return f"an object of {len(x)}" if x else "{}"
    if isinstance(x, list):
        return f"a list of {len(x)}" if x else "[]"
    if type(x) is int and abs(x) >= 1 << 100:
        return f"a whole number of {x.bit_length()} bits"
    words = (
        {True: "true", False: "false"}[x] if type(x) is bool else "null" if x is None else repr(x)
    )
    return words if len(words) <= most else f"{words[: most - 10]} … ({len(words)} characters)"
