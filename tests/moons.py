"""Micrograd's demonstration: two moons, and the loss of a network on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import nn
from engine import Value


def moons(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n noisy points of two moons, and a target of 1 or −1 for each."""
    rng = np.random.default_rng(0)
    angle, y = np.pi * rng.random(n), np.where(np.arange(n) % 2, 1.0, -1.0)
    X = np.c_[np.cos(angle), np.sin(angle)] * -y[:, None] + (y[:, None] > 0) * [1.0, 0.5]
    return X + rng.normal(0, 0.1, X.shape), y


def moons_loss(model: nn.Module) -> Callable[..., Value]:
    """Return micrograd's loss of a model: max-margin, and L2 of all parameters."""

    def loss(X, y):
        scores = [model(x) for x in X]
        margins = [(1 - t * s).relu() for t, s in zip(y, scores, strict=True)]
        return sum(margins) / len(margins) + 1e-4 * sum(p * p for p in model.parameters())

    return loss
