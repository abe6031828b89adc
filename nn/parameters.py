"""Finds the parameters of a module: the leaves among its attributes, in a fixed order."""

from __future__ import annotations

import re
from collections import UserList, deque
from collections.abc import Iterable, Iterator, Mapping, Set, ValuesView
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple
from weakref import ProxyTypes

from engine import Value
from nn.saved.fingerprint import file_of, is_library

ORDERED = (list, tuple, deque, UserList, ValuesView)  # the containers that number what is in them


# The paths of nn's own classes, and how pictures name what is there.
NAMED = {"layers": "layer {}", "neurons": "n{}", "weights": "w{}", "bias": "b"}


def name_in_pictures(path: str) -> str:
    """Return the name of a parameter as pictures write it, or its path if it is none of nn's own.

    Example:
        >>> name_in_pictures("layers.0.neurons.2.weights.1")
        'layer 1/n3/w2'
        >>> name_in_pictures("weights.0")
        'w1'
        >>> name_in_pictures("blocks.0.gain")
        'blocks.0.gain'
    """
    places = re.findall(r"([^.]+)(?:\.(\d+))?(?:\.|$)", path)
    if any(name not in NAMED for name, _ in places):
        return path
    return "/".join(NAMED[name].format(int(number or 0) + 1) for name, number in places)


class HasParameters:
    """Base of `nn.Module`: all that this file knows of it."""


class Parameter(NamedTuple):
    """A parameter of a module.

    Attributes:
        path: where it is, such as "layers.0.neurons.3.weights.1".
        owner: the innermost Module that it is an attribute of, or in a list or dictionary of.
        value: the parameter.
        is_bias: whether it is a bias, else it is a weight.
        around: the modules it is in, from the outermost to the owner, each with its path.
    """

    path: str
    owner: Any
    value: Value
    is_bias: bool
    around: tuple[tuple[str, Any], ...]


def owned_parameters(module: HasParameters) -> list[Parameter]:
    """Return each parameter of a module once, where it is found first.

    A Value that an operation made, such as an activation that the module keeps, is not one.

    Raises:
        TypeError: a Value is in something without an order, or of a class without parameters.
        ValueError: two parameters have the same path.
    """
    found: dict[int, Parameter] = {}
    for parameter in walk(module):
        if not parameter.value.computed:
            found.setdefault(id(parameter.value), parameter)
    paths: set[str] = set()
    for path, *_ in found.values():
        if path in paths:
            raise ValueError(
                f"two parameters of {type(module).__name__} are called {path!r}; use keys that "
                "differ as text"
            )
        paths.add(path)
    return list(found.values())


def kept_results(module: HasParameters) -> dict[str, Value]:
    """Return by path the Values among a module's attributes that an operation made."""
    return {path: value for path, _, value, *_ in walk(module) if value.computed}


def weights_of(model: HasParameters) -> list[Value]:
    """Return the parameters of `model` that are not biases."""
    return [parameter.value for parameter in owned_parameters(model) if not parameter.is_bias]


BIAS = re.compile(r"b(?:ias.*|[\d_].*)?")


def is_bias(attribute: str) -> bool:
    """Return whether an attribute of a Module holds biases: the one rule of what a bias is.

    Args:
        attribute: the path from the Module that owns the Value, such as "bias", "b", "b1",
            "biases.3" or "parameters.b": one of its names is b, b1 …, b_out …, or begins with bias.
    """
    return any(BIAS.fullmatch(name) for name in attribute.split("."))


# ---- the walk ----


class Object(NamedTuple):
    """An object of a class that is not a Module, where a Module has it.

    Attributes:
        place: where it is, for messages.
        kind: the name of its class.
        n_before: how many letters of the path of what is in it lead to it.
    """

    place: str
    kind: str
    n_before: int


def walk(module: HasParameters) -> Iterator[Parameter]:
    """Yield every Value below a module, once per occurrence outside what was walked already."""
    for thing, around, attribute in parts_of(module):
        if isinstance(thing, Value):
            path, owner = around[-1]
            whole = f"{path}.{attribute}" if path else attribute
            yield Parameter(whole, owner, thing, is_bias(attribute), around)


def modules_in(module: HasParameters) -> list[Any]:
    """Return the modules in a module, itself first, each once."""
    return [thing for thing, *_ in parts_of(module) if isinstance(thing, HasParameters)]


def parts_of(
    module: HasParameters,
) -> Iterator[tuple[object, tuple[tuple[str, Any], ...], str]]:
    """Yield the Values and modules in a module: what it is, modules around it, and attribute.

    Raises:
        TypeError: one is only in an object of a class that should be a Module.
    """
    found: set[int] = set()
    out_of_reach: list[tuple[object, Object, str]] = []
    # These keep what is in them alive, so that no id is used twice.
    seen: dict[tuple[int, bool], object] = {}
    stack: list[tuple[object, tuple[tuple[str, Any], ...], str, Object | None]] = []
    stack.append((module, (), "", None))
    while stack:
        thing, around, attribute, holder = stack.pop()
        if isinstance(thing, Value) and holder is None:
            found.add(id(thing))
            yield thing, around, attribute
            continue
        key = id(thing), holder is not None
        if isinstance(thing, (str, int, float)) or key in seen or type(thing) in ProxyTypes:
            continue  # a proxy is a link to a parent
        seen[key] = thing
        if isinstance(thing, (Value, HasParameters)) and holder is not None:
            if is_part(thing):
                out_of_reach.append((thing, holder, attribute))
            continue
        below: Iterable[tuple[str, object]]
        if isinstance(thing, HasParameters):
            found.add(id(thing))
            yield thing, around, attribute
            path = around[-1][0] if around else ""
            around = (*around, (f"{path}.{attribute}" if path else attribute, thing))
            below, attribute = attributes_of(thing), ""
        else:
            place = f"{type(around[-1][1]).__name__}.{attribute}"
            below = inside(thing, place)
            if is_object(thing):
                holder = holder or Object(place, type(thing).__name__, len(attribute) + 1)
        prefix = f"{attribute}." if attribute else ""
        stack += [(x, around, prefix + name, holder) for name, x in reversed(list(below))]
    for thing, holder, attribute in out_of_reach:
        if id(thing) not in found:
            raise TypeError(
                f"{holder.place} is a {holder.kind} with parameters "
                f"({attribute[holder.n_before :]}), but is not a Module; write class "
                f"{holder.kind}(nn.Module)"
            )


def attributes_of(module: HasParameters) -> list[tuple[str, object]]:
    """Return the public attributes of a module, those in slots first.

    One that begins with "_" is left alone, unless a property shows it: `_w` is then called `w`.

    Raises:
        TypeError: a Value is an attribute of the module's class, and so of all its instances.
    """
    kind = type(module)
    own = {name: getattr(module, name) for name in slots_of(kind) if hasattr(module, name)}
    own |= vars(module)
    for base in kind.__mro__[: kind.__mro__.index(HasParameters)]:
        for name, thing in vars(base).items():
            if name[0] != "_" and name not in own and has_part(thing):
                raise TypeError(
                    f"{base.__name__}.{name} belongs to the class, so that all instances share "
                    f"it; set it in __init__: self.{name} = …"
                )
    found = []
    for name, thing in own.items():
        public = re.sub(r"^(?:_[A-Za-z]\w*?__|_+)", "", name) if name[0] == "_" else name
        shown = public == name or isinstance(getattr(kind, public, None), property)
        if shown and public != "parent":  # a link, not a part
            found.append((public, thing))
    return found


def slots_of(kind: type) -> list[str]:
    """Return the names of the slots of a class, those of its bases first."""
    found: list[str] = []
    for base in reversed(kind.__mro__):
        names = vars(base).get("__slots__", ())
        found += [names] if isinstance(names, str) else names
    return [name for name in found if name not in ("__dict__", "__weakref__")]


def inside(thing: object, place: str) -> Iterable[tuple[str, object]]:
    """Return what an attribute that is not a module holds, by name.

    Args:
        thing: a list, tuple, deque, dictionary, NumPy array of objects, dataclass or object of a
            class of one's own; anything else has no parameters.
        place: where it is, for messages.

    Raises:
        TypeError: it holds parameters that have no order.
    """
    if isinstance(thing, Mapping):
        return [(str(key), x) for key, x in thing.items()]
    if str(getattr(thing, "dtype", "")) == "object":
        thing = [thing.tolist()] if thing.ndim == 0 else thing.tolist()  # type: ignore[attr-defined]
    if isinstance(thing, ORDERED):
        return [(str(i), x) for i, x in enumerate(thing)]
    if isinstance(thing, Set):
        if any(map(is_part, thing)):
            raise TypeError(
                f"{place} is a {type(thing).__name__}, which has no order to name parameters by; "
                "use a list"
            )
        return ()
    if isinstance(thing, type) or is_ours(type(thing)):
        return ()
    if is_dataclass(thing):
        names = [field.name for field in fields(thing)]
        return [(name, getattr(thing, name, None)) for name in names if name[0] != "_"]
    if not is_object(thing):
        return ()
    held = {name: getattr(thing, name, None) for name in slots_of(type(thing))}
    held |= getattr(thing, "__dict__", {})
    return [(name, x) for name, x in held.items() if name[:1] != "_"]


def is_object(thing: object) -> bool:
    """Return whether a thing is of a class of one's own: neither a container nor of a library."""
    kind = type(thing)
    if isinstance(thing, (*ORDERED, Mapping, Set, type)) or is_dataclass(thing):
        return False
    return kind is SimpleNamespace or not is_library(file_of(kind.__module__))


def is_part(x: object) -> bool:
    """Return whether `x` is a parameter or a module."""
    return isinstance(x, HasParameters) or (isinstance(x, Value) and not x.computed)


def has_part(thing: object) -> bool:
    """Return whether a thing is a parameter or a module, or a list or dictionary of such."""
    if isinstance(thing, dict):
        thing = list(thing.values())
    return any(map(is_part, thing)) if isinstance(thing, (list, tuple)) else is_part(thing)


def is_ours(kind: type) -> bool:
    """Return whether a class is one of this library's: an optimiser moves others' parameters."""
    return any(base.__module__.partition(".")[0] in ("engine", "nn") for base in kind.__mro__)
