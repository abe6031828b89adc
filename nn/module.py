"""A Module is anything made of parameters: it finds them by name, saves them, and loads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from engine import Operation, Value, write_atomically
from nn.files import read_json
from nn.summary import Part, Summary, summarise

FORMAT, VERSION = "glassgrad model", 1


class Module:
    """Base of everything with parameters.

    Parameters are the Values among a Module's attributes, in the Modules among them, and in lists,
    tuples and dictionaries of these. Attributes whose names begin with "_" are left alone.

    Attributes:
        metadata: what was saved with the parameters, such as the names of classes.

    Example:
        >>> from engine import Value, write_atomically
        >>> class Line(Module):
        ...     def __init__(self):
        ...         self.weight, self.bias = Value(2.0), Value(1.0)
        ...     def __call__(self, x):
        ...         return self.weight * x + self.bias
        >>> [name for name, _ in Line().named_parameters()]
        ['weight', 'bias']
    """

    metadata: Mapping[str, object] = {}

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Return each parameter once, with its path, such as "layers.0.neurons.3.weights.1"."""
        return [(parameter.path, parameter.value) for parameter in owned_parameters(self)]

    def parameters(self) -> list[Value]:
        """Return all weights and biases."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """Return the number of each parameter by name."""
        return {name: value.data for name, value in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set each parameter to the number stored under its name.

        Raises:
            ValueError: the names are not those of this module's parameters; nothing is changed.
            TypeError: something under a name is not a number; nothing is changed.
        """
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state]
        unknown = [name for name in state if name not in parameters]
        if missing or unknown:
            raise ValueError(
                f"{self!r} has {len(parameters)} parameters, the state has {len(state)}: "
                f"{some(missing)} missing, {some(unknown)} not of this model; build the model with "
                "the sizes it was saved with"
            )
        numbers = {name: Value(state[name]).data for name in parameters}
        for name, value in parameters.items():
            value.data = numbers[name]

    def summary(self, sample: Sequence[float] | None = None) -> Summary:
        """Return the weights and biases, and the cost of one sample, layer by layer.

        Args:
            sample: the sample to record, shape (n_inputs,); ones if None.

        Raises:
            ValueError: no sample is given, and the module does not say its `n_inputs`.
        """
        if sample is None:
            n_inputs = getattr(self, "n_inputs", None)
            if n_inputs is None:
                raise ValueError(
                    f"{type(self).__name__} has no n_inputs; give summary() a sample to record"
                )
            sample = [1.0] * n_inputs
        return summarise(self, sample, self._parts())  # type: ignore[arg-type]

    def _parts(self) -> list[Part]:
        """Return the rows of a summary."""
        return [self._part(type(self).__name__)]

    def _part(self, name: str, size: str = "", activation: str = "") -> Part:
        """Return the row of a summary for the whole of this module."""
        biases = [parameter.is_bias for parameter in owned_parameters(self)]
        return Part(name, size, activation, biases.count(False), biases.count(True))

    def __str__(self) -> str:
        """Return what it is and how many parameters it has, with a line per layer."""
        parts = self._parts()
        lines = [f"{self!r}, {counted(sum(part.weights + part.biases for part in parts))}"]
        if len(parts) > 1:
            for part in parts:
                size = counted(part.weights + part.biases)
                lines.append(f"  {part.name}: {part.size}, {part.activation}, {size}")
        return "\n".join(lines)

    def config(self) -> dict[str, object] | None:
        """Return the arguments that build this module again, or None if `nn.load` cannot."""
        return None

    def save(self, path: str | Path, *, metadata: Mapping[str, object] | None = None) -> None:
        """Write the parameters, to the last bit, as JSON.

        Args:
            path: the file; replaced only once the new one is complete.
            metadata: anything JSON can hold, to be found in `.metadata` after `nn.load(path)`.

        Raises:
            OSError: the file cannot be written.
        """
        content = {
            "format": FORMAT,
            "version": VERSION,
            "class": type(self).__name__,
            "config": self.config(),
            "metadata": dict(self.metadata if metadata is None else metadata),
            "parameters": self.state_dict(),
        }
        if definitions := definitions_in(self):
            content["operations"] = definitions
        write_atomically(path, json.dumps(content, indent=1) + "\n")

    def load(self, path: str | Path) -> None:
        """Set the parameters to those of a file that `save` wrote.

        Raises:
            FileNotFoundError: the file does not exist.
            ValueError: the file is cut short, or of a model of another shape, or with an operation
                that `engine.define` has not made so here; nothing is changed.
        """
        content = read_json(path, FORMAT, VERSION)
        check_operations(content, Path(path).name)
        parameters, metadata = content.get("parameters"), content.get("metadata")
        if not isinstance(parameters, dict) or not isinstance(metadata, dict):
            raise ValueError(f"{Path(path).name} has no parameters in it; save the model again")
        self.load_state_dict(parameters)
        self.metadata = metadata


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
    owner: Module
    value: Value
    is_bias: bool
    around: tuple[tuple[str, Module], ...]


def owned_parameters(module: Module) -> list[Parameter]:
    """Return each parameter of a module once, where it is found first."""
    found: dict[int, Parameter] = {}
    for parameter in walk(module):
        found.setdefault(id(parameter.value), parameter)
    return list(found.values())


def walk(
    module: Module, path: str = "", outer: tuple[tuple[str, Module], ...] = ()
) -> Iterator[Parameter]:
    """Yield every Value below a module, once per occurrence."""
    around = (*outer, (path, module))
    for name, thing in vars(module).items():
        if not name.startswith("_"):
            yield from walk_attribute(thing, around, name)


def walk_attribute(
    thing: object, around: tuple[tuple[str, Module], ...], attribute: str
) -> Iterator[Parameter]:
    """Yield every Value in an attribute; models nest a few levels, so this recurses.

    Args:
        thing: the attribute, or something in it.
        around: the modules it is in, with their paths; the last one owns the attribute.
        attribute: the rest of the path, from the owner to `thing`.
    """
    path, owner = around[-1]
    whole = f"{path}.{attribute}" if path else attribute
    if isinstance(thing, Value):
        yield Parameter(whole, owner, thing, is_bias(attribute), around)
    elif isinstance(thing, Module):
        yield from walk(thing, whole, around)
    elif isinstance(thing, (list, tuple)):
        for i, x in enumerate(thing):
            yield from walk_attribute(x, around, f"{attribute}.{i}")
    elif isinstance(thing, dict):
        for key, x in thing.items():
            yield from walk_attribute(x, around, f"{attribute}.{key}")


def definitions_in(module: Module) -> list[Mapping[str, object]]:
    """Return the definitions of what `engine.define` made among the attributes of modules."""
    modules = {id(m): m for p in owned_parameters(module) for _, m in p.around}
    found = {
        thing.op: thing.definition
        for m in modules.values()
        for thing in vars(m).values()
        if isinstance(thing, Operation)
    }
    return list(found.values())


def check_operations(content: Mapping[str, object], name: str) -> None:
    """Refuse a file with an operation that `engine.define` has not made so here.

    The definitions in the file are compared, never evaluated.

    Raises:
        ValueError: it has one; the message has the line that defines it.
    """
    definitions: Any = content.get("operations", [])
    for definition in definitions if isinstance(definitions, list) else [definitions]:
        try:
            Operation.find(definition)
        except ValueError as error:
            raise ValueError(f"{name} was saved with an operation of your own: {error}") from None


def weights_of(model: Module) -> list[Value]:
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


def counted(n: int) -> str:
    """Return a number of parameters with its unit."""
    return f"{n:,} parameter{'s' if n != 1 else ''}"


def some(names: list[str]) -> str:
    """Return how many names there are, and the first few."""
    if not names:
        return "none"
    return f"{len(names)} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
