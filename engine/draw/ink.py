"""How numbers look: digits, colours, and how strong a gradient is beside the largest."""

from __future__ import annotations

from math import isfinite, isnan, log10

POSITIVE = (36, 113, 185)  # blue and orange stay apart in every kind of colour blindness
NEGATIVE = (217, 95, 2)
ALARM = "#ffd33d"  # behind inf and nan
ALARM_LINE = "#b08800"

TEXT = "#1f2328"
MUTED = "#6e7781"
CAPTION = "#768390"  # mid-tone: legible on white and on black pages
LINE = "#8c959f"
PLAIN = "#7d8590"
PAPER = "#ffffff"
EMPTY = "#f6f8fa"

UNKNOWN = "·"
DECADES = 3  # gradients a thousand times smaller than the largest look faintest


def number_text(x: float | None, *, signed: bool = False, digits: int = 4) -> str:
    """Return a number as pictures print it.

    Args:
        x: the number, or None where it is not known yet.
        signed: print + too, as for gradients.
        digits: significant digits.
    """
    if x is None:
        return UNKNOWN
    if isnan(x):
        return "nan"
    if not isfinite(x):
        text = "inf"
    elif x == 0:
        return "0"
    else:
        mantissa, exponent = f"{abs(x):.{digits - 1}e}".split("e")
        power = int(exponent)
        if -3 <= power < 6:
            text = f"{abs(x):.{max(0, digits - 1 - power)}f}"
            if "." in text:
                text = text.rstrip("0").rstrip(".")
        else:
            # A three-digit exponent takes the room of one digit before it.
            if len(str(abs(power))) > 2 and digits > 3:
                mantissa, exponent = f"{abs(x):.2e}".split("e")
                power = int(exponent)
            if "." in mantissa:
                mantissa = mantissa.rstrip("0").rstrip(".")
            text = f"{mantissa}e{power}".replace("-", "−")
    return ("−" if x < 0 else "+" if signed else "") + text


def strength(gradient: float, strongest: float) -> float:
    """Return how strong a gradient is beside the strongest: 1 as strong, 0 a thousandth or none."""
    if isnan(gradient) or gradient == 0 or strongest == 0:
        return 0.0
    if not isfinite(gradient):
        return 1.0
    return max(0.0, min(1.0, 1 + (log10(abs(gradient)) - log10(strongest)) / DECADES))


def fill(gradient: float | None, strongest: float) -> str:
    """Return the colour behind a gradient's number."""
    if gradient is None:
        return PAPER
    if not isfinite(gradient):
        return ALARM
    if gradient == 0:
        return EMPTY
    return mixed(gradient, 0.10 + 0.45 * strength(gradient, strongest))


def line_colour(gradient: float | None, strongest: float) -> str:
    """Return the colour of an arrow along which `gradient` flows back."""
    if gradient is None or gradient == 0:
        return PLAIN
    if not isfinite(gradient):
        return ALARM_LINE
    return mixed(gradient, 0.45 + 0.55 * strength(gradient, strongest))


def line_width(gradient: float | None, strongest: float) -> float:
    """Return the width in px of an arrow along which `gradient` flows back."""
    return 1.2 + 2.2 * strength(gradient or 0.0, strongest)


def mixed(gradient: float, share: float) -> str:
    """Return white mixed with a share of the colour for the gradient's sign."""
    colour = POSITIVE if gradient > 0 else NEGATIVE
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in colour)
