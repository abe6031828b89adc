"""Rules about mistakes in the training loop: what is not moved, not computed, or adds up."""

from __future__ import annotations

from collections.abc import Iterator

import engine
from engine import Value
from nn.monitor.alarm import Suspicion
from nn.monitor.arrays import np
from nn.monitor.measurements import Measurements

MOST_NODES = 300_000  # of a graph that is walked


def no_gradient(m: Measurements) -> Iterator[Suspicion]:
    """Without backward() there is no gradient, and nothing moves."""
    still = bool((m.look.data == m.look.before).all())
    if not still or bool((m.look.grad != 0).any()):
        return
    root = m.root
    if isinstance(root, Value) and root.op is not None:
        if root.grad == 0.0:
            text = f"every gradient is 0, also that of the loss itself, which is {root.data:.3g}"
            yield Suspicion("no_gradient", None, None, text)
    elif m.look.loss > 0 and not m.known.optimizer:
        yield Suspicion(
            "no_gradient",
            None,
            None,
            f"every gradient is 0, nothing moves, and the loss is {m.look.loss:.3g}",
            otherwise="no sample has anything left to change, or every neuron is dead",
        )


def not_updated(m: Measurements) -> Iterator[Suspicion]:
    """Gradients are there, but nothing moves."""
    if m.rate == 0.0 or not bool((m.look.grad != 0).any()):
        return
    if bool((m.look.data == m.look.before).all()):
        size = float(abs(m.look.grad).max())
        if size * 1e-3 < 1e-17 * float(abs(m.look.data).max()):
            return  # too small to change the last bit
        yield Suspicion(
            "not_updated",
            None,
            None,
            f"the largest gradient is {size:.3g}, and none of {len(m.look.data)} parameters moves",
        )


def gradients_add_up(m: Measurements) -> Iterator[Suspicion]:
    """Without zero_grad() each gradient is the sum of all before it."""
    if m.previous_gradient is None or not isinstance(m.root, Value):
        return
    true = gradient_of(m.root, m.parameters.parameters)
    if true is None:
        return
    rest, before = m.look.grad - true, m.previous_gradient
    size = float(abs(before).max())
    if size > 0 and float(abs(rest - before).max()) < 1e-6 * size:
        whole, part = (float((x * x).sum()) ** 0.5 for x in (m.look.grad, true))
        yield Suspicion(
            "gradients_add_up",
            None,
            None,
            f"the gradients have norm {whole:.3g}, those of this step's loss alone {part:.3g}: the "
            "rest is what was there before",
        )


def gradient_of(root: Value, parameters: list[Value]) -> np.ndarray | None:
    """Return what one backward pass gives each parameter, from the gradients of its results."""
    numbers = {id(p): i for i, p in enumerate(parameters)}
    found = [0.0] * len(parameters)
    nodes = engine.nodes(root)
    if len(nodes) > MOST_NODES or root.grad != 1.0:
        return None
    for node in nodes:
        if node.op is not None:
            for one, slope in zip(node.inputs, node.local_derivatives, strict=True):
                if slope is not None and id(one) in numbers:
                    found[numbers[id(one)]] += slope * node.grad
    return np.array(found)


def graph_grows(m: Measurements) -> Iterator[Suspicion]:
    """A parameter that is the result of the step before drags all earlier steps along."""
    if m.exchanged is not None and m.exchanged.kind == "graph_grows":
        yield m.exchanged
        return
    nodes = m.graph_sizes
    if len(nodes) >= 4:
        a, b, c = (y - x for x, y in zip(nodes[-4:], nodes[-3:], strict=False))
        if a == b == c > 0:
            text = f"the graph of the loss grows by {a} nodes per step, to {nodes[-1]}"
            yield Suspicion("graph_grows", None, None, text)


def replaced(m: Measurements) -> Iterator[Suspicion]:
    """Parameters of the model that the optimizer does not know, since they are new."""
    if m.exchanged is not None and m.exchanged.kind == "replaced":
        yield m.exchanged
    if m.known.optimizer is None:
        return
    moved = {id(p) for p in m.known.optimizer.parameters}
    mine = {id(p) for p in m.parameters.parameters}
    if moved <= mine or "graph_grows" in m.suspected:
        return
    left = [o for p, o in m.parameters.with_owners() if id(p) not in moved]
    for layer in dict.fromkeys(owner.layer for owner in left):
        yield Suspicion(
            "replaced",
            layer,
            None,
            f"the optimizer moves {len(moved - mine)} numbers that are not of this model, and not "
            f"{len(left)} of its own",
        )


def stuck_weights(m: Measurements) -> Iterator[Suspicion]:
    """Weights that all stay the same while biases move are not being trained."""
    if m.suspected & {"replaced", "not_updated", "no_gradient"}:
        return
    moved = m.look.data != m.look.before
    biases = m.parameters.biases
    if bool((moved & ~biases).any()) or not bool((moved & biases).any()):
        return
    if bool(((m.look.grad != 0) & ~biases).any()):
        size = float(abs(np.where(biases, 0.0, m.look.grad)).max())
        text = f"no weight moves, although the largest gradient of one is {size:.3g}; biases move"
        yield Suspicion("stuck_weights", m.layers[0], None, text)


def stuck_bias(m: Measurements) -> Iterator[Suspicion]:
    """A bias with a gradient that stays the same while its weights move is not being trained."""
    look, parameters = m.look, m.parameters
    moved = look.data != look.before
    slopes = abs(look.grad)
    stuck = parameters.biases & ~moved & (slopes > 1e-6 * slopes.max())  # not by rounding
    if not stuck.any() or m.suspected & {"replaced"}:
        return
    # If the weights stay the same too, the layer is frozen on purpose.
    n = len(parameters.owners)
    far = abs(look.data - look.before) > 1e-9 * abs(look.before)
    moving = np.bincount(parameters.owner_of, far & ~parameters.biases, minlength=n) > 0
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
