"""The rules that distinguish a failing network from a healthy one, at one look.

A rule yields suspicions; `AlarmLog` turns one that persists for several looks into an alarm. The
thresholds were chosen so that every network of `tests/networks.py` is recognised, and are checked
on many more healthy ones by `python -m tests.benchmarks.alarms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nn.monitor.alarm import Suspicion
from nn.monitor.arrays import NDArray, np
from nn.monitor.measurements import Measurements
from nn.monitor.statistic import bounds_of, is_flat, is_off_below_zero

VANISHED = 2.5e-3  # times the largest gradient in a later layer
EXPLODED = 15.0  # norm of the gradient of one layer's weights; in healthy networks below 4
GROWTH = 4.0  # factor of activations per layer, before there has been much training
DEEP = 2.0  # standard deviations below 0 at which a relu will not recover
FLAT_AT_FIRST, FLAT_LATER = 0.35, 0.9  # share of a layer's activations
FLATTENED = 0.6  # share of a layer's activations, by steps that are too long
EARLY = 20  # steps
TOO_FAR, FAR = 0.5, 0.2  # update over weights, norm by norm
TOO_SHORT = 3e-5  # the same
HARDLY_LOWER = 0.8  # recent loss over first loss
WORSE = 1.5  # loss now over the first loss, or over that of the look before


def symmetric(measured: Measurements) -> Iterator[Suspicion]:
    """Neurons of a layer with the same weights and the same gradients will stay the same."""
    look, parameters = measured.look, measured.parameters
    # Neurons that have once differed do not become equal.
    if look.step > EARLY or not parameters.may_be_symmetric(look.before):
        return
    groups = parameters.select(of_biases=None, by_layer=False)
    parts = np.split(groups.indices, groups.starts[1:])
    alike: dict[tuple[object, ...], list[int]] = {}
    # Not the output layer: the targets make its neurons differ.
    last = parameters.layers[-1]
    for owner, indices in zip(groups.owners, parts, strict=True):
        layer = parameters.owners[owner].layer
        if parameters.owners[owner].neuron is not None and layer != last:
            key = (layer, look.before[indices].tobytes(), look.grad[indices].tobytes())
            alike.setdefault(key, []).append(owner)
    for (layer, *_), owners in alike.items():
        if len(owners) > 1:
            names = [str(parameters.owners[i].neuron) for i in owners]
            size = sum(owner.layer == layer for owner in parameters.owners)
            yield Suspicion(
                "symmetric",
                str(layer),
                ", ".join(names) if len(names) < size else None,
                f"{len(owners)} neurons have the same weights and the same gradients",
            )


def dead(measured: Measurements) -> Iterator[Suspicion]:
    """A relu whose pre-activation is below 0 for every sample has no gradient to learn from."""
    if measured.look.activations is None or "symmetric" in measured.suspected:
        return
    for layer in measured.parameters.neuron_layers:
        if not is_off_below_zero(layer.activation):
            continue
        z = measured.look.activations.pre_activation[layer.indices]
        highest = z.max(axis=1)
        silent = highest <= 0
        if not silent.any():
            continue
        # One that is barely silent may recover when the layer before it moves.
        std = z.std(axis=1)
        deep = silent & (highest < -DEEP * np.maximum(std, np.sort(std)[len(std) // 2]))
        which = np.flatnonzero(silent if silent.all() else deep)
        if len(which):
            yield Suspicion(
                "dead",
                layer.name,
                names_of_some(layer.neuron_names, which),
                f"{len(which)} of {len(z)} {layer.activation} neurons give 0 for all {z.shape[1]} "
                f"samples; the highest pre-activation is {highest[which].max():.3g}",
            )


def saturated(measured: Measurements) -> Iterator[Suspicion]:
    """A tanh or sigmoid in its flat part lets hardly any gradient through."""
    if measured.look.activations is None or "learning_rate_too_high" in measured.suspected:
        return
    early = measured.look.step <= EARLY
    hopeless = measured.losses.recent > 0.5 * measured.losses.first
    shares = measured.flat()
    for layer in measured.parameters.neuron_layers:
        share = shares.get(layer.name)
        if share is None:
            continue
        a = measured.look.activations.activation[layer.indices]
        # Late in training that works, neurons that have decided do no harm.
        if share > (FLAT_AT_FIRST if early else FLAT_LATER) and (early or hopeless):
            text = f"{share:.0%} of its activations are in the flat part of {layer.activation}"
            yield Suspicion("saturated", layer.name, None, text)
            continue
        # A neuron in the same flat part for all samples is a constant.
        bounds = bounds_of(layer.activation)
        assert bounds is not None
        middle = sum(bounds) / 2
        one_side = (a > middle).all(axis=1) | (a < middle).all(axis=1)
        flat = is_flat(layer.activation, a)
        assert flat is not None
        stuck = np.flatnonzero(one_side & flat.all(axis=1))
        if len(stuck):
            text = f"its activation is about {a[stuck[0]].mean():.3g} for every sample"
            yield Suspicion("saturated", layer.name, names_of_some(layer.neuron_names, stuck), text)


def names_of_some(names: list[str], which: NDArray[np.intp]) -> str | None:
    """Return the names of some neurons, or None for all of them."""
    return None if len(which) == len(names) else ", ".join(names[i] for i in which)


def vanishing(measured: Measurements) -> Iterator[Suspicion]:
    """Gradients that shrink from layer to layer leave the first layers untrained."""
    causes = {"symmetric", "dead", "saturated", "exploding", "learning_rate_too_high"}
    if measured.suspected & causes:
        return
    sizes = measured.gradient_sizes
    for i, layer in enumerate(measured.layers[:-1]):
        later = sizes[i + 1 :].max()
        if sizes[i] < VANISHED * later:
            chain = ", ".join(f"{x:.1e}" for x in sizes)
            yield Suspicion(
                "vanishing",
                layer,
                None,
                f"the gradients of its weights are {sizes[i] / later:.1e} times those of a later "
                f"layer (root mean square per layer: {chain})",
            )
            return


def exploding(measured: Measurements) -> Iterator[Suspicion]:
    """Gradients or activations that grow from layer to layer make every step far too long."""
    if "learning_rate_too_high" in measured.suspected:
        return  # that is the cause
    look, sizes = measured.look, measured.gradient_norms
    worst = int(sizes.argmax())  # the first nan, if there is one
    if not sizes[worst] < EXPLODED:
        yield Suspicion(
            "exploding",
            measured.layers[worst],
            None,
            f"the gradient of its weights has norm {sizes[worst]:.3g}, the smallest of any layer "
            f"is {sizes.min():.3g}, and the loss is {measured.look.loss:.3g}",
        )
    elif look.step <= EARLY and look.activations is not None and not measured.flat():
        layers = measured.parameters.neuron_layers
        a = look.activations.activation
        rms = [float(np.sqrt(np.mean(a[layer.indices] ** 2))) for layer in layers]
        n = len(rms) - 1
        if n and rms[-1] > GROWTH**n * rms[0] > 0:
            factors = [y / x if x else 0.0 for x, y in zip(rms, rms[1:], strict=False)]
            chain = ", ".join(f"{x:.3g}" for x in rms)
            yield Suspicion(
                "exploding",
                layers[1 + int(np.argmax(factors))].name,
                None,
                f"activations grow by a factor of {max(factors):.2g} in it (root mean square per "
                f"layer: {chain}), and the loss is {measured.look.loss:.3g}",
            )


def stuck_bias(measured: Measurements) -> Iterator[Suspicion]:
    """A bias with a gradient that stays the same while its weights move is not being trained."""
    look, parameters = measured.look, measured.parameters
    moved = look.data != look.before
    stuck = parameters.biases & ~moved & (look.grad != 0)
    if not stuck.any():
        return
    # If the weights stay the same too, the layer is frozen on purpose.
    n = len(parameters.owners)
    moving = np.bincount(parameters.owner_of, moved & ~parameters.biases, minlength=n) > 0
    stuck &= moving[parameters.owner_of]
    for layer in range(len(parameters.layers)):
        inside = parameters.layer_of[parameters.owner_of] == layer
        indices = np.flatnonzero(stuck & inside)
        if len(indices):
            names = [parameters.owners[i].neuron or "" for i in parameters.owner_of[indices]]
            size = int((parameters.biases & inside).sum())
            yield Suspicion(
                "stuck_bias",
                parameters.layers[layer],
                ", ".join(names) if len(names) < size or size == 1 else None,
                f"its bias stays at {look.data[indices[0]]:.3g} although its gradient is "
                f"{look.grad[indices[0]]:.3g} and its weights move",
            )


def learning_rate_too_high(measured: Measurements) -> Iterator[Suspicion]:
    """Updates as large as the weights themselves, or a loss that rises instead of falling."""
    if measured.suspected & {"exploding", "symmetric"}:
        return
    ratios = measured.update_ratios
    worst = int(np.argmax(ratios))
    losses, before = measured.losses, measured.previous
    text = f"a step changes its weights by {ratios[worst]:.2g} of their size (0.001 is usual)"
    rises = losses.steps >= 10 and losses.recent > WORSE * losses.first and ratios[worst] > 0.02
    jumped = (
        before is not None
        and before.update_ratios.max() > FAR
        and measured.look.loss > WORSE * before.look.loss
        and measured.look.loss > losses.first
    )
    if rises:
        text += f", and the loss rose from {losses.first:.3g} to {losses.recent:.3g}"
    elif jumped and before is not None:
        text += f", and the loss jumped from {before.look.loss:.3g} to {measured.look.loss:.3g}"
    flat = {
        layer: share
        for layer, share in (measured.flat() if measured.look.step <= EARLY else {}).items()
        if share > FLATTENED > 2 * measured.flat_at_first[layer]
    }
    if flat:
        layer, share = max(flat.items(), key=lambda item: item[1])
        worst = measured.layers.index(layer)
        text = (
            f"after {measured.look.step} steps, {share:.0%} of its activations are in the flat "
            f"part; at first it was {measured.flat_at_first[layer]:.0%}"
        )
    if ratios[worst] > TOO_FAR or rises or jumped or flat:
        yield Suspicion("learning_rate_too_high", measured.layers[worst], None, text)


def learning_rate_too_low(measured: Measurements) -> Iterator[Suspicion]:
    """Updates too small to have an effect, from the start."""
    if measured.suspected or measured.look.step < EARLY:
        return
    if measured.rates is not None and not measured.rates.constant:
        return  # a schedule warms up or cools down on purpose
    ratios = measured.update_ratios
    losses = measured.losses
    if 0 < ratios.max() < TOO_SHORT and losses.recent > HARDLY_LOWER * losses.first:
        worst = int(np.argmin(ratios))
        yield Suspicion(
            "learning_rate_too_low",
            measured.layers[worst],
            None,
            f"a step changes weights by at most {ratios.max():.1e} of their size (0.001 is usual), "
            f"and the loss went from {losses.first:.4g} to {losses.recent:.4g} in "
            f"{losses.steps} steps",
        )


Rule = Callable[[Measurements], Iterator[Suspicion]]
# Rules in order, since a rule reads what those before it suspect; with each, how many consecutive
# looks must agree.
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
