"""What is written for another library: operations on layers, and on numbers outside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Row(Protocol):
    """A row of the table of operations, or another kind of step of `engine.Tape`."""

    name: str
    forward: str
    slopes: tuple[str, ...]
    defined: bool


# ---- what is computed with ----


@dataclass(frozen=True)
class Vector:
    """The numbers of a layer, for each sample.

    Attributes:
        name: of a variable.
        width: how many numbers.
    """

    name: str
    width: int


@dataclass(frozen=True)
class Scalar:
    """A single number.

    Attributes:
        name: of a variable.
        per_sample: whether it depends on the sample.
    """

    name: str
    per_sample: bool = True


@dataclass(frozen=True)
class Element:
    """One number of a vector."""

    vector: Vector
    index: int


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Weight:
    """A parameter that belongs to no layer."""

    path: str


@dataclass(frozen=True)
class Stack:
    """Single numbers next to each other."""

    items: tuple[One, ...]


One = Scalar | Element | Number | Weight
Many = Vector | Stack


def depends_on_sample(x: One | Many) -> bool:
    """Return whether something is another number for each sample."""
    if isinstance(x, Stack):
        return any(map(depends_on_sample, x.items))
    return isinstance(x, (Vector, Element)) or (isinstance(x, Scalar) and x.per_sample)


# ---- what is done ----


@dataclass(frozen=True)
class Linear:
    """The weighted sums of a layer, and its biases.

    Attributes:
        out: the sums.
        inputs: what is weighted.
        path: of the layer, or of a neuron outside layers.
        weights: shape (n_outputs, n_inputs).
        biases: one per output, or None.
        label: the name of the result, or "".
    """

    out: Vector
    inputs: Many
    path: str
    weights: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...] | None
    label: str = ""


@dataclass(frozen=True)
class Drop:
    """Dropout.

    Attributes:
        out: the result.
        inputs: what is dropped, or not.
        rate: with what probability.
        module: the id of the `nn.Dropout`.
        label: the name of the result, or "".
    """

    out: Vector | Scalar
    inputs: Many | One
    rate: float
    module: int
    label: str = ""


@dataclass(frozen=True)
class Apply:
    """An operation, on single numbers or neuron by neuron.

    Attributes:
        out: the result.
        op: the operation.
        inputs: as the table calls them a, b and c; of a choice among many, those in a stack.
        label: the name of the result, or "".
    """

    out: Vector | Scalar
    op: Row
    inputs: tuple[One | Many, ...]
    label: str = ""


Step = Linear | Drop | Apply


@dataclass
class Steps:
    """What a model does, in order.

    Attributes:
        inputs: the vector or the number that it is given.
        steps: what is done.
        result: what it returns.
        weights: the number of each parameter outside layers, by its path.
    """

    inputs: Vector | Scalar
    steps: list[Step] = field(default_factory=list)
    result: One | Many = Number(0.0)
    weights: dict[str, float] = field(default_factory=dict)


def inputs_of(step: Step) -> tuple[One | Many, ...]:
    """Return what a step is computed from."""
    return step.inputs if isinstance(step, Apply) else (step.inputs,)


def names_in(x: One | Many) -> list[str]:
    """Return the names of the variables in something."""
    if isinstance(x, Stack):
        return [name for item in x.items for name in names_in(item)]
    if isinstance(x, Element):
        return [x.vector.name]
    return [x.name] if isinstance(x, (Vector, Scalar)) else []
