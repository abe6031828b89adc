"""Rules about what passes through layers: neurons alike, dead, saturated; gradients that end."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from nn.monitor.alarm import Suspicion
from nn.monitor.arrays import NDArray, np
from nn.monitor.evidence import Shown
from nn.monitor.measurements import ARRIVES, FLAT_AT_FIRST, Measurements
from nn.monitor.parameter_groups import NeuronLayer
from nn.monitor.statistic import bounds_of, is_flat, is_off_below_zero

ALIKE = 1e-2  # how far neurons of a layer may differ, as a share of their size
PAIR_ALIKE = 1e-9  # the same for two of many
ENOUGH_STEPS = 8  # before a network can have shown that it does not learn
LITTLE = 0.1  # share of the loss learned
LARGE = 4.0  # times the loss of a constant prediction: outputs far too large
GAIN = 2.5  # of a layer; init='auto' makes it about 1
EARLY = 20  # steps
GROWN = 3.0  # times a layer's weights at the look before
DEEP, DEEP_LATER = 1.1, 2.0  # standard deviations below 0 at which a relu will not recover
DOZES = 50  # steps for which a relu may be barely silent, and wake
FLATTENED = 0.35  # share of activations: how much more than before something changed


def symmetric(m: Measurements) -> Iterator[Suspicion]:
    """Neurons of a layer with the same weights and the same gradients will stay the same."""
    look, parameters = m.look, m.parameters
    for layer in parameters.neuron_layers[:-1]:  # the targets make those of the last differ
        groups = parameters.groups_of(layer.name)
        if len(groups) < 2 or not any(len(group) == len(groups[0]) for group in groups[1:]):
            continue
        weights = [look.before[group] for group in groups]
        gradients = [look.grad[group] for group in groups]
        if all(close(w, weights[0], ALIKE) for w in weights[1:]) and all(
            close(g, gradients[0], ALIKE) for g in gradients[1:]
        ):
            which = list(range(len(groups)))
        elif m.step <= EARLY and parameters.may_be_symmetric(look.before):
            which = largest_alike(weights, gradients)
        else:
            which = []
        if len(which) > 1:
            names = None if len(which) == len(groups) else some(layer, which)
            yield Suspicion(
                "symmetric",
                layer.name,
                names,
                f"{len(which)} neurons have the same weights and the same gradients"
                + ("" if same(weights, which) else f", to {ALIKE:.0%}"),
            )


def close(a: NDArray[np.float64], b: NDArray[np.float64], share: float) -> bool:
    """Return whether two neurons' numbers differ by at most a share of their size."""
    if len(a) != len(b):
        return False
    return float(abs(a - b).max()) <= share * max(float(abs(a).max()), float(abs(b).max()))


def same(weights: list[NDArray[np.float64]], which: list[int]) -> bool:
    """Return whether neurons have exactly the same weights."""
    return all(weights[i].tobytes() == weights[which[0]].tobytes() for i in which)


def largest_alike(
    weights: list[NDArray[np.float64]], gradients: list[NDArray[np.float64]]
) -> list[int]:
    """Return the largest set of neurons with equal weights and equal gradients."""
    alike: dict[tuple[bytes, bytes], list[int]] = {}
    for i, (w, g) in enumerate(zip(weights, gradients, strict=True)):
        alike.setdefault((w.tobytes(), g.tobytes()), []).append(i)
    return max(alike.values(), key=len)


def some(layer: NeuronLayer, which: list[int]) -> str:
    """Return the names of some neurons of a layer."""
    return ", ".join(layer.neuron_names[i] for i in which)


def dead(m: Measurements) -> Iterator[Suspicion]:
    """A relu whose pre-activation is below 0 for every sample has no gradient to learn from."""
    if m.look.activations is None or m.suspected & {"symmetric", "vanishing"}:
        return
    for layer in m.parameters.neuron_layers:
        if not is_off_below_zero(layer.activation):
            continue
        highest = m.look.activations.pre_activation[layer.indices].max(axis=1)
        if not (highest <= 0).any() or m.everything is None:
            continue
        # The probe's samples are few: a neuron that wakes for one of all others is not dead.
        which = np.flatnonzero(m.everything[layer.indices].max(axis=1) <= 0).tolist()
        if len(which) == len(layer.neurons):
            m.suspected.add("dead layer")
            yield silent(m, layer, which, lasts=0)
            continue
        # One that is barely silent may wake when the layers before it move.
        spread = m.look.activations.pre_activation[layer.indices].std(axis=1).tolist()
        usual = sorted(spread)[len(spread) // 2]
        # Some of many fall silent while a network learns, and do no harm.
        depth = DEEP if m.step <= EARLY or m.sudden else DEEP_LATER
        deep = [
            i
            for i in which
            if max(float(highest[i]), bias_of(m, layer, i)) < -depth * max(spread[i], usual)
        ]
        if deep:
            yield silent(m, layer, deep, lasts=0)
        elif 2 * len(which) >= len(layer.neurons) and m.learned < 0.5:
            yield silent(m, layer, which, lasts=DOZES)


def bias_of(m: Measurements, layer: NeuronLayer, i: int) -> float:
    """Return the bias of a neuron, or 0."""
    group = m.parameters.groups_of(layer.name)[i]
    return sum(float(m.look.data[j]) for j in group.tolist() if m.parameters.biases[j])


def silent(m: Measurements, layer: NeuronLayer, which: list[int], lasts: int) -> Suspicion:
    """Return the suspicion that neurons are dead."""
    assert m.look.activations is not None
    z = [float(m.look.activations.pre_activation[layer.neurons[i]].max()) for i in which]
    n = len(layer.neurons)
    return Suspicion(
        "dead",
        layer.name,
        None if len(which) == n else some(layer, which),
        f"{len(which)} of {n} {layer.activation} neurons give 0 for all {m.n_samples} samples; "
        f"the highest pre-activation is {max(z):.3g}",
        lasts=lasts,
        otherwise="they only sleep, until the layers before them move" if lasts else "",
        shown=m.by_sample("pre-activation", layer, which[0]),
    )


def saturated(m: Measurements) -> Iterator[Suspicion]:
    """A tanh or sigmoid in its flat part lets hardly any gradient through."""
    causes = {"learning_rate_too_high", "unscaled", "penalty_too_strong", "symmetric"}
    if m.look.activations is None or m.suspected & causes:
        return
    before = m.reference.flat if m.past else {}
    for layer in m.parameters.neuron_layers[:-1]:
        share = m.flat.get(layer.name)
        if share is None or m.everything is None:
            continue
        at_first = m.at_first.flat.get(layer.name, share)
        doubted = layer.name in m.pending.get("saturated", ())
        worse = doubted or (m.loss > 1.1 * m.reference.loss if m.past else False)
        jumped = worse and share - before.get(layer.name, share) > FLATTENED
        told = layer.name in m.told("saturated")
        # Later, in a training that works, neurons that have decided do no harm.
        if (
            (m.step <= EARLY and min(share, at_first) > FLAT_AT_FIRST)
            or jumped
            or (told and share > 0.4)
        ):
            yield Suspicion(
                "saturated",
                layer.name,
                None,
                f"{share:.0%} of its activations are in the flat part of {layer.activation}",
                shown=m.over_time("share of flat activations", "flat", layer.name),
            )
            continue
        which = constant(layer, m.everything[layer.indices])
        if which:
            yield Suspicion(
                "saturated",
                layer.name,
                None if len(which) == len(layer.neurons) else some(layer, which),
                f"its activation is {float(m.everything[layer.neurons[which[0]]].mean()):.3g} for "
                f"every one of {m.n_samples} samples",
                shown=m.by_sample("pre-activation", layer, which[0]),
            )


def constant(layer: NeuronLayer, activation: NDArray[np.float64]) -> list[int]:
    """Return the neurons in the same flat part for all samples: each is a constant."""
    bounds = bounds_of(layer.activation)
    flat = is_flat(layer.activation, activation)
    if bounds is None or flat is None:
        return []
    middle = sum(bounds) / 2
    one_side = (activation > middle).all(axis=1) | (activation < middle).all(axis=1)
    found: list[int] = np.flatnonzero(one_side & flat.all(axis=1)).tolist()
    return found


def vanishing(m: Measurements) -> Iterator[Suspicion]:
    """Gradients that shrink from layer to layer leave the first layers untrained."""
    causes = {"symmetric", "saturated", "exploding", "learning_rate_too_high", "unscaled",
              "penalty_too_strong", "wrong_output", "not_updated", "no_gradient"}  # fmt: skip
    if m.suspected & causes or len(m.layers) < 3 or m.learned > LITTLE:
        return
    arriving = m.sensitivities
    if m.at_first.vanished and (m.step == 1 or arriving[0] == 0.0):  # dead: it died of it
        arriving = m.at_first.sensitivities
    if not 0.0 < arriving[0] < ARRIVES * max(0.3, *arriving):
        return
    chain = ", ".join(f"{x:.1e}" for x in arriving)
    yield Suspicion(
        "vanishing",
        m.layers[0],
        None,
        f"what its neurons change reaches the output multiplied by {arriving[0]:.1e} (layer by "
        f"layer: {chain}), and {max(m.learned, 0.0):.0%} of the loss has been learned",
        ready=m.step >= ENOUGH_STEPS,
        otherwise="" if m.known.baseline else "the loss has only begun to fall",
        shown=Shown(
            "layer",
            tuple(range(1, len(arriving) + 1)),
            {"what arrives at the output": tuple(arriving)},
            log=True,
        ),
    )


def exploding(m: Measurements) -> Iterator[Suspicion]:
    """Weights so large that outputs and gradients are far beyond what the targets ask for."""
    if m.suspected & {"learning_rate_too_high", "unscaled"}:
        return  # that is the cause
    if m.flat and max(m.flat.values()) > FLAT_AT_FIRST:
        return  # what is bounded saturates instead
    layer = m.largest_layer()
    evidence, shown = f"its weights multiply what comes in by {m.gains[layer]:.3g}", None
    if m.step <= 3:
        worse, usual = m.start, LARGE * m.scale
        layers = tuple(range(1, len(m.gains) + 1))
        lines = {"its weights multiply by": tuple(m.gains), "init='auto'": (1.0,) * len(layers)}
        shown = Shown("layer", layers, lines)
        if m.gains[layer] < GAIN:
            return
        if m.known.baseline is None:  # nothing is known of what the loss should be
            worse, usual = m.start, 0.0
    else:
        grown = m.grown()
        if grown is None:
            return
        layer, factor = grown
        worse, usual = m.loss, 2.0 * max(m.reference.loss, 0.3 * m.scale)
        if factor < GROWN:
            return
        evidence = f"its weights are {factor:.3g} times what they were at step {m.reference.step}"
    if worse <= usual and isfinite(worse):
        return
    yield Suspicion(
        "exploding",
        m.layers[layer],
        None,
        f"{evidence}; the norm of its gradient is {m.gradients[layer]:.3g}, and the loss is "
        f"{worse:.3g}" + (f" (a constant: {m.scale:.3g})" if m.known.baseline else ""),
        otherwise="" if m.step <= 3 or m.rate is not None else "the learning rate was raised",
        shown=shown or m.over_time("size of the weights", "sizes", m.layers[layer], log=True),
    )
