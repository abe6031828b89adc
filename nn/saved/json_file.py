"""Reads and writes the JSON files of this library: of a known form, whole, and undamaged."""

from __future__ import annotations

import hashlib
import json
import stat
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import engine
from nn.saved.schema import Schema, faults, shown

BY_HAND = "edited by hand"
MOST_BYTES = 1 << 28  # some million weights; reading takes ten times as much memory
LONG = 300  # digits of a whole number, beyond which Python is slow or refuses to read it


class FileKind(NamedTuple):
    """One of our kinds of file.

    Attributes:
        name: what its "format" field says, such as "glassgrad model".
        version: the version that is written. Files of it have a checksum.
        schema: what a file holds besides format, version and checksum.
        remedy: what to do where one is damaged.
        older: earlier versions that can still be read; they have no checksum.
    """

    name: str
    version: int
    schema: Schema
    remedy: str
    older: tuple[int, ...] = ()


def write_json(
    path: str | Path, kind: FileKind, content: Mapping[str, object], *, indent: int | None = None
) -> None:
    """Write a file of ours with a checksum: the whole file or none.

    Raises:
        ValueError: the content is not what `read_json` would accept; nothing is written.
        OSError: the file cannot be written.
    """
    engine.write_atomically(path, text_of(path, kind, content, indent=indent))


def text_of(
    path: str | Path, kind: FileKind, content: Mapping[str, object], *, indent: int | None = None
) -> str:
    """Return what `write_json` writes.

    Raises:
        ValueError: the content is not what `read_json` would accept.
    """
    for fault in faults(dict(content), kind.schema):
        raise ValueError(f"{path} not written: {fault}; correct it first")
    whole = {"format": kind.name, "version": kind.version, **content}
    plain = in_order(whole)
    kept = {"checksum": checksum(plain)}
    # A checkpoint is written after each epoch: as the text that the checksum is of, made once.
    text = (
        f"{plain[:-1]}, {json.dumps(kept)[1:]}"
        if indent is None
        else json.dumps(whole | kept, indent=indent)
    )
    if len(text) > MOST_BYTES:
        raise ValueError(f"{path} not written: {len(text):,} bytes are too many to read again")
    return text + "\n"


def read_json(path: str | Path, kind: FileKind) -> dict[str, Any]:
    """Read a file of ours, and check everything in it.

    Raises:
        FileNotFoundError: the file does not exist.
        OSError: it cannot be read.
        ValueError: it is cut short, damaged, edited, of another kind, or of another version. The
            message names the place.

    Warns:
        UserWarning: it is of an earlier version, without a checksum.
    """
    content = parsed(path, kind)
    if not isinstance(content, dict) or content.get("format") != kind.name:
        raise ValueError(f"{path} is not a {kind.name} file: its 'format' must be {kind.name!r}")
    version = content.get("version")
    if type(version) is not int or version not in (kind.version, *kind.older):
        raise ValueError(
            f"{path} is version {shown(version)} of a {kind.name} file; this release reads version "
            f"{' and '.join(map(str, (*kind.older, kind.version)))}; {kind.remedy}"
        )
    held = {key: x for key, x in content.items() if key not in ("format", "version", "checksum")}
    for fault in faults(held, kind.schema):
        raise ValueError(f"{path}: {fault}; {kind.remedy}")
    kept = content.get("checksum")
    if version < kind.version and kept is None:
        warnings.warn(
            f"{path} is of version {version}, which has no checksum, so damage may go unnoticed; "
            "save it again",
            UserWarning,
            stacklevel=2,
        )
    elif kept not in (BY_HAND, checksum(in_order(content))):
        why = "has no checksum" if kept is None else "does not fit its checksum"
        raise ValueError(
            f"{path} {why}: it was damaged or edited; if you edited it, write "
            f'"checksum": "{BY_HAND}" in it, else {kind.remedy}'
        )
    return held


def in_order(content: Mapping[str, object]) -> str:
    """Return a content without its checksum as JSON, whatever the order of its keys."""
    rest = {key: x for key, x in content.items() if key != "checksum"}
    return json.dumps(rest, sort_keys=True)


def checksum(text: str) -> str:
    """Return what any other number or text would change."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parsed(path: str | Path, kind: FileKind) -> object:
    """Return what JSON says in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON, or has a key twice.
    """
    broken = f"{path} is not a whole {kind.name} file"
    data = bytes_of(path, kind)
    if not data:
        raise ValueError(f"{broken}: it is empty; {kind.remedy}")
    try:
        # Editors of Windows put a mark in front of UTF-8.
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=without_doubles,
            parse_int=lambda digits: int(digits) if len(digits) < LONG else float(digits),
        )
    except UnicodeDecodeError:
        raise ValueError(f"{broken}: it is not text in UTF-8; {kind.remedy}") from None
    except RecursionError:
        raise ValueError(f"{broken}: it is nested too deeply; {kind.remedy}") from None
    except ValueError as error:
        raise ValueError(f"{broken}: {error}; {kind.remedy}") from None


def bytes_of(path: str | Path, kind: FileKind) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        FileNotFoundError: it does not exist.
        OSError: it cannot be read.
        ValueError: it is not a file of this library, to judge by its size.
    """
    path = Path(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(f"{path} is a folder; name the {kind.name} file in it")
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is a pipe or a device; name a {kind.name} file")
        if found.st_size > MOST_BYTES:
            raise ValueError(
                f"{path} has {found.st_size:,} bytes, more than a {kind.name} file can have; name "
                "another file"
            )
        return path.read_bytes()
    except OSError as error:
        if error.strerror is None:
            raise
        remedy = "look for it" if isinstance(error, FileNotFoundError) else "name another file"
        raise type(error)(f"cannot read {path}: {error.strerror}; {remedy}") from None


def without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object of JSON that has these keys and values.

    Raises:
        ValueError: a key is there twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        [(double, n), *_] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"{shown(double)} is in it {n} times")
    return found
