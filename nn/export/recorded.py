"""Runs a model once and keeps what it does, operation by operation, for whoever writes it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.dropout import Dropout
from nn.layers import MLP, Layer, Neuron
from nn.module import Generators, Module, check_callable, evaluating
from nn.parameters import modules_in, owned_parameters

if TYPE_CHECKING:
    Sample = Sequence[float] | float

ONE_NUMBER = 0  # the width of an input that is a number and not a list


@dataclass(frozen=True)
class Recorded:
    """What a model does with one sample.

    Attributes:
        model: the module.
        tape: its operations, in order.
        width: how many numbers a sample has; `ONE_NUMBER` if it is one, outside any list.
        inputs: the steps of these numbers.
        outputs: the steps of the results.
        is_list: whether the model returns its results in a list.
        paths: where each parameter is, by its step.
        drawn: the `Dropout` that draws a random input, by the step of that.
    """

    model: Module
    tape: engine.Tape
    width: int
    inputs: Sequence[int]
    outputs: Sequence[int]
    is_list: bool
    paths: dict[int, str]
    drawn: dict[int, Dropout]


class ResultError(TypeError):
    """A model returns something that is not exported."""


def recorded(model: Module, sample: Sample | None, *, dropout: bool) -> Recorded:
    """Record what a model does.

    Args:
        model: a module.
        sample: what to record it with; if None, ones, as many as the model takes.
        dropout: whether to record dropout, also of a model that evaluates.

    Raises:
        TypeError: it is not a module, cannot be called, or returns something other than Values.
        ValueError: it does not say how many inputs it takes, the sample does not fit, or a weight
            is inf or nan.
        RecordingError: it does something that no other library could repeat, such as deciding by a
            number in Python.
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"an export needs an nn.Module, such as an MLP, got {type(model).__name__}"
            + ("; make an instance of it first" if isinstance(model, type) else "")
        )
    check_callable(model)
    paths = {id(value): path for path, value in model.named_parameters()}
    for path, value in model.named_parameters():
        if not isfinite(value.data):
            raise ValueError(
                f"{path} is {value.data}, and a model is exported with finite numbers only; train "
                "it again, for example with a smaller learning rate"
            )
    given = [1.0] * width_of(model) if sample is None else as_floats(sample)
    is_list = False
    anchor = Value(0.0)  # for models without parameters: a program needs a loss that has one

    def outputs(x: Any) -> tuple[Value, list[Value]]:
        nonlocal is_list
        found = model(x)  # type: ignore[operator]
        is_list = isinstance(found, (list, tuple))
        results = [as_value(model, y) for y in found] if is_list else [as_value(model, found)]
        if not results:
            raise TypeError(f"{model!r} returns an empty list; an export needs a result")
        return anchor * 1.0, results

    program = engine.compile(outputs, backend="python", audit=False)
    generators = Generators(model)
    states = generators.states  # of dropout: to look at a model draws nothing
    try:
        with dropping(model) if dropout else evaluating():
            program.evaluate(given)
    except engine.RecordingError as error:
        raise engine.RecordingError(
            f"{model!r} cannot be exported, since only operations can: {error}"
        ) from None
    except (TypeError, ValueError, IndexError) as error:
        known = sample is not None or isinstance(model, (Neuron, Layer, MLP))
        if known or isinstance(error, ResultError):
            raise
        raise ValueError(
            f"{model!r} was recorded with {given}, and raised: {error}; give a sample that it "
            "takes: sample=[1.0, 2.0, …]"
        ) from error
    finally:
        generators.states = states
    tape = program.tape
    n = len(given) if isinstance(given, list) else 1
    return Recorded(
        model,
        tape,
        len(given) if isinstance(given, list) else ONE_NUMBER,
        tape.inputs[:n],
        tape.outputs,
        is_list,
        {i: paths.get(id(p), p.label) for i, p in zip(tape.leaves, tape.parameters, strict=True)},
        dict(drawn(model, tape, tape.inputs[n:])),
    )


@contextmanager
def dropping(model: Module) -> Iterator[None]:
    """Turn dropout on in here, where it is off."""
    off = [x for x in modules_in(model) if isinstance(x, Dropout) and not x.training]
    for module in off:
        module.training = True
    try:
        yield
    finally:
        for module in off:
            module.training = False


def drawn(model: Module, tape: engine.Tape, inputs: Sequence[int]) -> list[tuple[int, Dropout]]:
    """Return the random inputs, each with the `Dropout` that draws it.

    Raises:
        RecordingError: something else draws them.
    """
    found: list[tuple[int, Dropout]] = []
    for draw, n in tape.runs:
        owner = getattr(draw, "__self__", None)
        if not isinstance(owner, Dropout):
            raise engine.RecordingError(
                f"{model!r} cannot be exported: it draws random numbers in "
                f"{getattr(draw, '__qualname__', draw)}; use nn.Dropout, or export model.eval()"
            )
        found += [(i, owner) for i in inputs[len(found) : len(found) + n]]
    return found  # each is used once: by the product that `Dropout` makes


def width_of(model: Module) -> int:
    """Return how many inputs a model takes: as it says, or as the first part of it does.

    Raises:
        ValueError: neither says so.
    """
    for module in modules_in(model):
        n = getattr(module, "n_inputs", None)
        if isinstance(n, int):
            return n
    raise ValueError(
        f"{model!r} does not say how many inputs it takes; give the export a sample that it "
        "takes, such as sample=[1.0, 2.0], or sample=1.0 for a number outside a list"
    )


def as_floats(sample: Sample) -> list[float] | float:
    """Return a sample as plain numbers.

    Raises:
        TypeError: it holds something else.
    """
    values: Any = sample.tolist() if hasattr(sample, "tolist") else sample
    if isinstance(values, (list, tuple)):
        return [Value(x).data for x in values]
    return Value(values).data


def as_value(model: Module, x: object) -> Value:
    """Return a result of a model as a Value.

    Raises:
        TypeError: it is neither a Value nor a number.
    """
    if isinstance(x, Value):
        return x
    if isinstance(x, (int, float)):
        return Value(x)
    raise ResultError(
        f"{model!r} returns {type(x).__name__} among its results; an export needs a model that "
        "returns a Value or a list of Values"
    )


def units(model: Module) -> list[tuple[str, list[Neuron]]]:
    """Return the layers of a model, and its neurons outside layers, each with its path."""
    where: dict[int, str] = {id(model): ""}
    for parameter in owned_parameters(model):
        where |= {id(module): path for path, module in reversed(parameter.around)}
    found: list[tuple[str, list[Neuron]]] = []
    taken: set[int] = set()
    for module in modules_in(model):
        neurons = module.neurons if isinstance(module, Layer) else [module]
        if id(module) in where and all(
            isinstance(x, Neuron) and id(x) not in taken for x in neurons
        ):
            found.append((where[id(module)], neurons))
            taken |= {id(x) for x in neurons}
    return found
