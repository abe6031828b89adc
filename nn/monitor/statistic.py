"""Statistics of a look, computed when somebody asks: mean, std, norm, histogram and so on."""

from __future__ import annotations

from sys import float_info
from typing import NamedTuple

from engine import DomainError, Value, activations, no_grad
from nn.monitor.arrays import NDArray, np
from nn.monitor.look import Look
from nn.monitor.parameter_groups import Groups, ParameterGroups
from nn.renamed import renamed

Floats = NDArray[np.float64]

WHAT = ("weights", "biases", "gradients", "activations")
BY = ("layer", "neuron", "parameter")
# An activation this close to a bound, as of tanh or sigmoid, lets almost no gradient through.
FLAT = 0.03
FAR, CONSTANT = 1e4, 1e-3  # where bounds are looked for; how little they may still change there
# Numbers beyond which, and a share of themselves below which, a histogram needs care.
MOST, LEAST, CLOSE = 2.0**1022, 2.0**-1000, 1e-12
NO_ACTIVATIONS = (
    "no activations were recorded: a Monitor used without fit needs samples to compute them for, "
    "nn.Monitor(model, X)"
)


class Statistic(NamedTuple):
    """Statistics of the numbers of a layer, a neuron or a parameter.

    Attributes:
        layer: the layer's name.
        neuron: the neuron's name, or None for all of the layer.
        parameter: the parameter's path, or None for all of the neuron.
        mean: their average.
        std: their standard deviation.
        min: the smallest.
        max: the largest.
        norm: the square root of the sum of squares.
        zero_fraction: the share that is exactly 0.
        saturation: the share of activations close to a bound, as of tanh or sigmoid; None where
            there are no bounds.
        update_ratio: the norm of the update over the norm of the parameters before it; about 1e-3
            is usual. None for activations.
        gradient_ratio: the norm of the gradients over that of the parameters; None for activations.
        histogram: counts, and the edges of their bins.
    """

    layer: str
    neuron: str | None
    parameter: str | None
    mean: float
    std: float
    min: float
    max: float
    norm: float
    zero_fraction: float
    saturation: float | None
    update_ratio: float | None
    gradient_ratio: float | None
    histogram: tuple[list[int], list[float]]

    @renamed("std")
    def spread(self) -> None:
        """Old name of `std`."""

    @renamed("zero_fraction")
    def zeros(self) -> None:
        """Old name of `zero_fraction`."""


class GroupStatistics(NamedTuple):
    """The statistics of many groups of numbers, one array per statistic."""

    mean: Floats
    std: Floats
    min: Floats
    max: Floats
    norm: Floats
    zero_fraction: Floats


def group_statistics(numbers: Floats, starts: NDArray[np.intp]) -> GroupStatistics:
    """Return the statistics of each group of numbers, where `starts` says where it begins."""
    sizes = np.diff([*starts, len(numbers)])
    with np.errstate(all="ignore"):
        mean = np.add.reduceat(numbers, starts) / sizes
        off = numbers - np.repeat(mean, sizes)
        return GroupStatistics(
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


def bounds_of(activation: str) -> tuple[float, float] | None:
    """Return what an activation approaches far below and far above 0; None if it has no bounds.

    Measured, not listed by name, so that a row of your own is judged as tanh and sigmoid are.
    """
    numbers = numbers_of(activation, (-2 * FAR, -FAR, FAR, 2 * FAR))
    if numbers is None or not (np.diff(numbers)[::2] ** 2 < CONSTANT**2).all():
        return None
    return numbers[1], numbers[2]


def is_off_below_zero(activation: str) -> bool:
    """Return whether an activation is exactly 0 for every input below 0, as relu is."""
    return numbers_of(activation, (-FAR, -1.0, -1e-3)) == [0.0, 0.0, 0.0]


def numbers_of(activation: str, inputs: tuple[float, ...]) -> list[float] | None:
    """Return what an activation gives for some numbers, or None where it is not defined."""
    function = activations().get(activation)
    if function is None:
        return None
    with no_grad():
        try:
            return [function(Value(x)).data for x in inputs]
        except DomainError:
            return None


def is_flat(activation: str, a: Floats) -> NDArray[np.bool_] | None:
    """Return which activations are close to a bound, as of tanh; None where there are no bounds."""
    bounds = bounds_of(activation)
    if bounds is None:
        return None
    low, high = bounds
    return (abs(a - low) < FLAT) | (abs(a - high) < FLAT)


def statistic_of_group(
    name: tuple[str, str | None, str | None],
    groups: GroupStatistics,
    i: int,
    numbers: Floats,
    *,
    saturation: float | None = None,
    update_ratio: float | None = None,
    gradient_ratio: float | None = None,
) -> Statistic:
    """Return the Statistic of the i-th group.

    Args:
        name: its layer, neuron and parameter.
        groups: the statistics of all groups.
        i: its index.
        numbers: those of the group.
        saturation: for activations.
        update_ratio: for parameters and gradients.
        gradient_ratio: the same.
    """
    layer, neuron, parameter = name
    return Statistic(
        layer,
        neuron,
        parameter,
        mean=float(groups.mean[i]),
        std=float(groups.std[i]),
        min=float(groups.min[i]),
        max=float(groups.max[i]),
        norm=float(groups.norm[i]),
        zero_fraction=float(groups.zero_fraction[i]),
        saturation=saturation,
        update_ratio=update_ratio,
        gradient_ratio=gradient_ratio,
        histogram=histogram(numbers),
    )


def statistics(parameters: ParameterGroups, look: Look, what: str, by: str) -> list[Statistic]:
    """Return the statistics of weights, biases, gradients or activations at one look.

    Raises:
        ValueError: `what` or `by` is unknown, or the look has no activations.
    """
    if what not in WHAT:
        raise ValueError(f"statistics are of {', '.join(WHAT)}; got {what!r}")
    if by not in BY:
        raise ValueError(f"statistics are by {', '.join(BY)}; got {by!r}")
    if what == "activations":
        return activation_statistics(parameters, look, by)
    of_biases = {"weights": False, "biases": True, "gradients": None}[what]
    groups = parameters.select(of_biases=of_biases, by_layer=by == "layer")
    if by == "parameter":
        n = len(groups.indices)
        groups = Groups(groups.indices, np.arange(n), parameters.owner_of[groups.indices])
    if not len(groups.indices):
        return []
    data = look.data[groups.indices].astype(float)
    grad = look.grad[groups.indices].astype(float)
    before = look.before[groups.indices].astype(float)
    numbers = grad if what == "gradients" else data
    of_groups = group_statistics(numbers, groups.starts)
    with np.errstate(all="ignore"):
        update_ratio = ratio(norms(data - before, groups.starts), norms(before, groups.starts))
        gradient_ratio = ratio(norms(grad, groups.starts), norms(data, groups.starts))
    found = []
    for i, part in enumerate(np.split(numbers, groups.starts[1:])):
        owner = parameters.owners[groups.owners[i]] if by != "layer" else None
        name = (
            parameters.layers[groups.owners[i]] if owner is None else owner.layer,
            None if owner is None else owner.neuron,
            parameters.names[groups.indices[i]] if by == "parameter" else None,
        )
        ratios = {
            "update_ratio": float(update_ratio[i]),
            "gradient_ratio": float(gradient_ratio[i]),
        }
        found.append(statistic_of_group(name, of_groups, i, part, **ratios))
    return found


def activation_statistics(parameters: ParameterGroups, look: Look, by: str) -> list[Statistic]:
    """Return the statistics of activations, by layer or by neuron.

    Raises:
        ValueError: `by` is "parameter", or the look has no activations.
    """
    if by == "parameter":
        raise ValueError("activations belong to layers and neurons, not to parameters")
    if look.activations is None:
        raise ValueError(NO_ACTIVATIONS)
    found = []
    for layer in parameters.neuron_layers:
        groups: list[tuple[list[int], str | None]] = (
            [(layer.neurons, None)]
            if by == "layer"
            else [([i], name) for i, name in zip(layer.neurons, layer.neuron_names, strict=True)]
        )
        for group, neuron in groups:
            numbers = look.activations.activation[group].astype(float).ravel()
            of_group = group_statistics(numbers, np.zeros(1, dtype=np.intp))
            flat = is_flat(layer.activation, numbers)
            share = None if flat is None else float(flat.mean())
            name = (layer.name, neuron, None)
            found.append(statistic_of_group(name, of_group, 0, numbers, saturation=share))
    return found


def histogram(numbers: Floats, n_bins: int = 20) -> tuple[list[int], list[float]]:
    """Return counts and bin edges of the finite numbers, however large, small or close they are."""
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    largest = max(-low, high)
    if largest > MOST:  # the difference of two of them could be inf
        counts, edges = histogram(finite / 4, n_bins)
        return counts, [max(-float_info.max, min(4 * edge, float_info.max)) for edge in edges]
    alike = high - low < CLOSE * largest and (low < high or largest > 1 / CLOSE)
    if alike or 0 < largest < LEAST:
        # NumPy finds no bins between them.
        width = max(largest * 1e3 * CLOSE, LEAST)
        counts = [0] * n_bins
        counts[n_bins // 2] = len(finite)
        return counts, [low + width * (i - n_bins // 2 - 0.5) for i in range(n_bins + 1)]
    found = np.histogram(finite, bins=n_bins)
    return found[0].tolist(), found[1].tolist()
