"""A Module is anything made of parameters: it finds them by name, saves them, and loads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.decision import Decision
from nn.parameters import HasParameters, modules_in, owned_parameters, walk
from nn.saved.json_file import read_json, text_of
from nn.saved.model_file import MODEL, architecture, as_json, check_operations, unlike
from nn.summary import Part, Summary, summarise

if TYPE_CHECKING:
    from typing_extensions import Self

_evaluating: ContextVar[bool] = ContextVar("evaluating", default=False)


@contextmanager
def evaluating() -> Iterator[None]:
    """Evaluate every module that is called in here, by this thread, as after its `eval()`."""
    token = _evaluating.set(True)
    try:
        yield
    finally:
        _evaluating.reset(token)


class Module(HasParameters):
    """Base of everything with parameters.

    Parameters are the leaves among a Module's attributes, in the Modules among them, and in lists,
    tuples, deques, dictionaries, dataclasses and NumPy arrays of these. What an operation made,
    such as an activation that is kept, is not one. Attributes whose names begin with "_" are left
    alone, unless a property shows them, and so is a link called `parent`.

    Attributes:
        metadata: what was saved with the parameters, such as the names of classes.

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
    _columns: Sequence[str] | None = None  # the names in the table that `fit` was given
    _decision: Decision | None = None  # how `fit` found that its outputs become classes

    @property
    def training(self) -> bool:
        """Whether it is called to be trained (the default) or to be evaluated, without dropout."""
        return vars(self).get("training", True) and not _evaluating.get()

    @training.setter
    def training(self, mode: bool) -> None:
        vars(self)["training"] = mode

    def train(self, mode: bool = True) -> Self:
        """Set `training` of this module and of those in it, and return it; `fit` begins with it."""
        for module in modules_in(self):
            # What else a module of your own calls "training" is left alone.
            if isinstance(module.training, bool) and module.training is not mode:
                module.training = mode
        return self

    def eval(self) -> Self:
        """Set `training` to False, so that dropout is off, and return it; `fit` ends with it."""
        return self.train(False)

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
        """Return the weights and biases, and the cost of evaluating one sample, layer by layer.

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
        with evaluating():
            return summarise(self, sample, self._parts(), note=self._note())  # type: ignore[arg-type]

    def _note(self) -> str:
        """Return what a summary adds below its table."""
        if not getattr(self, "_without_seed", False):
            return ""
        return "no seed was given: each run begins with other weights; seed=0 keeps them the same"

    def _parts(self) -> list[Part]:
        """Return the rows of a summary."""
        return [self._part(type(self).__name__)]

    def _part(self, name: str, size: str = "", activation: str = "") -> Part:
        """Return the row of a summary for the whole of this module."""
        biases = [parameter.is_bias for parameter in owned_parameters(self)]
        return Part(name, size, activation, biases.count(False), biases.count(True))

    def __repr__(self) -> str:
        """Return the name of its class."""
        return type(self).__name__

    def __str__(self) -> str:
        """Return what it is and how many parameters it has, with a line per layer."""
        parts = self._parts()
        lines = [f"{self!r}, {counted(sum(part.weights + part.biases for part in parts))}"]
        if len(parts) > 1:
            for part in parts:
                size = counted(part.weights + part.biases)
                lines.append(f"  {part.name}: {part.size}, {part.activation}, {size}")
        return "\n".join(lines)

    def _occurrences(self) -> Iterator[tuple[str, Value]]:
        """Yield each parameter with its path, one that is tied to another again with its own."""
        return ((path, value) for path, _, value, *_ in walk(self) if not value.computed)

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
            TypeError: JSON cannot hold the metadata.
            ValueError: a parameter is inf or nan.
        """
        engine.write_atomically(path, self._file_text(path, metadata))

    def _file_text(self, path: str | Path, metadata: Mapping[str, object] | None) -> str:
        """Return what `save` writes to a file."""
        content = {
            "class": type(self).__name__,
            **architecture(self),
            "metadata": as_json(self.metadata if metadata is None else metadata),
            "parameters": self.state_dict(),
        }
        if self._decision is not None:
            content["decision"] = self._decision.to_dict()
        if self._columns is not None:
            content["columns"] = list(self._columns)
        return text_of(path, MODEL, content, indent=1)

    def load(self, path: str | Path) -> None:
        """Set the parameters to those of a file that `save` wrote.

        Raises:
            FileNotFoundError: the file does not exist.
            OSError: it cannot be read.
            ValueError: the file is cut short or damaged, or of a model of another class, shape or
                activation, or with an operation that `engine.define` has not made so here; nothing
                is changed.
        """
        content = read_json(path, MODEL)
        check_operations(content, path)
        here = {"class": type(self).__name__, **architecture(self)}
        for name in ("class", "config", "parts", "tied"):
            # Files of version 1 do not say all of it.
            if name in content and (difference := unlike(content[name], here.get(name), name)):
                raise ValueError(
                    f"{path} is of another model: {difference}; build the model as it was when it "
                    "was saved"
                )
        try:
            decision = Decision.from_dict(content.get("decision"))
            self.load_state_dict(content["parameters"])
        except ValueError as error:
            raise ValueError(f"{path}: {error}; {MODEL.remedy}") from None
        self.metadata, self._decision = content["metadata"], decision
        self._columns = content.get("columns")


class Generators:
    """What draws random numbers among the attributes of a module and of those in it, or in lists.

    Attributes:
        states: the state of each; set them to draw the same numbers again.
    """

    def __init__(self, module: Module) -> None:
        found = (x for m in modules_in(module) for _, x in held_by(m) if isinstance(x, Random))
        once = {id(x): x for x in found if not isinstance(x, SystemRandom)}  # which has no state
        self._generators = list(once.values())

    @property
    def states(self) -> list[tuple[Any, ...]]:
        """The state of each, in order."""
        return [rng.getstate() for rng in self._generators]

    @states.setter
    def states(self, states: Sequence[tuple[Any, ...]]) -> None:
        for rng, state in zip(self._generators, states, strict=True):
            rng.setstate(state)


def held_by(module: Module) -> Iterator[tuple[str, object]]:
    """Yield the attributes of a module, and what is in those that are lists or dictionaries."""
    for name, thing in vars(module).items():
        yield name, thing
        if isinstance(thing, Mapping):
            yield from ((name, x) for x in thing.values())
        elif isinstance(thing, (list, tuple)):
            yield from ((name, x) for x in thing)


def check_callable(module: Module) -> None:
    """Check that a module can be called.

    Raises:
        TypeError: it cannot; PyTorch's modules have a `forward` instead.
    """
    if not callable(module):
        raise TypeError(
            f"a model is called for each sample, and {type(module).__name__} cannot be; write what "
            "it does as def __call__(self, x), which PyTorch calls forward"
        )


def counted(n: int) -> str:
    """Return a number of parameters with its unit."""
    return f"{n:,} parameter{'s' if n != 1 else ''}"


def some(names: list[str]) -> str:
    """Return how many names there are, and the first few."""
    if not names:
        return "none"
    return f"{len(names)} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
