"""An axis: from where to where it goes, and which numbers are printed along it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

ROOM = 0.04  # share of an axis that is left free at either end
FEW = 3  # powers of ten; of fewer, numbers between them are printed too


class Axis(NamedTuple):
    """What an axis is like.

    Attributes:
        label: what it measures.
        log: whether each power of ten takes the same length.
        whole: whether it counts, so that no number between two is printed.
        percent: whether 0.5 is printed as 50 %.
    """

    label: str = ""
    log: bool = False
    whole: bool = False
    percent: bool = False

    def text(self, x: float, digits: int = 10) -> str:
        """Return a number as it is printed along the axis, with at most so many digits."""
        return f"{tick_text(100 * x, digits)} %" if self.percent else tick_text(x, digits)


class Scale:
    """An axis with its ends.

    Args:
        axis: what it is like.
        numbers: what must be on it, all finite.
        exact: it ends where they do.

    Attributes:
        axis: the same.
        low: where it begins, as a logarithm if it is logarithmic.
        high: where it ends.

    Raises:
        ValueError: they are so far apart that their difference is not finite.
    """

    def __init__(self, axis: Axis, numbers: Sequence[float], *, exact: bool) -> None:
        self.axis = axis
        low, high = (self.place(f(numbers, default=1.0)) for f in (min, max))
        if not isfinite(high - low):
            raise ValueError(
                f"numbers from {low:.3g} to {high:.3g} are too far apart for one axis; draw them "
                "with log, or separately"
            )
        size = max(abs(low), abs(high))
        narrow = high - low <= 1e-12 * size or high - low < 1e-300
        room = (0.1 * size or 1.0) if narrow else 0.0 if exact else ROOM * (high - low)
        self.low, self.high = low - room, high + room

    def place(self, x: float) -> float:
        """Return a number, or its logarithm on a logarithmic axis."""
        return log10(x) if self.axis.log else x

    def share(self, x: float) -> float:
        """Return where a number is: 0 at the beginning of the axis, 1 at its end."""
        return (self.place(x) - self.low) / (self.high - self.low)

    def ticks(self, length: float) -> list[float]:
        """Return the numbers that are printed along an axis of that length in px."""
        most = max(3, round(length / 50))  # of fewer, there may be none
        if not self.axis.log:
            return round_numbers(self.low, self.high, most, whole=self.axis.whole)
        return powers_of_ten(self.low, self.high, most)


def round_numbers(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten between two numbers."""
    rough = (high - low) / most
    power = floor(log10(rough))
    step = next(m * 10.0**power for m in (1, 2, 5, 10) if m * 10.0**power >= rough * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    # A multiple, rounded as it is printed: 3 × 0.1 is 0.30000000000000004.
    digits = max(0, -floor(log10(step)))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(k * step, digits) for k in range(first, last + 1)]


def powers_of_ten(low: float, high: float, most: int) -> list[float]:
    """Return powers of ten between 10^low and 10^high, and numbers between them if they are few."""
    first, last = max(-300, ceil(low)), min(300, floor(high))  # beyond there are no floats soon
    powers = [10.0**k for k in range(first, last + 1, max(1, 1 + (last - first) // most))]
    if len(powers) >= FEW:
        return powers
    found = [m * 10.0**k for k in range(first - 1, last + 1) for m in (1, 2, 5)]
    found = [x for x in found if low <= log10(x) <= high]
    return found if len(found) >= FEW else round_numbers(10**low, 10**high, most)


def tick_text(x: float, digits: int = 10) -> str:
    """Return a number as an axis shows it: 250,000, and not 2.5 with a factor of 1e5 elsewhere."""
    if x == 0 or 1e-4 <= abs(x) < 1e7:
        text = f"{x:,.{digits}g}" if abs(x) < 10**digits else f"{x:,.0f}"
    else:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text.replace("-", "−")
