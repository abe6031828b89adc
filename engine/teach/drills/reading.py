"""Reads an answer as people write numbers: 3, −4, 1.5, 1,5, 3/2."""

from __future__ import annotations

import re
from math import isfinite

MINUS = str.maketrans("−–—‐‑﹣-", "-------")
FORMS = "write a number such as 3, −4, 1.5, 1,5 or 3/2"


def number_of(given: object, blank: str) -> float:
    """Return an answer as a number.

    Args:
        given: a number, or a text with one.
        blank: what is asked, for the messages.

    Raises:
        TypeError: it is neither.
        ValueError: it is empty, not a number, or not finite.
    """
    if isinstance(given, (bool, bytes)) or given is None:
        raise TypeError(f"{blank} needs a number, got {given!r}; {FORMS}")
    if isinstance(given, str):
        number = of_text(given, blank)
    else:
        try:
            number = float(given)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            kind = type(given).__name__
            raise TypeError(f"{blank} needs a number, got {kind}; {FORMS}") from None
    if not isfinite(number):
        raise ValueError(f"{blank} needs a finite number, got {given}")
    return number


def of_text(text: str, blank: str) -> float:
    """Return the number that a text is.

    Raises:
        ValueError: it is none.
    """
    plain = re.sub(r"\s*/\s*", "/", text.strip().translate(MINUS).replace(",", "."))
    plain = re.sub(r"^([-+])\s+", r"\1", plain)
    if not plain:
        raise ValueError(f"the answer for {blank} is empty; {FORMS}")
    above, slash, below = plain.partition("/")
    try:
        return float(above) / (float(below) if slash else 1.0)
    except ZeroDivisionError:
        raise ValueError(f"{blank} needs a number, got {text.strip()}: nothing is over 0") from None
    except ValueError:
        shown = text.strip() if len(text.strip()) <= 30 else f"{text.strip()[:29]}…"
        raise ValueError(f'{blank} needs a number, got "{shown}"; {FORMS}') from None
