"""The colours of a picture, and how strong a gradient is compared with the largest."""

from __future__ import annotations

from math import isfinite, isnan, log10

POSITIVE = (36, 113, 185)  # blue and orange stay distinct in every kind of colour blindness
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
CANCELLED = "#d0d7de"  # gradients that add up to 0
NOTHING = "#e1e4e8"  # a cell whose gradient is 0
FOCUS = "#8250df"  # what a frame of a pass is about

BOLD = 4.0  # the width of an arrow that a frame is about, px
THIN, CROWDED = 0.75, 0.67  # of an arrow in a crowd: share of its usual width, and opacity
DECADES = 3  # gradients a thousand times smaller than the largest look faintest


def strength(gradient: float, strongest: float) -> float:
    """Return how strong a gradient is: 1 for the strongest, 0 for a thousandth of it or none."""
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
