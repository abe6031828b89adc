"""How numbers are printed in pictures and explanations: few digits, a true minus, an exact 0."""

from __future__ import annotations

from math import isfinite, isnan

UNKNOWN = "·"


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
            # A three-digit exponent takes the space of one digit before it.
            if len(str(abs(power))) > 2 and digits > 3:
                mantissa, exponent = f"{abs(x):.2e}".split("e")
                power = int(exponent)
            if "." in mantissa:
                mantissa = mantissa.rstrip("0").rstrip(".")
            text = f"{mantissa}e{power}".replace("-", "−")
    return ("−" if x < 0 else "+" if signed else "") + text
