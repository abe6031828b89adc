"""A look is what is measured at one step; statistics are read off it when somebody asks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.monitor.parameter_groups import Anatomy, Groups
from nn.monitor.probe import Answers

Floats = NDArray[np.float64]
Smaller = NDArray[np.float32]

WHAT = ("weights", "biases", "gradients", "activations")
BY = ("layer", "neuron", "parameter")
# An activation this close to where its bend is flat lets almost no gradient through.
FLAT = 0.03


class Look(NamedTuple):
    """The numbers of one step, as they came.

    Attributes:
        step: the number of the step, from 1.
        loss: of the step's minibatch, before the step.
        before: the parameters before the step, shape (n_parameters,).
        data: the parameters after it.
        grad: the gradients that moved them.
        answers: of the neurons after the step; None without samples to look at.
    """

    step: int
    loss: float
    before: Floats
    data: Floats
    grad: Floats
    answers: Answers | None

    def kept(self) -> Look:
        """Return it in half the room, for the record."""
        with np.errstate(over="ignore"):
            before, data, grad = (x.astype(np.float32) for x in (self.before, self.data, self.grad))
            answers = self.answers
            if answers is not None:
                # Sums are for the alarms; what is drawn are activations.
                small: Smaller = answers.activations.astype(np.float32)
                answers = Answers(small, small)  # type: ignore[arg-type]
        return self._replace(before=before, data=data, grad=grad, answers=answers)  # type: ignore[arg-type]

    @property
    def nbytes(self) -> int:
        """The room it takes."""
        arrays = [self.before, self.data, self.grad]
        if self.answers is not None:
            arrays.append(self.answers.activations)
        return sum(array.nbytes for array in arrays)


class Statistic(NamedTuple):
    """What is told of the numbers of a layer, a neuron, or a parameter.

    Attributes:
        layer: the layer's name.
        neuron: the neuron's name, or None for all of the layer.
        parameter: the parameter's path, or None for all of the neuron.
        mean: their average.
        spread: their standard deviation.
        min: the least.
        max: the largest.
        norm: the square root of the sum of squares.
        zeros: the share that is exactly 0.
        saturation: the share of activations where tanh or sigmoid is flat; None of others.
        update_ratio: the norm of what the step added, over the norm of what was there; about 1e-3
            is usual. None of activations.
        gradient_ratio: the norm of the gradients over that of the parameters; None of activations.
        histogram: counts, and the edges between them.
    """

    layer: str
    neuron: str | None
    parameter: str | None
    mean: float
    spread: float
    min: float
    max: float
    norm: float
    zeros: float
    saturation: float | None
    update_ratio: float | None
    gradient_ratio: float | None
    histogram: tuple[list[int], list[float]]


class Sums(NamedTuple):
    """Mean, spread, and so on of each group, an array each."""

    mean: Floats
    spread: Floats
    min: Floats
    max: Floats
    norm: Floats
    zeros: Floats


def sums_of(numbers: Floats, starts: NDArray[np.intp]) -> Sums:
    """Return the statistics of numbers, group after group."""
    sizes = np.diff([*starts, len(numbers)])
    with np.errstate(all="ignore"):
        mean = np.add.reduceat(numbers, starts) / sizes
        off = numbers - np.repeat(mean, sizes)
        return Sums(
            mean,
            np.sqrt(np.add.reduceat(off * off, starts) / sizes),
            np.minimum.reduceat(numbers, starts),
            np.maximum.reduceat(numbers, starts),
            norms(numbers, starts),
            np.add.reduceat((numbers == 0).astype(float), starts) / sizes,
        )


def norms(numbers: Floats, starts: NDArray[np.intp]) -> Floats:
    """Return √(sum of squares) of each group."""
    total: Floats = np.sqrt(np.add.reduceat(numbers * numbers, starts))
    return total


def ratio(a: Floats, b: Floats) -> Floats:
    """Return a / b, nan where b is 0."""
    return np.where(b > 0, a / np.where(b > 0, b, 1.0), np.nan)


def is_flat(activation: str, a: Floats) -> NDArray[np.bool_] | None:
    """Tell where activations are at the flat ends of tanh or sigmoid; None for another bend."""
    if activation == "tanh":
        return np.abs(a) > 1 - FLAT
    if activation == "sigmoid":
        return np.abs(a - 0.5) > 0.5 - FLAT
    return None


def told(
    place: tuple[str, str | None, str | None],
    sums: Sums,
    i: int,
    numbers: Floats,
    *,
    saturation: float | None = None,
    update_ratio: float | None = None,
    gradient_ratio: float | None = None,
) -> Statistic:
    """Put what is known of the i-th group into words."""
    layer, neuron, parameter = place
    return Statistic(
        layer,
        neuron,
        parameter,
        mean=float(sums.mean[i]),
        spread=float(sums.spread[i]),
        min=float(sums.min[i]),
        max=float(sums.max[i]),
        norm=float(sums.norm[i]),
        zeros=float(sums.zeros[i]),
        saturation=saturation,
        update_ratio=update_ratio,
        gradient_ratio=gradient_ratio,
        histogram=histogram(numbers),
    )


def statistics(anatomy: Anatomy, look: Look, what: str, by: str) -> list[Statistic]:
    """Return the statistics of weights, biases, gradients or activations at one look.

    Raises:
        ValueError: `what` or `by` is not one of those there are, or the look has no activations.
    """
    if what not in WHAT or by not in BY:
        raise ValueError(
            f"statistics are of {', '.join(WHAT)}, by {', '.join(BY)}; got {what!r} by {by!r}"
        )
    if what == "activations":
        return of_activations(anatomy, look, by)
    of_biases = {"weights": False, "biases": True, "gradients": None}[what]
    groups = anatomy.groups(of_biases=of_biases, by_layer=by == "layer")
    if by == "parameter":
        n = len(groups.places)
        groups = Groups(groups.places, np.arange(n), anatomy.owner_of[groups.places])
    if not len(groups.places):
        return []
    data = look.data[groups.places].astype(float)
    grad = look.grad[groups.places].astype(float)
    before = look.before[groups.places].astype(float)
    numbers = grad if what == "gradients" else data
    sums = sums_of(numbers, groups.starts)
    with np.errstate(all="ignore"):
        update_ratio = ratio(norms(data - before, groups.starts), norms(before, groups.starts))
        gradient_ratio = ratio(norms(grad, groups.starts), norms(data, groups.starts))
    found = []
    for i, part in enumerate(np.split(numbers, groups.starts[1:])):
        owner = anatomy.owners[groups.owners[i]] if by != "layer" else None
        place = (
            anatomy.layers[groups.owners[i]] if owner is None else owner.layer,
            None if owner is None else owner.neuron,
            anatomy.names[groups.places[i]] if by == "parameter" else None,
        )
        ratios = {
            "update_ratio": float(update_ratio[i]),
            "gradient_ratio": float(gradient_ratio[i]),
        }
        found.append(told(place, sums, i, part, **ratios))
    return found


def of_activations(anatomy: Anatomy, look: Look, by: str) -> list[Statistic]:
    """Return the statistics of activations, by layer or neuron."""
    if by == "parameter":
        raise ValueError("activations are of layers and neurons, not of parameters")
    if look.answers is None:
        raise ValueError(
            "no activations were recorded: a Monitor used by hand needs samples to look at, "
            "nn.Monitor(model, X)"
        )
    found = []
    for layer, rows, names, activation in anatomy.neuron_layers:
        groups: list[tuple[list[int], str | None]] = (
            [(rows, None)]
            if by == "layer"
            else [([r], n) for r, n in zip(rows, names, strict=True)]
        )
        for group, neuron in groups:
            numbers = look.answers.activations[group].astype(float).ravel()
            sums = sums_of(numbers, np.zeros(1, dtype=np.intp))
            flat = is_flat(activation, numbers)
            share = None if flat is None else float(flat.mean())
            found.append(told((layer, neuron, None), sums, 0, numbers, saturation=share))
    return found


def histogram(numbers: Floats, n_bins: int = 20) -> tuple[list[int], list[float]]:
    """Return counts and edges, of the finite ones among the numbers."""
    finite = numbers[np.isfinite(numbers)]
    counts, edges = np.histogram(finite, bins=n_bins)
    return counts.tolist(), edges.tolist()
