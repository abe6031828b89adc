"""A Module is anything made of parameters: it finds them by name, saves them, and loads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine import Value
from nn.files import read_json, write_whole
from nn.summary import Part, Summary, summarise

FORMAT, VERSION = "glassgrad model", 1


class Module:
    """Base of everything with parameters.

    Parameters are the Values among a Module's attributes, in the Modules among them, and in lists,
    tuples and dictionaries of these. Attributes whose names begin with "_" are left alone.

    Attributes:
        metadata: what was saved beside the parameters, such as the names of classes.

    Example:
        >>> from engine import Value
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
        found: dict[int, tuple[str, Value]] = {}
        for name, value in walk(self, ""):
            found.setdefault(id(value), (name, value))
        return list(found.values())

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
        """Set each parameter to the number under its name.

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
        """Return what the module is made of and what one sample costs, layer by layer.

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
        biases = [is_bias(path) for path, _ in self.named_parameters()]
        return Part(name, size, activation, biases.count(False), biases.count(True))

    def config(self) -> dict[str, object] | None:
        """Return the arguments that build this module anew, or None if `nn.load` cannot."""
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
        write_whole(path, json.dumps(content, indent=1) + "\n")

    def load(self, path: str | Path) -> None:
        """Set the parameters to those of a file that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is cut short, or of a model of another shape; nothing is changed.
        """
        content = read_json(path, FORMAT, VERSION)
        parameters, metadata = content.get("parameters"), content.get("metadata")
        if not isinstance(parameters, dict) or not isinstance(metadata, dict):
            raise ValueError(f"{Path(path).name} has no parameters in it; save the model again")
        self.load_state_dict(parameters)
        self.metadata = metadata


def walk(thing: object, path: str) -> Iterator[tuple[str, Value]]:
    """Yield every Value below `thing` with its path; models nest a few levels, so this recurses."""
    if isinstance(thing, Value):
        yield path, thing
        return
    inner: Iterator[tuple[object, object]]
    if isinstance(thing, Module):
        inner = ((name, x) for name, x in vars(thing).items() if not name.startswith("_"))
    elif isinstance(thing, (list, tuple)):
        inner = ((i, x) for i, x in enumerate(thing))
    elif isinstance(thing, dict):
        inner = ((key, x) for key, x in thing.items())
    else:
        return
    for name, x in inner:
        yield from walk(x, f"{path}.{name}" if path else str(name))


def weights_of(model: Module) -> list[Value]:
    """Return the parameters of `model` that are not biases."""
    return [value for name, value in model.named_parameters() if not is_bias(name)]


def is_bias(name: str) -> bool:
    """Tell whether a parameter's path ends in a bias, or in one of a list of biases."""
    return name.rstrip(".0123456789").rpartition(".")[2].startswith("bias")


def some(names: list[str]) -> str:
    """Return how many names there are, and the first few."""
    if not names:
        return "none"
    return f"{len(names)} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
