"""The rules that tell a sick network from a healthy one, at one look; alone they prove nothing.

A rule yields what it suspects. `Watch` makes an alarm of a suspicion that stands for several looks.
The limits were set so that every network of `tests/test_monitor_alarms.py` is told right, and are
measured with a wider choice of healthy ones by `python -m tests.benchmarks.alarms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.monitor.parameter_groups import Anatomy, Groups
from nn.monitor.look import Look, is_flat, norms

Floats = NDArray[np.float64]

VANISHED = 2.5e-3  # of the largest gradient in a later layer
EXPLODED = 15.0  # length of the gradient of one layer's weights; healthy ones stay below 4
SWELLS = 4.0  # activations, from layer to layer, before there has been much training
DEEP = 2.0  # so many spreads of its layer's sums below 0 a relu must stay, to be dead for good
FLAT_AT_FIRST, FLAT_LATER = 0.35, 0.9  # share of a layer's activations
FLATTENED = 0.6  # by steps that are too long
EARLY = 20  # steps
TOO_FAR, FAR = 0.5, 0.2  # update over weights, norm by norm
TOO_SHORT = 3e-5
HARDLY_MOVES = 1e-4
HARDLY = 0.8  # of the loss at first is left
WORSE = 1.5  # loss now over loss at first, or over that of the look before


class Suspicion(NamedTuple):
    """What a rule has seen.

    Attributes:
        kind: of alarm.
        layer: its name, or None.
        neuron: names of neurons, or None.
        evidence: in numbers.
    """

    kind: str
    layer: str | None
    neuron: str | None
    evidence: str


class Losses(NamedTuple):
    """What is remembered of the loss of minibatches.

    Attributes:
        first: the mean of the first few.
        recent: the mean of the last few.
        steps: of how many in all.
    """

    first: float
    recent: float
    steps: int


class Scene:
    """A look, with what several rules read off it.

    Args:
        anatomy: of the model.
        look: what was measured.
        losses: so far.
        rates: the least learning rate so far, that of the step, and the largest; None if the
            optimizer is not known.
        previous: the look before.

    Attributes:
        suspected: the kinds that earlier rules suspect, or that have been raised already.
    """

    def __init__(
        self,
        anatomy: Anatomy,
        look: Look,
        losses: Losses,
        rates: tuple[float, float, float] | None,
        previous: Scene | None,
    ) -> None:
        self.anatomy, self.look, self.losses, self.rates = anatomy, look, losses, rates
        self.suspected: set[str] = set()
        self.previous = previous
        self.flat_at_first: dict[str, float] = previous.flat_at_first if previous else self.flat()
        if previous is not None:
            previous.previous = None  # or all would be kept

    @cached_property
    def _weights(self) -> Groups:
        return self.anatomy.groups(of_biases=False, by_layer=True)

    @cached_property
    def layers(self) -> list[str]:
        """The names of the layers that have weights, in order."""
        return [self.anatomy.layers[i] for i in self._weights.owners]

    @cached_property
    def gradient_norms(self) -> Floats:
        """Of the weights of each layer."""
        return norms(self.look.grad[self._weights.places], self._weights.starts)

    @cached_property
    def gradient_sizes(self) -> Floats:
        """Root mean square of the gradients of each layer's weights."""
        sizes = np.diff([*self._weights.starts, len(self._weights.places)])
        out: Floats = self.gradient_norms / np.sqrt(sizes)
        return out

    @cached_property
    def update_ratios(self) -> Floats:
        """Norm of the update over the norm of the weights before it, layer by layer."""
        places, starts = self._weights.places, self._weights.starts
        before = self.look.before[places]
        moved = self.look.data[places] - before
        size = norms(before, starts)
        # Of weights that are all 0 nothing can be told.
        return np.where(size > 0, norms(moved, starts) / np.where(size > 0, size, 1.0), 0.0)

    @property
    def hardly_moves(self) -> bool:
        """Whether the step was too short to learn anything from, in every layer."""
        return bool(self.update_ratios.max() < HARDLY_MOVES)

    def flat(self) -> dict[str, float]:
        """Return for each hidden layer of tanh or sigmoid the share of flat activations."""
        if self.look.answers is None:
            return {}
        found = {}
        for layer, rows, _, activation in self.anatomy.neuron_layers:
            flat = is_flat(activation, self.look.answers.activations[at(rows)])
            if flat is not None and layer != self.anatomy.layers[-1]:
                found[layer] = float(flat.mean())
        return found


def symmetric(scene: Scene) -> Iterator[Suspicion]:
    """Neurons of a layer with the same weights and the same gradients will stay the same."""
    look, anatomy = scene.look, scene.anatomy
    # Those that have once been different do not become the same.
    if look.step > EARLY or not anatomy.some_alike(look.before):
        return
    groups = anatomy.groups(of_biases=None, by_layer=False)
    parts = np.split(groups.places, groups.starts[1:])
    alike: dict[tuple[object, ...], list[int]] = {}
    # The output layer is left out: its neurons are told apart by their targets.
    last = anatomy.layers[-1]
    for owner, places in zip(groups.owners, parts, strict=True):
        layer = anatomy.owners[owner].layer
        if anatomy.owners[owner].neuron is not None and layer != last:
            key = (layer, look.before[places].tobytes(), look.grad[places].tobytes())
            alike.setdefault(key, []).append(owner)
    for (layer, *_), owners in alike.items():
        if len(owners) > 1:
            names = [str(anatomy.owners[i].neuron) for i in owners]
            size = sum(owner.layer == layer for owner in anatomy.owners)
            yield Suspicion(
                "symmetric",
                str(layer),
                ", ".join(names) if len(names) < size else None,
                f"{len(owners)} neurons with the same weights and the same gradients",
            )


def dead(scene: Scene) -> Iterator[Suspicion]:
    """A relu whose sum is below 0 for every sample learns nothing more."""
    if scene.look.answers is None or "symmetric" in scene.suspected:
        return
    for layer, rows, names, activation in scene.anatomy.neuron_layers:
        if activation != "relu":
            continue
        sums = scene.look.answers.sums[at(rows)]
        highest = sums.max(axis=1)
        silent = highest <= 0
        if not silent.any():
            continue
        # One that is barely silent may wake when the layer before it moves.
        spreads = sums.std(axis=1)
        deep = silent & (highest < -DEEP * np.maximum(spreads, np.sort(spreads)[len(spreads) // 2]))
        which = np.flatnonzero(silent if silent.all() else deep)
        if len(which):
            yield Suspicion(
                "dead",
                layer,
                some(names, which),
                f"{len(which)} of {len(rows)} relu neurons give 0 for all {sums.shape[1]} samples; "
                f"the highest sum before relu is {highest[which].max():.3g}",
            )


def saturated(scene: Scene) -> Iterator[Suspicion]:
    """A tanh or sigmoid at its flat ends lets hardly any gradient through."""
    if scene.look.answers is None or "learning_rate_too_high" in scene.suspected:
        return
    early = scene.look.step <= EARLY
    hopeless = scene.losses.recent > 0.5 * scene.losses.first
    shares = scene.flat()
    for layer, rows, names, activation in scene.anatomy.neuron_layers:
        if layer not in shares:
            continue
        a = scene.look.answers.activations[at(rows)]
        # Late in a training that works, neurons that have made up their minds are no harm.
        if shares[layer] > (FLAT_AT_FIRST if early else FLAT_LATER) and (early or hopeless):
            text = f"{shares[layer]:.0%} of its activations are where {activation} is flat"
            yield Suspicion("saturated", layer, None, text)
            continue
        # One that is flat at the same end for all samples is a constant.
        middle = 0.0 if activation == "tanh" else 0.5
        one_end = (a > middle).all(axis=1) | (a < middle).all(axis=1)
        flat = is_flat(activation, a)
        assert flat is not None
        stuck = np.flatnonzero(one_end & flat.all(axis=1))
        if len(stuck):
            text = f"always about {a[stuck[0]].mean():.3g}, whatever the sample"
            yield Suspicion("saturated", layer, some(names, stuck), text)


def at(rows: list[int]) -> slice | list[int]:
    """Return rows that stand together as a slice, which is read without copying."""
    first, last = rows[0], rows[-1]
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def some(names: list[str], which: NDArray[np.intp]) -> str | None:
    """Return the names of some neurons, or None for all of them."""
    return None if len(which) == len(names) else ", ".join(names[i] for i in which)


def vanishing(scene: Scene) -> Iterator[Suspicion]:
    """Gradients that shrink from layer to layer leave the first layers as they are."""
    if scene.suspected & {"symmetric", "dead", "saturated", "exploding", "learning_rate_too_high"}:
        return  # which are the cause
    sizes = scene.gradient_sizes
    for i, layer in enumerate(scene.layers[:-1]):
        later = sizes[i + 1 :].max()
        if sizes[i] < VANISHED * later:
            chain = ", ".join(f"{x:.1e}" for x in sizes)
            yield Suspicion(
                "vanishing",
                layer,
                None,
                f"gradients of its weights are {sizes[i] / later:.1e} of those of a later layer "
                f"(root mean squares, layer by layer: {chain})",
            )
            return


def exploding(scene: Scene) -> Iterator[Suspicion]:
    """Numbers that grow from layer to layer, or from step to step, throw the weights away."""
    if "learning_rate_too_high" in scene.suspected:
        return  # which is the cause
    lengths = scene.gradient_norms
    worst = int(lengths.argmax())  # the first nan, if there is one
    if not lengths[worst] < EXPLODED:
        yield Suspicion(
            "exploding",
            scene.layers[worst],
            None,
            f"the gradient of its weights has length {lengths[worst]:.3g}, that of the least layer "
            f"{lengths.min():.3g}, and the loss is {scene.look.loss:.3g}",
        )
    elif scene.look.step <= EARLY and scene.look.answers is not None and not scene.flat():
        layers = scene.anatomy.neuron_layers
        sizes = [
            float(np.sqrt(np.mean(scene.look.answers.activations[at(rows)] ** 2)))
            for _, rows, _, _ in layers
        ]
        n = len(sizes) - 1
        if n and sizes[-1] > SWELLS**n * sizes[0] > 0:
            growth = [b / a if a else 0.0 for a, b in zip(sizes, sizes[1:], strict=False)]
            chain = ", ".join(f"{x:.3g}" for x in sizes)
            yield Suspicion(
                "exploding",
                layers[1 + int(np.argmax(growth))][0],
                None,
                f"activations grow {max(growth):.2g} times in it (root mean squares, layer by "
                f"layer: {chain}), and the loss is {scene.look.loss:.3g}",
            )


def stuck_bias(scene: Scene) -> Iterator[Suspicion]:
    """A bias that has a gradient and stays where it is, while its weights move, is forgotten."""
    look, anatomy = scene.look, scene.anatomy
    moved = look.data != look.before
    stuck = anatomy.biases & ~moved & (look.grad != 0)
    if not stuck.any():
        return
    # Where the weights stay too, the layer is frozen, and somebody meant it.
    n = len(anatomy.owners)
    moving = np.bincount(anatomy.owner_of, moved & ~anatomy.biases, minlength=n) > 0
    stuck &= moving[anatomy.owner_of]
    for layer in range(len(anatomy.layers)):
        places = np.flatnonzero(stuck & (anatomy.layer_of[anatomy.owner_of] == layer))
        if len(places):
            names = [anatomy.owners[i].neuron or "" for i in anatomy.owner_of[places]]
            size = int((anatomy.biases & (anatomy.layer_of[anatomy.owner_of] == layer)).sum())
            yield Suspicion(
                "stuck_bias",
                anatomy.layers[layer],
                ", ".join(names) if len(names) < size or size == 1 else None,
                f"its bias stays at {look.data[places[0]]:.3g} though its gradient is "
                f"{look.grad[places[0]]:.3g}, while its weights move",
            )


def learning_rate_too_high(scene: Scene) -> Iterator[Suspicion]:
    """Steps as long as the weights themselves, or a loss that rises instead of falling."""
    if scene.suspected & {"exploding", "symmetric"}:
        return
    ratios = scene.update_ratios
    worst = int(np.argmax(ratios))
    losses, before = scene.losses, scene.previous
    text = f"a step moves its weights by {ratios[worst]:.2g} of their size (usual is 0.001)"
    rises = losses.steps >= 10 and losses.recent > WORSE * losses.first and ratios[worst] > 0.02
    leapt = (
        before is not None
        and before.update_ratios.max() > FAR
        and scene.look.loss > WORSE * before.look.loss
        and scene.look.loss > losses.first
    )
    if rises:
        text += f", and the loss rose from {losses.first:.3g} to {losses.recent:.3g}"
    elif leapt and before is not None:
        text += f", and the loss leapt from {before.look.loss:.3g} to {scene.look.loss:.3g}"
    flat = {
        layer: share
        for layer, share in (scene.flat() if scene.look.step <= EARLY else {}).items()
        if share > FLATTENED > 2 * scene.flat_at_first[layer]
    }
    if flat:
        layer, share = max(flat.items(), key=lambda item: item[1])
        worst = scene.layers.index(layer)
        text = (
            f"{scene.look.step} steps brought {share:.0%} of its activations to where they are "
            f"flat; at first {scene.flat_at_first[layer]:.0%} were"
        )
    if ratios[worst] > TOO_FAR or rises or leapt or flat:
        yield Suspicion("learning_rate_too_high", scene.layers[worst], None, text)


def learning_rate_too_low(scene: Scene) -> Iterator[Suspicion]:
    """Steps of no consequence, from the beginning on."""
    if scene.suspected or scene.look.step < EARLY:
        return
    if scene.rates is not None:
        least, now, largest = scene.rates
        if now != least or now != largest:  # warming up or cooling down is meant
            return
    ratios = scene.update_ratios
    losses = scene.losses
    if 0 < ratios.max() < TOO_SHORT and losses.recent > HARDLY * losses.first:
        worst = int(np.argmin(ratios))
        yield Suspicion(
            "learning_rate_too_low",
            scene.layers[worst],
            None,
            f"a step moves weights by at most {ratios.max():.1e} of their size (usual is 0.001), "
            f"and the loss went from {losses.first:.4g} to {losses.recent:.4g} in "
            f"{losses.steps} steps",
        )


Rule = Callable[[Scene], Iterator[Suspicion]]
# In this order: a rule reads what those before it suspect. With each, how many looks must agree.
RULES: tuple[tuple[Rule, int], ...] = (
    (symmetric, 2),
    (exploding, 2),
    (learning_rate_too_high, 2),
    (dead, 3),
    (saturated, 3),
    (vanishing, 3),
    (stuck_bias, 3),
    (learning_rate_too_low, 2),
)
