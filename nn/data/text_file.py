"""Reads a text file as rows of cells: whatever its encoding, line ends and separator are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

ENCODINGS = {  # by the mark at the beginning of the file
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}
SEPARATORS = "\t;|,"  # a comma last, since it may also be in the numbers of the others
SAMPLE = 50  # rows that the separator is told from


class DataError(ValueError):
    """A file or data set cannot be used as asked; the message names the file, row and column."""


def read_rows(path: Path) -> tuple[list[tuple[int, list[str]]], str, list[str]]:
    """Read the rows of a file that are not blank.

    Returns:
        Each row with its number in a spreadsheet, from 1; the separator; and notes on the encoding.

    Raises:
        DataError: the file is missing, unreadable, empty, or not a table in text.
    """
    text, notes = decoded(path)
    separator = separator_of(text)
    reader = records(text, separator)
    try:
        # The n-th record is row n of a spreadsheet, also where a quoted cell holds a line break.
        rows = [(n, cells) for n, cells in enumerate(reader, start=1) if any(map(str.strip, cells))]
    except csv.Error as error:
        why = str(error)
        if "unexpected end" in why:
            why = "a quotation mark is opened and never closed"
        elif "expected after" in why:
            why = f"{why}; a quotation mark inside a quoted cell is written twice"
        raise DataError(f"{path}: line {reader.line_num} is not CSV: {why}") from None
    if rows and rows[0][0] == 1 and "".join(rows[0][1]).startswith("sep="):  # written by Excel
        del rows[0]
    if not rows:
        raise DataError(f"{path}: is empty; it needs a header row, then one sample per row")
    return rows, separator, notes


def decoded(path: Path) -> tuple[str, list[str]]:
    """Return the text of a file, and a note if its encoding had to be guessed.

    Raises:
        DataError: the file is missing or unreadable, or not text.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"no such file: {path}") from None
    except IsADirectoryError:
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in (".csv", ".tsv"))
        example = f", such as {path / inside[0]}" if inside else ""
        raise DataError(f"{path} is a folder; name a CSV file in it{example}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from None
    for mark, what in OTHER_FILES.items():
        if content.startswith(mark):
            raise DataError(f"{path}: is {what}; export it as 'CSV UTF-8'")
    encoding = next((name for mark, name in ENCODINGS.items() if content.startswith(mark)), "utf-8")
    for first, name in enumerate(("utf-16-be", "utf-16-le")):  # without a mark
        half = content[first:1000:2]
        if encoding == "utf-8" and 2 * half.count(0) > len(half):
            encoding = name
    notes = []
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        refusal = DataError(
            f"{path}: needs UTF-8 text, got byte 0x{content[error.start]:02x} at position "
            f"{error.start}; save it as 'CSV UTF-8'"
        )
        if encoding != "utf-8":
            raise refusal from None
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise refusal from None
        notes.append(
            "the file is not UTF-8 and is read as Western European (Windows-1252); if letters look "
            "wrong, save it as 'CSV UTF-8'"
        )
    if "\0" in text:
        raise DataError(f"{path}: is not text: it has zero bytes; save it as 'CSV UTF-8'")
    return text, notes


def records(text: str, separator: str) -> Any:
    """Return a reader of the rows of a text as lists of cells, without spaces after a separator."""
    lines: Iterator[str] = StringIO(text, newline="")
    if separator == " ":  # which may also end a line
        lines = (line.strip(" \r\n") + "\n" for line in lines)
    # csv rather than pandas: it comes with Python, and pandas takes a second to import.
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def separator_of(text: str) -> str:
    """Return what separates the cells of a text, told from its first rows.

    Excel may say it in a first line "sep=;". Otherwise it is what cuts all rows into the same
    number of cells, at least two; spaces, if nothing else does.
    """
    if text.startswith("sep=") and text[4:5] in (*SEPARATORS,) and text[5:6] in ("\r", "\n"):
        return text[4]
    shares = {separator: share_of_equal_rows(text, separator) for separator in SEPARATORS}
    whole = (separator for separator, share in shares.items() if share == 1)
    best = next(whole, max(shares, key=shares.__getitem__))
    if shares[best] == 0 and share_of_equal_rows(text, " ") == 1:
        return " "
    return best if shares[best] else ","


def share_of_equal_rows(text: str, separator: str) -> float:
    """Return the share of the first rows with as many cells as the header, which has several."""
    try:
        rows = [row for row in islice(records(text, separator), SAMPLE) if any(map(str.strip, row))]
    except csv.Error:
        return 0.0
    if len(rows) < 1 or len(rows[0]) < 2:
        return 0.0
    return sum(len(row) == len(rows[0]) for row in rows) / len(rows)
