"""Checks what students build on top of a Value: neurons, layers, networks, losses, optimisers."""

from __future__ import annotations

import re
from pathlib import Path

from engine import teach
from nn.teach.checking.losses import KINDS, check_loss, kind_of
from nn.teach.checking.networks import MAKE, check_network
from nn.teach.checking.optimisers import check_optimiser

NAMES = {"neuron": "neuron", "layer": "layer", "mlp": "mlp", "network": "mlp", "sgd": "sgd"}


def check(
    student: object, *, kind: str | None = None, name: str | None = None, seconds: float = 10.0
) -> teach.Report:
    """Check a neuron, a layer, a network, a loss or an optimiser that a student has written.

    Its code runs in a process of its own, as with `engine.teach.check`, and is judged by its
    numbers: outputs, gradients, and where parameters are moved.

    *   A neuron is made by `Neuron(n_inputs)`, a layer by `Layer(n_inputs, n_outputs)`, a network
        by `MLP(n_inputs, [n, …])`; each is called with a list of numbers and has `parameters()`.
        Its activation may be tanh, relu, sigmoid or none.
    *   A loss takes a list of predictions and a list of targets; for cross-entropy a prediction is
        a list of scores, and a target the number of a class.
    *   An optimiser is made of a list of parameters and a learning rate, and has `step()` and
        `zero_grad()`.

    Args:
        student: a class or function, also one made in a notebook; or the path of a .py file, or
            its text.
        kind: "neuron", "layer", "mlp", "sgd", or the name of a loss of `nn`, such as "hinge"; by
            default what the name says.
        name: what it is called in a file or text.
        seconds: the verdict comes within this time.

    Returns:
        A Report: show it in a notebook, or print it.

    Raises:
        ValueError: it cannot be told what to check.

    Example:
        >>> class SGD:
        ...     def __init__(self, parameters, learning_rate):
        ...         self.parameters, self.learning_rate = parameters, learning_rate
        ...     def step(self):
        ...         for p in self.parameters:
        ...             p.data += self.learning_rate * p.grad
        >>> print(check(SGD).findings[0].fault)
        uphill
    """
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    called = name or str(getattr(student, "__name__", "") or (kind or ""))
    kind = kind or kind_named(called)
    if isinstance(student, (str, Path)) and name is None:
        raise ValueError("say which class or function of the file to check: name='Neuron'")
    if kind in MAKE:
        return check_network(student, called, kind, seconds)
    if kind == "sgd":
        return check_optimiser(student, called, seconds)
    if kind in KINDS:
        return check_loss(student, called, kind, seconds)
    known = ", ".join([*MAKE, "sgd", *KINDS])
    raise ValueError(
        f"cannot tell what {called!r} is; say kind=, one of {known}; got kind={kind!r}"
    )


def kind_named(name: str) -> str | None:
    """Return the kind that a name means."""
    words = re.sub(r"[^a-z]", "", name.lower())
    found = next((kind for part, kind in NAMES.items() if part in words), None)
    return found or kind_of(name)
