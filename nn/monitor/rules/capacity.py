"""Over- and underfitting, judged at the end of an epoch: does the network fit its data in size?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nn.losses import mean_squared_error
from nn.monitor.alarm import Suspicion
from nn.monitor.arrays import np
from nn.monitor.curves import Curves, Epoch
from nn.monitor.evidence import Shown
from nn.monitor.losses import counts_of, wrong_share
from nn.monitor.measurements import Known, Measurements

PATIENCE = 8  # epochs
RISEN = 0.15  # times the loss of a constant prediction
LEARNED = 0.7  # the same
JUMPS = 3.0  # times how far the validation loss jumps from epoch to epoch
FLAT_CURVE = 0.02  # times the loss of a constant prediction
ENOUGH_STEPS = 100
NARROW = 3  # neurons in a hidden layer
WRONG, BETTER = 0.35, 0.2  # share of what a constant gets wrong
MOST, NEIGHBOURS = 200, 5  # samples compared with each other


def overfitting(curves: Curves) -> Iterator[Suspicion]:
    """The validation loss rises while the training loss falls."""
    now, best, level = curves.recent[-1], curves.best, curves.level
    if best is None or level is None or best.validation_loss is None:
        return
    risen = level - best.validation_loss
    gap = level - now.loss
    needed = max(RISEN * curves.scale, JUMPS * curves.jumps)
    # A network that has learned next to nothing has memorised nothing either.
    learned = now.loss < min(best.loss, LEARNED * curves.scale)
    if curves.since_best < PATIENCE or min(risen, gap) < needed or not learned:
        return
    yield Suspicion(
        "overfitting",
        None,
        None,
        f"the validation loss rose from {best.validation_loss:.3g} to {level:.3g} "
        f"while the training loss fell from {best.loss:.3g} to {now.loss:.3g}",
        shown=losses_by_step(curves.epochs),
    )


def losses_by_step(epochs: Sequence[Epoch]) -> Shown:
    """Return both losses for a picture."""
    judged = [e for e in epochs if e.validation_loss is not None]
    return Shown(
        "step",
        tuple(e.step for e in judged),
        {
            "training loss": tuple(e.loss for e in judged),
            "validation loss": tuple(e.validation_loss or 0.0 for e in judged),
        },
    )


def underfitting(curves: Curves, m: Measurements) -> Iterator[Suspicion]:
    """The loss stays where it is, and the nearest samples alone would predict better."""
    layers, known = m.parameters.neuron_layers, m.known
    if not m.parameters.is_stack or known.trained is None or known.targets is None:
        return
    widths = [len(layer.neurons) for layer in layers[:-1]]
    straight = bool(widths) and all(layer.activation == "linear" for layer in layers)
    if m.suspected - {"dead"} or m.everything is None:
        return
    if min(widths, default=0) > NARROW and not straight:
        return
    step = curves.recent[-1].step
    late = [e.loss for e in curves.epochs if e.step > 0.6 * step]
    if step < ENOUGH_STEPS or len(late) < 4:
        return
    half = len(late) // 2
    before, now = sum(late[:half]) / half, sum(late[half:]) / (len(late) - half)
    if abs(before - now) > FLAT_CURVE * curves.scale:
        return
    if len(m.everything[0]) != len(known.targets):
        return
    mine = m.wrong_share
    if mine < WRONG:
        return
    if known.trained.noise is None:  # once: the samples stay the same
        known.trained.noise = wrong_share_of_neighbours(known)
    theirs = known.trained.noise
    if theirs > mine - BETTER:
        return
    if straight:
        yield Suspicion(
            "all_linear",
            layers[0].name,
            None,
            f"{len(layers)} layers are all linear, which one layer could be as well; {mine:.0%} of "
            "what a constant prediction gets wrong is still wrong, while a vote of the nearest "
            f"samples gets {theirs:.0%} of it wrong",
        )
        return
    yield Suspicion(
        "underfitting",
        layers[widths.index(min(widths))].name if widths else layers[0].name,
        None,
        f"the training loss stays at {now:.3g}, and {mine:.0%} of what a constant prediction gets "
        f"wrong is still wrong; a vote of the nearest samples gets {theirs:.0%} of it wrong",
        advice=None if widths else "add a hidden layer: without one the network can only draw a "
        "straight line",
        shown=Shown(
            "step",
            tuple(e.step for e in curves.epochs),
            {"training loss": tuple(e.loss for e in curves.epochs)},
        ),
    )  # fmt: skip


def wrong_share_of_neighbours(known: Known) -> float:
    """Return what a vote of the nearest other samples gets wrong: what there is to be learned."""
    assert known.trained is not None
    assert known.targets is not None
    n = min(len(known.targets), MOST)
    chosen = np.linspace(0, len(known.targets) - 1, n).astype(int).tolist()
    columns = [[column[i] for i in chosen] for column in known.trained.columns]
    targets = [known.targets[i] for i in chosen]
    scaled = []
    for column in columns:
        size = max(column) - min(column)
        scaled.append([x / size if size else 0.0 for x in column])
    X = np.array(scaled).T
    products = (X @ X.T).tolist()
    # Of a few samples each is all there is to know about its surroundings.
    itself, k = (0, 1) if n < 20 else (1, NEIGHBOURS)
    predictions = []
    for i, row in enumerate(products):
        distances = [products[j][j] - 2.0 * row[j] for j in range(n)]
        nearest = sorted(range(n), key=lambda j: distances[j] if j != i else -1e300)
        votes = [targets[j] for j in nearest[itself : itself + k]]
        if known.loss is mean_squared_error:
            predictions.append(sum(votes) / k)
        else:
            counts = counts_of(votes)
            predictions.append(max(counts, key=lambda c: counts[c]))
    return wrong_share(known.loss, predictions, targets)
