"""Clips gradients: by the norm of all of them together, or one by one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from engine import Value
from nn.checks import positive
from nn.other_names import says_how


@says_how("nn.clip_gradients_by_norm(model.parameters(), 1.0)")
def clip_gradients_by_norm(parameters: Sequence[Value], max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm is at most `max_norm`.

    Returns:
        The norm they had: the square root of the sum of their squares.

    Raises:
        ValueError: `max_norm` is not above 0.
    """
    max_norm = positive(max_norm, "max_norm")
    parameters = parameters_in(parameters)
    norm = length([p.grad for p in parameters])
    clip_gradients(parameters, max_norm, None)
    return norm


@says_how("nn.clip_gradients_by_value(model.parameters(), 1.0)")
def clip_gradients_by_value(parameters: Sequence[Value], limit: float) -> None:
    """Cut each gradient to the range from −limit to limit; nan stays nan.

    Raises:
        ValueError: `limit` is not above 0.
    """
    clip_gradients(parameters_in(parameters), None, positive(limit, "limit"))


def parameters_in(parameters: object) -> list[Value]:
    """Return parameters as a list.

    Raises:
        TypeError: they are not an iterable of Values, but for example the model.
    """
    found: list[Any] = list(parameters) if isinstance(parameters, Iterable) else [None]
    if not all(isinstance(p, Value) for p in found):
        raise TypeError(
            f"gradients of parameters are clipped, got {parameters!r}; pass model.parameters()"
        )
    return found


def clip_gradients(parameters: Sequence[Value], norm: float | None, limit: float | None) -> None:
    """Clip the gradients of Values in place."""
    if norm is not None or limit is not None:
        grads = clipped([p.grad for p in parameters], norm, limit)
        for p, grad in zip(parameters, grads, strict=True):
            p.grad = grad


def clipped(grads: Any, norm: float | None, limit: float | None) -> Any:
    """Return a gradient scaled to at most `norm`, then cut to ±`limit`.

    Args:
        grads: one number per parameter, a list or an array, shape (n_parameters,).
        norm: the largest norm, or None.
        limit: the largest absolute value of each number, or None.
    """
    is_list = isinstance(grads, list)
    found = None if norm is None else length(grads)
    if norm is not None and found is not None and found > norm:
        grads = [grad * (norm / found) for grad in grads] if is_list else grads * (norm / found)
    if limit is not None and is_list:
        # The other way round, nan would become the limit.
        grads = [min(max(grad, -limit), limit) for grad in grads]
    elif limit is not None:
        grads = grads.clip(-limit, limit)
    return grads


def length(grads: Any) -> float:
    """Return the square root of the sum of squares of a list or an array; no square overflows."""
    if isinstance(grads, list):
        return math.hypot(*grads)
    largest = float(abs(grads).max()) or 1.0
    return largest * float(((grads / largest) @ (grads / largest)) ** 0.5)
