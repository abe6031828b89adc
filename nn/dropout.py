"""Dropout: while a network trains, some of its numbers are set to 0, others in each pass."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from math import ceil

import engine
from engine import Value
from nn.checks import fraction
from nn.init import random_source
from nn.module import Module
from nn.other_names import KnownAttributes, made_as
from nn.summary import Part


@made_as("nn.Dropout(0.5, seed=0)")
class Dropout(KnownAttributes, Module):
    """Sets each of its inputs to 0 with a probability, and divides the others by 1 − rate.

    The mean of each input thus stays what it is in evaluation, where nothing is dropped: after
    `model.eval()`, in `nn.predict`, and in all else that looks at a model without training it.

    Args:
        rate: the probability, from 0 to below 1.
        seed: the same seed gives the same masks; None draws one from `random`.

    Attributes:
        rate: the probability; it may be changed at any time.
        rng: where masks come from; checkpoints keep its state.

    Raises:
        ValueError: the rate is not from 0 to below 1.

    References:
        Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.

    Example:
        >>> dropout = Dropout(0.5, seed=1)
        >>> dropout([1.0, 2.0, 3.0]), dropout([1.0, 2.0, 3.0])
        ([0.0, 4.0, 6.0], [2.0, 4.0, 0.0])
        >>> dropout.eval()([1.0, 2.0, 3.0])
        [1.0, 2.0, 3.0]
    """

    def __init__(self, rate: float = 0.5, seed: int | None = None) -> None:
        self.rate = fraction(rate, "rate")
        self.rng = random_source(seed)
        self.training = True  # an attribute of its own, so that programs watch it
        self._made = True

    def __call__(self, x: Sequence[Value | float] | Value) -> Sequence[Value | float] | Value:
        """Return the inputs, some of them times 0 and the others times 1 / (1 − rate).

        Args:
            x: numbers or Values, such as what a layer returns: a list, or one Value.
        """
        if isinstance(x, Value):
            return self.outputs([x])[0]  # type: ignore[return-value]
        return self.outputs(x)

    def outputs(self, x: Sequence[Value | float]) -> list[Value | float]:
        """Return the same as a call, for a list."""
        values: list[Value | float] = x.tolist() if hasattr(x, "tolist") else list(x)
        if not self.training or self.rate == 0:
            return values
        with engine.scope(scope_name(values)):
            mask = engine.random_inputs(self.draw, len(values), label="mask")
            return [v * m for v, m in zip(values, mask, strict=True)]

    def draw(self, n: int) -> Sequence[float]:
        """Return the next n factors: each is 0, or 1 / (1 − rate)."""
        kept = 1.0 / (1.0 - fraction(self.rate, "rate"))
        # 32 random bits each, all at once: with NumPy four times as fast as n calls of random().
        bits = self.rng.getrandbits(32 * n).to_bytes(4 * n, "little")
        least = ceil(self.rate * 2**32)
        if sys.modules.get("numpy") is not None:
            import numpy as np

            return np.where(np.frombuffer(bits, "<u4") >= least, kept, 0.0)  # type: ignore[return-value]
        return [kept if x >= least else 0.0 for x in struct.unpack(f"<{n}I", bits)]

    def _parts(self) -> list[Part]:
        return []

    def __repr__(self) -> str:
        return f"Dropout({self.rate:g})"


def scope_name(values: Sequence[Value | float]) -> str:
    """Return what pictures call the dropout of these values, by the layer that made them."""
    tag = values[0].scope if values and isinstance(values[0], Value) else None
    return "dropout" if tag is None else f"dropout after {tag.path[-2:][0].name}"
