"""Reads a cell as people write it: $1,250.50, 1.250,50 €, 12 %, 1 250, (3); dates; gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable

GAPS = ("NA", "N/A", "#N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "?", "-", "--", ".")
MISSING = frozenset(("", *GAPS))
# "" is any white space here, the narrow ones of French thousands too.
SPACE = r"[\s\u00a0\u2009\u202f]"
UNIT = r"(?:[$€£¥₹₩]|USD|EUR|GBP|CHF|JPY)"
WITH_UNIT = re.compile(
    rf"(?P<sign>[-+−]?)(?P<before>{UNIT}?){SPACE}*(?P<number>.*?){SPACE}*(?P<after>(?:{UNIT}|%)?)",
    re.DOTALL,
)
# By decimal mark: digits, maybe in groups of three, and a fraction. A group never begins with 0.
NUMBER = {
    mark: re.compile(
        rf"[-+−]?(?:[1-9]\d{{0,2}}(?:(?P<gap>[{other}'’]|{SPACE})\d{{3}})(?:(?P=gap)\d{{3}})*|\d*)"
        rf"(?:{re.escape(mark)}\d*)?(?:e[-+]?\d+)?",
        re.IGNORECASE,
    )
    for mark, other in ((".", ","), (",", r"\."))
}
HAS_DIGIT = re.compile(r"\d").search
LONGEST = 80
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?"
DAY = "|".join(
    (
        r"\d{4}(?P<mark>[-/.])\d{1,2}(?:(?P=mark)\d{1,2})",
        r"\d{4}[-/]\d{1,2}",
        r"\d{1,2}(?P<other>[-/.])\d{1,2}(?P=other)(?:\d{4}|\d{2})",
        rf"\d{{1,2}}[-. ]{{1,2}}{MONTH}[-. ]{{1,2}}\d{{2,4}}",
        rf"{MONTH} \d{{1,2}},? \d{{4}}",
    )
)
DATE = re.compile(
    rf"(?:{DAY})(?:(?:t| +){TIME}(?:z| ?[-+]\d{{2}}:?\d{{2}})?)?|{TIME}", re.IGNORECASE
)


def as_float(text: str) -> float | None:
    """Return the number that Python reads, nan and infinities included, or None."""
    try:
        # float() also takes 1_000, which no spreadsheet writes.
        return None if "_" in text else float(text)
    except ValueError:
        return None


def all_floats(cells: Iterable[str]) -> list[float] | None:
    """Return the numbers in cells if Python reads all of them."""
    try:
        cells = list(cells)
        return None if "_" in "".join(cells) else list(map(float, cells))
    except ValueError:
        return None


def parse(cell: str, mark: str) -> tuple[float, str] | None:
    """Return the number in a cell and its unit, or None if it holds something else.

    Args:
        cell: text without spaces around it.
        mark: the decimal mark, "." or ","; the other one may be between thousands.

    Returns:
        A number as it is written, so 12 for 12 %; and the currency, "%" or "".

    Example:
        >>> parse("$1,250", "."), parse("1.250,50 €", ","), parse("(3)", "."), parse("3,5", ".")
        ((1250.0, '$'), (1250.5, '€'), (-3.0, ''), None)
    """
    if len(cell) > LONGEST or not HAS_DIGIT(cell):  # texts of any length are not searched through
        return None if mark == "," or (plain := as_float(cell)) is None else (plain, "")
    if mark == "." and (plain := as_float(cell)) is not None:
        return plain, ""
    in_brackets = cell.startswith("(") and cell.endswith(")")  # how accountants write a loss
    found = WITH_UNIT.fullmatch(cell[1:-1] if in_brackets else cell)
    if found is None or (found["before"] and found["after"]):
        return None
    digits = found["sign"] + found["number"]
    match = NUMBER[mark].fullmatch(digits)
    if match is None or not any(map(str.isdecimal, digits)):
        return None
    plain = as_float(digits.replace(match["gap"] or "\0", "").replace(mark, ".").replace("−", "-"))
    if plain is None:
        return None
    return (-plain if in_brackets else plain), found["before"] or found["after"]


def reads_both_ways(cell: str) -> bool:
    """Return whether a number is another one by the other decimal mark, as 1,250 is."""
    by_point, by_comma = parse(cell, "."), parse(cell, ",")
    return by_point is not None and by_comma is not None and by_point != by_comma


def is_date(cell: str) -> bool:
    """Return whether a cell holds a date or a time.

    Example:
        >>> is_date("2024-05-01"), is_date("31.12.99 12:30"), is_date("3 May 2024"), is_date("1.5")
        (True, True, True, False)
    """
    return len(cell) <= LONGEST and DATE.fullmatch(cell) is not None


def shown(cell: str, most: int = 40) -> str:
    """Return a text as a message can have it in its line: printable, and not too long."""
    flat = "".join(c if c.isprintable() else "·" for c in cell[: most + 1])
    return flat if len(cell) <= most else f"{flat[: most - 10]}… ({len(cell)} characters)"


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names in a row; of many, the first ones."""
    every = [shown(name) for name in names]
    more = f", … ({len(every)} in all)" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def count(n: int, noun: str) -> str:
    """Return a number with its noun: 1 cell, 2 cells."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
