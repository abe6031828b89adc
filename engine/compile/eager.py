"""Carries out a recorded call on Values, to find where a number that is not finite comes from."""

from __future__ import annotations

import warnings

from engine.compile.cache import Call
from engine.errors import NonFiniteWarning
from engine.origin import unhooked
from engine.value import Value


def carry_out(call: Call) -> tuple[Value, list[list[float]]]:
    """Return the loss of a call as a Value, and the numbers of the other outputs, sample by sample.

    Raises:
        DomainError: an operation was given a number outside its domain.
    """
    tape = call.entry.tape
    samples = [tape.graph(call.sample(i)) for i in range(call.n_samples or 1)]
    outputs = [[float(made[i]) for _, made in samples] for i in tape.outputs]
    with unhooked(None):  # recorded even inside no_grad()
        loss = sum((root for root, _ in samples[1:]), samples[0][0])
        if call.n_samples is not None:
            loss = loss * (1.0 / call.n_samples)
        if tape.penalty >= 0:
            loss = loss + samples[0][1][tape.penalty]
    assert isinstance(loss, Value)
    return loss, outputs


def warning_of_backward(loss: Value) -> str:
    """Call `loss.backward()`; return its warning of what is not finite, or "", instead of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NonFiniteWarning)
        loss.backward()
    return next((str(w.message) for w in caught if w.category is NonFiniteWarning), "")
