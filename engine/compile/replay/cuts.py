"""Leaves out slopes that are inf or nan where the gradient that arrives is 0, as `backward()` does.

A program multiplies without looking, since a look costs three times a product. Only where its
gradients come out as nan is it run again by lines that look, which are written when first needed.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Met = tuple[object, ...]


class Cuts:
    """The lines' way to multiply a gradient by a slope.

    Attributes:
        met: the slopes of the last run that were not finite: where, and at which numbers.
    """

    def __init__(self) -> None:
        self.met: list[Met] = []

    def number(self, grad: float, slope: float, place: int, *inputs: float) -> float:
        """Return grad · slope, but 0 where `grad` is 0."""
        if not isfinite(slope):
            self.met.append((place, *inputs))
        return grad * slope if grad != 0.0 else 0.0

    def array(
        self, grad: np.ndarray, slope: np.ndarray | float, place: int, *inputs: np.ndarray | float
    ) -> np.ndarray:
        """Return grad · slope, but 0 where `grad` is 0."""
        import numpy as np

        found = np.broadcast_to(~np.isfinite(slope), grad.shape)
        if found.any():
            numbers = [np.broadcast_to(x, grad.shape)[found].tobytes() for x in inputs]
            self.met.append((place, found.tobytes(), *numbers))
        return np.where(grad == 0.0, 0.0, grad * slope)
