"""Rules about what is to be learned: samples, targets, and outputs that do not fit them."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, sqrt

from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from nn.monitor.alarm import Suspicion
from nn.monitor.losses import class_of, counts_of
from nn.monitor.measurements import Measurements
from nn.monitor.statistic import bounds_of

SMALL, LARGE = 0.02, 30.0  # size of a column, or of the targets
OFFSET = 10.0  # mean of the targets, over their standard deviation
ENOUGH_STEPS = 8
LITTLE = 0.2  # share of the loss learned
CLASSES = (hinge, binary_cross_entropy, cross_entropy)
UNTIL_SEEN = 40  # steps


def constant_targets(m: Measurements) -> Iterator[Suspicion]:
    """Targets that are all the same leave nothing to learn but one number."""
    targets = m.known.targets
    if targets is not None and len(targets) > 1 and all(t == targets[0] for t in targets):
        text = f"all {len(targets)} targets are {targets[0]}"
        yield Suspicion("constant_targets", None, None, text)


def wrong_output(m: Measurements) -> Iterator[Suspicion]:
    """An output whose activation cannot give what the loss asks for."""
    targets = m.known.targets
    if m.known.misfit is None or targets is None:
        return
    layers = m.parameters.neuron_layers
    if m.known.loss is mean_squared_error and layers:
        bounds = bounds_of(layers[-1].activation) or (0.0, inf)
        room = 0.25 * (max(targets) - min(targets))  # what is a little out of reach does no harm
        if bounds[0] <= min(targets) + room and bounds[1] >= max(targets) - room:
            return
    yield Suspicion("wrong_output", m.parameters.layers[-1], None, m.known.misfit)


def unscaled(m: Measurements) -> Iterator[Suspicion]:
    """Inputs or targets so large or so small that no rate suits every weight."""
    probe = m.known.trained or m.known.probe
    if probe is None or m.suspected & {"wrong_output", "constant_targets"}:
        return
    if m.learned > LITTLE and not m.told("unscaled"):
        return
    n = len(probe.everything)
    columns = [sqrt(sum(x * x for x in column) / n) for column in probe.columns]
    used = [size for size in columns if size > 0]
    if used and (max(used) > LARGE or max(used) < SMALL):
        yield Suspicion(
            "unscaled",
            m.parameters.layers[0],
            None,
            f"the numbers that come in have a size of {max(used):.3g} (about 1 is usual)",
            ready=m.step >= ENOUGH_STEPS,
        )
    targets = m.known.targets
    if m.known.loss is not mean_squared_error or targets is None or isinstance(targets[0], list):
        return
    mean = sum(targets) / len(targets)
    std = sqrt(sum((t - mean) ** 2 for t in targets) / len(targets))
    if std > LARGE or std < SMALL or abs(mean) > OFFSET * max(std, 1.0):
        yield Suspicion(
            "unscaled",
            m.parameters.layers[-1],
            None,
            f"the targets have a mean of {mean:.3g} and a standard deviation of {std:.3g} (0 and 1 "
            "are usual)",
            ready=m.step >= ENOUGH_STEPS,
            advice="subtract the mean of the targets and divide by their standard deviation",
        )


def class_never_predicted(m: Measurements) -> Iterator[Suspicion]:
    """A class that is never predicted, long after training began."""
    known = m.known
    if m.suspected or known.loss not in CLASSES or m.step < UNTIL_SEEN or known.targets is None:
        return
    everything = m.everything
    if everything is None or not m.parameters.is_stack or len(everything[0]) != len(known.targets):
        return
    outputs = everything[m.parameters.neuron_layers[-1].indices].T.tolist()
    predicted = {class_of(known.loss, out) for out in outputs}
    counts = counts_of(known.targets)
    missing = [c for c in counts if c not in predicted]
    rare = min(missing, key=lambda c: counts[c], default=None)
    if rare is None or len(counts) < 2:
        return
    n = counts[rare]
    # Another class may only have to wait until the others have been learned.
    if 2 * n * len(counts) < len(known.targets) or m.learned > 0.3:
        yield Suspicion(
            "class_never_predicted",
            m.parameters.layers[-1],
            None,
            f"class {rare:g}, {n} of {len(known.targets)} samples, is predicted for none of them",
            lasts=40 if 2 * n * len(counts) < len(known.targets) else 150,
        )


def all_linear(m: Measurements) -> Iterator[Suspicion]:
    """Layers without an activation between them are one layer."""
    layers = m.parameters.neuron_layers
    hidden = layers[:-1]
    if not hidden or not m.parameters.is_stack or any(x.activation != "linear" for x in layers):
        return
    if m.suspected & {"learning_rate_too_high", "exploding", "unscaled"}:
        return
    # Where a straight line is enough, it does no harm.
    if m.learned < 0.2:
        yield Suspicion(
            "all_linear",
            hidden[0].name,
            None,
            f"{len(layers)} layers are all linear, which one layer could be as well, and "
            f"{max(m.learned, 0.0):.0%} of the loss has been learned",
            ready=m.step >= 20,
        )
